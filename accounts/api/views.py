"""Who am I, am I really here, and what is on record. The audit app is the lowest storey and knows
no people, so its record is read here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import reauthentication
from accounts.api.base import ApiView, body, refuse
from accounts.api.paging import PARAMS, Order, page
from accounts.api.schema import paged, paging
from accounts.models import ApiKey
from accounts.roles import PERMISSIONS, Role
from audit.models import Entry
from audit.reading import saw

AUDIT_ORDERS = {"-id": Order("id", newest_first=True), "id": Order("id")}


class KeyInUse(serializers.Serializer[Any]):
    prefix = serializers.CharField()
    label = serializers.CharField(allow_blank=True)
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)


class TeamOfMine(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    leads = serializers.BooleanField()


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    permissions = serializers.ListField(child=serializers.ChoiceField(list(PERMISSIONS)))
    teams = TeamOfMine(many=True)
    key = KeyInUse(allow_null=True, help_text=_t("本次调用所用的密钥；浏览器会话为 null"))


class MeView(ApiView):
    """The caller."""

    scopes: ClassVar = {"GET": None}

    @extend_schema(operation_id="me", summary=_t("我是谁"), responses=Me, tags=["me"])
    def get(self, request: Request) -> Response:
        user, key = request.user, request.auth
        body = {
            "username": user.username,
            "name": user.name,
            "roles": list(user.roles),
            "permissions": [code for code in PERMISSIONS if user.may(code)],
            "teams": [
                {"id": team, "name": user.team_names[team], "leads": leads}
                for team, leads in user.memberships
            ],
            "key": _shown(key) if isinstance(key, ApiKey) else None,
        }
        return Response(body)


def _shown(key: ApiKey) -> dict[str, Any]:
    """What may be known of a key that is in use."""
    names = ("prefix", "label", "scopes", "expires_at")
    return {name: getattr(key, name) for name in names}


class Password(serializers.Serializer[Any]):
    password = serializers.CharField()


class ConfirmView(ApiView):
    """The password again, before a signature. Only a person in a browser session can do this."""

    remembers: ClassVar = False  # nothing of a password is kept, not even a fingerprint

    @extend_schema(
        operation_id="me_confirm",
        summary=_t("再次确认密码，五分钟内可以签署"),
        request=Password,
        responses={200: None},
        tags=["me"],
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiKey):
            raise PermissionDenied(_("签署只能由本人在浏览器中进行，程序密钥不能签署"))
        sent = body(request)
        for name in sent.keys() - {"password"}:
            raise refuse(name, _("没有“{field}”这个字段").format(field=name[:60]))
        password = sent.get("password")
        why = reauthentication.confirm(
            request._request, password if isinstance(password, str) else ""
        )
        if why:
            raise refuse("password", why.message, "wrong_password")
        return Response({})


class AuditEntry(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    actor_name = serializers.CharField(allow_blank=True)
    verb = serializers.CharField()
    subject = serializers.CharField()
    sequence = serializers.IntegerField()
    detail = serializers.DictField()
    previous_hash = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()


def _entry(entry: Entry) -> Any:
    if entry.subject.startswith("complaint:"):
        saw(entry.subject)
    return AuditEntry(entry).data


class AuditView(ApiView):
    """The append-only record: who did what, newest first."""

    scopes: ClassVar = {"GET": "audit:read"}
    permission: ClassVar = "read_audit"
    params: ClassVar = ("subject", *PARAMS)

    @extend_schema(
        operation_id="audit_list",
        summary=_t("审计记录：谁做了什么"),
        parameters=[
            OpenApiParameter(
                "subject",
                OpenApiTypes.STR,
                description=_t("例如 complaint:TS26-000123、user:agent；只写编号即指案件"),
            ),
            *paging(AUDIT_ORDERS),
        ],
        responses=paged(AuditEntry),
        tags=["audit"],
    )
    def get(self, request: Request) -> Response:
        entries = Entry.objects.all()
        subject = request.query_params.get("subject", "")
        if subject:
            full = subject if ":" in subject else f"complaint:{subject}"
            entries = entries.filter(subject=full)
        return page(request, entries, AUDIT_ORDERS, _entry)
