"""What is typed is kept by the browser until it has been sent; here it learns that it was."""
from django.conf import settings

COOKIE = "done"


def is_sent(response, ticket_no, step_name):
    """The page that comes next reads this, throws the draft away, and deletes the cookie (static/js/drafts.js)."""
    response.set_cookie(COOKIE, f"{ticket_no}.{step_name}", max_age=300, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
