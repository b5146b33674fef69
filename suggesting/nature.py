"""What kind of matter it is (诉求类型), by the words that people use for it: said with the word that was found."""
from dataclasses import dataclass

from tickets.choices import Type

WORDS = {  # the first that is found wins; what is graver comes first
    Type.REPORT: "举报 偷税 漏税 受贿 行贿 贪污 无证经营 非法 制假 售假 传销 诈骗",
    Type.PRAISE: "表扬 点赞 锦旗 致谢 特别感谢 衷心感谢",
    Type.COMPLAINT: "投诉 乱收费 不作为 态度恶劣 态度差 推诿 扰民 拖欠 欺骗 霸王条款 强制 违规 拒绝退",
    Type.SUGGEST: "建议 能否增设 能否增加 希望增设 希望增加",
    Type.CONSULT: "咨询 请问 想问 想了解 怎么办理 如何办理 什么时候 是否可以 需要什么材料 什么手续 能不能办",
    Type.HELP: "求助 请求帮助 停水 停电 漏水 被困 走失 不亮 堵塞 破损 无法 没有人处理 没人处理 维修",
}


@dataclass(frozen=True)
class Nature:
    type: Type
    word: str


def of(text):
    """The likeliest Nature, or None where no word says it."""
    return next((Nature(type_, word) for type_, words in WORDS.items() for word in words.split() if word in text), None)
