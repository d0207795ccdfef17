"""The form of a case that is mended, and how two people's changes come together.

Personal fields never carry their values: what stands there now is shown masked beside them, an
empty field changes nothing. `base` remembers which version was shown and a fingerprint of every
field, so that a stale save can tell what this person changed from what somebody else did.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints import places
from complaints.models import Complaint
from complaints.views.intake_form import CIRCUMSTANCES, PERSONAL, CaseForm, Choices

REMOVABLE = ("phone", "email", "id_number", "bank_account", "address")
OWN = ("base", "removed", "confidential")  # whether it is confidential: an act of its own


class Conflict(NamedTuple):
    """One field that both changed: what stands there now, and what this person typed."""

    label: Any
    theirs: str
    mine: str


def shown(complaint: Complaint) -> dict[str, Any]:
    """Form field → what the page shows of the case; nothing for personal fields."""
    values: dict[str, Any] = {
        name: getattr(complaint, name)
        for name in (
            "title",
            "narrative",
            "claims",
            "category",
            "rights",
            "filed_by",
            "product_name",
            "product_category",
            *CIRCUMSTANCES,
            "order_number",
            "priority",
            "risk_flags",
        )
    }
    for name in ("price_paid", "loss_claimed"):
        amount = getattr(complaint, name)
        values[name] = "" if amount is None else f"{amount:.2f}"
    day = complaint.transaction_date
    values["transaction_date"] = day.isoformat() if day else ""
    values["region"] = complaint.region if complaint.region_chosen else ""
    values["consumer_protection"] = complaint.consumer.protection
    values["consumer_language"] = complaint.consumer.language
    return values


def _print(value: Any) -> str:
    """Twelve characters by which an unchanged field is known again."""
    if isinstance(value, list):
        text = "\n".join(sorted(value))
    else:
        text = str(value or "").replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class EditForm(CaseForm):
    """Mending. Raises nothing; the action takes or refuses what `values()` answers."""

    base = forms.Field(required=False, widget=forms.HiddenInput)
    removed = Choices(label=_("删除已登记的"), required=False)

    def __init__(self, data: QueryDict | None, complaint: Complaint) -> None:
        self.current = shown(complaint)
        super().__init__(data, initial={**self.current, "base": self._base(complaint)})
        self._say_region(complaint)
        self.known = complaint.consumer.as_masked()
        there = [n for n in REMOVABLE if self.known[n]]
        labels = {n: self.fields[f"consumer_{n}"].label for n in there}
        self.fields["removed"].choices = list(labels.items())  # type: ignore[attr-defined]

    def _say_region(self, complaint: Complaint) -> None:
        """Which region follows from the address, where nobody chose another."""
        if complaint.region and not complaint.region_chosen:
            words = gettext("按地址判断（{region}）").format(region=complaint.get_region_display())
            choices = [("", words), *places.CHOICES]
            self.fields["region"].choices = choices  # type: ignore[attr-defined]

    def _base(self, complaint: Complaint) -> str:
        seen = {name: _print(value) for name, value in self.current.items()}
        at = timezone.now().isoformat()
        return json.dumps({"version": complaint.version, "at": at, "seen": seen})

    @property
    def _sent_base(self) -> Mapping[str, Any]:
        try:
            base = json.loads(self.typed["base"])
        except ValueError:
            base = {}
        return base if isinstance(base, dict) else {}

    @property
    def version(self) -> int:
        """The version that was shown; 0, which no case has, when the form does not say."""
        version = self._sent_base.get("version")
        return version if isinstance(version, int) else 0

    @property
    def seen_at(self) -> datetime | None:
        """When the page was drawn."""
        try:
            return parse_datetime(str(self._sent_base.get("at", "")))
        except ValueError:
            return None

    def values(self, now: datetime | None = None) -> dict[str, Any]:
        """As `intake.edit` takes it: of the personal fields only what was typed anew or removed."""
        result = super().values(now)
        person, removed = result["consumer"], set(self.typed["removed"] or ())
        for name in PERSONAL:
            if name in removed and name in REMOVABLE:
                person[name] = ""
            elif not person[name].strip() or person[name].strip() == self.known[name]:
                del person[name]
        return {name: value for name, value in result.items() if name not in OWN}

    def merge(self, complaint: Complaint) -> tuple[EditForm, list[Conflict]]:
        """The same form over the case as it is now: own changes stay, others' are taken over; and
        the fields that both changed, in which the own text stays until somebody decides.
        """
        seen = self._sent_base.get("seen")
        seen = seen if isinstance(seen, dict) else {}
        data = QueryDict(mutable=True)
        for name, sent in self.data.lists():  # type: ignore[attr-defined]  # a bound form has a QueryDict
            data.setlist(name, sent)
        fresh = EditForm(None, complaint)
        conflicts = []
        for name, theirs in fresh.current.items():
            mine = self.typed[name]
            if _print(mine) == seen.get(name):
                _put(data, name, theirs)
            elif _print(theirs) not in (seen.get(name), _print(mine)):
                words = fresh.fields[name]
                conflicts.append(Conflict(words.label, _said(words, theirs), _said(words, mine)))
        data["base"] = fresh.initial["base"]
        return EditForm(data, complaint), conflicts

    def label_of(self, changed: str) -> str:
        """The label of a field by the name that an event gives it (`consumer.phone`)."""
        field = self.fields.get(changed.replace(".", "_"))
        return str(field.label) if field else changed


def _put(data: QueryDict, name: str, value: Any) -> None:
    if value is False:
        data.pop(name, None)  # an empty check box is not sent
    else:
        data.setlist(name, list(value) if isinstance(value, list) else [value])


def _said(field: forms.Field, value: Any) -> str:
    """A value in words: the labels of choices, the text of everything else."""
    labels: dict[str, str] = {}
    for code, label in getattr(field, "choices", ()):
        options = label if isinstance(label, list) else [(code, label)]
        labels |= {str(c): str(words) for c, words in options}
    codes = value if isinstance(value, list) else [value]
    return gettext("、").join(
        labels.get(str(code), str(code)) for code in codes if code not in ("", None)
    )
