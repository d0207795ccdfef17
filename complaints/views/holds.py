"""Stopping the clocks, letting them run again, and asking the consumer for documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from complaints import clock_words
from complaints.actions import asking, holds
from complaints.choices import DeadlineNature, DeadlineState, HoldReason
from complaints.errors import CaseError
from complaints.letter_values import locale_of
from complaints.models import Complaint, Deadline, Hold
from complaints.usual_items import in_words
from complaints.views.acting import act, posted_of
from complaints.views.case_composer import ways_of
from complaints.views.clock_forms import AskForm, HoldForm, PutOffForm
from complaints.views.clocks import load
from complaints.views.sheets import Mark, Sheet, done, nothing_to_do

Text = str | Promise


@dataclass(frozen=True)
class Foreseen:
    """What a hold for a reason would do: which clocks stop, and which go on and why."""

    reason: str
    label: Text
    running: bool
    stops: list[str]
    goes_on: list[tuple[str, str]]


def foreseen(complaint: Complaint, reasons: list[str], now: datetime) -> list[Foreseen]:
    """For each reason. Two statements."""
    clocks = list(
        Deadline.objects.filter(complaint=complaint, state__in=["running", "held"]).order_by(
            "due_at"
        )
    )
    open_ones = Hold.objects.filter(complaint=complaint, ended_at=None)
    running = set(open_ones.values_list("reason", flat=True))
    return [
        Foreseen(
            reason,
            HoldReason(reason).label,
            reason in running,
            [clock_words.title_of(d) for d in clocks if not _why(d, reason, now)],
            [(clock_words.title_of(d), why) for d in clocks if (why := _why(d, reason, now))],
        )
        for reason in reasons
    ]


def _why(deadline: Deadline, reason: str, now: datetime) -> str:
    """Why the clock goes on; "" where the reason stops it."""
    if reason in deadline.pausable_by:
        over = deadline.state == DeadlineState.RUNNING and deadline.due_at <= now
        return _("已经超过期限，中止不改变它") if over else ""
    if deadline.nature == DeadlineNature.STATUTORY:
        return _("法定期限不因此中止")
    if deadline.pausable_by:
        return _("这个期限不因这个原因中止")
    return _("这个期限不能中止")


def _sent(request: HttpRequest, *names: str) -> dict[str, Any]:
    return {name: request.POST.get(name, "") for name in names}


@require_http_methods(["GET", "POST"])
@needs("hold_clocks")
@keeps_what_was_typed
def hold(request: HttpRequest, number: str) -> HttpResponse:
    """中止计时."""
    complaint = load(request, number)
    sheet = Sheet(
        complaint, _("中止计时"), request.path, HoldForm(posted_of(request)), _("中止计时")
    )
    sheet.draft, sheet.template = f"hold:{number}", "case/hold.html"
    sheet.extra = {"foreseen": foreseen(complaint, HoldReason.values, timezone.now())}
    values = _sent(request, "reason", "note", "expected_end")
    mark, by = Mark.read(request.POST.get("version", "")), person(request)
    return act(
        request,
        sheet,
        lambda: holds.start(number, values, by=by, version=mark.version),
        _("计时已中止"),
    )


@require_http_methods(["GET", "POST"])
@needs("hold_clocks")
@keeps_what_was_typed
def put_off(request: HttpRequest, number: str, hold: int) -> HttpResponse:
    """改预计恢复日期."""
    complaint = load(request, number)
    found = Hold.objects.filter(complaint=complaint, pk=hold, ended_at=None).first()
    if found is None:
        raise Http404
    form = PutOffForm(posted_of(request), initial={"expected_end": found.expected_end})
    sheet = Sheet(complaint, _("改预计恢复日期"), request.path, form, _("保存"))
    sheet.intro, sheet.draft = found.note, f"put_off:{number}:{hold}"
    values, by = _sent(request, "expected_end"), person(request)
    mark = Mark.read(request.POST.get("version", ""))
    return act(
        request,
        sheet,
        lambda: holds.put_off(number, hold, values, by=by, version=mark.version),
        _("已改期，提醒随之改期"),
    )


@require_POST
@needs("hold_clocks")
def hold_end(request: HttpRequest, number: str, hold: int) -> HttpResponse:
    """恢复计时."""
    try:
        holds.end(number, hold, by=person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error
    except CaseError as error:
        return nothing_to_do(request, number, error.message)
    return done(request, number, _("计时已恢复"))


@require_http_methods(["GET", "POST"])
@needs("hold_clocks")
@keeps_what_was_typed
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """请消费者补充: message, hold and reminders in one act."""
    complaint = load(request, number)
    form = AskForm(ways_of(complaint), posted_of(request))
    sheet = Sheet(complaint, _("请消费者补充材料"), request.path, form, _("发送并中止计时"))
    sheet.draft, sheet.template = f"ask:{number}", "case/ask.html"
    [seen] = foreseen(complaint, [HoldReason.CONSUMER.value], timezone.now())
    sheet.extra = {"seen": seen, "who": complaint.consumer.name_masked or _("消费者")}
    if request.method == "GET" and (seen.running or not complaint.is_open):
        sheet.form = None
        sheet.problems = [
            _("已经在等待消费者补充；收到后先恢复计时，再请补充其他材料")
            if seen.running
            else _("案件已经办结，没有计时可以中止")
        ]
    values = _sent(request, "until", "channel", "text")
    ticked = in_words(request.POST.getlist("usual"), locale_of(complaint.consumer.language))
    values["items"] = "\n".join([*ticked, request.POST.get("items", "")])
    mark, by = Mark.read(request.POST.get("version", "")), person(request)
    return act(
        request,
        sheet,
        lambda: asking.ask_for_documents(number, values, by=by, version=mark.version),
        _leaves_soon(),
    )


def _leaves_soon() -> str:
    seconds = settings.SEND_UNDO_SECONDS
    if not seconds:
        return _("消息马上发出；计时已中止")
    return _("消息将在 {n} 秒后发出，在此之前可以撤回；计时已中止").format(n=seconds)
