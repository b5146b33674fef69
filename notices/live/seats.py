"""Whether the person who listens still sits there: an open stream must not outlive the session that opened it."""
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from accounts import sessions
from accounts.models import User


def check(listeners, *, now):
    """Those whose session is over (log-out, idle, deactivated, new password), after giving the others their fresh roles.

    Three queries for any number of listeners. Looking does not count as being there: an idle session goes on ageing.
    """
    kept = Session.objects.filter(pk__in={one.session_key for one in listeners}, expire_date__gt=now)
    sat = {session.pk: session.get_decoded() for session in kept}
    people = User.objects.filter(is_active=True, pk__in={one.user.pk for one in listeners})
    users = {person.pk: person for person in people.prefetch_related("memberships__unit")}
    for person in users.values():
        person.membership_list = list(person.memberships.all())
    gone = []
    for listener in listeners:
        user, session = users.get(listener.user.pk), sat.get(listener.session_key)
        if user is None or session is None or not belongs(session, user) or sessions.is_over(session, now=now):
            gone.append(listener)
        else:
            listener.user = user
    return gone


def belongs(session, user):
    fingerprint = session.get(HASH_SESSION_KEY, "")
    return (session.get(SESSION_KEY) == str(user.pk) and BACKEND_SESSION_KEY in session
            and constant_time_compare(fingerprint, user.get_session_auth_hash()))
