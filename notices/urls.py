from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notice_list, name="list"),
    path("notices/count/", views.bell_count, name="count"),
    path("notices/read/", views.read, name="read"),
]
