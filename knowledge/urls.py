from django.urls import path, re_path

from knowledge import views

app_name = "knowledge"
NUMBER = r"^knowledge/(?P<number>K[0-9]{5,9})/"

urlpatterns = [
    path("knowledge/", views.articles, name="list"),
    path("knowledge/desk/", views.desk, name="desk"),
    path("knowledge/new/", views.new, name="new"),
    path("knowledge/propose/", views.propose, name="propose"),
    path("knowledge/look/", views.look, name="look"),
    re_path(NUMBER + "$", views.article, name="article"),
    re_path(NUMBER + "edit/$", views.edit, name="edit"),
    re_path(NUMBER + r"(?P<act>[a-z_]{1,20})/$", views.act, name="act"),
]
