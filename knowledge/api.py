"""The address that the telephone menu fetches its knowledge points from."""
from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts import audit
from accounts.instant import database_now
from knowledge import export
from knowledge.who import READERS


class KnowledgePointSerializer(serializers.Serializer):
    number = serializers.CharField()
    version = serializers.IntegerField()
    key = serializers.CharField(help_text="Key of the telephone menu; empty when none is given.", allow_blank=True)
    title = serializers.CharField()
    text = serializers.CharField(max_length=200, help_text="What is read out.")
    area = serializers.CharField(allow_null=True, help_text="Code of the place it counts in; null: the whole district.")
    owner = serializers.CharField(help_text="Code of the unit that answers for it.")
    source = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class KnowledgePointsSerializer(serializers.Serializer):
    generated_at = serializers.DateTimeField()
    points = KnowledgePointSerializer(many=True)


@extend_schema(
    operation_id="knowledge_ivr", tags=["knowledge"],
    responses={200: KnowledgePointsSerializer, 401: OpenApiResponse(description="No or no valid credentials."),
               403: OpenApiResponse(description="Your roles do not allow it.")})
@api_view(["GET"])
def ivr(request):
    """The public, published and valid knowledge points that have a text to be read out."""
    now = database_now()
    if not request.user.has_role(*READERS):
        audit.record("DENIED", user=request.user, now=now, request=request, result="refused",
                     what=f"{request.method} {request.path}"[:300])
        raise PermissionDenied
    return Response(export.document(now))


ivr.audience = READERS  # type: ignore[attr-defined]
