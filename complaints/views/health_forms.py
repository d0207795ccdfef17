"""The form of the health page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RehearsalForm(forms.Form):
    """A backup was restored elsewhere to see whether it works."""

    day = forms.DateField(
        label=_("演练日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    worked = forms.ChoiceField(
        label=_("结果"),
        choices=[("yes", _("全部恢复并核对无误")), ("no", _("没有完全恢复"))],
    )
