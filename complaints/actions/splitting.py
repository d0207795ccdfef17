"""拆案: a complaint that is really two matters becomes two cases. The first stays what it is; the
second begins with what was told of it, and no term of the law begins later for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.vault.errors import VaultError
from audit.record import record
from complaints import (
    deadlines,
    legal_hold,
    marking,
    next_due,
    public_promises,
    regimes,
    rights,
    validation,
)
from complaints.actions import intake, linking
from complaints.actions.intake_values import clean_registration
from complaints.advance import check_version, lock
from complaints.choices import RUNS, LinkKind
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import Outcome
from complaints.models import (
    Complaint,
    Consumer,
    Deadline,
    Event,
    Moment,
    NamedPerson,
    Outbox,
    Recusal,
)
from complaints.models.consumer import PERSONAL_FIELDS

REASON = 1000
TOLD = ("title", "narrative", "category", "product")  # what the second case says by itself
# What it has from the first one: where and by whom it was told, and what both matters share. Sums
# are not among them: each of the two would count the whole of it.
SHARED = (
    "channel",
    "claims",
    "brand",
    "batch",
    "supplier",
    "script_version",
    "order_number",
    "transaction_date",
    "source",
    "filed_by",
    "priority",
    "risk_flags",
    "confidential",
)
RECEIVED = "complaint_received"
_WHY: dict[str, validation.Cleaner] = {
    "reason": lambda x: validation.text(x, REASON, required=True, lines=True)
}


def split(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """A second case of the same consumer: `{title?, narrative, category?, product?: {name,
    category}, reason}`; answers it.

    It lies with the team and the owner of the first. Raises Complaint.DoesNotExist, NotAllowed,
    StaleVersion, Held, Invalid (field → sentences; `state` where the case cannot be split).
    """
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("只有坐席和主管可以拆案"))
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        _splittable(complaint)
        data, reason = _told(complaint, values, now)
        made = intake.write(
            data, complaint.team, by, now, complaint.owner, {}, _Begun(complaint).clocks
        )
        _as_before(complaint, made)
        _count_from_receipt(complaint, made, by, now)
        linking.put(made, complaint, LinkKind.SPLIT_FROM, reason, by=by, now=now)
        _written(complaint, made, by, now)
    return made


def why_not(complaint: Complaint) -> str:
    """Why the case, as it stands, cannot be split; "" where it can."""
    number = complaint.number
    if complaint.outcome == Outcome.MERGED and complaint.merged_into is not None:
        into = complaint.merged_into.number
        words = _("案件 {number} 已并入 {into}；请打开 {into} 拆案，或先取消并案")
        return words.format(number=number, into=into)
    if not complaint.is_open:
        words = _("案件 {number} 已经办结，不能拆案；请先重新启动它，或另行登记后用“关联案件”")
        return words.format(number=number)
    if rights.only_stored(complaint.consumer):
        return _("消费者的个人信息只作存储，不能拆案；请先由主管办理个人信息权利请求")
    return ""


def _splittable(complaint: Complaint) -> None:
    if sentence := why_not(complaint):
        raise Invalid({"state": [sentence]})
    legal_hold.refuse(complaint)


def _told(
    complaint: Complaint, values: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], str]:
    """What the second case says, clean, and why it is split off. Every sentence at once."""
    wrong: dict[str, list[str]] = {}
    data: dict[str, Any] = {}
    reason = ""
    try:
        told = {name: values.get(name) for name in TOLD}
        data = clean_registration({**told, "channel": complaint.channel}, now)
    except Invalid as refused:
        wrong |= refused.errors
    try:
        reason = validation.clean({"reason": values.get("reason")}, _WHY)["reason"]
    except Invalid as refused:
        wrong |= refused.errors
    if wrong:
        raise Invalid(wrong)
    shared = {name: getattr(complaint, name) for name in SHARED}
    if complaint.region_chosen:
        shared["region"] = complaint.region
    more = {"received_at": complaint.received_at, "consumer": _the_same(complaint.consumer)}
    return {**data, **shared, **more}, reason


def _the_same(consumer: Consumer) -> dict[str, str]:
    """The person's data, to be sealed with a key of the second case's own: the key of the one can
    be destroyed while the other goes on (`intake.begun`). Nobody is shown them.
    """
    try:
        clear = {name: consumer.clear(name) for name in PERSONAL_FIELDS}
    except VaultError as gone:
        words = _("消费者的个人信息已经不可读，不能拆案；请另行登记")
        raise Invalid({"state": [words]}) from gone
    return {**clear, "protection": consumer.protection, "language": consumer.language}


def _as_before(complaint: Complaint, made: Complaint) -> None:
    """What was said of the person and of who may have no part in the matter holds for both."""
    first = complaint.consumer
    Consumer.objects.filter(pk=made.consumer_id).update(
        limited=first.limited, preferred_channel=first.preferred_channel
    )
    named = NamedPerson.objects.filter(complaint=complaint)
    NamedPerson.objects.bulk_create(
        NamedPerson(complaint=made, user_id=n.user_id, why=n.why, by_id=n.by_id, at=n.at)
        for n in named
    )
    Recusal.objects.bulk_create(
        Recusal(complaint=made, user_id=r.user_id, reason=r.reason, at=r.at)
        for r in Recusal.objects.filter(complaint=complaint)
    )


# --- clocks


@dataclass(frozen=True)
class _Begun:
    """The clocks with which the second case begins, by those of the first."""

    first: Complaint

    def clocks(self, made: Complaint, now: datetime, promised: bool) -> list[Deadline]:
        """While the first is not yet accepted, so long is decided on both; what was promised at the
        registration counts from that, unless it was kept or missed there: it is promised once.
        """
        rows = list(self.first.deadlines.all())
        waits = [d.started_at for d in rows if d.kind == "accept" and d.state in RUNS]
        found = deadlines.for_kind(made, "accept", min(waits, default=now))
        if promised:
            over = {d.subject for d in rows if d.subject and d.state not in RUNS}
            began = self.first.created_at
            inherited = public_promises.inherited(made, "registered", began)
            found += [d for d in inherited if d.subject not in over]
        next_due.put(made, found)
        return found


def _count_from_receipt(complaint: Complaint, made: Complaint, by: User, now: datetime) -> None:
    """Write down the moments from which the law counts, as they were in the first case: clocks that
    they start begin, and those that begin with the acceptance will count from them.
    """
    known = {m.kind: m for m in Moment.objects.filter(complaint=complaint, superseded_at=None)}
    since = {RECEIVED: complaint.received_at}
    for clock in complaint.deadlines.order_by("pk"):
        row = regimes.row(clock.entry)
        if row is None or not row.starts or (clock.state not in RUNS and not row.alongside):
            continue  # what is over in the first case concerned the first
        since[row.starts] = min(clock.started_at, since.get(row.starts, clock.started_at))
    for kind, at in since.items():
        said = known.get(kind)
        marking.mark(
            made,
            kind,
            said.at if said else at,
            now=now,
            source=said.source if said else Moment.Source.STEP,
            precise=said.precise if said else True,
            note=said.note if said else "",
            by=said.by if said else by,
        )
    made.save(update_fields=["next_due_at", "next_statutory_at"])


# --- what is written


def _written(complaint: Complaint, made: Complaint, by: User, now: datetime) -> None:
    """The first case moved on, so that a second click finds it changed; whoever works on both
    learns of it.
    """
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    more = {"number": made.number, "version": complaint.version}
    record("complaint.split", complaint.subject, by, now, more)
    if made.owner_id in (None, by.pk):
        return
    event = Event.objects.filter(complaint=made, code="linked").latest("pk")
    Outbox.objects.create(
        complaint=made,
        effect="tell_split",
        key=f"{made.number}.tell_split.{event.pk}",
        payload={"event": event.pk},
        created_at=now,
        not_before=now,
    )
