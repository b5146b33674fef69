from django.urls import path

from insights import views

app_name = "insights"
urlpatterns = [path("audit/", views.audit_log, name="audit-log")]
