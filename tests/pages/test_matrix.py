"""Every page, for every role, in both languages, light and dark, on a desk and on a phone: nobody is kept out, nothing
is fetched from elsewhere, nothing is refused by the content security policy, nothing is left untranslated."""

import pytest

from accounts.roles import Role
from tests.pages import examine, table

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


EVERYBODY = ["", *(role.value.lower() for role in Role), "co"]  # the last one is of a unit that takes part
READ_ENGLISH = ["", "op", "rv", "li", "cb", "sv", "dl", "ad"]  # between them they open nearly everything


def is_read_by_another(visit, language):
    """A page that is the same for everybody is read by everybody in Chinese, in English by one: it costs half a second."""
    return (language == examine.ENGLISH and visit.who not in ("", "op") and table.is_same_for_all(visit.name)
            and not examine.WHOLE)


@pytest.mark.parametrize("language, who", [*((examine.CHINESE, who) for who in EVERYBODY),
                                           *((examine.ENGLISH, who) for who in (EVERYBODY if examine.WHOLE else READ_ENGLISH))])
def test_no_page_keeps_anybody_out(visit, visits, examiner, language, who):
    visitor = visit(who)
    visitor.speak(language)
    for wanted in [one for one in visits if one.who == who and not is_read_by_another(one, language)]:
        visitor.goto(wanted.path)
        place = f"{who}:{wanted.path}"
        examiner.complaints.add(place, [f"status {visitor.status}"] if visitor.status != 200 else [])
        if wanted.foreign:
            examiner.complaints.add(place, visitor.heard())
        else:
            examiner.look(visitor, wanted.name, place, language)

    assert not examiner.complaints, str(examiner.complaints)
    assert examiner.complaints.examined, "nobody of this role opens anything"
