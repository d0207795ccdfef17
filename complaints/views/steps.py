"""Taking a step: the form of its fields, and the act. One address for all steps of the table."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import needs, person
from accounts.browser import keeps_what_was_typed
from accounts.models import User
from accounts.roles import Role
from complaints import answering, asked_teams, reopening
from complaints.actions import evidence as evidence_actions
from complaints.actions import steps
from complaints.actions.feedback import LAST_ROUND
from complaints.advance import check_version, find
from complaints.errors import CaseError, Invalid, NotAllowed, StaleVersion
from complaints.lifecycle import STEPS, State, Step
from complaints.models import Complaint, Event
from complaints.seen import saw_cases
from complaints.views.case_head import ELSEWHERE, address, obstacle
from complaints.views.sheets import (
    Mark,
    Sheet,
    changes_since,
    done,
    nothing_to_do,
    readable,
    refused,
    show,
)
from complaints.views.step_forms import UPLOAD, StepForm
from complaints.views.words import sentences
from evidence.receive import FileRefused
from evidence.uploads import content_of


def _find(request: HttpRequest, number: str) -> Complaint:
    try:
        return find(number, person(request))
    except Complaint.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
@needs("write_notes")
@keeps_what_was_typed
def step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """GET: the form, or what stands in the way. POST: takes the step."""
    complaint = _find(request, number)
    row = STEPS.get(step)
    if row is None or step == "escalate":
        raise Http404
    if step in ELSEWHERE and address("review_case", number):
        return HttpResponseRedirect(address("review_case", number))
    if request.method == "POST":
        return _take(request, complaint, row)
    return _form(request, complaint, row)


def _sheet(request: HttpRequest, complaint: Complaint, row: Step) -> Sheet:
    posted = readable(request.POST)[0] if request.method == "POST" else None
    form = StepForm(row, complaint, posted)
    confirming = row.code == "withdraw" and complaint.withdrawal_requested_by_id
    title = _("确认撤回") if confirming else title_of(row, complaint)
    return Sheet(
        complaint,
        title,
        request.path,
        form,
        _("登记撤回请求") if row.code == "withdraw" and not confirming else title,
        intro=intro_of(row, complaint),
        template="case/step_fields.html",
        dangerous=row.dangerous,
        files=UPLOAD in form.fields,
        draft=f"step:{complaint.number}:{row.code}",
        extra={
            "targets": _targets(complaint, person(request)) if row.code == "merge" else [],
            "merging": row.code == "merge",
        },
    )


def title_of(row: Step, complaint: Complaint) -> str:
    """What the step is called here: a merged case that is reopened is merged no more."""
    undoes = row.code == "reopen" and complaint.merged_into_id
    return _("取消并案") if undoes else str(row.title)


def intro_of(row: Step, complaint: Complaint) -> str:
    """What the step does, in one sentence; of an answer also that its time is over."""
    over = answering.late(complaint, timezone.now()) if row.code in answering.ANSWERS else ""
    if row.code == "reopen":
        over = reopening.policy_in_words(complaint, timezone.now())
    does = {
        "accept": _("受理后，消费者会收到受理告知，答复期限开始计算。"),
        "decline": _("案件将办结，消费者会收到不予受理的说明。"),
        "conclude": _("法律分析将按现有事实定格，随后拟定方案。"),
        "reinvestigate": _("案件回到调查，方案须在调查终结后重新送审。"),
        "submit": _("方案送法务审核，审核期间不能修改。"),
        "consumer_accepts": _("方案中的每项措施成为有期限的承诺。"),
        "consumer_declines": _("协商轮次已满，消费者会收到还可以选择的外部途径；案件回到拟定方案。")
        if complaint.round >= LAST_ROUND
        else _("进入下一轮协商，重新拟定方案。"),
        "no_reply": _("不回复不视为同意；依法应付的款项仍须支付。"),
        "refer_out": _("案件转由外部机构处理，内部期限停止。"),
        "complete": _("全部承诺已了结，消费者会收到办结通知。"),
        "withdraw": _("撤回须由另一位主管确认；不影响消费者的法定权利。"),
        "merge": _("本案办结，后续在目标案件中办理；本案的证据和经过仍可查，并案可以取消。"),
        "reopen": _("本案恢复单独办理，期限重新起算；证据留在原处，两件案件的责任人都会收到通知。")
        if complaint.merged_into_id
        else _("案件回到调查，已封存的案卷保持不变。"),
        "archive": _("案卷封存，保管期限开始计算。"),
    }.get(row.code, "")
    return sentences(does, over, _waited_for(row, complaint))


def _waited_for(row: Step, complaint: Complaint) -> str:
    """That another team has not answered yet (协办): it keeps nobody from the step."""
    closes = State.CLOSED in row.to
    if not closes and row.code not in ("conclude", "submit"):
        return ""
    teams = _("、").join(consult.team.name for consult in asked_teams.open_of(complaint))
    if not teams:
        return ""
    if closes:
        return _("“{teams}”还没有答复协办，办结后不再等待。").format(teams=teams)
    return _("“{teams}”还没有答复协办；可以先进行，答复仍会写进经过。").format(teams=teams)


def _targets(complaint: Complaint, user: User) -> list[Complaint]:
    """Open cases of the same consumer that this one could be merged into."""
    same = Complaint.objects.visible_to(user).open().exclude(pk=complaint.pk)
    if not complaint.consumer.phone_index:
        return []
    found = list(same.filter(consumer__phone_index__in=complaint.consumer.indexes("phone"))[:5])
    saw_cases(*(case.number for case in found))
    return found


def _form(request: HttpRequest, complaint: Complaint, row: Step) -> HttpResponse:
    user = person(request)
    offered = {r["step"]: r for r in steps.available(complaint, by=user)}
    sheet = _sheet(request, complaint, row)
    mark = Mark.read(f"{request.GET.get('version', '')}:{request.GET.get('seen', '')}")
    if mark.version is not None and mark.version != complaint.version:
        sheet.changes = changes_since(complaint, mark)
    found = offered.get(row.code)
    reasons = found["reasons"] if found else _why_not(complaint, row, user)
    if not (found and found["openable"]):
        sheet.form = None
        sheet.obstacles = [obstacle(complaint.number, r) for r in reasons]
    return show(request, sheet)


def _why_not(complaint: Complaint, row: Step, user: User) -> list[Any]:
    return steps.check(complaint, row.code, {}, by=user)


def _take(request: HttpRequest, complaint: Complaint, row: Step) -> HttpResponse:
    user, mark = person(request), Mark.read(request.POST.get("version", ""))
    sheet = _sheet(request, complaint, row)
    posted, unreadable = readable(request.POST)
    values, version = cast(StepForm, sheet.form).sent(posted), mark.version
    try:
        if unreadable:
            check_version(complaint, version)
            raise Invalid(unreadable)
        if request.FILES.get(UPLOAD):
            check_version(complaint, version)
            values["evidence"] = [*values.get("evidence", []), _upload(request, complaint, user)]
            version = None if version is None else version + 1
        steps.take(complaint.number, row.code, values, by=user, version=version)
    except FileRefused as error:
        return refused(request, sheet, Invalid({UPLOAD: [error.message]}))
    except StaleVersion as error:
        if _taken_already(complaint, row, user, mark):
            return nothing_to_do(request, complaint.number)
        return refused(request, sheet, error)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except CaseError as error:
        return refused(request, sheet, error)
    words = _message(row, user, title_of(row, complaint))
    return done(request, complaint.number, words, sheet.draft)


def _upload(request: HttpRequest, complaint: Complaint, user: User) -> int:
    """Add the file as evidence first; its number goes into the step."""
    file = cast("UploadedFile[bytes]", request.FILES[UPLOAD])
    item = evidence_actions.add(
        complaint.number,
        content_of(file),
        file.name or "",
        {"obtained_at": timezone.now()},
        by=user,
    )
    return item.number


def _taken_already(complaint: Complaint, row: Step, user: User, mark: Mark) -> bool:
    """A double click: the same person took the same step after this page was drawn."""
    newer = Event.objects.filter(complaint=complaint, kind=Event.Kind.STEP, by=user)
    return (
        mark.seen is not None
        and newer.filter(pk__gt=mark.seen, code__in=(row.code, f"{row.code}al_requested")).exists()
    )


def _message(row: Step, user: User, title: str) -> str:
    if row.code == "withdraw" and not user.is_(Role.SUPERVISOR):
        return _("已登记撤回请求，等待主管确认")
    return _("已完成：{step}").format(step=title)
