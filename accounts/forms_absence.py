"""The form about days away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import absences
from accounts.models import Absence, User


class Day(forms.DateInput):
    """A day, by the browser's own picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AbsenceForm(forms.Form):
    """Who, from, until, deputy, a note. Only supervisors who lead somebody are asked who.

    The rules are those of `absences.set_absence`; what it refuses stands at its field.
    """

    user = forms.ModelChoiceField(User.objects.none(), label=_("休假人"), empty_label=None)
    first_day = forms.DateField(label=_("自"), widget=Day())
    last_day = forms.DateField(label=_("至（含当天）"), widget=Day())
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label=_("代理人"),
        required=False,
        empty_label=_("没有代理人"),
        help_text=_("休假期间，系统的提醒和通知转给代理人；没有代理人时转给上一级。"),
    )
    note = forms.CharField(
        label=_("说明"), required=False, max_length=300, help_text=_("代理人能看到这句话。")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.people = list(absences.led_by(by))
        everybody = [by.pk, *(each.pk for each in self.people)]
        if self.people:
            self.fields["user"].queryset = User.objects.filter(pk__in=everybody)
            self.fields["user"].initial = by.pk
        else:
            del self.fields["user"]
        self.fields["deputy"].queryset = absences.possible_deputies(by, *self.people)

    def save(self) -> Absence | None:
        """Enter it; None when it was refused, with the reasons at the fields."""
        data = dict(self.cleaned_data)
        user = data.pop("user", None) or self.by
        try:
            return absences.set_absence(user, **data, by=self.by)
        except absences.AbsenceError as refused:
            for field, sentence in refused.errors.items():
                self.add_error(field if field in self.fields else None, sentence)
            return None
