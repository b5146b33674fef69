"""The OpenAPI document: paths from the addresses, bodies from the forms, answers from the typed shapes."""
import threading
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from django.db.models import Choices
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from tickets import api_shapes, problems
from tickets.api_forms import inputs_of, schema_of
from tickets.api_list import REPEATED, FilterForm
from tickets.call_form import CallForm
from tickets.intake_form import IntakeForm

SHAPES = {shape.__name__: shape for shape in vars(api_shapes).values() if is_typeddict(shape)}
BASIC = {str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, Any: {},
         datetime: {"type": "string", "format": "date-time"}, date: {"type": "string", "format": "date"}}
ERRORS = {
    400: _("Malformed JSON, unknown or mistyped fields, unusable headers"),
    401: _("No or no valid credentials"),
    403: _("Your roles do not allow it"),
    404: _("No such ticket for you"),
    409: _("Wrong state or stale version; the problem names the current ones"),
    413: _("Body over 64 KiB"),
    415: _("The body is not JSON"),
    422: _("A rule refuses it (“detail”), or fields are wrong (“errors”)"),
    429: _("Too many requests; see Retry-After"),
    503: _("The database cannot be reached; see Retry-After"),
}
READING = (400, 401, 404, 429, 503)
WRITING = (400, 401, 403, 413, 415, 422, 429, 503)
STEPPING = (*WRITING, 404, 409)
hidden = extend_schema(exclude=True)


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of_hint(hint):
    """The JSON schema of a type hint as api_shapes uses them."""
    if hint in BASIC:
        return dict(BASIC[hint])
    if is_typeddict(hint):
        return ref(hint.__name__)
    if isinstance(hint, type) and issubclass(hint, Choices):
        return {"type": "string", "enum": list(hint.values)}
    arguments = get_args(hint)
    if get_origin(hint) is list:
        return {"type": "array", "items": schema_of_hint(arguments[0])}
    if get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": schema_of_hint(arguments[1])}
    assert get_origin(hint) is UnionType and NoneType in arguments, hint
    (other,) = [argument for argument in arguments if argument is not NoneType]
    return {"oneOf": [schema_of_hint(other), {"type": "null"}]}


def schema_of_shape(shape):
    properties = {name: schema_of_hint(hint) for name, hint in get_type_hints(shape).items()}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    if shape is api_shapes.Problem:  # the members that some problems have besides
        sentences = {"type": "array", "items": {"type": "string"}}
        properties |= {"state": {"type": "string"}, "version": {"type": "integer"},
                       "errors": {"type": "object", "additionalProperties": sentences}}
        return schema | {"required": ["type", "title", "status", "detail"]}
    return schema | {"additionalProperties": False}


def add_shapes(result, generator, request, public):
    """Hook of drf-spectacular: the shapes are components that the paths point to."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {name: schema_of_shape(shape) for name, shape in sorted(SHAPES.items())}
    return result


def responses(good, errors):
    """{status: shape name or (shape name, description)} and the errors that may come instead."""
    told = {status: OpenApiResponse(ref(shape), description=said) for status, (shape, said) in good.items()}
    wrong = {(status, problems.CONTENT_TYPE): OpenApiResponse(ref("Problem"), description=ERRORS[status])
             for status in sorted(errors)}
    return told | wrong


def body(form):
    return {"application/json": schema_of(form)}


def _filters():
    for name, known in inputs_of(FilterForm).items():
        schema = known.schema()
        schema.pop("title")
        repeated = name in REPEATED
        if isinstance(schema["type"], list):  # in a query a filter is left out, not null
            schema["type"] = schema["type"][0]
        if "enum" in schema:
            schema["enum"] = list(known.choices)
        yield OpenApiParameter(name, schema, description=known.label, explode=True if repeated else None,
                               style="form" if repeated else None)


IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=_(
    "The version you have seen; the step is refused with 409 when the ticket has another"))
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "maxLength": 100, "pattern": "^[!-~]+$"}, OpenApiParameter.HEADER,
    description=_("Made by you before the first try: the same key and body bring the same ticket, another body is "
                  "refused with 422"))


def describe_tickets(view):
    listing = extend_schema(
        methods=["GET"], operation_id="list_tickets", summary=_("Find tickets"), tags=["tickets"],
        parameters=list(_filters()),
        description=_("The tickets that you may see, newest first. “next” leads to the following page."),
        responses=responses({200: ("Page", _("One page"))}, (400, 401, 429, 503)))
    registering = extend_schema(
        methods=["POST"], operation_id="create_ticket", summary=_("Register a call"), tags=["tickets"],
        description=_("Writes the matter down as a draft; “submit” accepts it. For operators and shift leaders."),
        parameters=[IDEMPOTENCY_KEY], request=body(IntakeForm),
        responses=responses({200: ("Created", _("Registered before with this key")),
                             201: ("Created", _("Registered"))}, WRITING))
    return listing(registering(view))


def describe_ticket(view):
    return extend_schema(
        operation_id="read_ticket", summary=_("Read a ticket"), tags=["tickets"],
        description=_("Facts, clocks, trail, holders, and what you may do now with the fields that each step takes."),
        responses=responses({200: ("Detail", _("The ticket"))}, (401, 404, 429, 503)))(view)


def describe_step(step):
    return extend_schema(
        operation_id=step.name, summary=step.label, tags=["steps"], request=body(step.form), parameters=[IF_MATCH],
        responses=responses({200: ("Brief", _("Done")), 202: ("Waiting", _("Waits for a second person"))}, STEPPING))


def describe_calls(view):
    return extend_schema(
        operation_id="log_call", summary=_("Log a call that became no ticket"), tags=["calls"], request=body(CallForm),
        responses=responses({201: ("CallLogged", _("Logged"))}, WRITING))(view)


_one_at_a_time = threading.Lock()  # drf-spectacular loads its extensions while it works


@cache
def document(language):
    with _one_at_a_time:
        return drawn(language)


def drawn(language):
    """The whole document in one language; it changes with the program only."""
    with translation.override(language):
        return SchemaGenerator().get_schema(public=True)
