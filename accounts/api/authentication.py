"""Who calls: a program with a key, or a person in a browser; and what the key was given for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import keys
from accounts.browser import lost_its_token
from accounts.models import ApiKey, User
from accounts.roles import refusal
from accounts.sessions import acts

if TYPE_CHECKING:
    from rest_framework.views import APIView  # reads the settings that name this module


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. Another scheme is somebody else's business."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.verify(text.strip())
        if key is None:
            # one answer for unknown, expired and revoked: it tells nothing about which keys exist
            raise AuthenticationFailed(_("密钥无效、已过期或已撤销；请向管理员申请新的密钥"))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="kesu"'


class BrowserSession(SessionAuthentication):
    """The session of a signed-in person; every call that changes something needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:  # type: ignore[override]
        found = super().authenticate(request)
        if found is None or not isinstance(found[0], User):
            return None
        if found[0].must_change_password:
            raise PermissionDenied(_("请先在网页上设置您自己的密码"))
        acts.note(request._request)
        return found[0], None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            lost_its_token(request._request)
            raise


class ScopedPermission(BasePermission):
    """A person may what the roles allow; a key beyond that only what its scopes name.

    Views declare `scopes = {"GET": "complaints:read"}`, None for any key. A method that is not
    declared is closed to keys. What a person may do is checked by the actions, and which case is
    seen by `visible_to`, for keys and sessions alike; `permission` is for whole views.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        user, key = request.user, request.auth
        if not isinstance(user, User):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.allowed_methods:
            return True  # answered as 405
        scopes: dict[str, str | None] = getattr(view, "scopes", {})
        if isinstance(key, ApiKey):
            needed = scopes.get(method, "")
            if needed is not None and not (needed in key.scopes and keys.within(user, needed)):
                self.message = _("这个密钥没有权限范围“{scope}”").format(scope=needed)
                return False
        permission = getattr(view, "permission", None)
        if permission is not None and not user.may(permission):
            self.message = refusal(permission)
            return False
        return True
