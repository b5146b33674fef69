from django.urls import path

from followup import boards, views

app_name = "followup"
urlpatterns = [path("desk/callbacks/", views.callbacks, name=boards.CALLBACKS.url_name)]
