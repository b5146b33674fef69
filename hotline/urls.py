from importlib.util import find_spec

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.access import SIGNED_IN
from hotline import health

handler500 = "hotline.outage.failed"


def for_anyone_signed_in(view):
    """An API view guards itself (session or token); this says so to the check that asks every page."""
    view.audience = SIGNED_IN
    return view


schema = for_anyone_signed_in(SpectacularAPIView.as_view())
documentation = for_anyone_signed_in(SpectacularSwaggerSplitView.as_view(url_name="schema"))

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/schema/", schema, name="schema"),
    path("api/v1/docs/", documentation, name="api_documentation"),
    *[path("", include(f"{app}.urls")) for app in ("accounts", "notices", "tickets", "dispatch", "followup")
      if find_spec(f"{app}.urls")],
]
