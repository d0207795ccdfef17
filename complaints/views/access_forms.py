"""Forms of 案件查阅."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.actions import access
from complaints.models import AccessKind, AccessRequest, AccessWhy
from complaints.views.sheets import SheetForm


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": access.LONGEST})


def _hours() -> forms.NumberInput:
    return forms.NumberInput(attrs={"min": 1, "max": access.MOST_HOURS, "inputmode": "numeric"})


class AskForm(SheetForm):
    """Which case, how and what for."""

    number = forms.CharField(
        label=_("案件编号"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "TS26-000123", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("方式"),
        widget=forms.RadioSelect,
        choices=AccessKind.choices,
        help_text=_(
            "临时查阅由本案的主管决定，只能看；紧急调阅由其他团队的主管批准，可以办理，事后须经复核。"
        ),
    )
    hours = forms.CharField(
        label=_("临时查阅多少小时"),
        required=False,
        widget=_hours(),
        help_text=_("1 至 72 小时；紧急调阅固定为 15 分钟。"),
    )
    why = forms.ChoiceField(label=_("申请事由"))
    reason = forms.CharField(
        label=_("说明"),
        widget=_words(),
        help_text=_("为什么要看这件案件。不要写消费者的个人信息。"),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        chosen: Any = self.fields["why"]
        chosen.choices = [("", _("请选择")), *AccessWhy.choices]


class DecideForm(SheetForm):
    """Whether the person may look into the case, and for how long."""

    agree = forms.ChoiceField(
        label=_("决定"),
        widget=forms.RadioSelect,
        choices=[("1", pgettext_lazy("review", "同意")), ("0", pgettext_lazy("review", "不同意"))],
    )
    hours = forms.CharField(
        label=_("同意多少小时"),
        required=False,
        widget=_hours(),
        help_text=_("可以比申请的短，不能更长。"),
    )
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        widget=_words(2),
        help_text=_("不同意的，请说明理由；申请人会看到。"),
    )

    def __init__(self, data: Any = None, *, asked: AccessRequest, **more: Any) -> None:
        super().__init__(data, **more)
        if asked.kind == AccessKind.EMERGENCY:
            del self.fields["hours"]


class ReviewForm(SheetForm):
    """What a third person found."""

    justified = forms.ChoiceField(
        label=_("复核结论"),
        widget=forms.RadioSelect,
        choices=[("1", _("有必要，使用得当")), ("0", _("不当"))],
    )
    note = forms.CharField(
        label=_("复核说明"),
        required=False,
        widget=_words(2),
        help_text=_("认为不当的，请说明哪里不当；会通知主管和审计。"),
    )


class WhyForm(SheetForm):
    """Which person, which case."""

    case = forms.CharField(
        label=_("案件编号"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "TS26-000123", "autocomplete": "off"}),
    )
    user = forms.ChoiceField(label=pgettext_lazy("one", "同事"))

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        people = User.objects.order_by("name", "pk").values_list("username", "name")
        chosen: Any = self.fields["user"]
        names = [(username, f"{name}（{username}）") for username, name in people]
        chosen.choices = [("", _("请选择")), *names]
