"""The form of each step: one control per field of the table in `lifecycle.py`, prefilled with what
the case already says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from complaints import facts, proofs
from complaints.choices import CONSENT_MEANS, DECLINE_REASONS, EXTERNAL_OUTCOMES
from complaints.lifecycle import Field, Step
from complaints.models import Complaint
from complaints.views.sheets import SheetForm
from evidence.models import Item

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
WHY = "why."  # prefix of the reasons why a fact cannot be established
WHY_THE_REST = "why_the_rest"
UPLOAD = "upload"

_OTHER_WAYS = _(
    "对处理结果有异议的，您可以拨打 12315 请求调解，向消费者协会投诉，"
    "依协议申请仲裁，或者向人民法院提起诉讼。"
)
_LABELS: dict[tuple[str, str], Text] = {
    ("decline", "reason"): _("不予受理的理由"),
    ("decline", "explanation"): _("告知消费者的说明"),
    ("refer_out", "body"): _("受理机构"),
    ("refer_out", "reference"): _("受理文号"),
    ("refer_out", "date"): _("受理日期"),
    ("consumer_accepts", "note"): _("消费者怎样表示同意"),
    ("consumer_declines", "reason"): _("消费者不同意的理由"),
    ("merge", "reason"): _("并案理由"),
    ("reopen", "reason"): _("重新启动的理由"),
    ("reinvestigate", "reason"): _("需要补充调查什么"),
    ("accept", "note"): _("备注"),
    ("external_decision", "note"): _("裁决要点"),
}
_HINTS: dict[tuple[str, str], Text] = {
    ("decline", "explanation"): _(
        "随函发给消费者；须写明其他救济途径，例如 12315、消费者协会、仲裁或法院。"
    ),
    ("conclude", "findings"): _("查明了什么、依据哪些证据。法务和消费者函都以此为准。"),
    ("conclude", "no_evidence_reason"): _("本案没有任何证据时须说明。"),
    ("consumer_accepts", "note"): _("写明何时、由谁、用什么话表示同意。沉默不算同意。"),
    ("withdraw", "consumers_words"): _("照录消费者的原话，不要概括。"),
    ("refer_out", "body"): _("例如：市市场监督管理局、消费者协会、仲裁委员会、人民法院。"),
    ("reopen", "ground"): _("办结超过 30 天的必填：什么证据或哪一条法律，是办结时没有的。"),
    ("merge", "into"): _("只能并入同一消费者或同一商品的未办结案件。"),
    ("external_decision", "evidence"): _("裁决文书必须在案；可以在下面上传。"),
}
_LONG = {
    "reason",
    "explanation",
    "findings",
    "note",
    "no_evidence_reason",
    "consumers_words",
    "ground",
}


class StepForm(SheetForm):
    """The fields of one step for one case."""

    def __init__(self, step: Step, complaint: Complaint, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_initial(step, complaint))
        self.step, self.complaint = step, complaint
        self.missing: list[dict[str, Any]] = []
        for name in (*step.fields, *step.optional):
            if name == Field.CANNOT_BE_ESTABLISHED:
                self._ask_why()
            elif name == Field.GROUND and complaint.merged_into_id:
                continue  # a merger is taken back at any time
            elif name != Field.NO_EVIDENCE_REASON or not self._items:
                self.fields[str(name)] = _control(step, str(name), self._items, complaint)
                self.fields[str(name)].required = name in step.fields
        if Field.EVIDENCE in (*step.fields, *step.optional):
            self.fields[UPLOAD] = forms.FileField(label=_("或者现在上传文件"), required=False)

    @property
    def _items(self) -> list[Item]:
        if not hasattr(self, "_kept_items"):
            self._kept_items = list(proofs.usable(self.complaint.folder_id))
        return self._kept_items

    def _ask_why(self) -> None:
        """One reason for each fact that the rules still need, and one for all the others."""
        self.missing = facts.missing_for_conclusion(self.complaint)
        if not self.missing:
            return
        self.fields["cannot_be_established"] = forms.CharField(
            label=_("尚未查明的事实"), required=False, widget=forms.HiddenInput
        )
        for row in self.missing:
            self.fields[WHY + row["fact"]] = forms.CharField(
                label=row["question"],
                required=False,
                max_length=2000,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.fields[WHY_THE_REST] = forms.CharField(
            label=_("其余各项无法查明的共同原因"),
            help_text=_("没有逐项填写的，都以此为原因。"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Controls other than the reasons why facts cannot be established and the file."""
        apart = ("cannot_be_established", WHY_THE_REST, UPLOAD)
        return [self[n] for n in self.fields if not n.startswith(WHY) and n not in apart]

    @property
    def why_fields(self) -> list[forms.BoundField]:
        """One control per fact that is still needed."""
        return [self[n] for n in self.fields if n.startswith(WHY)]

    def sent(self, data: QueryDict) -> dict[str, Any]:
        """What goes to the action: the API's field names, nothing that was left blank."""
        values: dict[str, Any] = {}
        for name in (*self.step.fields, *self.step.optional):
            if name == Field.CANNOT_BE_ESTABLISHED:
                values[str(name)] = self._reasons(data)
            elif name == Field.EVIDENCE:
                values[str(name)] = data.getlist(str(name))
            elif str(name) in self.fields:
                values[str(name)] = data.get(str(name), "")
        return {k: v for k, v in values.items() if v not in ("", [], {})}

    def _reasons(self, data: QueryDict) -> dict[str, str]:
        common = data.get(WHY_THE_REST, "").strip()
        given = {m["fact"]: data.get(WHY + m["fact"], "").strip() or common for m in self.missing}
        return {fact: why for fact, why in given.items() if why}


def _initial(step: Step, complaint: Complaint) -> dict[str, Any]:
    if step.code == "decline":
        return {"explanation": str(_OTHER_WAYS)}
    if step.code == "withdraw":
        return {"consumers_words": complaint.withdrawal_words}
    if step.code == "conclude":
        return {"findings": complaint.findings, "no_evidence_reason": complaint.no_evidence_reason}
    return {}


def _control(step: Step, name: str, items: list[Item], complaint: Complaint) -> forms.Field:
    label = _LABELS.get((step.code, name)) or Field(name).label
    hint = _HINTS.get((step.code, name), "")
    lists: dict[str, dict[str, Any]] = {"means": CONSENT_MEANS, "outcome": EXTERNAL_OUTCOMES}
    if (step.code, name) == ("decline", "reason"):
        lists["reason"] = DECLINE_REASONS
    if name in lists:
        choices = list(lists[name].items())
        return forms.ChoiceField(
            label=label, help_text=hint, choices=choices, widget=forms.RadioSelect
        )
    if name == "evidence":
        return forms.MultipleChoiceField(
            label=_("证据"),
            help_text=hint,
            choices=[(str(i.number), f"{i.number} {i.title}") for i in items],
            widget=forms.CheckboxSelectMultiple,
        )
    if name == "date":
        widget: forms.Widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.CharField(label=label, help_text=hint, widget=widget)
    if name == "into":
        attrs = {"list": "merge-targets", "autocomplete": "off", "maxlength": 20}
        return forms.CharField(label=label, help_text=hint, widget=forms.TextInput(attrs=attrs))
    if name in _LONG:
        rows = 6 if name == "findings" else 4
        return forms.CharField(
            label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
        )
    return forms.CharField(label=label, help_text=hint, max_length=200)
