"""How the API describes itself in OpenAPI: what every call has in common is said here, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.api.paging import LARGEST, PAGE_SIZE, Order

PROBLEM = "application/problem+json"


class ProblemError(serializers.Serializer[Any]):
    field = serializers.CharField(
        help_text='The field, such as "consumer.phone"; empty for a guard.'
    )
    code = serializers.CharField(help_text="Stable name of the reason.")
    message = serializers.CharField(help_text="A sentence that says what to do next.")


class Problem(serializers.Serializer[Any]):
    """A refusal (RFC 9457). Nothing was written."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(required=False, help_text="Stable name of the refusal.")
    detail = serializers.CharField()
    errors = ProblemError(many=True)
    number = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="The case that holds the same external reference, when you may see it.",
    )
    version = serializers.IntegerField(required=False, help_text="The case's version now.")
    current = serializers.DictField(
        required=False, allow_null=True, help_text="The case as it is now."
    )


REFUSALS = {
    "400": "What was sent cannot be taken; `errors` names each field.",
    "401": "No key or session, or one that is unknown, expired or revoked.",
    "403": "The role or the key's scopes do not permit this.",
    "404": "There is no such thing, or it is outside of what you may see.",
    "409": "Not possible now: a refused step (every unmet guard in `errors`), a stale `version`, "
    "a duplicate, or a case in another state.",
    "412": "`If-Match` names an older version; `current` shows the case as it is now.",
    "413": "More than is taken.",
    "415": "Not a content type that is taken here.",
    "422": "The `Idempotency-Key` was used with other content.",
    "429": "Too many calls; see `Retry-After`.",
}
_ALWAYS = ("400", "401", "403", "429")
_OF_WRITES = ("409", "412", "413", "415")


class ApiSchema(AutoSchema):
    """Adds the refusals and headers that a call can have, so that no view repeats them."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        found = list(super().get_override_parameters())
        if self._writes_to_a_case():
            found.append(IF_MATCH)
        if self.method == "POST":
            found.append(IDEMPOTENCY_KEY)
        return found

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)
        if isinstance(field, serializers.JSONField):
            meta.pop("nullable", None)  # any value at all: null is one, and needs no second shape
        return meta

    def _writes_to_a_case(self) -> bool:
        return self.method != "GET" and "{number}" in self.path

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        codes = list(_ALWAYS)
        if "{" in self.path:
            codes.append("404")
        if self.method != "GET":
            codes += [c for c in _OF_WRITES if c != "412" or self._writes_to_a_case()]
        if self.method == "POST":
            codes.append("422")
        for code in sorted(codes):
            answer = self._get_response_for_code(Problem, code, [PROBLEM], direction)
            found[code] = {**answer, "description": REFUSALS[code]}
        return found


IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the case that you read. When it has changed since: 412.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 200 visible ASCII characters. The same call with the same key is done once; "
    "for 24 hours it is answered as the first time.",
)


def paging(orders: dict[str, Order]) -> list[OpenApiParameter]:
    """The parameters of a list."""
    return [
        OpenApiParameter("cursor", description="From `next` or `previous`; do not make your own."),
        OpenApiParameter(
            "page_size", OpenApiTypes.INT, description=f"1 to {LARGEST}, {PAGE_SIZE} by default."
        ),
        OpenApiParameter("ordering", enum=list(orders), default=next(iter(orders))),
    ]


def paged(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of one page of such rows."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    return type(f"{row.__name__}Page", (serializers.Serializer,), fields)


class ById(serializers.Serializer[Any]):
    """An object whose keys are ids and whose values have the shape `of`."""

    of: type[serializers.Serializer[Any]]


class ByIdExtension(OpenApiSerializerExtension):
    target_class = "accounts.api.schema.ById"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        values = auto_schema.resolve_serializer(self.target.of, direction)
        return {"type": "object", "additionalProperties": values.ref}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key of `create_api_key`."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A signed-in person; calls that write need the header `X-CSRFToken`.",
        }


def without_own_views(endpoints: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The description does not describe its own address."""
    return [e for e in endpoints if e[0].startswith("/api/v1/")]
