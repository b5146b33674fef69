"""Every page there is. A new address must be entered here, as a page with its arguments or as no page with a reason.

Who opens a page is not written here: the audience of its view says it, and all of them are sent there.
"""
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from accounts.access import EVERYBODY, SIGNED_IN
from accounts.roles import Role
from hotline.checks import audience_of
from tests.api.lives import IN_STATE
from tests.pages.examine import CHINESE
from tickets.models import SlaProfile

POST, FRAGMENT, PROGRAM, STREAM = "answers POST only", "is a part of a page", "is for programs", "never ends"
FILE = "is a file to be kept"
DEMO = "is there in the demo only"
LEADS_ON = "leads to a page of this table"

NO_PAGES = {
    "home": LEADS_ON, "healthz": PROGRAM, "readyz": PROGRAM, "logout": POST, "language": POST, "sign-out-everywhere": POST,
    "begin-second-factor": POST, "grant-role": POST, "revoke-role": POST, "reset-password": POST, "switch-person": POST,
    "remove-second-factor": POST, "add-shift": POST, "remove-shift": POST, "notices:count": FRAGMENT, "notices:read": POST,
    "tickets:history": POST, "tickets:similar": POST, "tickets:look-up": POST, "tickets:recognise": POST,
    "tickets:caller-note-add": POST, "tickets:caller-note-end": POST,
    "tickets:caller": POST, "tickets:intake-draft": POST, "tickets:intake-discard": POST, "tickets:intake-besides": POST, "tickets:intake-files": POST,
    "tickets:intake-file-drop": POST,
    "tickets:script-write": POST, "tickets:questions-write": POST, "tickets:snippet-keep": POST, "tickets:snippet-drop": POST, "tickets:snippet-list": FRAGMENT,
    "tickets:lists": FRAGMENT, "tickets:reveal": POST, "dispatch:acknowledge": POST,
    "tickets:message-take": POST, "tickets:message-back": POST, "tickets:message-join": POST, "tickets:message-none": POST,
    "put-guide-away": POST, "show-guides": POST, "tickets:live": STREAM, "tickets:news": FRAGMENT, "tickets:here": POST,
    "tickets:calendar-day": POST, "tickets:calendar-file": POST, "tickets:calendar-confirm": POST, "tickets:profile-confirm": POST,
    "tickets:special-add": POST, "tickets:special-end": POST, "dispatch:preset-add": POST, "dispatch:preset-end": POST,
    "dispatch:routing-look": POST, "dispatch:routing-write": POST, "dispatch:routing-end": POST,
    "dispatch:feedback-file": POST, "dispatch:feedback-confirm": POST,
    "insights:report-act": POST, "insights:report-file": FILE, "insights:report-last-hour": LEADS_ON,
    "dispatch:evidence-file": FILE, "dispatch:attachment": FILE, "tickets:export-file": FILE, "tickets:calls-file": POST,
    "tickets:export-decide": POST, "tickets:export-drop": POST,
    "followup:tracking-log": POST, "followup:tracking-file": POST,
    "followup:city-callbacks-confirm": POST, "followup:sampling-publish": POST, "followup:sampling-draw": POST,
    "tickets:phone-bar": FRAGMENT, "tickets:phone-seat": POST, "tickets:phone-leave": POST, "tickets:phone-mode": POST,
    "tickets:phone-settle": POST, "tickets:phone-transfer": POST, "tickets:dial": POST, "tickets:telephone": DEMO,
    "suggesting:look": POST, "suggesting:answer": POST,
    "knowledge:look": POST, "knowledge:act": POST,
    "followup:next": POST, "followup:release": POST, "followup:claim": POST, "followup:hold": POST,
}
REACHED_OTHERWISE = {  # pages that an address alone does not open; see scenes.py
    "login-code", "login-enrol", "login-password",
}


@dataclass(frozen=True)
class Visit:
    """One person opens one page."""

    name: str
    who: str  # an attribute of world.people, "" for nobody
    path: str
    foreign: bool = False  # the words and looks of another project: only closed network and policy are examined


def addresses(patterns=None, namespace=""):
    """(name with its namespace, audience) of everything that has an address; programs' addresses are api-…."""
    for entry in get_resolver("hotline.urls").url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", audience_of(entry.callback)


def is_for_programs(name):
    return name.rpartition(":")[2].startswith("api-") and name != "api-docs" or name == "None"


