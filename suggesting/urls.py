from django.urls import path

from suggesting import views

app_name = "suggesting"
urlpatterns = [
    path("suggestions/look/", views.look, name="look"),
    path("suggestions/answer/", views.answer, name="answer"),
    path("suggestions/", views.quality, name="quality"),
    path("topics/", views.topics, name="topics"),
]
