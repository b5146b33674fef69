"""Articles for tests, made by the real actions."""
from datetime import date

from accounts.roles import Role
from knowledge import actions
from tests import factories
from tests.factories import NOON

TODAY = NOON.date()  # 2026-03-02


def editors():
    """Two of them: four eyes need two persons."""
    return factories.make_user(Role.KE, "RX-ZS"), factories.make_user(Role.KE, "RX-ZS")


def content(**fields):
    return {
        "title": "居住证如何申领", "question": "外地人在本区怎样办居住证", "keywords": "居住证 暂住",
        "answer": "在本区居住满半年,持身份证和住所证明到街道便民服务中心申领,十五个工作日内办结。", "source": "《居住证办事指南》2026年版",
        "legal_basis": "居住证暂行条例第九条", "owner": factories.unit("GA"), "area": None, "audience": "public",
        "valid_from": date(2026, 1, 1), "valid_to": None, "review_on": date(2026, 12, 1), "ivr_text": "", "ivr_key": "",
        "change_note": "",
    } | fields


def draft(by, now=NOON, **fields):
    return actions.write(by=by, now=now, **content(**fields))


def submitted(by, now=NOON, **fields):
    row = draft(by, now, **fields)
    return actions.submit(row.article.number, row.version, by=by, now=now)


def published(author, approver, now=NOON, **fields):
    row = submitted(author, now, **fields)
    return actions.publish(row.article.number, row.version, by=approver, now=now)