def audience(name):
    """Attributes of world.people."""
    allowed = dict(addresses())[name]
    if allowed == EVERYBODY:
        return [""]
    return [role.lower() for role in (Role if allowed == SIGNED_IN else allowed)]


def plain(name):
    """A page without arguments, for everybody who may open it."""
    return lambda world: [(who, reverse(name)) for who in audience(name)]


def person(world):
    return [("ad", reverse("person", args=[user.pk])) for user in (world.people.li, world.people.ad)]


def second_factor(world):
    return [("op", reverse("second-factor"))]  # he has begun


def ticket_pages(world):
    """Each state for the first who can act there; for each reader a ticket that he can act on, or only sees."""
    chosen = {}
    for name, who, _step, _mode in world.offered:
        if name in IN_STATE:
            chosen.setdefault(name, who)
    chosen = {(who, name) for name, who in chosen.items()} | {("sv", name) for name in IN_STATE if name not in chosen}
    for who, user in world.readers():
        seen = [name for name, acts, _step, _mode in world.offered if acts == who] or [
            name for name, ticket in world.tickets.items() if world.seen(user, ticket)]
        chosen |= {(who, name) for name in seen[:1]}
    return [(who, reverse("tickets:by_number", args=[world.tickets[name].ticket_no])) for who, name in sorted(chosen)
            if world.seen(world.user(who), world.tickets[name])]


def step_forms(world):
    """Each step once, and once more where it confirms what another proposed; spread over tickets and people."""
    chosen, used = {}, Counter()
    for name, who, step, mode in world.offered:
        key, load = (step, mode == "confirm"), used[name] + used[who]
        if key not in chosen or load < chosen[key][0]:
            chosen[key] = load, name, who
        used.update(chosen[key][1:])
    return [(who, reverse("tickets:do", args=[world.tickets[name].ticket_no, step]))
            for (step, _confirms), (_load, name, who) in chosen.items()]


def intake(world):
    """An empty form, one that was begun, and one filled in from a message."""
    asked = ("draft=unfinished", f"message={world.messages['taken'].pk}")
    return [*plain("tickets:new")(world), *[("op", f"{reverse('tickets:new')}?{query}") for query in asked]]


def taken(world):
    return [("op", reverse("tickets:taken", args=[world.tickets["pending_review"].ticket_no]))]


def several(world):
    """The preview of one step for several tickets, some of which do not wait for it."""
    numbers = "&".join(f"t={world.tickets[name].ticket_no}" for name in ("pending_dispatch", "fresh in_dispatch", "draft", "closed"))
    return [("dp", reverse("tickets:several", args=["dispatch"]) + f"?{numbers}"),
            ("sv", reverse("tickets:several", args=["issue_supervision"]) + f"?{numbers}")]


def questions_of(world):
    """Questions of a category of several versions, and a category that asks nothing yet."""
    return [("ad", reverse("tickets:questions-of", args=["010201"])), ("ops", reverse("tickets:questions-of", args=["010101"]))]


def field_list(world):
    """Some stops of a unit, one of which has no address for it; the same in an order of one's own; and nothing ticked."""
    path, names = reverse("dispatch:field-list"), ("pending_receipt", "handling", "suspended", "reminded", "order answered")
    numbers = [world.tickets[name].ticket_no for name in names]
    ticked = "&".join(f"t={number}" for number in numbers)
    return [("li", f"{path}?{ticked}"), ("hd", f"{path}?t={','.join(numbers)}"), ("ul", f"{path}?{ticked}"), ("co", path)]


def profile(name, *whom):
    def found(world):
        return [(who, reverse(name, args=[SlaProfile.objects.earliest("pk").pk])) for who in whom]
    return found


def clocks(world):
    """A running deadline, a paused one and a kept one, each explained to a supervisor; one to the unit that holds it."""
    tickets = [world.tickets[name] for name in ("handling", "suspended", "closed")]
    found = [("sv", ticket.clocks.get(kind="COMPLETION").pk, ticket.ticket_no) for ticket in tickets]
    found.append(("li", tickets[0].clocks.get(kind="RESPONSE").pk, tickets[0].ticket_no))
    return [(who, reverse("insights:clock", args=[number, pk])) for who, pk, number in found]


def holders(world):
    return [("sv", reverse("insights:holders", args=[world.tickets["closed"].ticket_no]))]


def readers_of(world):
    """A supervisor who may read the ticket, and the auditor, who may not."""
    return [(who, reverse("insights:seen", args=[world.tickets["handling"].ticket_no])) for who in ("sv", "au")]


