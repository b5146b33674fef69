from django.urls import path

from knowledge import api

urlpatterns = [path("knowledge/ivr/", api.ivr, name="api-knowledge-ivr")]
