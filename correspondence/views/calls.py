"""对外回调记录: every attempt to call the webhook, for whoever looks after the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from complaints.models import Complaint
from complaints.seen import saw_cases
from correspondence.models import WebhookCall
from correspondence.webhook_log import target_of
from correspondence.webhook_models import KEPT

PAGE = 50


@require_GET
@never_cache
@needs("see_health")
def webhook_calls(request: HttpRequest) -> HttpResponse:
    """The newest first, by keyset. A case is named to those who may see it."""
    found = WebhookCall.objects.select_related("outbox").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    ids = [row.outbox.complaint_id for row in rows[:PAGE]]
    visible = Complaint.objects.visible_to(person(request)).filter(pk__in=ids)
    numbers = dict(visible.values_list("pk", "number"))
    saw_cases(*numbers.values())
    context = {
        "rows": [(row, numbers.get(row.outbox.complaint_id, ""), _why(row)) for row in rows[:PAGE]],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "later": bool(before),
        "target": target_of(settings.WEBHOOK_URL) if settings.WEBHOOK_URL else "",
        "days": KEPT.days,
    }
    return render(request, "health/calls.html", context)


def _why(row: WebhookCall) -> str:
    """What hindered it, in words; "" where the other side answered."""
    known = {
        "TargetRefused": _("目标在内网，未列入允许的地址"),
        "SSLCertVerificationError": _("对方证书不可信"),
        "gaierror": _("找不到这个主机"),
        "TimeoutError": _("没有应答"),
        "ConnectionRefusedError": _("对方没有在接收"),
    }
    return known.get(row.error, _("连接中断")) if row.error else ""
