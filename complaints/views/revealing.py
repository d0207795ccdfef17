"""查看号码: the dialog that asks what for, the value in its place for a minute; and 核对尾号, which
needs none.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import reauthentication
from accounts.access import needs, person
from accounts.models import User
from complaints import followed, reveal_policy
from complaints.actions import revealing, tail_check
from complaints.actions.revealing import Unrecorded
from complaints.errors import CaseError, Invalid
from complaints.followed import Verdict
from complaints.models import Complaint, Reveal
from complaints.reading_words import CLEAR
from complaints.reveal_policy import Asked
from complaints.views import mass
from complaints.views.lookup import case_of
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.sheets import Sheet, SheetForm, refused, show
from config import errors

NEWEST = Order("at", newest_first=True)
MOST = 200  # numbers of one case on a sheet


class RevealForm(SheetForm):
    """What for."""

    purpose = forms.ChoiceField(label=gettext_lazy("查看事由"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("补充说明"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("例如：约定 15:00 回电"), "autocomplete": "off"}
        ),
    )

    def __init__(self, case: Complaint, kind: str, posted: Any) -> None:
        super().__init__(posted)
        fitting = reveal_policy.purposes_for(case, kind)
        choices = [(p.value, p.label) for p in fitting]
        cast(forms.ChoiceField, self.fields["purpose"]).choices = choices
        if len(fitting) == 1:
            self.initial["purpose"] = fitting[0].value


@never_cache
@require_http_methods(["GET", "POST"])
@needs("see_complaints")
def reveal(request: HttpRequest, number: str, field: str) -> HttpResponse:
    """Ask what for; then the value, in the place of the masked one."""
    if request.method == "POST":
        return _look(request, number, field)
    case = case_of(request, number)
    asked = reveal_policy.asked(case, field)
    if asked is None:
        raise Http404
    return show(request, _sheet(request, case, asked, None))


def _sheet(request: HttpRequest, case: Complaint, asked: Asked, posted: Any) -> Sheet:
    by, now = person(request), timezone.now()
    label = asked.words
    no = revealing.why_not(case, by, now)
    if no is None and not reveal_policy.purposes_for(case, asked.kind):
        words = _("案件处于“{state}”，这时没有需要看“{field}”的事由。")
        words = words.format(state=case.get_state_display(), field=label)
        no = reveal_policy.No("purpose", words)
    form = None if no else RevealForm(case, asked.kind, posted)
    sheet = Sheet(
        case,
        _("查看{field}").format(field=label),
        request.path,
        form,
        _("查看 {n} 秒").format(n=revealing.SECONDS),
        intro=_("查看会记入本案的访问记录，消费者可以要求提供。号码显示 {n} 秒后自动隐藏。").format(
            n=revealing.SECONDS
        ),
        template="case/reveal_fields.html",
        extra={
            "counted": _counted(by, asked.kind),
            "confirmed_until": reauthentication.until(request),
        },
    )
    if no is not None:
        sheet.problems = [no.message]
    return sheet


def _confirmed(request: HttpRequest) -> bool:
    at = reauthentication.confirmed_at(request)
    return revealing.not_confirmed("session", at, timezone.now()) is None


def _counted(by: User, kind: str) -> str:
    bucket = reveal_policy.bucket_of(kind)
    left = revealing.left_today(by, bucket, timezone.now())
    words = _("“{what}”24 小时内您还可以查看 {n} 次。")
    return words.format(what=bucket.label, n=left)


def _look(request: HttpRequest, number: str, field: str) -> HttpResponse:
    by = person(request)
    wrong = None
    if not _confirmed(request) and Complaint.objects.visible_to(by).filter(number=number).exists():
        undone = _("%(what)s，没有显示。%(left)s")
        wrong = reauthentication.confirm(request, request.POST.get("password", ""), undone)
    try:
        if wrong is not None:
            raise Invalid({"password": [wrong.message]})
        shown = revealing.reveal(
            number,
            {name: request.POST.get(name, "") for name in ("purpose", "note")} | {"field": field},
            by=by,
            via="session",
            confirmed_at=reauthentication.confirmed_at(request),
        )
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    except Unrecorded as error:
        return errors.unavailable(request, error.message)
    except CaseError as error:
        return _not_shown(request, number, field, error)
    return _shown(request, shown)


def _not_shown(request: HttpRequest, number: str, field: str, error: CaseError) -> HttpResponse:
    """The dialog again with the sentence. The password is never sent back."""
    case = case_of(request, number)
    asked = reveal_policy.asked(case, field)
    if asked is None:
        raise Http404
    sheet = _sheet(request, case, asked, request.POST)
    if sheet.form is None:
        return show(request, sheet, 422)
    return refused(request, sheet, error)


def _shown(request: HttpRequest, shown: revealing.Revealed) -> HttpResponse:
    context = {
        "shown": shown,
        "label": reveal_policy.field_words(shown.row.field),
        "seconds": revealing.SECONDS,
        "case": shown.row.complaint,
        "in_place": reveal_policy.span_of(shown.row.field) is None,
    }
    inside = request.headers.get("HX-Request")
    template = "case/revealed.html" if inside else "case/revealed_page.html"
    response = render(request, template, context)
    if inside:
        response["HX-Trigger-After-Settle"] = "kesu:revealed"
    response.shown_fields = [f"{CLEAR}:{shown.row.field}"]  # type: ignore[attr-defined]
    return response


@never_cache
@require_GET
@needs("reveal_personal_data")
def numbers(request: HttpRequest, number: str) -> HttpResponse:
    """The numbers that were masked in the texts of the case, each with a way to ask for it."""
    case = case_of(request, number)
    found = case.vaulted.order_by("kind", "at", "pk")[:MOST]
    rows = [(span, f"span:{span.pk}") for span in found]
    sheet = Sheet(case, _("文本中遮掩的号码"), request.path, None, "", always=True)
    sheet.template, sheet.extra = "case/number_rows.html", {"rows": rows}
    sheet.intro = _("经过、备注和函件等文本里写到的号码已入保险库，文本中只显示遮掩后的样子。")
    return show(request, sheet)


class LastFourForm(SheetForm):
    """Which number, and what somebody says its last four are."""

    field = forms.ChoiceField(label=gettext_lazy("核对哪一个"), widget=forms.RadioSelect)
    last_four = forms.CharField(
        label=gettext_lazy("对方说的最后四位"),
        max_length=4,
        help_text=gettext_lazy("只回答是否一致，不显示号码；填写的数字不保存。"),
    )

    def __init__(self, case: Complaint, posted: Any) -> None:
        super().__init__(posted)
        there = [f for f in tail_check.FIELDS if getattr(case.consumer, f"{f}_masked")]
        choices = [(f, reveal_policy.field_words(f)) for f in there]
        cast(forms.ChoiceField, self.fields["field"]).choices = choices
        self.initial["field"] = there[0] if there else ""


@never_cache
@require_http_methods(["GET", "POST"])
@needs("communicate")
def last_four(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the last four digits are the same; the sheet stays for the next."""
    case, posted = case_of(request, number), request.POST if request.method == "POST" else None
    form = LastFourForm(case, posted)
    sheet = Sheet(case, _("核对尾号"), request.path, form, _("核对"))
    sheet.template, sheet.extra = "case/last_four_fields.html", {"checked": None}
    if not form.fields["field"].choices:  # type: ignore[attr-defined]
        sheet.form, sheet.problems = None, [_("本案没有登记可以核对的号码")]
    if posted is None or sheet.form is None:
        return show(request, sheet)
    sent = {name: request.POST.get(name, "") for name in ("field", "last_four")}
    try:
        checked = tail_check.check(number, sent, by=person(request))
    except CaseError as error:
        return refused(request, sheet, error)
    form = LastFourForm(case, None)
    form.initial["field"] = sent["field"]
    sheet.form, sheet.extra = form, {"checked": checked}
    return show(request, sheet)


@never_cache
@require_GET
@needs("read_readings")
def reveals(request: HttpRequest, number: str) -> HttpResponse:
    """Who saw which number of the case in clear, what for, and when."""
    case, problem = case_of(request, number), ""
    cursor = None
    try:
        text = request.GET.get("cursor", "")
        cursor = Cursor.read(text) if text else None
    except BadCursor:
        problem = _("分页位置无效，已从第一页开始。")
    rows = Reveal.objects.filter(complaint=case).select_related("by")
    page = mass.page(rows.select_related("complaint"), NEWEST, cursor)
    verdicts = followed.verdicts(page.rows, timezone.now())
    context = {
        "complaint": case,
        "rows": [_line(row, verdicts[row.pk]) for row in page.rows],
        "problem": problem,
        "next": page.next and f"?cursor={page.next}",
        "previous": page.previous and f"?cursor={page.previous}",
    }
    return render(request, "readings/reveals.html", context)


_BASIS = {basis.code: basis.words for basis in reveal_policy.BASES}


def _line(row: Reveal, verdict: Verdict) -> dict[str, Any]:
    return {
        "row": row,
        "verdict": verdict,
        "field": reveal_policy.field_words(row.field),
        "basis": str(_BASIS.get(row.basis, row.basis)),
    }
