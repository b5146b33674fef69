"""What the keyboard needs at the end of every page of somebody who is signed in."""

from django import template

from hotline import keys

register = template.Library()


@register.simple_tag
def table_of_keys(user):
    return keys.of(user)
