from django.urls import path, re_path

from followup import boards, views
from followup.city import api as city_api
from followup.city import views as city
from followup.cockpit import views as cockpit
from followup.sampling import views as sampling
from followup.survey import views as survey
from followup.tracking import views as tracking

CALLBACK = r"^tickets/(?P<ticket_no>[0-9]{1,16})/callback/"

app_name = "followup"
urlpatterns = [
    path("desk/callbacks/", views.callbacks, name=boards.CALLBACKS.url_name),
    path("desk/appeals/", views.appeals, name=boards.APPEALS.url_name),
    path("desk/unit-appeals/", views.unit_appeals, name=boards.OF_UNIT.url_name),
    path("desk/follow-ups/", views.follow_ups, name=boards.FOLLOW_UPS.url_name),
    path("desk/tracking/", tracking.tracking, name="tracking"),
    path("desk/tracking/file/", tracking.export, name="tracking-file"),
    re_path("^desk/tracking/(?P<ticket_no>[0-9]{1,16})/$", tracking.log, name="tracking-log"),
    path("desk/callbacks/next/", cockpit.take_next, name="next"),
    path("desk/callbacks/release/", cockpit.release, name="release"),
    re_path(CALLBACK + "$", cockpit.callback, name="callback"),
    re_path(CALLBACK + "claim/$", cockpit.claim, name="claim"),
    re_path(CALLBACK + "hold/$", cockpit.hold, name="hold"),
    path("desk/layers/", views.layers, name=boards.LAYERS.url_name),
    path("desk/city-callbacks/", city.choose, name="city-callbacks"),
    path("desk/city-callbacks/confirm/", city.confirm, name="city-callbacks-confirm"),
    path("desk/sampling/", sampling.page, name="sampling"),
    path("desk/sampling/<str:week>/publish/", sampling.publish, name="sampling-publish"),
    path("desk/sampling/<str:week>/draw/", sampling.draw, name="sampling-draw"),
    re_path(r"^desk/sampling/(?P<sampled_id>[0-9]{1,18})/$", sampling.finding, name="sampled"),
    path("api/v1/city-callbacks/", city_api.city_callbacks, name="api-city-callbacks"),
    path("s/", survey.thanks, name="survey-thanks"),
    path("s/<str:token>", survey.survey, name="survey"),  # as short as a text message wants it; logs leave the token out
]
