"""Initial passwords, and words that anybody would try first at a hotline."""

import secrets
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# No characters that are mistaken for one another on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST = 128


def random_password() -> str:
    """Four groups of four, 79 bits, readable over the phone."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(4))


class HotlineWordsValidator:
    """Refuses passwords that are little more than words of this place."""

    WORDS = ("12345", "96120", "热线", "澄湖", "政府", "hotline", "rexian", "chenghu", "password", "admin", "qwerty")
    OWN_PART = 8

    def validate(self, password, user=None):
        rest = unicodedata.normalize("NFKC", password).casefold()
        if len(password) > LONGEST:
            raise ValidationError(_("A password has at most 128 characters."), code="password_too_long")
        for word in self.WORDS:
            rest = rest.replace(word, "")
        if len(set(rest)) < self.OWN_PART // 2 or len(rest) < self.OWN_PART:
            text = _("This password is too easy to guess for somebody who knows the hotline.")
            raise ValidationError(text, code="hotline_word")

    def get_help_text(self):
        return _("Do not build the password from words such as 12345 or hotline.")
