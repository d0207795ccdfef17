"""What is to become of a row: taken, known already and the same, known and different, or refused.

Looks only; everything is written by `import_run.py`. Look-ups are made for a batch of rows at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from accounts.vault import lasting_hash
from complaints.actions import intake_values
from complaints.choices import Channel
from complaints.errors import Invalid
from complaints.importing.headings import FIELDS
from complaints.importing.table import Problem, Row, Table
from complaints.importing.values import Reading, read_row
from complaints.models import Complaint, ImportRow

BATCH = 250
OWN_PREFIX = "IMP-"  # of the numbers that we derive for rows without an external number
# What says that two rows without a number are the same complaint.
_IDENTITY = ("title", "narrative", "received_at", "order_number")
# Worked on after registration; a list that says otherwise is not news about the complaint.
_NOT_COMPARED = {"channel", "currency", "team", "priority", "risk_flags", "confidential"}
Outcome = ImportRow.Outcome
# The same outcomes before anything is written.
FORECAST: dict[str, str | Promise] = {
    Outcome.CREATED: gettext_lazy("可登记"),
    Outcome.UNCHANGED: gettext_lazy("已登记过，无变化"),
    Outcome.DIFFERING: gettext_lazy("已登记过，内容不同"),
    Outcome.REJECTED: gettext_lazy("不能登记"),
}


@dataclass
class Candidate:
    """A row that was read: what would be registered, and under which external number."""

    reading: Reading
    cleaned: dict[str, Any] = field(default_factory=dict)
    reference: str = ""
    digest: bytes = b""

    @property
    def number(self) -> int:
        """The row's number in the file."""
        return self.reading.row.number

    @property
    def refused(self) -> bool:
        """Whether something in the row itself is wrong."""
        return bool(self.reading.problems)

    @property
    def derived(self) -> bool:
        """Whether the external number is ours."""
        return self.reference.startswith(OWN_PREFIX) and not self.cleaned.get("external_reference")

    @property
    def problems(self) -> list[Problem]:
        """Everything to say about the row, the reasons against it first."""
        return [*self.reading.problems, *self.reading.notes]

    def values(self) -> dict[str, Any]:
        """What `intake.register` takes."""
        return {**self.reading.values, "external_reference": self.reference}

    def checked(self) -> dict[str, Any]:
        """What `intake_many.register_many` takes."""
        return {**self.cleaned, "external_reference": self.reference}


@dataclass
class Verdict:
    """What becomes of a row; `complaint` is the case that it belongs to already."""

    candidate: Candidate
    outcome: str
    complaint: Complaint | None = None


