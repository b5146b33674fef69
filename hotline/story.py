"""What a ticket's page tells of knowledge: which article an answer cites, and what was proposed from the ticket."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledge import shelf
from knowledge.presenters import pill_of
from knowledge.who import READERS
from tickets.story import Chapter, Item, Panel, Word, events_of, register


def chapter(ticket, user, reading):
    """The articles that the trail names; no query while it names none."""
    named = {}
    for event in events_of(ticket):
        data = reading.data_of(event)
        if data.get("article"):
            named[data["article"]] = data.get("article_version", 1)
    if not named or not user.has_role(*READERS):
        return Chapter()
    rows = shelf.visible_to(user).filter(article__number__in=named).select_related("article").order_by("pk")
    items = [item(row) for row in rows if row.version == named[row.article.number]]
    return Chapter(panels=[Panel(_("Knowledge"), items, icon="book")] if items else [])


def item(row):
    url = f"{reverse('knowledge:article', args=[row.article.number])}?v={row.version}"
    return Item(f"{row.article.number} {row.title}", pill=pill_of(row), href=url, href_label=_("Open the article"))


register(
    words={"propose_article": Word(gettext_lazy("%(who)s proposed an article of knowledge"))},
    chapter=chapter,
    decoders={"article": (gettext_lazy("Article of knowledge"), None),
              "article_version": (gettext_lazy("Version of the article"), str)},
)
