"""What an address alone does not show: answers to forms, refusals, failures, drop-downs and dialogs."""
import pytest

from tests.pages import examine
from tests.pages.scenes import OPENED, SCENES, unfolded

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
LANGUAGES = [examine.CHINESE, examine.ENGLISH]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_keeps_anybody_out(visit, newcomer, world, examiner, language):
    for name, scene in SCENES.items():
        visitor = visit(scene.who) if scene.who else newcomer()
        visitor.speak(language)
        try:
            scene.play(visitor, world)
        except Exception as error:  # one broken scene must not hide the others
            examiner.complaints.add(name, [f"could not be played: {str(error)[:300]}"])
        else:
            examiner.complaints.add(name, [f"status {visitor.status}"] if visitor.status != scene.status else [])
            examiner.look(visitor, name, name, language)

    assert not examiner.complaints, str(examiner.complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_unfolds_keeps_anybody_out(visit, examiner, language):
    for who in OPENED:
        visitor = visit(who)
        visitor.speak(language)
        visitor.goto("/")
        for state in unfolded(visitor):
            examiner.look(visitor, f"home with {state}", f"{who}: {state}", language)

    assert not examiner.complaints, str(examiner.complaints)
