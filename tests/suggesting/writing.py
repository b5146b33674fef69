"""Made-up messages of three kinds, each told in its own words: enough to learn from, and none of a real person."""
import random

from suggesting.messages import Message

KINDS = {
    "roads": ("路面坑洼", "路灯不亮", "井盖破损", "红绿灯故障", "人行道塌陷", "斑马线看不清", "道路积水", "护栏倒了"),
    "schools": ("学校收费", "老师补课", "学位不够", "幼儿园食堂", "招生政策", "教室太挤", "作业太多", "校车不准时"),
    "wages": ("拖欠工资", "没有签合同", "社保未缴", "加班没有报酬", "工伤认定", "被辞退没有补偿", "押金不退", "农民工讨薪"),
}
PLACES = ("江畔", "锦绣", "书院", "湖滨", "东风", "桥头", "和园", "前进")
ENDS = ("希望尽快处理", "请核实", "已经一个月了", "没有人管", "很多邻居都有同样的问题", "谢谢")


def written(count, seed=1):
    chance = random.Random(seed)  # noqa: S311 (the same messages in every run)
    for number in range(count):
        label = sorted(KINDS)[number % len(KINDS)]
        words = chance.sample(KINDS[label], 3)
        yield Message(f"{chance.choice(PLACES)}{words[0]}", "，".join([*words, *chance.sample(ENDS, 2)]) + f"第{number}次",
                      label, group=str(number // 2), id=str(number), user=f"u{number % 7}", time=f"2026-03-{1 + number % 28:02d}")
