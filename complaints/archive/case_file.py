"""Everything that the file of a case held when it was archived, read up to that moment.

Nothing that came later is in it, so that the same package comes out whenever it is made.
"""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Max, Prefetch, Q, QuerySet

from audit.models import Entry
from complaints.leaving import TO_CONSUMER
from complaints.models import (
    Analysis,
    Commitment,
    Communication,
    Complaint,
    Event,
    FactAnswer,
    Opinion,
    Outbox,
    Sealing,
    SigningKey,
    Transition,
)
from complaints.signing.keys import LENGTH as KEY_LENGTH
from evidence.models import Custody, Item, Link


def cut_of(complaint: Complaint) -> dict[str, Any]:
    """Up to which row each part of the file goes in, and what of it may change later as it is now,
    under the lock of the case.
    """
    events = Event.objects.filter(complaint=complaint).aggregate(last=Max("id"))["last"]
    items = Item.objects.filter(folder=complaint.folder_id).aggregate(last=Max("number"))["last"]
    custody = Custody.objects.filter(item__folder=complaint.folder_id)
    links = Link.objects.filter(item__folder=complaint.folder_id)
    texts = Communication.objects.filter(complaint=complaint).aggregate(last=Max("id"))["last"]
    return {
        "events": events or 0,
        "items": items or 0,
        "custody": custody.aggregate(last=Max("id"))["last"] or 0,
        "links": links.aggregate(last=Max("id"))["last"] or 0,
        "communications": texts or 0,
        "letters": _letters_by_now(complaint),
        "merged": _merged_by_now(complaint),
        "case": {n: _plain(getattr(complaint, n)) for n in (*_CHANGES, *_CIRCUMSTANCES)},
    }


# Of the case, what a reopened one may have otherwise than the one that was archived.
_CHANGES = (
    *("title", "narrative", "claims", "category", "channel", "product_name", "product_category"),
    *("order_number", "transaction_date", "price_paid", "loss_claimed", "currency", "findings"),
    *("no_evidence_reason", "outcome", "owner_id", "team_id", "merged_into_id", "closed_at"),
)
_CIRCUMSTANCES = ("region", "brand", "batch", "supplier", "script_version")
_MOMENTS = ("sent_at", "delivered_at", "bounced_at")


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _letters_by_now(complaint: Complaint) -> dict[str, dict[str, list[str | None]]]:
    """Which letters have left, and what is known of each message: row → message → moments."""
    rows = Outbox.objects.filter(
        complaint=complaint, effect__in=TO_CONSUMER, done_at__isnull=False, notices__user=None
    )
    names = [f"notices__{name}" for name in ("pk", *_MOMENTS)]
    found: dict[str, dict[str, list[str | None]]] = {}
    for row, message, *moments in rows.order_by("pk").values_list("pk", *names):
        messages = found.setdefault(str(row), {})
        if message is not None:
            messages[str(message)] = [_plain(at) for at in moments]
    return found


def _merged_by_now(complaint: Complaint) -> list[list[str]]:
    """The cases that were merged into this one: number, and the newest hash of its audit chain."""
    found = []
    rows = Complaint.objects.filter(merged_into=complaint).order_by("pk")
    for case in rows.only("number"):
        newest = Entry.objects.filter(subject=case.subject).order_by("-sequence").first()
        found.append([case.number, newest.hash if newest else ""])
    return found


def _as_known(notice: Any, moments: list[str | None]) -> Any:
    """A message with what was known of it then."""
    for name, at in zip(_MOMENTS, moments, strict=True):
        setattr(notice, name, datetime.fromisoformat(at) if at else None)
    return notice


def _as_it_was(complaint: Complaint, then: dict[str, Any]) -> Complaint:
    """The case with what it had then; another object, so that nobody saves it."""
    case = copy(complaint)
    case._state = copy(complaint._state)
    case._state.fields_cache = dict(complaint._state.fields_cache)
    for name, value in then.items():
        if _plain(getattr(case, name)) != value:
            field: Any = Complaint._meta.get_field(name.removesuffix("_id"))
            setattr(case, name, field.to_python(value))
    return case


