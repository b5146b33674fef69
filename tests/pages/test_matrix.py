"""Every page, for every role, in both languages, light and dark, on a desk and on a phone: nobody is kept out, nothing
is fetched from elsewhere, nothing is refused by the content security policy, nothing is left untranslated."""

import pytest

from accounts.roles import Role
from tests.pages import examine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


EVERYBODY = ["", *(role.value.lower() for role in Role), "co"]  # the last one is of a unit that takes part


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("language", [examine.CHINESE, examine.ENGLISH])
def test_no_page_keeps_anybody_out(visit, sampled, examiner, language, who):
    visitor = visit(who)
    visitor.speak(language)
    for wanted in [one for one in sampled[language] if one.who == who]:
        visitor.goto(wanted.path)
        place = f"{who}:{wanted.path}"
        examiner.complaints.add(place, [f"status {visitor.status}"] if visitor.status != 200 else [])
        if wanted.foreign:
            examiner.complaints.add(place, visitor.heard())
        else:
            examiner.look(visitor, wanted.name, place, language)

    assert not examiner.complaints, str(examiner.complaints)
    assert examiner.complaints.examined or language == examine.ENGLISH, "nobody of this role opens anything"
