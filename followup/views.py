"""The callback desk."""
from followup import boards
from tickets.list_views import desk_view

callbacks = desk_view(boards.CALLBACKS)
