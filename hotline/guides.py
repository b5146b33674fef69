"""The first-run guide: what each role does here, in four steps. Shown on its desk until it is put away."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from hotline import desks

KNOWN = frozenset(Role.values)
ON_THE_PHONE = (("intake", "ctrl+enter"), ("form", "ctrl+enter"), ("intake", "ctrl+s"), ("intake", "ctrl+d"), ("intake", "f2"))
AT_A_LIST = (("list", "j"), ("list", "k"), ("list", "o"), ("ticket", "1-9"), ("form", "ctrl+enter"), ("ticket", "n"))
READING = (("everywhere", "ctrl+k"), ("list", "j"), ("list", "k"), ("list", "o"))
ALWAYS = (("everywhere", "/"), ("everywhere", "?"))


@dataclass(frozen=True)
class Guide:
    """`keys` name rows of the table of keys: (scope, key)."""

    role: Role
    purpose: Any  # a lazy translation
    steps: tuple
    keys: tuple = AT_A_LIST

    @property
    def label(self):
        return self.role.label


def of(user, path):
    """The guide of a role that works on this page and whose guide this user has not put away yet."""
    waiting = (role for role in Role if role in user.roles and role not in user.guides_done)
    return next((GUIDES[role] for role in waiting if home_of(role) == path), None)


def home_of(role):
    """The address of the page on which a role begins its day."""
    for desk in desks.DESKS:
        if role in desk.roles:
            return desk.url
    return reverse(desks.HOMES.get(role, "home"))


GUIDES = {
    guide.role: guide
    for guide in (
        Guide(
            Role.OP,
            _("You are the voice of the hotline: what you write down is what everybody later acts on."),
            (
                _("“New call” opens the form. Write while the citizen speaks: number, place, matter, request."),
                _("Somebody in danger? First connect 110, 119 or 120, then write."),
                _("What you can answer, answer on the line and close. Submit the rest and read out number and query code."),
                _("Tickets sent back for information stand on this desk: complete them before the next call."),
            ),
            ON_THE_PHONE,
        ),
        Guide(
            Role.OPS,
            _("You keep the floor running: nothing waits unseen before it is dispatched."),
            (
                _("The tiles show what waits: review, drafts, missing information. Red is late."),
                _("A critical case you dispatch at once yourself; a reviewer checks it afterwards."),
                _("Deadlines of review and dispatch that pass come to you first: acknowledge them and clear the way."),
                _("Keep the duty roster right, and hand over what is open when your shift ends."),
            ),
            ON_THE_PHONE,
        ),
        Guide(
            Role.RV,
            _("You are the second pair of eyes: on what goes out to units, and on what comes back from them."),
            (
                _("Take the first row: it is due next. Check type, category, urgency and place."),
                _("Approve it, or send it back with one clear question."),
                _("Not ours? Decide “not accepted” and name the right channel; some reasons need the duty leader."),
                _("A reply must answer what was asked, with its basis and a real contact. Otherwise send it back."),
            ),
        ),
        Guide(
            Role.DP,
            _("You decide who is responsible. The citizen's deadline is already running while you do."),
            (
                _("Take the first row, read the matter, choose the unit by its duty; the suggestion stands in the form."),
                _("Several duties in one matter: one unit leads, the others join as co-units."),
                _("A unit asks to return it: decide in time. No return moves the citizen's deadline."),
                _("Units that dispute it again get a ruling: ask the supervisor for it."),
            ),
        ),
        Guide(
            Role.LI,
            _("You receive for your unit, and the citizen hears from you first."),
            (
                _("Sign for what was dispatched to you; when the time is over it counts as signed."),
                _("Contact the citizen before the response deadline and log the contact, also when nobody answered."),
                _("Assign it down to the people who handle it, and say what is to be done."),
                _("Not your duty? Ask to return it in time, with the reason and the unit that should have it."),
            ),
        ),
        Guide(
            Role.HD,
            _("You solve it. What you do and write is what the citizen gets."),
            (
                _("“In hand” is sorted by what is due next: begin with the first row."),
                _("Call the citizen, go there, and log contacts and progress while they are fresh."),
                _("More time is needed? Ask before the deadline, with the reason and a plan."),
                _("Reply with what was done, on which basis, and what the citizen said. Your leader signs urgent ones."),
            ),
        ),
        Guide(
            Role.UL,
            _("You answer for your unit: its deadlines, its replies, its word."),
            (
                _("“To be signed off” holds what needs your signature: urgent replies, returns, extensions."),
                _("“Late” and “Soon late” show who holds what. Help before the deadline, not after it."),
                _("Supervision orders and reminders want an answer from you in time."),
                _("You are told in steps as a deadline passes. What you settle early climbs no further."),
            ),
        ),
        Guide(
            Role.CB,
            _("You ask the only question that counts: is it solved, and is the citizen satisfied?"),
            (
                _("Take the callback that is due first, and read the reply before you call."),
                _("Ask the questionnaire as it stands and write what the citizen says, not what you think."),
                _("Nobody answers: log the try, and the next one is planned for you."),
                _("Solved and satisfied: close it. Otherwise order a redo or pass it to adjudication."),
            ),
        ),
        Guide(
            Role.SV,
            _("You see to it that promises are kept: from the first warning to the ruling."),
            (
                _("Red first: what is late, with whom and since when. Yellow is where you can still help."),
                _("Urge the unit; if that is not enough, issue a supervision order with its own deadline."),
                _("Rule on disputes, extensions and hard cases. The unit reads your reason."),
                _("What needs two persons you propose, and the duty leader confirms."),
            ),
        ),
        Guide(
            Role.ZH,
            _("You decide what units ask for beyond the rules, so that the same case gets the same answer."),
            (
                _("Exclusions, extensions and suspensions wait here, the oldest first."),
                _("Open the ticket, compare reason, legal basis and plan with the story."),
                _("Decide in words that the unit and the auditor can follow."),
                _("“Orders out” shows which supervision orders still wait for an answer."),
            ),
        ),
        Guide(
            Role.DL,
            _("You lead the duty: what is critical or climbs high is yours until it is settled."),
            (
                _("“Critical now” you know at every minute. Danger to life comes before every form."),
                _("Acknowledge an escalation within 30 minutes, otherwise it goes one level up."),
                _("You are the second person for grave steps: read the proposal, then confirm or reject it."),
                _("At hand-over go through this board with your successor; the bar shows who it is."),
            ),
        ),
        Guide(
            Role.QL,
            _("You see the district's cases as they are, without the names of citizens."),
            (
                _("The board shows what is critical, late, under key supervision or reported by many."),
                _("Open a ticket to read its whole story: who held it, how long, and what was said."),
                _("Your instruction becomes a supervision order: it has a deadline, and an answer must come."),
                _("Critical cases ring your bell at once, long before they are late."),
            ),
            READING,
        ),
        Guide(
            Role.KE,
            _("You keep the knowledge from which operators answer while the citizen is on the line."),
            (
                _("Approve first what a colleague has written: nobody publishes his own text."),
                _("A proposal of a colleague becomes your draft: complete source, owner, validity and review date."),
                _("Choose keywords as citizens say them: by these the intake screen suggests the article."),
                _("What is asked often without an article stands at the end of the desk; you read no tickets, only numbers."),
            ),
            (("everywhere", "ctrl+k"),),
        ),
        Guide(
            Role.QI,
            _("You look at finished work, so that the next case goes better."),
            (
                _("Closed tickets stand here, the newest first; filter by type, unit or words."),
                _("Read the story against the reply: was the citizen contacted, is the answer true and complete?"),
                _("“First callback negative” shows where the first answer did not hold."),
                _("Tell reviewers and supervisors what you see again and again."),
            ),
            READING,
        ),
        Guide(
            Role.AD,
            _("You give people the keys, and hold none to the cases yourself."),
            (
                _("Create a person; the first password is shown once and must be changed at the first sign-in."),
                _("Grant roles in a unit. Administrator and auditor stand alone: they go with no other role."),
                _("Who leaves is switched off, never deleted: the story of a ticket keeps its names."),
                _("Keep the duty roster filled. Escalations ring whoever is on duty at that minute."),
            ),
            (("everywhere", "ctrl+k"),),
        ),
        Guide(
            Role.AU,
            _("You read what everybody did; nobody can change or remove a line of it, you neither."),
            (
                _("Every sign-in, every look at an identity, every refusal and every change of settings is listed."),
                _("Filter by person, kind, ticket or day."),
                _("A ticket number opens its story; identities stay masked for you."),
                _("Look first at refused steps and at identities that were looked at without a case in hand."),
            ),
            (("everywhere", "ctrl+k"),),
        ),
    )
}
