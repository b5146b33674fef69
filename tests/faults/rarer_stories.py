"""Every other step of a ticket's life for the crash loop of `make faults`."""
from datetime import timedelta

from accounts.instant import database_now
from followup import actions as following
from followup.tasks import auto_archive
from tests import factories
from tests.faults.crash import Act, Story
from tests.faults.stories import OK, Subject, begin_with, on_the_page, on_the_way, people, proposed, registered, step
from tickets.models import Ticket

DAYS = timedelta(days=1)
DISPATCH = step("dispatch", "dp", lead_unit="ZJ")
CONSULT = {"type": "consult", "area": None, "address": ""}


def unhappy(people, now):
    return factories.answered(people, now, answers=factories.UNHAPPY)


def three_times_unhappy(people, now):
    ticket = unhappy(people, now)
    for _round in range(2):
        ticket = factories.redo_again(people, ticket, now)
    return ticket


def two_of_one_matter():
    master = factories.in_review(people(), now=database_now())
    other = factories.in_review(people(), now=database_now())
    return Subject(master.ticket_no, [other.pk])


def one_merged_into_another():
    both = two_of_one_matter()
    (other,) = both.tickets()
    following.merge_into(other.pk, by=people().rv, now=database_now(), master=Ticket.objects.get(ticket_no=both.key))
    return both


def nightly(subject):
    def request():
        auto_archive()
        return OK

    return request


def life(begin, *acts):
    return Story(begin_with(begin) if begin else begin_with(), acts)


INTAKE = (
    life(None, on_the_page("answer", answer="已向来电人解释清楚有关政策规定。", caller_understood="on", **CONSULT | {"area": ""})),
    life(None, *on_the_way(registered(**CONSULT)), step("direct_answer", "op")),
    life(None, *on_the_way(registered()), step("transfer_out", "op")),
    life(None, *on_the_way(registered()), step("void_draft", "op")),
    life(None, *on_the_way(registered(urgency="critical")), step("express_dispatch", "ops", lead_unit="ZJ", co_units=[]),
         step("post_review", "rv"), step("recall", "dp")),
    life(factories.in_review, step("return_for_info", "rv"), step("submit", "op")),
    life(factories.in_review, step("confirm_refusal", "rv", reason="R4")),
    life(factories.in_review, *proposed("confirm_refusal", "rv", "dl", reason="R9")),
    life(factories.in_review, step("withdraw_early", "rv")),
    Story(two_of_one_matter, (step("merge_into", "rv", lambda subject: {"master": subject.key}),)),
    Story(one_merged_into_another, (step("split_off", "rv"),)),
)
HANDLING = (
    life(factories.in_hand, step("assign_down", "li"), step("record_progress", "hd"), step("add_co_unit", "dp"),
         step("waive_parts", "dp"), step("add_supplement", "op"), step("change_urgency", "rv"),
         step("set_confidential", "op"), step("request_exclusion", "ul"), *proposed("decide_exclusion", "sv", "zh")),
    life(factories.in_hand, *proposed("request_suspension", "hd", "ul"), step("reject_suspension", "sv"),
         *on_the_way(step("request_suspension", "ul")), *proposed("approve_suspension", "sv", "dl"), step("resume", "li")),
    life(factories.in_hand, *on_the_way(step("issue_supervision", "sv"), step("answer_supervision", "li")),
         step("send_back_supervision", "sv"), *on_the_way(step("request_extension", "hd")), step("reject_proposal", "ul", reason="请先联系诉求人")),
    life(factories.in_hand, step("open_conference", "sv"), step("add_to_conference", "dp"), step("close_conference", "sv")),
    life(factories.replied, step("return_reply", "rv")),
)
RETURNS = (
    life(factories.in_dispatch, *on_the_way(DISPATCH), step("recall", "dp")),
    life(factories.dispatched, *on_the_way(step("request_return", "li")), step("reject_return", "dp")),
)
ENDS = (
    life(factories.in_callback, step("record_declined", "cb")),
    life(factories.in_hand, step("request_withdraw", "op"), step("record_withdrawal_answer", "cb", confirmed=False),
         step("withdraw_denied", "cb")),
    life(factories.in_hand, *on_the_way(step("request_withdraw", "op"), step("record_withdrawal_answer", "cb", confirmed=True)),
         *proposed("withdraw_late", "cb", "sv")),
    life(factories.dispatched, *on_the_way(step("request_withdraw", "op"), step("record_withdrawal_answer", "cb", confirmed=False)),
         step("withdraw_denied_redispatch", "cb")),
    life(factories.closed, step("reopen", "sv")),
    Story(begin_with(factories.closed, ago=4 * DAYS), (step("archive", "sv"),)),
    Story(begin_with(factories.closed, ago=4 * DAYS), (Act("nightly archive", nightly, again=(OK,), commits="among others"),)),
    life(three_times_unhappy, step("to_adjudication", "cb"), *proposed("force_close", "sv", "dl")),
    life(factories.in_adjudication, step("adjudicate_redo", "sv", case_owner="dl")),
    life(factories.in_adjudication, step("adjudicate_redispatch", "sv")),
    life(factories.in_adjudication, step("adjudicate_suspend", "dl")),
)
RARELY = (*INTAKE, *HANDLING, *RETURNS, *ENDS)
