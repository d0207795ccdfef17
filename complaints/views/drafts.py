"""Where pages keep what is being typed, every few seconds: one address, own drafts only."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import person
from complaints.actions import half_typed
from complaints.errors import Invalid


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def drafts(request: HttpRequest) -> HttpResponse:
    """GET ?key= → {"data"}, or 204 when there is none; POST {key, data} → {"saved_at"};
    DELETE {key} → 204.

    What is refused is said in one sentence (problem+json).
    """
    if request.method == "GET":
        found = half_typed.load_draft(person(request), request.GET.get("key", ""))
        return JsonResponse({"data": found[0]}) if found else HttpResponse(status=204)
    try:
        sent = _body(request)
        if request.method == "DELETE":
            half_typed.drop_draft(person(request), str(sent.get("key", "")))
            return HttpResponse(status=204)
        saved = half_typed.save_draft(
            person(request), sent.get("key", ""), sent.get("data"), about=sent.get("about")
        )
    except Invalid as refused:
        return _problem(422 if "body" not in refused.errors else 400, refused.message)
    return JsonResponse({"saved_at": timezone.localtime(saved).isoformat()})


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises Invalid("body")."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):  # the last: a form was sent
        sent = None
    if not isinstance(sent, dict):
        raise Invalid({"body": [_("收到的草稿不完整，没有保存；请刷新页面后再试")]})
    return sent


def _problem(status: int, detail: str) -> JsonResponse:
    body = {"type": "about:blank", "title": _("草稿没有保存"), "status": status, "detail": detail}
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
