"""The stream of hints, the news of one ticket, and the sign that somebody is here."""
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import anyone_signed_in, audience
from notices.live import wire
from notices.live.bell import Bell
from notices.live.hub import Hub, Listener
from tickets import page
from tickets.live.changes import Changes
from tickets.live.news import news_of
from tickets.live.presence import HOLDS, LOOKING, Board, Presence
from tickets.models import Ticket
from tickets.scope import READERS
from tickets.telephony.live import Telephone

board = Board()
hub = Hub(Telephone(), Bell(), Changes(), Presence(board))  # a caller waits: he comes first


@anyone_signed_in
@require_safe
def stream(request):
    """Server-sent events for one open page: `?ticket=` is what it shows, `?since=` when it was made (epoch seconds).

    204 where the server cannot leave a connection open, 429 when there are too many: the page then asks by itself.
    """
    server = wire.server_socket(request.META)
    if server is None or request.method != "GET":
        return HttpResponse(status=204)
    if not hub.has_room(request.user):
        return HttpResponse(status=429)
    place = page_shown(request)
    since = moment(request.headers.get("Last-Event-ID", "")) or moment(request.GET.get("since", ""))
    hub.join(Listener(request.user, request.session.session_key, wire.Wire.taken_from(server), since, place))
    return HttpResponse(status=200)  # into the pipe; the browser has had its headers from the wire


def page_shown(request):
    """The id of the ticket on the page, if this person may see it."""
    no = request.GET.get("ticket", "")
    if not no.isascii() or not no.isdigit() or len(no) > 16:
        return None
    return Ticket.objects.visible_to(request.user).filter(ticket_no=no).values_list("pk", flat=True).first()


def moment(text):
    """Epoch seconds out of an untrusted parameter, or None."""
    whole, _dot, rest = text.partition(".")
    return float(text) if whole.isascii() and whole.isdigit() and len(text) < 20 and (not rest or rest.isdigit()) else None


@audience(*READERS)
@require_safe
def news(request, ticket_no):
    """What others did since the version that the page shows (`?since=`); 204 when it shows the newest."""
    ticket = page.found(request.user, ticket_no)
    since = request.GET.get("since", "")
    since = int(since) if since.isascii() and since.isdigit() and len(since) < 10 else ticket.version
    if since >= ticket.version:
        return HttpResponse(status=204)
    return render(request, "components/news.html", {"ticket": ticket, "news": news_of(ticket, request.user, since)})


@audience(*READERS)
@require_POST
def here(request, ticket_no):
    """`what`: looking or typing; kept for seconds, told to who may see the ticket. Answers 204, or 404 to a stranger."""
    pk = Ticket.objects.visible_to(request.user).filter(ticket_no=ticket_no).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404
    what = request.POST.get("what", LOOKING)
    if what in HOLDS:
        board.put([(pk, request.user.pk, what, "page")])
    return HttpResponse(status=204)
