"""Forms of signals, causes and corrective actions. The actions check; these say what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from analytics.acting import REASON
from analytics.curing import TEXT
from analytics.models import Cause
from analytics.signal_life import Step
from complaints.views.act_forms import ACCEPTED
from complaints.views.sheets import SheetForm


def _lines(rows: int = 3, limit: int = TEXT) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": limit})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


def _choose(form: SheetForm, name: str, rows: Iterable[tuple[str, Any]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = [("", _("请选择")), *rows]


class StepForm(SheetForm):
    """One step: why, where the table asks for it."""

    reason = forms.CharField(label=gettext_lazy("理由"), widget=_lines(3, REASON))

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{step.code}-%s")
        if not step.reason:
            del self.fields["reason"]


class OwnerForm(SheetForm):
    """Who answers for it."""

    owner = forms.ChoiceField(label=pgettext_lazy("signal", "负责人"))

    def __init__(self, people: Iterable[User], data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="owner-%s", **more)
        _choose(self, "owner", ((u.username, u.name) for u in people))


class GiveForm(SheetForm):
    """A cause of the tree, and why it is this one."""

    cause = forms.ChoiceField(label=pgettext_lazy("root cause", "原因"))
    why = forms.CharField(
        label=gettext_lazy("依据"),
        widget=_lines(2),
        help_text=gettext_lazy("写明看了什么、凭什么认定；不写个人信息。"),
    )

    def __init__(self, tree: Iterable[tuple[Cause, list[Cause]]], data: Any = None) -> None:
        super().__init__(data, auto_id="give-%s")
        groups: list[tuple[str, Any]] = []
        for top, below in tree:
            whole = (str(top.pk), _("{name}（不细分）").format(name=top.name))
            groups.append((top.name, [*((str(c.pk), c.name) for c in below), whole]))
        _choose(self, "cause", groups)


class ActionForm(SheetForm):
    """A corrective action: what, who, until when."""

    what = forms.CharField(
        label=pgettext_lazy("corrective action", "措施"),
        widget=_lines(2),
        help_text=gettext_lazy("写做什么、做到什么程度，例如：召回批次 B7 并更换供应商的密封圈。"),
    )
    owner = forms.ChoiceField(label=pgettext_lazy("signal", "负责人"))
    due_on = forms.CharField(label=gettext_lazy("完成期限"), widget=_day())

    def __init__(self, people: Iterable[User], data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id="action-%s", **more)
        _choose(self, "owner", ((u.username, u.name) for u in people))


class DoneForm(SheetForm):
    """It was done: the proof, and when."""

    evidence = forms.CharField(
        label=gettext_lazy("完成的证据"),
        widget=_lines(3),
        help_text=gettext_lazy("例如：更换记录的编号、发布的话术版本、培训签到表存放在哪里。"),
    )
    done_on = forms.CharField(
        label=gettext_lazy("完成日期"),
        required=False,
        widget=_day(),
        help_text=gettext_lazy("空着即今天；效果从这天以后的整周算起。"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="done-%s")


class CancelForm(SheetForm):
    """Why it is not done after all."""

    reason = forms.CharField(label=gettext_lazy("取消的理由"), widget=_lines(2))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="cancel-%s")


class FileForm(SheetForm):
    """A file that proves it."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy(
            "录音、截图、照片、PDF、Office 文档、文本或 zip；看得到这项措施的人都能下载，"
            "不放含消费者个人信息的文件。"
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="proof-%s")


class WithdrawForm(SheetForm):
    """Why a file is none of the proof any more."""

    reason = forms.CharField(label=gettext_lazy("撤回的理由"), widget=_lines(2, 500))

    def __init__(self, file: int = 0, data: Any = None) -> None:
        super().__init__(data, auto_id=f"withdraw-{file}-%s")


class CauseForm(SheetForm):
    """A new branch of the tree."""

    title = forms.CharField(
        label=gettext_lazy("名称"), widget=forms.TextInput(attrs={"maxlength": 60})
    )
    parent = forms.ChoiceField(
        label=gettext_lazy("属于"),
        required=False,
        help_text=gettext_lazy("不选即为一级原因。"),
    )

    def __init__(self, tops: Iterable[Cause], data: Any = None) -> None:
        super().__init__(data, auto_id="cause-%s")
        rows = [(str(c.pk), c.name) for c in tops]
        cast(forms.ChoiceField, self.fields["parent"]).choices = [("", _("一级原因")), *rows]
