"""Refuses to start when a page forgot to say who may see it."""
from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver


def all_routes(patterns=None, prefix=""):
    """(route, view) of every page there is."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def audience_of(view):
    """Set by the decorators of accounts.access on the function, or as an attribute of an API class."""
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        found = getattr(holder, "audience", None)
        if found is not None:
            return found
    return None


@register()
def every_page_has_an_audience(app_configs, **kwargs):
    return [Error(f"/{route} does not say who may see it: decorate {view.__module__}.{view.__name__} "
                  "with audience(), anyone_signed_in or public of accounts.access.", id="hotline.E001")
            for route, view in all_routes() if audience_of(view) is None]
