"""What is done about money on the page of a case: paid, reversed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import needs
from complaints.actions import payments
from complaints.choices import CommitmentState, PaymentWay
from complaints.views.case import load
from complaints.views.case_payments import Money, money_of
from complaints.views.promise_acts import act_on, posted
from complaints.views.promise_forms import choose, day_input, numbered
from complaints.views.sheets import Sheet, SheetForm
from config.tags import money
from evidence.models import Item

NAMES = ("amount", "paid_on", "way", "reference", "evidence", "note")


class PayForm(SheetForm):
    """How much, when, how, under which number."""

    amount = forms.CharField(
        label=gettext_lazy("实付金额（元）"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    paid_on = forms.CharField(label=gettext_lazy("付款日期"), widget=day_input())
    way = forms.ChoiceField(label=gettext_lazy("付款方式"), choices=PaymentWay.choices)
    reference = forms.CharField(
        label=gettext_lazy("流水号"),
        widget=forms.TextInput(attrs={"maxlength": 64, "autocomplete": "off"}),
        help_text=gettext_lazy("银行、支付机构回单上的编号；同一流水号只能登记一次。"),
    )
    evidence = forms.ChoiceField(label=gettext_lazy("回单（证据）"), required=False)
    note = forms.CharField(
        label=gettext_lazy("备注"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": payments.NOTE_LIMIT}),
        help_text=gettext_lazy("多于未付金额的，写明原因。"),
    )

    def __init__(self, items: list[Item], initial: dict[str, str], data: Any = None) -> None:
        super().__init__(data, initial=initial)
        nothing = [("", pgettext_lazy("none of a list", "没有"))]
        choose(self, "evidence", [*nothing, *numbered(items)])


class ReverseForm(SheetForm):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("冲正的理由"),
        widget=forms.TextInput(attrs={"maxlength": payments.NOTE_LIMIT}),
        help_text=gettext_lazy("例如：银行退票、登记错误。原记录保留；流水号可以重新登记。"),
    )


def _initial(open_amount: Any) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"amount": f"{open_amount:.2f}", "paid_on": today, "way": "bank"}


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def pay(request: HttpRequest, number: str, promise_id: int) -> HttpResponse:
    """登记付款."""
    page = load(request, number)
    row = next((p for p in page.complaint.promises if p["id"] == promise_id), None)
    found = money_of(row, [], number, may_end=False) if row else None
    if row is None or found is None:
        raise Http404
    form = PayForm(page.items, _initial(found.standing.open), posted(request))
    sheet = Sheet(page.complaint, _("登记付款"), request.get_full_path(), form, _("登记付款"))
    sheet.intro, sheet.template = _owed(row["text"], found), "case/pay_fields.html"
    sheet.draft = f"pay:{number}:{promise_id}"

    def act(values: dict[str, Any], **who: Any) -> None:
        payments.pay(number, values, commitment_id=promise_id, **who)

    return act_on(request, sheet, act, NAMES)


def _owed(text: str, found: Money) -> str:
    """What is owed, paid and open, above the fields."""
    s = found.standing
    words = _("{what}：应付 {owed}，已付 {paid}，未付 {open}")
    return words.format(what=text, owed=money(s.owed), paid=money(s.paid), open=money(s.open))


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def pay_all(request: HttpRequest, number: str) -> HttpResponse:
    """One transfer for all that is open."""
    page = load(request, number)
    rows = [money_of(p, [], number, may_end=False) for p in page.complaint.promises]
    waiting = [m for m in rows if m is not None and m.standing.open]
    total = sum(m.standing.open for m in waiting)
    form = PayForm(page.items, _initial(total), posted(request))
    title = _("一笔付清")
    sheet = Sheet(page.complaint, title, request.get_full_path(), form, _("登记付款"))
    words = _("{n} 项未付合计 {total}，一笔转账、一个流水号")
    sheet.intro = words.format(n=len(waiting), total=money(str(total)))
    sheet.template, sheet.draft = "case/pay_fields.html", f"pay_all:{number}"

    def act(values: dict[str, Any], **who: Any) -> None:
        payments.pay(number, values, **who)

    return act_on(request, sheet, act, NAMES)


def _what_a_reversal_does(complaint: Any, row: Any) -> str:
    """Above the field: what is taken out, and what follows from it."""
    words = _("{amount}，流水号 {reference}；同一流水号下的各项一并冲正，措施恢复为未付")
    said = [words.format(amount=money(str(row["amount"])), reference=row["reference"])]
    promise = next((p for p in complaint.promises if p["id"] == row["commitment"]), None)
    if promise is not None and promise["state"] == CommitmentState.KEPT:
        said.append(_("消费者可能已收到付清的通知，请另行告知"))
    if not complaint.is_open:
        said.append(_("本案已经办结：冲正后这笔钱又是未付，会列在对账里"))
    return _("；").join(said)


@require_http_methods(["GET", "POST"])
@needs("keep_commitments")
def reverse_payment(request: HttpRequest, number: str, payment: int) -> HttpResponse:
    """冲正."""
    page = load(request, number)
    row = next((p for p in page.complaint.payments if p["id"] == payment), None)
    if row is None:
        raise Http404
    form = ReverseForm(posted(request))
    sheet = Sheet(page.complaint, _("冲正付款"), request.get_full_path(), form, _("冲正付款"))
    sheet.intro = _what_a_reversal_does(page.complaint, row)
    if request.method == "GET" and row["reversed"]:
        sheet.form, sheet.problems = None, [_("这笔付款已经冲正")]
    sheet.dangerous, sheet.draft = True, f"reverse_payment:{number}:{payment}"

    def act(values: dict[str, Any], **who: Any) -> None:
        payments.reverse(number, payment, values, **who)

    return act_on(request, sheet, act, ("reason",))
