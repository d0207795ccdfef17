"""The form about how a person wishes to be told."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.workdays import SHANGHAI
from correspondence import families, preferences, quiet
from correspondence.families import Family
from correspondence.models import Preferences
from correspondence.quiet import Hours

DIGESTS = 3  # a person may have so many a day
_WEEKDAY = date(2026, 3, 2)  # any day that is worked: what the hours allow is the same on each


class _Time(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class WishesForm(forms.ModelForm):
    """For each family how its notices come; then when e-mails may come."""

    class Meta:
        model = Preferences
        fields = [
            "quiet",
            "quiet_from",
            "quiet_until",
            "rest_days",
            "working_only",
            "work_from",
            "work_until",
            "urgent_anyway",
        ]
        widgets = {
            "quiet_from": _Time(),
            "quiet_until": _Time(),
            "work_from": _Time(),
            "work_until": _Time(),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.families = families.of(user)
        for family in self.families:
            self.fields[f"way_{family.code}"] = _way_field(family, self.instance)
        kept = [*self.instance.digest_at, *[None] * DIGESTS]
        for n in range(DIGESTS):
            self.fields[f"digest_{n}"] = forms.TimeField(
                label=_("汇总时间 %(n)s") % {"n": n + 1},
                required=False,
                initial=kept[n],
                widget=_Time(),
            )

    @property
    def rows(self) -> list[tuple[Family, forms.BoundField]]:
        """Each family with its choice."""
        return [(family, self[f"way_{family.code}"]) for family in self.families]

    @property
    def digest_fields(self) -> list[forms.BoundField]:
        """The hours of digests."""
        return [self[f"digest_{n}"] for n in range(DIGESTS)]

    @property
    def ways(self) -> dict[str, str]:
        """Family → way, as chosen."""
        return {f.code: self.cleaned_data[f"way_{f.code}"] for f in self.families}

    @property
    def hours(self) -> dict[str, Any]:
        """Everything else, as chosen."""
        chosen = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**chosen, "digest_at": self._digests()}

    def _digests(self) -> list[time]:
        found = (self.cleaned_data.get(f"digest_{n}") for n in range(DIGESTS))
        return sorted({each for each in found if each is not None})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        if data["quiet"] and data["quiet_from"] == data["quiet_until"]:
            self.add_error("quiet_until", _("两个时间相同；不要安静时段就取消勾选。"))
        if data["working_only"] and data["work_from"] >= data["work_until"]:
            self.add_error("work_until", _("结束时间须晚于开始时间。"))
        if not self._digests():
            self.add_error("digest_0", _("请至少填写一个汇总时间。"))
        if not self.errors and not self._some_digest_rings():
            raise ValidationError(
                _("所有汇总时间都在不发邮件的时段内；请改一个汇总时间，或缩短安静时段。")
            )
        return data

    def _some_digest_rings(self) -> bool:
        chosen = {name: value for name, value in self.hours.items() if name != "urgent_anyway"}
        digests = tuple(chosen.pop("digest_at"))
        hours = Hours(**chosen, digests=digests)
        moments = (datetime.combine(_WEEKDAY, each, SHANGHAI) for each in digests)
        return any(quiet.may_ring(moment, hours, lambda _day: True) for moment in moments)


def _way_field(family: Family, wishes: Preferences) -> forms.ChoiceField:
    ways = families.WAYS.items()
    choices = [(way, words) for way, words in ways if way != families.OFF or not family.kept]
    return forms.ChoiceField(
        label=family.title,
        choices=choices,
        initial=preferences.way_of(wishes, family.code),
    )


class MailWaysForm(forms.Form):
    """What the link in an e-mail changes: how this family comes, or all that come by e-mail."""

    way = forms.ChoiceField(
        label=_("以后这样通知我"),
        choices=[(way, words) for way, words in families.WAYS.items() if way != families.OFF],
        widget=forms.RadioSelect,
    )
