"""Forms of what is done to a case beside its steps. The actions check; these say what is asked."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import absences
from accounts.models import User
from complaints.delivery import BY_PERSON, WAYS
from complaints.models import Complaint
from complaints.views.sheets import SheetForm
from evidence.kinds import ALLOWED_TYPES
from evidence.models import Item

RETURN = "none"
ACCEPTED = ",".join(f".{ending}" for endings in ALLOWED_TYPES.values() for ending in endings)


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 2000})


def _choose(form: SheetForm, name: str, choices: list[tuple[str, Any]]) -> None:
    chosen = cast(forms.ChoiceField, form.fields[name])
    chosen.choices = choices


class Files(forms.FileInput):
    """Chooses one file or several."""

    allow_multiple_selected = True


class EvidenceForm(SheetForm):
    """One file or several, and what they are."""

    file = forms.FileField(
        label=_("文件"),
        widget=Files(attrs={"multiple": True, "accept": ACCEPTED}),
        help_text=_("录音、截图、照片、PDF、Office 文档、文本或 zip；原样保存并计算 SHA-256。"),
    )
    title = forms.CharField(
        label=_("名称"),
        required=False,
        max_length=200,
        help_text=_("不填则用文件名；一次添加几个文件时，名称后加序号。"),
    )
    proves = forms.CharField(label=_("证明什么"), required=False, widget=_lines(2))
    obtained_from = forms.CharField(
        label=_("从哪里取得"),
        required=False,
        max_length=200,
        help_text=_("例如：消费者提供、呼叫中心系统导出。"),
    )
    obtained_at = forms.CharField(
        label=_("取得时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    how = forms.ChoiceField(
        label=_("取得方式"), required=False, choices=[("", _("请选择")), *Item.How.choices]
    )
    obtained_by = forms.CharField(
        label=_("由谁取得"),
        required=False,
        max_length=200,
        help_text=_("不是您本人取得的，写明是谁。"),
    )
    is_original = forms.BooleanField(label=_("这是原件（不是复制件或截图）"), required=False)
    from_consumer = forms.BooleanField(
        label=_("由消费者提供"),
        required=False,
        help_text=_("正在等待消费者补充的，收到后计时自动恢复。"),
    )
    still_waiting = forms.BooleanField(label=_("材料还没有补齐，继续中止"), required=False)

    def __init__(self, data: Any = None, *, waiting: bool = False) -> None:
        super().__init__(data)
        if not waiting:
            del self.fields["still_waiting"]
            self.fields["from_consumer"].help_text = ""


class AssignForm(SheetForm):
    """To whom, and the sentence that the new owner reads first."""

    to = forms.ChoiceField(label=_("转给"))
    note = forms.CharField(
        label=_("交接说明"), widget=_lines(), help_text=_("接手的人打开案件时先看到这一段。")
    )

    def __init__(self, complaint: Complaint, receivers: list[User], data: Any = None) -> None:
        super().__init__(data)
        people = [(str(u.pk), u.name) for u in receivers if u.pk != complaint.owner_id]
        queue = (RETURN, _("退回“%(team)s”待分配") % {"team": complaint.team.name})
        back = [queue] if complaint.owner_id else []
        _choose(self, "to", [("", _("请选择")), *people, *back])


class GiveBackForm(SheetForm):
    """Why the case goes back to whoever gave it."""

    note = forms.CharField(
        label=_("退回的理由"), widget=_lines(), help_text=_("转派人打开案件时先看到这一段。")
    )


class ShareForm(SheetForm):
    """What counsel is asked."""

    note = forms.CharField(label=_("想请法务看什么"), widget=_lines(4))


class ReasonForm(SheetForm):
    """Why."""

    reason = forms.CharField(label=_("理由"), widget=_lines())


class LetterForm(SheetForm):
    """How a letter was brought."""

    how = forms.ChoiceField(
        label=_("方式"),
        required=False,
        choices=[(code, WAYS[code]) for code in BY_PERSON],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("邮件号码"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("邮寄的必填，例如挂号信或快递单号。"),
    )
    note = forms.CharField(
        label=_("何时、以什么方式送达"),
        widget=_lines(2),
        help_text=_("例如：电话向本人宣读，本人表示知悉。"),
    )


def receivers_of(complaint: Complaint, *, there: bool = False) -> list[User]:
    """Colleagues of the case's team who may work on it; nobody of whom it speaks, and with `there`
    nobody who is away.
    """
    people = User.objects.filter(membership__team=complaint.team_id, is_active=True)
    if there:
        people = people.exclude(pk__in=absences.in_force(absences.today()).values("user"))
    people = people.exclude(named_in__complaint=complaint)
    able = people.filter(roles__overlap=["agent", "supervisor"]).distinct()
    return list(able.order_by("name"))