def _hashed(kind: str, values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return lasting_hash(kind, sha256(text.encode()).hexdigest())


def derived_reference(cleaned: Mapping[str, Any]) -> str:
    """A stable external number for a complaint without one: the same words, person, date and order
    give the same number, so that importing it again is noticed. Keyed, so that it tells nothing.
    """
    person = cleaned.get("consumer", {})
    identity = {name: cleaned.get(name) for name in _IDENTITY}
    identity |= {"name": person.get("name"), "phone": person.get("phone")}
    return OWN_PREFIX + _hashed("import_identity", identity).hex()[:16].upper()


def prepare(
    row: Row,
    table: Table,
    mapping: Mapping[str, str],
    *,
    teams: Mapping[str, Team],
    team: Team,
    now: datetime,
) -> Candidate:
    """Read and check one row as `intake.register` would, without writing.

    `teams`: the importing person's teams by name, for lists with a column for the team.
    """
    reading = read_row(row, table.columns, mapping, epoch=table.epoch)
    candidate = Candidate(reading)
    values = reading.values
    values["channel"] = Channel.IMPORT
    wanted = values.get("team")
    values["team"] = teams.get(str(wanted), team)
    if wanted and wanted not in teams:
        sentence = _("您不属于“{team}”，不能登记到该团队").format(team=str(wanted)[:60])
        reading.refuse(reading.columns.get("team", ""), sentence)
    if reading.problems:
        candidate.reference = str(values.get("external_reference", ""))[:120]
        return candidate
    try:
        cleaned = intake_values.clean_registration(values, now)
    except Invalid as invalid:
        refuse(candidate, invalid)
        return candidate
    candidate.cleaned = cleaned
    candidate.reference = cleaned.get("external_reference") or derived_reference(cleaned)
    compared = {k: v for k, v in cleaned.items() if k not in _NOT_COMPARED}
    candidate.digest = _hashed("import_row", compared)
    return candidate


def refuse(candidate: Candidate, invalid: Invalid) -> None:
    """Put the sentences of a refused registration to the columns that they are about."""
    reading = candidate.reading
    for code, sentences in invalid.errors.items():
        column = reading.columns.get(code, "")
        if not column and code in FIELDS:
            column = str(FIELDS[code].label)
        for sentence in sentences:
            reading.refuse(column, sentence)


class Judge:
    """Decides for one person and one file. `seen`: external number → the row of this file that has
    it.
    """

    def __init__(self, by: User) -> None:
        self.by = by
        self.seen: dict[str, int] = {}

    def remember(self, candidate: Candidate) -> None:
        """The row has its external number now; a later one with the same is a double."""
        if not candidate.refused:
            self.seen.setdefault(candidate.reference, candidate.number)

    def judge(self, batch: Sequence[Candidate]) -> list[Verdict]:
        """A verdict for each; `CREATED` means that it is to be registered. Three statements at
        most.
        """
        known = _Known(self.by, {c.reference for c in batch if not c.refused})
        return [self._one(candidate, known) for candidate in batch]

    def _one(self, candidate: Candidate, known: _Known) -> Verdict:
        first = self.seen.get(candidate.reference)
        if not candidate.refused and first is not None and first != candidate.number:
            _say_double(candidate, first)
        if candidate.refused:
            return Verdict(candidate, Outcome.REJECTED)
        self.remember(candidate)
        if candidate.reference not in known.references:
            return Verdict(candidate, Outcome.CREATED)
        complaint = known.visible.get(candidate.reference)
        if complaint is None:
            _say_taken(candidate)
            return Verdict(candidate, Outcome.REJECTED)
        if candidate.digest in known.digests.get(complaint.pk, ()):
            return Verdict(candidate, Outcome.UNCHANGED, complaint)
        different = differences(candidate, complaint)
        if not different:
            return Verdict(candidate, Outcome.UNCHANGED, complaint)
        _say_different(candidate, complaint, different)
        return Verdict(candidate, Outcome.DIFFERING, complaint)


class _Known:
    """What is registered under these external numbers, and what of it the person may see."""

    def __init__(self, by: User, references: set[str]) -> None:
        same = Complaint.objects.filter(external_reference__in=references)
        self.references = set(same.values_list("external_reference", flat=True))
        self.visible: dict[str, Complaint] = {}
        self.digests: dict[int, set[bytes]] = {}
        if not self.references:
            return
        for complaint in same.visible_to(by).select_related("consumer"):
            self.visible[complaint.external_reference] = complaint
        rows = ImportRow.objects.filter(
            complaint__in=self.visible.values(), outcome=Outcome.CREATED
        )
        for pk, digest in rows.values_list("complaint_id", "digest"):
            self.digests.setdefault(pk, set()).add(bytes(digest))


def differences(candidate: Candidate, complaint: Complaint) -> list[str]:
    """Names of the fields in which the row says something else than the case; what it leaves empty
    does not count.
    """
    cleaned = candidate.cleaned
    pairs: dict[str, tuple[Any, Any]] = {
        code: (cleaned[code], getattr(complaint, code))
        for code in FIELDS
        if code in cleaned and code not in _NOT_COMPARED
    }
    if "title" not in candidate.reading.columns or not candidate.reading.values.get("title"):
        pairs.pop("title", None)
    for part, value in cleaned.get("product", {}).items():
        pairs[f"product.{part}"] = (value, getattr(complaint, f"product_{part}"))
    for part, value in cleaned.get("consumer", {}).items():
        pairs[f"consumer.{part}"] = (value, complaint.consumer.clear(part))
    return [
        str(FIELDS[code].label)
        for code, (new, old) in pairs.items()
        if new not in ("", None, []) and _plain(new) != _plain(old)
    ]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _reference_column(candidate: Candidate) -> str:
    return candidate.reading.columns.get("external_reference", "")


def _say_double(candidate: Candidate, first: int) -> None:
    sentence = (
        _("与第 {first} 行内容相同；只登记第 {first} 行")
        if candidate.derived
        else _("外部编号 {reference} 与第 {first} 行相同；只登记第 {first} 行")
    )
    text = sentence.format(reference=candidate.reference, first=first)
    candidate.reading.refuse(_reference_column(candidate), text)


def _say_taken(candidate: Candidate) -> None:
    """Of a case outside the person's range nothing is told, not even whether it is the same
    complaint.
    """
    sentence = _("外部编号 {reference} 已经登记过；如不是同一件，请改用别的编号")
    text = sentence.format(reference=candidate.reference)
    candidate.reading.refuse(_reference_column(candidate), text)


def _say_different(candidate: Candidate, complaint: Complaint, names: Sequence[str]) -> None:
    sentence = _(
        "外部编号 {reference} 已登记为 {number}，表格中的{fields}与案件不同；"
        "案件没有改动，请打开案件核对"
    )
    text = sentence.format(
        reference=candidate.reference, number=complaint.number, fields="、".join(names)
    )
    candidate.reading.note(_reference_column(candidate), text)
