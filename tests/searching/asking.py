"""Questions asked on the page of all tickets."""
import re

from tests.crowds import signed_in


def everything_said(user, q, **more):
    """The page, without what the question itself says on it."""
    answer = signed_in(user).get("/tickets/", {"q": q, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page):
    return re.findall(r'data-row="(\d{13})"', page)


def found(user, q, **more):
    return numbers(everything_said(user, q, **more))
