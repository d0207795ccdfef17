"""How the API describes itself in OpenAPI: what every call has in common is said here, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.api.paging import LARGEST, PAGE_SIZE, Order

PROBLEM = "application/problem+json"


class ProblemError(serializers.Serializer[Any]):
    field = serializers.CharField(help_text=_("字段名，例如 consumer.phone；流程条件没有字段"))
    code = serializers.CharField(help_text=_("原因的固定代码"))
    message = serializers.CharField(help_text=_("说明原因和下一步的一句话"))


class Problem(serializers.Serializer[Any]):
    """A refusal (RFC 9457). Nothing was written."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(required=False, help_text=_("拒绝的固定代码"))
    detail = serializers.CharField()
    errors = ProblemError(many=True)
    number = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=_("已用同一外部编号登记的案件；您无权查看时为 null"),
    )
    version = serializers.IntegerField(required=False, help_text=_("案件现在的版本号"))
    current = serializers.DictField(required=False, allow_null=True, help_text=_("案件现在的内容"))


REFUSALS = {
    "400": _("提交的内容不能接受；errors 逐一指出字段"),
    "401": _("没有密钥或登录，或密钥无效、过期、已撤销"),
    "403": _("角色或密钥的权限范围不允许"),
    "404": _("不存在，或不在您可以查看的范围内"),
    "409": _(
        "现在不能这样做：步骤的条件未满足（errors 逐条列出）、version 已过时、"
        "重复登记，或案件处于别的阶段"
    ),
    "412": _("If-Match 是旧版本；current 是案件现在的内容"),
    "413": _("内容过大"),
    "415": _("不接受这种内容类型"),
    "422": _("同一个幂等键用于不同的内容"),
    "429": _("调用过于频繁；等待 Retry-After 秒"),
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

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        found: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if found is not None:
            scopes = getattr(self.view, "scopes", {})
            found["x-scope"] = scopes.get(self.method)
            if self.method not in scopes:  # for people alone: `ScopedPermission`
                found["security"] = [{"session": []}]
        return found

    def get_description(self) -> str:
        return ""  # docstrings speak to whoever reads the code

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
            found[code] = {**answer, "description": str(REFUSALS[code])}
        return found


IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_("读取案件时的 ETag；此后案件有变动则返回 412"),
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=_(
        "1 至 200 个可见 ASCII 字符。同一键的同一调用只执行一次，24 小时内重复调用得到第一次的回答"
    ),
)


def paging(orders: dict[str, Order]) -> list[OpenApiParameter]:
    """The parameters of a list."""
    return [
        OpenApiParameter("cursor", description=_("取自 next 或 previous，不要自行拼写")),
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": LARGEST},
            description=format_lazy(_("1 至 {most}，默认 {usual}"), most=LARGEST, usual=PAGE_SIZE),
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
    """An object whose keys are ids and whose values have the shape `of`; or are one of the `plain`
    JSON types.
    """

    of: type[serializers.Serializer[Any]]
    plain: tuple[str, ...] = ()


class ByIdExtension(OpenApiSerializerExtension):
    target_class = "accounts.api.schema.ById"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        values = auto_schema.resolve_serializer(self.target.of, direction)
        plain = [{"type": list(self.target.plain)}] if self.target.plain else []
        shape = {"anyOf": [values.ref, *plain]} if plain else values.ref
        return {"type": "object", "additionalProperties": shape}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": str(_("create_api_key 命令生成的密钥")),
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": str(_("已登录的本人；写入时须带请求头 X-CSRFToken")),
        }


def without_own_views(endpoints: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The description does not describe its own address."""
    return [e for e in endpoints if e[0].startswith("/api/v1/")]