def evidence(world):
    """Files that are there, and a ticket without any; for those who bring some and for those who look at them."""
    return [(who, reverse("dispatch:evidence", args=[world.tickets[name].ticket_no]))
            for who, name in (("li", "shared"), ("rv", "shared"), ("hd", "handling"), ("cb", "pending_callback"))]


def callback(world):
    """One that the agent has in hand, and one that he may take."""
    return [("cb", reverse("followup:callback", args=[world.tickets[name].ticket_no]))
            for name in ("fresh in_callback", "pending_callback")]


def survey(world):
    return [("", world.survey)]


def sampling(world):
    """Last week, of which nothing is drawn, and a week that is."""
    return [*plain("followup:sampling")(world), ("sv", f"{reverse('followup:sampling')}?week=2026-W10")]


def published(world):
    return [*plain("insights:published")(world), ("sv", f"{reverse('insights:published')}?of=nantong")]


def sampled(world):
    return [(who, reverse("followup:sampled", args=[world.sampled.pk])) for who in ("sv", "au")]


def knowledge(world):
    """What an operator reads and two versions beside each other; what an editor may approve, and a proposal."""
    number, waits, proposed = world.articles
    return [("op", reverse("knowledge:article", args=[number])), ("ke", f"{reverse('knowledge:article', args=[number])}?v=2&with=1"),
            ("ke", f"{reverse('knowledge:article', args=[waits])}"), ("ke", reverse("knowledge:article", args=[proposed]))]


def knowledge_edit(world):
    return [("ke", reverse("knowledge:edit", args=[world.articles[0]]))]


def knowledge_list(world):
    return [*plain("knowledge:list")(world), ("op", reverse("knowledge:list") + "?q=zzzz")]


def lists(world):
    """Also narrowed until nothing is left, and asked for what makes no sense."""
    return [*plain("tickets:all")(world), ("op", f"/tickets/?q={quote('路灯报修电话')}"), ("sv", f"/tickets/?q={quote('漏水 维修')}"),
            ("li", f"/tickets/?q={quote('漏')}"), ("ql", "/tickets/?q=13800138000"), ("sv", "/tickets/?registered_from=never&page=x&after=1~2")]


def message(world):
    """One that waits, one in somebody's hands, and one that is handled; for the operator who has it and for his leader."""
    return [(who, reverse("tickets:message", args=[found.pk])) for found in world.messages.values() for who in ("op", "ops")]


def inbox(world):
    return [*plain("tickets:messages")(world), ("op", "/messages/?show=handled"), ("op", "/messages/?channel=media&show=late")]


def figure_list(world):
    """A list of tickets and one of calls, and what a unit's leader sees of it."""
    return [(who, reverse("insights:figure-list", args=[code])) for who, code in (
        ("sv", "accepted"), ("sv", "calls"), ("ul", "completions_due"), ("ql", "appealed_out"))]


def alert(world):
    """A warning that waits, one in hand with an answer to be released and another being sent, and one that is over."""
    return [(who, reverse("insights:alert", args=[found.pk])) for who, found in (
        ("sv", world.alerts["open"]), ("dl", world.alerts["taken up"]), ("rv", world.alerts["taken up"]), ("dp", world.alerts["over"]))]


def alerts(world):
    return [*plain("insights:alerts")(world), ("sv", f"{reverse('insights:alerts')}?show=all")]


def memo(world):
    """In every status; the leader of the unit sees those that were sent."""
    return [("sv", reverse("insights:memo", args=[found.pk])) for found in world.memos.values()] + [
        ("ul", reverse("insights:memo", args=[world.memos[name].pk])) for name in ("sent", "closed")]


def memo_new(world):
    return [("zh", reverse("insights:memo-new")), ("sv", f"{reverse('insights:memo-new')}?alert={world.alerts['taken up'].pk}")]


def own_files(world):
    """Files in every state of who decides on those of others, who asked for one with names in full, and of who has none."""
    return [(who, reverse("tickets:exports")) for who in ("dl", "op", "sv")]


def reports_of(world):
    """One that is being made, one that failed, a draft, one that waits to be issued and an issued one; each for somebody else."""
    return [(who, reverse("insights:report", args=[world.reports[name].pk])) for who, name in (
        ("sv", "queued"), ("zh", "failed"), ("sv", "draft"), ("dl", "draft"), ("zh", "approved"), ("ql", "issued"), ("sv", "issued"))]


