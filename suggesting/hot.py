"""What many people write about: messages in groups that say the same, the largest first. Needs SciPy, loaded when it is asked.

Two messages are alike when they share rare words and pairs of words, those of the title twice. The message with most others
like it becomes the middle of a group and takes them in; then groups whose middles are alike become one. Words that half the
city uses ("the district", "residents") say nothing and are left out, so that a place that everybody names splits nothing.
"""
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from suggesting.grams import folded
from suggesting.training import as_long_as

READ = 200  # letters of a text that are read
ALIKE, SAME = 0.22, 0.28  # of two messages; of the middles of two groups
COMMON = 0.04  # a word in a larger share of all messages says nothing
LEAST = 2  # messages of a group
WORDS = 6
BLOCK = 1000
MASKED = re.compile(r"西地省|[a-z]\d{0,3}(?:市|区|县|镇|街道|小区)?")  # places that were made unknown: "A市", "K3县"
NUMBERS = re.compile(r"\d+[年月日号点元万个栋期楼米]|\d{3,}")
LITTLE = frozenset("的了是在和与及等对把被将有要让给向从到就都也还又很不未无请问我你他她它们这那某个家人上下中里外后前年月日")
EMPTY = frozenset((
    "请问 反映 投诉 咨询 建议 希望 领导 您好 你好 尊敬 书记 问题 情况 关于 要求 请求 什么 怎么 为什么 如何 是否 可以 "
    "能否 可否 何时 什么时候 没有 我们 他们 一个 这个 进行 相关 有关 部门 政府 解决 处理 严重 业主 居民 市民 小区 附近 "
    "存在 强烈 求助 举报 加强 尽快").split())


@dataclass(frozen=True)
class Theme:
    words: list
    title: str  # of its most typical message
    n: int
    users: int
    heat: float
    first: str
    last: str
    ids: list

    @property
    def plain(self):
        return {"topic": self.words, "title": self.title, "n": self.n, "users": self.users, "heat": round(self.heat, 2),
                "first": self.first, "last": self.last, "message_ids": self.ids}


def themes(messages):
    """[Theme], the hottest first: how many people wrote or agreed, times how much they say the same."""
    if not messages:
        return []
    read = [(words_of(each.topic), words_of(each.detail[:READ])) for each in messages]
    table, names = weighed(read)
    groups = merged(table, stars(table))
    found = [theme([messages[number] for number in group], table[group], names)
             for group in groups if len(group) >= LEAST]
    return sorted(found, key=lambda one: (-one.heat, -one.n, one.first, one.ids[0]))


def words_of(text):
    import rjieba

    plain = NUMBERS.sub(" ", MASKED.sub(" ", folded(text)))
    return ["" if word in LITTLE or not word.isalnum() else word for word in rjieba.cut(plain) if word not in EMPTY]


def terms_of(words):
    """Words, pairs of neighbours, and three short ones in a row, which are one word that no dictionary knows (58车贷). Single
    letters count in these only; "" keeps apart what is on its two sides."""
    found = [word for word in words if len(word) > 1 and not word.isdigit()]
    found += [one + other for one, other in zip(words, words[1:], strict=False) if one and other]
    rows = zip(words, words[1:], words[2:], strict=False)
    return found + ["".join(row) for row in rows if all(len(word) == 1 or word.isdigit() for word in row)]


def weighed(read):
    """(a row of length one for each message, the name of each column)."""
    from scipy import sparse

    said = []
    for title, text in read:
        counts = Counter(terms_of(title) * 2)
        counts.update(terms_of(text))
        said.append(counts)
    often = Counter(word for counts in said for word in counts)
    most = max(LEAST, 10, COMMON * len(read))
    names = sorted(word for word, count in often.items() if LEAST <= count <= most)
    column = {word: number for number, word in enumerate(names)}
    rows, columns, values = [], [], []
    for number, counts in enumerate(said):
        for word, count in counts.items():
            if word in column:
                rows.append(number)
                columns.append(column[word])
                values.append((1 + np.log(count)) * np.log(len(read) / often[word] + 1))
    table = sparse.csr_matrix((values, (rows, columns)), shape=(len(read), len(names)), dtype=np.float32)
    return as_long_as(table, 1), names


def stars(table):
    """Lists of rows: each a middle, first, and those like it that no larger group has taken."""
    near: list = []
    for start in range(0, table.shape[0], BLOCK):
        alike = (table[start:start + BLOCK] @ table.T).tocsr()
        for row in range(alike.shape[0]):
            span = slice(alike.indptr[row], alike.indptr[row + 1])
            near.append(alike.indices[span][alike.data[span] >= ALIKE])
    taken, groups = np.zeros(table.shape[0], dtype=bool), []
    for middle in sorted(range(len(near)), key=lambda row: -len(near[row])):
        if not taken[middle]:
            group = [middle, *(row for row in near[middle] if row != middle and not taken[row])]
            taken[group] = True
            groups.append([int(row) for row in group])
    return groups


def merged(table, groups):
    """Groups whose middles are alike become one, the larger ones first; what stands alone may join one."""
    from scipy import sparse

    groups = sorted(groups, key=len, reverse=True)
    place = np.concatenate([np.full(len(group), number) for number, group in enumerate(groups)])
    gather = sparse.csr_matrix((np.ones(len(place)), (place, np.concatenate(groups))), shape=(len(groups), table.shape[0]))
    middles = as_long_as(gather @ table, 1)
    alike = (middles @ middles.T).tocsr()
    into = list(range(len(groups)))
    for number in range(len(groups)):
        span = slice(alike.indptr[number], alike.indptr[number + 1])
        larger = [(score, other) for other, score in zip(alike.indices[span], alike.data[span], strict=True)
                  if other < number and score >= SAME]
        if larger:
            into[number] = into[max(larger)[1]]
    joined: dict = {}
    for number, group in enumerate(groups):
        joined.setdefault(into[number], []).extend(group)
    return list(joined.values())


def theme(messages, rows, names):
    """Its words are those that most of its messages share and few others do; longer ones stand for their parts."""
    weight = np.asarray(rows.mean(axis=0)).ravel()
    best: list = []
    for column in np.argsort(-weight)[:10 * WORDS]:
        word = names[column]
        if weight[column] > 0 and not any(word in other for other in best):
            best = [other for other in best if other not in word] + [word]
        if len(best) == WORDS:
            break
    times = sorted((each.time for each in messages if each.time), key=moment) or [""]
    users = len({each.user or each.id for each in messages})
    likeness = float(np.sqrt(weight @ weight))  # of a message and the middle of its group, on average
    heat = likeness * (users + np.log2(1 + sum(each.votes for each in messages)) / 2)
    typical = messages[int(np.argmax(rows @ weight))]
    title = typical.topic or typical.detail[:40]
    return Theme(best, title, len(messages), users, float(heat), times[0], times[-1], [each.id for each in messages])


def moment(text):
    """Sorts "2019/9/2 8:05" and "2019-10-11 18:00:00" alike."""
    return tuple(int(part) for part in re.findall(r"\d{1,9}", text))
