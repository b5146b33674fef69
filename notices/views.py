"""The bell: what I was told, how much of it I have not read."""
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import anyone_signed_in
from accounts.instant import database_now
from notices import actions, texts
from notices.models import Notice

PAGE = 50


@anyone_signed_in
@require_safe
def notice_list(request):
    """Newest first; `digest` shows what a digest stands for, `before` goes on with older ones."""
    return render(request, "notices/list.html", listed(request.user, request.GET))


@anyone_signed_in
@require_safe
def bell_count(request):
    return render(request, "notices/_count.html", {"unread": unread_of(request.user)})


@anyone_signed_in
@require_POST
def read(request):
    """One notice (`notice`), or all that were on the page or older (`upto`): what came meanwhile stays unread."""
    actions.mark_read(request.user, now=database_now(), notice_id=number(request.POST.get("notice")),
                      upto=number(request.POST.get("upto")))
    if request.htmx:
        fragment = render(request, "notices/_list.html", listed(request.user, request.POST))
        return trigger_client_event(fragment, "notices-read")
    return redirect("notices:list")


def unread_of(user):
    return Notice.objects.bell_of(user).unread().count()


def listed(user, asked):
    digest, before = number(asked.get("digest")), number(asked.get("before"))
    rows = Notice.objects.merged_into(digest, user) if digest else Notice.objects.bell_of(user)
    if before:
        rows = rows.filter(pk__lt=before)
    rows = list(rows.order_by("-pk")[:PAGE + 1])
    page = rows[:PAGE]
    return {"items": [item(notice) for notice in page], "digest": digest or "", "before": before or "",
            "older": page[-1].pk if len(rows) > PAGE else "", "newest": page[0].pk if page else "",
            "unread": unread_of(user)}


def item(notice):
    """Ready to show: wording, colour, link."""
    return {"pk": notice.pk, "title": texts.title(notice), "body": texts.body(notice), "ticket_no": notice.ticket_no,
            "tone": texts.text_of(notice.kind).tone, "at": notice.created_at, "unread": notice.read_at is None,
            "is_digest": notice.kind == "digest"}


def number(text):
    """A positive id out of an untrusted parameter, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