WITH_ARGUMENTS = {
    "insights:report": reports_of,
    "tickets:exports": own_files,
    "insights:figure-list": figure_list,
    "insights:alert": alert, "insights:alerts": alerts, "insights:memo": memo, "insights:memo-new": memo_new,
    "tickets:messages": inbox, "tickets:message": message,
    "api-docs": lambda world: [("op", reverse("api-docs"))], "person": person, "second-factor": second_factor, "tickets:by_number": ticket_pages, "tickets:do": step_forms,
    "tickets:new": intake, "tickets:taken": taken, "tickets:several": several, "tickets:all": lists, "dispatch:field-list": field_list,
    "tickets:profile": profile("tickets:profile", "sv", "ad"), "tickets:profile-new": profile("tickets:profile-new", "ad"),
    "insights:clock": clocks, "insights:holders": holders, "insights:seen": readers_of, "dispatch:evidence": evidence,
    "tickets:questions-of": questions_of, "followup:callback": callback, "knowledge:article": knowledge, "knowledge:edit": knowledge_edit, "knowledge:list": knowledge_list,
    "followup:survey": survey, "followup:sampling": sampling, "followup:sampled": sampled,
    "insights:published": published,
}
FOREIGN = {"api-docs"}
PAGES = {
    "insights:alerts", "insights:alert", "insights:memos", "insights:memo", "insights:memo-new",
    "suggesting:quality", "suggesting:topics",
    "knowledge:list", "knowledge:desk", "knowledge:new", "knowledge:propose", "knowledge:article", "knowledge:edit",
    "login", "account", "change-password", "second-factor", "people", "new-person", "person", "roster", "notices:list",
    "tickets:desk-mine", "tickets:desk-floor", "tickets:desk-review", "tickets:desk-leader", "tickets:desk-quality",
    "tickets:messages", "tickets:message", "tickets:message-write",
    "tickets:all", "tickets:caller-notes", "tickets:new", "tickets:by_number", "tickets:taken", "tickets:do", "dispatch:desk-dispatch",
    "dispatch:desk-unit", "dispatch:desk-unit-board", "insights:board", "insights:wall", "insights:responsibility", "insights:callback-figures", "insights:figures", "insights:figure-list", "insights:ranking", "insights:reports", "insights:report", "insights:how-we-count", "insights:published", "dispatch:desk-supervision", "dispatch:desk-coordination", "dispatch:desk-duty",
    "followup:desk-callbacks", "insights:audit-log", "api-docs", "styleguide", "palette", "tickets:several",
    "tickets:scripts", "tickets:questions", "tickets:questions-of", "tickets:snippets", "tickets:calendar", "tickets:profiles", "tickets:profile", "tickets:profile-new", "tickets:special",
    "insights:clock", "insights:holders", "insights:seen", "dispatch:routing", "dispatch:presets",
    "dispatch:field-list", "dispatch:feedback", "dispatch:evidence", "followup:callback", "followup:survey",
    "followup:survey-thanks", "followup:desk-appeals", "followup:desk-unit-appeals", "followup:desk-follow-ups",
    "tickets:exports", "tickets:calls", "tickets:seats", "tickets:handover",
    "followup:tracking", "followup:desk-layers", "followup:city-callbacks", "followup:sampling", "followup:sampled",
}


def visits(world):
    """Everything that is to be seen, by person: one browser session opens page after page."""
    found = [Visit(name, who, path, name in FOREIGN)
             for name in sorted(PAGES) for who, path in WITH_ARGUMENTS.get(name, plain(name))(world)]
    return sorted(found, key=lambda visit: visit.who)


MANY = {"tickets:by_number", "tickets:do"}  # each state and each step is another page
SOME, A_FEW = 24, 4


def sample(visits, language):
    """What `make test` opens of it: in Chinese each page once and something for everybody, in English, which the texts are
    written in, each page once; of the pages of which there are many, some. The whole takes five times as long."""
    met, kept = Counter(), []
    for visit in visits:
        of_all, of_one = f"page {visit.name}", f"person {visit.who}"
        most = (SOME if language == CHINESE else A_FEW) if visit.name in MANY else 1
        if met[of_all] < most or (language == CHINESE and not met[of_one]):
            kept.append(visit)
            met.update([of_all, of_one])
    return kept


def somewhere(name):
    """An address of this name, with arguments that lead nowhere."""
    for arguments in ([], [1], [1, 1], ["1"], ["1", "submit"], ["K00001", "submit"], ["1", "join"]):
        with suppress(NoReverseMatch):
            return reverse(name, args=arguments)
    raise AssertionError(f"{name} wants other arguments")
