"""The guide on a desk, with the keys that this role needs first."""
from django import template

from hotline import guides, keys

register = template.Library()


@register.simple_tag(takes_context=True)
def first_run_guide(context):
    request = context.get("request")
    user = getattr(request, "user", None)
    return guides.of(user, request.path) if user is not None and user.is_authenticated else None


@register.filter
def keys_of(guide):
    """(key, what it does), in the words of the key sheet."""
    known = {(key.scope, name): key.label for key in keys.KEYS for name in key.keys}
    wanted = dict.fromkeys((*guide.keys, *guides.ALWAYS))
    return [(name, known[scope, name]) for scope, name in wanted if (scope, name) in known]
