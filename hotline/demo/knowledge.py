"""The shelf of knowledge of the demo: written by one editor, approved by another, and some of it still on its way."""
from datetime import timedelta

from django.utils import timezone

from hotline.demo.articles import ENTRIES
from knowledge import actions
from knowledge.models import Article, Status, Version

WRITTEN, APPROVED = timedelta(days=45), timedelta(days=44)


def stock(cast, *, now):
    """Fill the shelf once; returns how many articles were added."""
    if Article.objects.exists():
        return 0
    first, second = cast["ke"], cast["ke2"]
    for place, entry in enumerate(ENTRIES):
        author, approver = (first, second) if place % 2 else (second, first)
        row = actions.write(by=author, now=now - WRITTEN, **content_of(entry, cast, now))
        actions.submit(row.article.number, row.version, by=author, now=now - WRITTEN)
        actions.publish(row.article.number, row.version, by=approver, now=now - APPROVED)
    on_the_way(cast, first, second, now)
    return Article.objects.count()


def content_of(entry, cast, now):
    today = timezone.localdate(now)
    return {
        "title": entry.title, "question": entry.question, "answer": entry.answer, "keywords": entry.keywords,
        "source": entry.source, "legal_basis": entry.basis, "owner": cast.units[entry.owner],
        "area": cast.units[entry.area] if entry.area else None, "audience": entry.audience, "valid_from": today - timedelta(days=60),
        "valid_to": today + timedelta(days=entry.ends_in) if entry.ends_in else None,
        "review_on": today + timedelta(days=min(entry.review_in, entry.ends_in or entry.review_in)),
        "ivr_text": entry.ivr, "ivr_key": entry.key,
    }


def on_the_way(cast, first, second, now):
    """A new version that waits for approval, a draft, and two proposals."""
    hour = timedelta(hours=1)
    content = content_of(ENTRIES[12], cast, now) | {"change_note": "营业厅可线上受理", "answer": ENTRIES[12].answer + "也可在手机端提交。"}
    row = actions.write(by=first, now=now - 5 * hour, number=number_of(ENTRIES[12].title), base=1, **content)
    actions.submit(row.article.number, row.version, by=first, now=now - 5 * hour)
    actions.write(by=second, now=now - 3 * hour, **content_of(ENTRIES[1], cast, now) | {
        "title": "居住证遗失补办", "question": "居住证丢了怎么补", "ivr_text": "", "ivr_key": "",
        "answer": "本人持身份证到原办证的街镇便民服务中心申请补领，七个工作日内发证，不收工本费。"})
    actions.propose(by=cast["op"], now=now - 2 * hour, title="公交老年卡年审", question="老年卡要不要年审", keywords="老年卡 公交 年审",
                    answer="市民多次问到老年卡年审的时间和地点，建议请公交公司提供统一口径。")
    actions.propose(by=cast["li.sw"], now=now - hour, title="水表更换通知的说明", keywords="水表 更换",
                    answer="近期分批更换到期水表，不收费，更换前三天张贴通知，工作人员佩戴证件上门。")


def number_of(title):
    found = Version.objects.filter(title=title, status=Status.PUBLISHED).values_list("article__number", flat=True)
    return found.first() or ""


def cited_for(question):
    """The number of the article with which operators answer a question of the demo; "" when there is none."""
    entry = next((entry for entry in ENTRIES if question in entry.about), None)
    return number_of(entry.title) if entry else ""
