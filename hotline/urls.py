from django.urls import include, path

from hotline import health, views

handler500 = "hotline.outage.failed"

urlpatterns = [
    path("", views.home, name="home"),
    path("palette/", views.palette, name="palette"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *[path("", include(f"{app}.urls")) for app in ("accounts", "notices", "tickets", "dispatch", "followup", "insights")],
    path("api/v1/", include("accounts.api_urls")),
    path("", include("tickets.api_urls")),  # last: it answers for every other address under /api/
]
