"""Messages as they come in, and the forms with which operators answer them."""
from tests import factories as make
from tests.factories import NOON
from tickets.channels import arrival
from tickets.channels.models import Message

WORDS = "家中屋顶漏水已经两周,物业一直没有派人来修,请帮忙督促。"


def said(**fields):
    return {"channel": "email", "source_ref": "a1@example.cn", "sender": "彭某某", "phone": "13800138000",
            "address": "pengmm@example.cn", "subject": "屋顶漏水", "body": WORDS} | fields


def arrived(p, now=NOON, by=None, **fields):
    return arrival.receive(by=by or p.system, now=now, **said(**fields))[0]


def fresh(message):
    return Message.objects.get(pk=message.pk)


def typed(message, **fields):
    """What the intake form sends back."""
    return {"message": message.pk, "channel": message.channel, "caller_name": "彭某某", "contact_phone": "13800138000",
            "content": WORDS, "title": "屋顶漏水", "need_reply": "true", "is_confidential": "", "caller_gender": "unknown",
            "subject_type": "person", "key": f"key-{message.pk}", "act": "submit"} | fields


def second_operator():
    return make.make_user("OP", "RX-JX")
