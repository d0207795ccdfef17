"""我的提醒: which saved views tell a person that they fill up, and ending that."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from complaints.actions import saved_views, view_alerts
from complaints.errors import Invalid
from complaints.models.saved_views import SavedView
from complaints.views.view_alert_looks import may_open


@require_GET
@needs("see_complaints")
def alerts(request: HttpRequest) -> HttpResponse:
    """The person's own, with what crossed."""
    return _page(request)


@require_POST
@needs("see_complaints")
def subscribe(request: HttpRequest, queue_view: int) -> HttpResponse:
    """POST {more_than, days, by_mail}; once more changes the numbers."""
    more_than, days = (_number(request.POST.get(name, "")) for name in ("more_than", "days"))
    try:
        alert = view_alerts.subscribe(
            queue_view, more_than, days, by_mail="by_mail" in request.POST, by=person(request)
        )
    except SavedView.DoesNotExist as missing:
        raise Http404 from missing
    except Invalid as refused:
        view = saved_views.visible_to(person(request)).get(pk=queue_view)
        return _page(request, refused, view)
    messages.success(
        request,
        _("视图“{name}”的新案件超过 {n} 件时会提醒您").format(
            name=alert.view.name, n=alert.more_than
        ),
    )
    return redirect("view_alerts")


@require_POST
@needs("see_complaints")
def unsubscribe(request: HttpRequest, view_alert: int) -> HttpResponse:
    """No more; twice is the same."""
    view_alerts.unsubscribe(_own(request, view_alert), by=person(request))
    messages.success(request, _("已取消提醒"))
    return redirect("view_alerts")


@require_POST
@needs("see_complaints")
def seen(request: HttpRequest, view_alert: int) -> HttpResponse:
    """The mark is taken away until the next crossing."""
    view_alerts.seen(_own(request, view_alert), by=person(request))
    return redirect("view_alerts")


def _own(request: HttpRequest, pk: int) -> int:
    if not view_alerts.of(person(request)).filter(pk=pk).exists():
        raise Http404
    return pk


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def _page(
    request: HttpRequest, refused: Invalid | None = None, view: SavedView | None = None
) -> HttpResponse:
    user = person(request)
    rows = list(view_alerts.of(user))
    for row in rows:
        row.user = user  # whose teams are known
    context = {
        "rows": [(row, may_open(row)) for row in rows],
        "refused": refused,
        "view": view,
        "typed": request.POST,
    }
    return render(request, "queue/alerts.html", context, status=422 if refused else 200)
