"""What an operator should look at once more before he submits: never an obstacle, asked once."""
from dataclasses import dataclass
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.masking import mask_in_text
from accounts.numbers import age_on_id_card

OLD = 120
MASKED = ("content", "demand", "title")


@dataclass(frozen=True)
class Look:
    text: str
    can_mask: bool = False


def of(form):
    """The warnings about a form that was looked at (is_valid() was asked)."""
    given = form.cleaned_data
    if given.get("is_confidential") and any(masked(given).values()):
        yield Look(_("The citizen asked for confidentiality, and the text holds a phone or identity number."), can_mask=True)
    ages = [form.old_age, *ages_on_cards(form)]
    if any(age is not None and age > OLD for age in ages):
        yield Look(_("An age of more than 120 years: is that right?"))


def ages_on_cards(form):
    today = timezone.localdate(form.now)
    cards = [ask.name for ask in form.questions.asks if ask.kind == "id_card"]
    answers = getattr(form.questions, "cleaned_data", {})
    return [age_on_id_card(answers[name], today=today) for name in cards if answers.get(name)]


def masked(given):
    """{field: its text with the numbers starred out}, of the fields that have such numbers."""
    return {name: hidden for name in MASKED if (text := given.get(name) or "") != (hidden := mask_in_text(text))}


def sign_of(found):
    """What the form sends back when these warnings were read."""
    return sha256("|".join(one.text for one in found).encode()).hexdigest()[:12] if found else ""
