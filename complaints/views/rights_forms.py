"""Forms of 个人信息权利请求."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints import identity_code, reveal_policy, rights_words
from complaints.actions import rights_answer
from complaints.actions.rights import LONGEST
from complaints.actions.rights_answer import CHANNELS
from complaints.delivery import WAYS
from complaints.models import IdentityCode, RightsAct, RightsRequest
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.models.rights import BY_HAND, Ground, Outcome, Requester, RightKind
from complaints.views.sheets import SheetForm

Kind = RightsAct.Kind


def _words(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST})


def _note(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, widget=_words(), help_text=hint)


def _fields() -> list[tuple[str, str]]:
    return [(name, reveal_policy.field_words(name)) for name in PERSONAL_FIELDS]


class NewForm(SheetForm):
    """What is asked for, by whom, since when."""

    kinds = forms.MultipleChoiceField(
        label=_("请求什么"), widget=forms.CheckboxSelectMultiple, choices=RightKind.choices
    )
    requester = forms.ChoiceField(
        label=_("谁提出"), widget=forms.RadioSelect, choices=Requester.choices, initial="self"
    )
    received_on = forms.DateField(
        label=_("收到日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("空着即今天；答复期限从这天起算。"),
    )
    details = forms.CharField(
        label=_("请求的内容"),
        widget=_words(3),
        help_text=_("照请求人的原话记；更正的，写明哪一项不对（不必写号码）。"),
    )


class CheckForm(SheetForm):
    """How it was made sure who asks."""

    how = forms.ChoiceField(
        label=_("核验方式"),
        widget=forms.RadioSelect,
        choices=[(how.value, how.label) for how in BY_HAND],
    )
    passed = forms.ChoiceField(
        label=_("结果"),
        widget=forms.RadioSelect,
        choices=[("1", _("能够确认")), ("0", _("不能确认"))],
    )
    proof = forms.CharField(
        label=_("资格证明的证据编号"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        help_text=_("监护、委托或者亲属关系（及死亡）的证明；本人提出的不填。"),
    )
    note = forms.CharField(
        label=_("经过"),
        required=False,
        widget=_words(),
        help_text=_("何时、怎样核验。不要写号码；不必查看号码，可以用“核对尾号”。"),
    )

    def __init__(self, data: Any = None, *, row: RightsRequest) -> None:
        super().__init__(data)
        if row.requester == Requester.SELF:
            del self.fields["proof"]


class DecideForm(SheetForm):
    """The word on it."""

    outcome = forms.ChoiceField(label=_("决定"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label=_("不予办理的理由"),
        required=False,
        choices=[("", _("全部办理的不选")), *Ground.choices],
    )
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        widget=_words(3),
        help_text=_("不予办理或者只部分办理的，说明理由，会写进答复；撤回的，写请求人的原话。"),
    )

    def __init__(self, data: Any = None, *, outcomes: list[str] | None = None) -> None:
        super().__init__(data)
        wanted = outcomes or Outcome.values
        chosen: Any = self.fields["outcome"]
        chosen.choices = [(o, str(Outcome(o).label)) for o in wanted]
        if wanted == [Outcome.WITHDRAWN]:
            del self.fields["ground"]
            self.initial["outcome"] = Outcome.WITHDRAWN
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _("请求人的原话。")


class CorrectForm(SheetForm):
    """One field and its right value."""

    field = forms.ChoiceField(label=_("更正哪一项"))
    value = forms.CharField(
        label=_("正确的内容"),
        max_length=260,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("同一个人的各件案件一并更正；原来的内容加密留存作为证据。"),
    )
    note = _note(_("怎样核实的"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen: Any = self.fields["field"]
        chosen.choices = [("", _("请选择")), *_fields()]


class EraseForm(SheetForm):
    """Fields that go at once."""

    fields_ = forms.MultipleChoiceField(
        label=_("马上删除哪些"), widget=forms.CheckboxSelectMultiple
    )
    note = _note(_("为什么不需要保存"), _("删除后不能恢复；办理中和诉讼保留的案件不动。"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["fields"] = self.fields.pop("fields_")
        self.order_fields(["fields", "note"])
        chosen: Any = self.fields["fields"]
        chosen.choices = _fields()


class LimitForm(SheetForm):
    """What is no longer done, or done again."""

    kind = forms.ChoiceField(
        label=_("以后怎样处理"),
        widget=forms.RadioSelect,
        choices=[(k.value, k.label) for k in (Kind.LIMIT, Kind.CONSENT, Kind.LIFT)],
    )
    note = _note(_("说明"))


class CopyForm(SheetForm):
    """The file for the person."""

    kind = forms.ChoiceField(label=_("取走什么"), widget=forms.RadioSelect)
    note = _note(_("交给谁、怎样交付"), _("例如：核对证件后当面交给本人；加密后发到登记的邮箱。"))
    again = forms.CharField(
        label=_("为什么再取一次"), required=False, widget=_words(1), help_text=_("第一次取走不填。")
    )

    def __init__(self, data: Any = None, *, row: RightsRequest) -> None:
        super().__init__(data)
        kinds = {RightKind.ACCESS: Kind.COPY, RightKind.TRANSFER: Kind.TRANSFER}
        fitting = [kind for right, kind in kinds.items() if right in row.kinds]
        chosen: Any = self.fields["kind"]
        chosen.choices = [(kind.value, kind.label) for kind in fitting]
        if not any(act.kind in (Kind.COPY, Kind.TRANSFER) for act in row.acts.all()):
            del self.fields["again"]
        if len(fitting) == 1:
            self.initial["kind"] = fitting[0].value


def _channel() -> forms.ChoiceField:
    names = [(way, WAYS[way]) for way in CHANNELS]
    choices = [("", _("按登记的联系方式")), *names]
    return forms.ChoiceField(label=_("怎样送达"), required=False, choices=choices)


class AnswerForm(SheetForm):
    """What of the answer only a person knows; the rest follows from the decision and the acts."""

    delivery = forms.CharField(
        label=_("副本怎样交付"),
        widget=_words(),
        help_text=_("写进函件，例如：核对证件后当面交给您。"),
    )
    explanation = forms.CharField(
        label=_("对处理规则的说明"), widget=_words(5), help_text=_("写进函件。")
    )
    channel = _channel()

    def __init__(self, data: Any = None, *, row: RightsRequest) -> None:
        super().__init__(data)
        if not rights_words.copied(row):
            del self.fields["delivery"]
        if not rights_answer.explains(row):
            del self.fields["explanation"]


class IdentityLetterForm(SheetForm):
    """The letter that asks who it is."""

    more = forms.CharField(
        label=_("另外需要的材料"),
        required=False,
        widget=_words(1),
        help_text=_("可以不填；写进函件。不要写我们保存了什么。"),
    )
    channel = _channel()


class DelayForm(SheetForm):
    """It takes longer."""

    reason = forms.CharField(label=_("原因"), widget=_words(1), help_text=_("写进函件。"))
    until = forms.DateField(label=_("最迟何时答复"), widget=forms.DateInput(attrs={"type": "date"}))
    channel = _channel()


class SendCodeForm(SheetForm):
    """Where the code goes."""

    field = forms.ChoiceField(label=_("发到哪里"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, row: RightsRequest) -> None:
        super().__init__(data)
        chosen: Any = self.fields["field"]
        case = row.complaint
        chosen.choices = [
            (way, f"{IdentityCode.Field(way).label} {getattr(case.consumer, f'{way}_masked')}")
            for way in identity_code.ways(case)
        ]
        if len(chosen.choices) == 1:
            self.initial["field"] = chosen.choices[0][0]


class EnterCodeForm(SheetForm):
    """What the person reads out."""

    code = forms.CharField(
        label=_("消费者念出的验证码"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input input--num"}
        ),
    )
    proof = forms.CharField(
        label=_("资格证明的证据编号"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        help_text=_("监护、委托的证明；本人提出的不填。"),
    )

    def __init__(self, data: Any = None, *, row: RightsRequest) -> None:
        super().__init__(data)
        if row.requester == Requester.SELF:
            del self.fields["proof"]
