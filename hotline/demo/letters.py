"""What lies in the inbox when the demo opens: a dozen messages of all channels, some late, some seen to."""
from datetime import timedelta
from functools import partial

from tickets.channels import arrival, handling
from tickets.choices import Channel
from tickets.models import Ticket
from tickets.states import OPEN

MINUTE = timedelta(minutes=1)
# (minutes before the end, channel, number, name, phone, address, subject, words, more)
LETTERS = (
    (175, Channel.LETTER, "来信〔2026〕031号", "周桂兰", "13900001031", "江畔小区5栋", "楼道照明长期不亮",
     "江畔小区5栋二单元楼道灯坏了三个月,老人夜里上下楼很不安全,多次向物业反映没有结果,请帮忙督促维修。", {}),
    (140, Channel.SUPERIOR, "市转〔2026〕1187号", "市12345热线", "", "", "转办:网约车在医院门口乱停",
     "群众反映区人民医院东门每天早上网约车占用公交站台候客,影响上下车,请核实处理并反馈。", {"answer_by": 3}),
    (118, Channel.EMAIL, "CAF3k2@mail.example.cn", "陈志强", "", "chenzq@example.cn", "公园健身器材损坏",
     "滨湖公园北门的健身器材有两处断裂,小孩容易受伤,附上照片,希望尽快更换。", {"files": ("断裂处.jpg", "全景.jpg")}),
    (96, Channel.WECHAT, "wx-20261120-0087", "李敏", "13600000087", "", "", "请问新生儿落户需要带哪些材料,可以网上办吗?", {}),
    (74, Channel.PORTAL, "P2026-55231", "吴海涛", "15800005231", "", "夜间施工扰民",
     "望江路改造工程连续几晚十一点以后还在打桩,整栋楼都睡不好,请管一管。", {}),
    (60, Channel.TRANSFER_110, "110-3320517", "110指挥中心", "", "", "移交:路面塌陷",
     "报警人称学府路与望江路口路面塌陷约一平方米,已摆放警示锥,请通知权属单位到场处置。", {"urgency": "urgent"}),
    (48, Channel.APP, "APP-9921874", "赵倩", "18800001874", "", "公交站台遮雨棚漏水",
     "澄湖广场站的遮雨棚一下雨就漏,下面没法站人,请修一下。", {}),
    (41, Channel.SMS, "sms-77120", "", "13900007120", "", "", "我们村的自来水今天又是黄的,昨天刚反映过,怎么还没人来看?", {}),
    (33, Channel.MEDIA, "晚报读者热线1120-4", "晚报记者", "", "", "读者来电:老旧小区加装电梯停工",
     "读者反映幸福里小区加装电梯停工四个月,坑还在,请告知进展,拟于本周刊出答复。", {"answer_by": 2}),
    (26, Channel.EMAIL, "9021-news@promo.example.com", "", "", "news@promo.example.com", "双十一返场特惠", "全场五折,点击领取优惠券。", {}),
    (19, Channel.WECHAT, "wx-20261120-0104", "王先生", "13600000104", "", "", "上次反映的井盖已经换好了,谢谢你们!", {}),
    (12, Channel.VISIT, "走访1120-02", "孙大爷", "", "幸福里社区", "希望增设休息座椅",
     "社区走访时老人提出,菜市场到社区服务中心一路没有地方可以坐,希望增设几处座椅。", {}),
)
SPAM, THANKS, HELD = 9, 10, 4  # which of them are seen to, or in somebody's hands
REMINDED = "sms-77120"


class Letters:
    def __init__(self, cast):
        self.cast, self.op = cast, cast["op"]

    def schedule(self, stage):
        for letter in LETTERS:
            stage.plan(stage.ends - letter[0] * MINUTE, partial(self.comes, letter))
        for number, reason in ((SPAM, "spam"), (THANKS, "thanks")):
            stage.plan(stage.ends - 5 * MINUTE, partial(self.put_away, LETTERS[number], reason))
        stage.plan(stage.ends - 4 * MINUTE, self.add_to_a_ticket)
        stage.plan(stage.ends - 2 * MINUTE, partial(self.take, LETTERS[HELD]))

    def comes(self, letter, now):
        _minutes, channel, number, name, phone, address, subject, words, more = letter
        arrival.receive(
            by=self.op, now=now, channel=channel, source_ref=number, sender=name, phone=phone, address=address, subject=subject,
            body=words, urgency=more.get("urgency", "normal"),
            answer_by=now + timedelta(days=more["answer_by"]) if "answer_by" in more else None,
            attachments=[{"name": file, "size": None, "sha256": ""} for file in more.get("files", ())])

    def put_away(self, letter, reason, now):
        handling.no_matter(found(letter).pk, by=self.op, now=now, reason=reason)

    def take(self, letter, now):
        handling.take(found(letter).pk, by=self.cast["op2"], now=now)

    def add_to_a_ticket(self, now):
        """He wrote yesterday already: what is new goes to the open ticket."""
        open_one = Ticket.objects.filter(registered_by=self.op, state__in=OPEN).order_by("ticket_no").first()
        reminder = next(letter for letter in LETTERS if letter[2] == REMINDED)
        if open_one:
            handling.join(found(reminder).pk, by=self.op, now=now, ticket_no=open_one.ticket_no)


def found(letter):
    return arrival.Message.objects.get(channel=letter[1], source_ref=letter[2])
