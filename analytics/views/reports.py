"""Saved reports: the page that lists them, the form, and what their owner does with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import needs, person
from analytics import saving
from analytics.asking import asked
from analytics.measures import PERMISSION
from analytics.models import SavedReport
from analytics.report_values import FILTERS
from analytics.views.report_form import ReportForm
from analytics.views.report_rows import shown
from complaints.errors import CaseError, Invalid, StaleVersion

Text = str | Promise


@require_GET
@needs(PERMISSION)
def reports(request: HttpRequest) -> HttpResponse:
    """Own ones and shared ones. Four statements and one for each filter with a name."""
    user, now = person(request), timezone.now()
    found = shown(user, now)
    context = {
        "own": [each for each in found if each.own],
        "shared": [each for each in found if not each.own],
        "troubled": [each for each in found if each.own and each.troubled],
        "most": saving.MOST_OWN,
    }
    return render(request, "reports/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(PERMISSION)
def report_new(request: HttpRequest) -> HttpResponse:
    """Keep one; the address of a dashboard prefills its filters."""
    known, problems = _prefilled(request)
    initial = {"span": "30d", "hour": "9", "day": 1, "weekday": "1", "working_days": True, **known}
    return _form(request, None, initial, problems)


def _prefilled(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    """The filters of the address; what is not known is left out and said."""
    found = {name: request.GET.get(name, "").strip() for name in FILTERS}
    try:
        asked(found, person(request), timezone.localdate())
    except Invalid as error:
        said = [sentence for some in error.errors.values() for sentence in some]
        return {n: "" if n in error.errors else value for n, value in found.items()}, said
    return found, []


@require_http_methods(["GET", "POST"])
@needs(PERMISSION)
def report(request: HttpRequest, report: int) -> HttpResponse:
    """Change one's own."""
    found = _found(request, report)
    if found.owner_id != person(request).pk:
        raise Http404
    initial = {
        **found.filters,
        **{name: getattr(found, name) for name in ("name", "span", "every", "day", "working_days")},
        "weekday": str(found.weekday),
        "hour": str(found.hour),
        "shared_with": str(found.shared_with_id or ""),
        "recipients": [row.user.username for row in found.recipients.select_related("user")],
    }
    return _form(request, found, initial)


def _found(request: HttpRequest, pk: int) -> SavedReport:
    try:
        return saving.find(pk, person(request))
    except SavedReport.DoesNotExist as missing:
        raise Http404 from missing


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _form(
    request: HttpRequest,
    found: SavedReport | None,
    initial: Mapping[str, Any],
    problems: Sequence[str] = (),
) -> HttpResponse:
    user, posted = person(request), request.method == "POST"
    form = ReportForm(user, request.POST if posted else None, initial)
    status = 200
    if posted:
        values = {name: request.POST.get(name, "") for name in form.fields}
        values["recipients"] = request.POST.getlist("recipients")  # type: ignore[assignment]
        try:
            if found is None:
                saving.save(values, by=user)
            else:
                saving.change(found.pk, values, by=user, version=_version(request))
        except Invalid as refusal:
            problems, status = form.refuse(refusal.errors), 422
        except StaleVersion as stale:
            form.refuse({})
            found, problems, status = _found(request, found.pk), [stale.message], 409  # type: ignore[union-attr]
        except CaseError as error:
            form.refuse({})
            problems, status = [error.message], 422
        else:
            messages.success(request, _("报表已保存"))
            return redirect("reports")
    context = {"form": form, "report": found, "problems": problems}
    return render(request, "reports/form.html", context, status=status)


_Act = Callable[..., SavedReport]
ACTS: dict[str, tuple[_Act, Text]] = {
    "pause": (saving.pause, gettext_lazy("已暂停发送")),
    "resume": (saving.resume, gettext_lazy("已恢复发送")),
    "delete": (saving.delete, gettext_lazy("报表已删除")),
    "take-over": (saving.take_over, gettext_lazy("您已接管这份报表")),
}


@require_POST
@needs(PERMISSION)
def report_act(request: HttpRequest, report: int) -> HttpResponse:
    """Pause, resume, delete, take over, or send to a recipient again."""
    user, name = person(request), request.POST.get("act", "")
    try:
        if name == "again":
            to = request.POST.get("user", "")
            saving.send_again(report, to, by=user, version=_version(request))
            messages.success(request, _("到下一次发送时间会再发给这位收件人"))
        elif name in ACTS:
            act, words = ACTS[name]
            act(report, by=user, version=_version(request))
            messages.success(request, str(words))
        else:
            messages.error(request, _("没有这个操作；请刷新页面再试"))
    except SavedReport.DoesNotExist as missing:
        raise Http404 from missing
    except CaseError as error:
        said = (
            [s for some in error.errors.values() for s in some]
            if isinstance(error, Invalid)
            else []
        )
        messages.error(request, " ".join(said) or error.message)
    return redirect("reports")