class CaseFile:
    """One case as it was when a step archived it. Everything is read when first asked for.

    `number`: how often the case was archived; 0 where it is not, and the file only as it stands.
    """

    def __init__(self, sealing: Sealing) -> None:
        self.complaint: Complaint = _as_it_was(sealing.complaint, sealing.cut.get("case", {}))
        self.step: Transition | None = sealing.transition
        self.at: datetime = sealing.transition.at
        self.number, self.name = sealing.number, sealing.name
        self._cut = sealing.cut

    @classmethod
    def standing(cls, complaint: Complaint, now: datetime) -> CaseFile:
        """The file as it is at this moment, under the lock of the case."""
        file = cls.__new__(cls)
        file.complaint, file.step, file.at, file.number = complaint, None, now, 0
        file._cut, file.name = cut_of(complaint), complaint.number
        return file

    @property
    def circumstances(self) -> dict[str, str]:
        """Region, brand, batch, supplier, script version; none of them in a file that was archived
        before cases had them.
        """
        known = self._cut.get("case", {})
        return {n: getattr(self.complaint, n) for n in _CIRCUMSTANCES if n in known}

    @property
    def merged(self) -> list[list[str]]:
        """(number, head of the audit chain then) of the cases that were merged into this one; none
        in a file that was archived before it was kept.
        """
        return list(self._cut.get("merged", []))

    # --- what happened

    @cached_property
    def entries(self) -> list[Entry]:
        """The audit chain from its beginning to the step that archived the case."""
        chain = Entry.objects.filter(subject=self.complaint.subject).order_by("sequence")
        if self.step is None:
            return list(chain)
        last = chain.get(verb=f"step.{self.step.step}", detail__version=self.step.version)
        return list(chain.filter(sequence__lte=last.sequence))

    @property
    def audit_head(self) -> str:
        """The hash of the last of them, which contains all before it."""
        return self.entries[-1].hash

    @cached_property
    def events(self) -> list[Event]:
        """The timeline, and the step that archived the case."""
        rows = Event.objects.filter(complaint=self.complaint).select_related("by").order_by("id")
        before = Q(id__lte=self._cut["events"])
        if self.step is None:
            return list(rows.filter(before))
        step = Q(kind=Event.Kind.STEP, code=self.step.step, at=self.at)
        return list(rows.filter(before | (step & ~before)))

    @cached_property
    def communications(self) -> list[Communication]:
        """Replies, notes of calls, internal notes."""
        rows = Communication.objects.filter(
            complaint=self.complaint, id__lte=self._cut["communications"]
        )
        return list(rows.select_related("by").order_by("id"))

    @cached_property
    def letters(self) -> list[tuple[Outbox, list[Any]]]:
        """What was written to the consumer: (row, its messages) in the order in which they left."""
        known = self._cut.get("letters")
        rows = Outbox.objects.filter(complaint=self.complaint, effect__in=TO_CONSUMER)
        if known is None:  # archived before the cut said so
            rows = rows.filter(created_at__lte=self.at, done_at__lte=self.at)
        else:
            rows = rows.filter(pk__in=[int(pk) for pk in known])
        found = rows.order_by("id").prefetch_related("notices")
        return [(row, self._messages(row)) for row in found]

    def _messages(self, row: Outbox) -> list[Any]:
        notices: Any = row.notices
        sent = [n for n in notices.all() if n.user_id is None and n.created_at <= self.at]
        sent.sort(key=lambda n: n.pk)
        known = self._cut.get("letters")
        if known is None:
            return sent
        moments = known[str(row.pk)]
        return [_as_known(n, moments[str(n.pk)]) for n in sent if str(n.pk) in moments]

    # --- evidence

    @cached_property
    def items(self) -> list[Item]:
        """The pieces of evidence with who had them in hand."""
        hands = Custody.objects.filter(id__lte=self._cut["custody"]).select_related("by")
        rows: QuerySet[Item] = Item.objects.filter(
            folder=self.complaint.folder_id, number__lte=self._cut["items"]
        ).select_related("received_by", "withdrawal__by")
        links = Link.objects.filter(id__lte=self._cut.get("links", 0)).select_related("by")
        found = rows.order_by("number").prefetch_related(
            Prefetch("custody", hands.order_by("id")), Prefetch("links", links.order_by("id"))
        )
        return list(found)

    # --- law and resolution

    @cached_property
    def answers(self) -> list[FactAnswer]:
        """Every answer to a fact, superseded ones too."""
        rows = FactAnswer.objects.filter(complaint=self.complaint, at__lte=self.at)
        return list(rows.select_related("by").order_by("id"))

    @cached_property
    def analyses(self) -> list[Analysis]:
        """The frozen analyses, the oldest first."""
        rows = Analysis.objects.filter(complaint=self.complaint, at__lte=self.at)
        return list(rows.select_related("by").order_by("id"))

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Counsel's words on every version, the oldest first."""
        rows = Opinion.objects.filter(resolution__complaint=self.complaint, at__lte=self.at)
        return list(rows.select_related("by", "voided", "resolution").order_by("id"))

    @property
    def signatures(self) -> list[Opinion]:
        """Those that signed."""
        return [opinion for opinion in self.opinions if opinion.signed]

    @property
    def signature(self) -> Opinion | None:
        """The last signature; its version is what was agreed, or offered last. Measures and points
        of the others are not asked for.
        """
        return self.signatures[-1] if self.signatures else None

    @cached_property
    def keys(self) -> list[SigningKey]:
        """The public keys of these signatures, and those since, which lead to them from the key
        that seals the package.
        """
        used = {opinion.key_id for opinion in self.signatures if opinion.key_id}
        rows = SigningKey.objects.order_by("first_used_at", "pk")
        every = [key for key in rows if len(key.raw) == KEY_LENGTH]
        first = next((n for n, key in enumerate(every) if key.pk in used), len(every))
        return every[first:]

    @cached_property
    def commitments(self) -> list[Commitment]:
        """What was promised, with what was paid."""
        rows = Commitment.objects.filter(complaint=self.complaint, made_at__lte=self.at)
        return list(rows.prefetch_related("payments").order_by("id"))
