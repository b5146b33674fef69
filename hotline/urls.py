from django.urls import include, path

from hotline import health, styleguide, views

handler403 = "hotline.refusals.not_yours"
handler404 = "hotline.refusals.not_here"
handler500 = "hotline.outage.failed"

urlpatterns = [
    path("", views.home, name="home"),
    path("guide/away/", views.put_guide_away, name="put-guide-away"),
    path("guide/show/", views.show_guides, name="show-guides"),
    path("styleguide/", styleguide.page, name="styleguide"),
    path("palette/", views.palette, name="palette"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *[path("", include(f"{app}.urls"))
      for app in ("accounts", "notices", "knowledge", "tickets", "suggesting", "dispatch", "followup", "insights")],
    path("api/v1/", include("accounts.api_urls")),
    path("api/v1/", include("knowledge.api_urls")),
    path("", include("tickets.api_urls")),  # last: it answers for every other address under /api/
]
