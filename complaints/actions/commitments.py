"""Promises to the consumer: making one, and correcting until when. How they end is in
`commitment_ends.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import next_due, promised, validation
from complaints.actions.commitment_record import (
    leave,
    may_keep,
    on_record,
    open_one,
    proved_by,
    recorded,
    said_in,
    tell_consumer,
    text_number,
)
from complaints.advance import check_version, lock
from complaints.choices import CommitmentSource, CommitmentStrength
from complaints.errors import Invalid
from complaints.models import Commitment, Complaint
from complaints.validation import Refused
from complaints.workdays import SHANGHAI

TEXT_LIMIT = 500
# What a person may enter; the others follow from steps of the case.
SOURCES = (CommitmentSource.CALL, CommitmentSource.LETTER, CommitmentSource.PUBLIC_PROMISE)


# --- making


def make(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Write down what was promised: `{text, due, source, strength?, owner?, amount?,
    communication?, evidence?}`. `due` is a day or an instant, `owner` a username.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能登记承诺"))
    data = _cleaned(values, now)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if not complaint.is_open:
            raise Invalid({"state": [_("案件已经办结，不能再登记承诺；请先重新启动")]})
        said = said_in(complaint, data)
        commitment = Commitment(
            complaint=complaint,
            text=data["text"],
            amount=data.get("amount"),
            source=data["source"],
            strength=data.get("strength") or CommitmentStrength.OFFERED,
            owner=_owner(complaint, data.get("owner", ""), by),
            made_at=min(said.at, now) if said else now,
            made_by=by,
            communication=said,
            made_evidence=proved_by(complaint, data.get("evidence")),
        )
        promised.save_new([commitment], [data["due"]])
        recorded(commitment, by, now, "made", text="", due=promised.due_words(commitment))
        if commitment.source != CommitmentSource.LETTER:  # a letter has told the consumer
            tell_consumer(commitment, "confirm_commitment", now)
        if commitment.owner != by:
            leave(commitment, "tell_commitment_owner", now)
    return commitment


def _cleaned(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    v = validation
    return v.clean(
        {"text": None, "due": None, "source": None, **values},
        {
            "text": lambda x: v.text(x, TEXT_LIMIT, required=True),
            "due": lambda x: coming(x, now),
            "source": lambda x: v.choice(x, [s.value for s in SOURCES], required=True),
            "strength": lambda x: v.choice(x, CommitmentStrength.values),
            "owner": lambda x: v.plain(x, 150),
            "amount": v.money,
            "communication": text_number,
            "evidence": v.item_number,
        },
    )


def coming(value: Any, now: datetime) -> date | datetime:
    """Until when: a day from today on, or an instant from now on. Raises Refused."""
    if value in (None, ""):
        raise Refused(_("请填写期限：答应在哪一天或哪一刻之前做到"))
    raw = str(value).strip()
    if isinstance(value, str) and len(raw) > len("2026-11-27"):
        value = _instant(raw)
    if not isinstance(value, datetime):
        found = validation.day(value, future=True)
        if found is None or found < timezone.localdate(now):
            raise Refused(_("期限已经过去；请填写今天或以后的日期"))
        return found
    if timezone.is_naive(value):
        value = value.replace(tzinfo=SHANGHAI)
    validation.day(value.date(), future=True)
    if value <= now:
        raise Refused(_("期限已经过去；请填写以后的时间"))
    return value


def _instant(raw: str) -> datetime:
    try:
        found = parse_datetime(raw)
    except ValueError:
        found = None
    if found is None:
        raise Refused(
            _("“{value}”不是有效时间；请按 2026-11-23T14:40:00+08:00 的格式填写").format(
                value=raw[:40]
            )
        )
    return found


def _owner(complaint: Complaint, username: str, by: User) -> User:
    """Who has to keep it: whoever is named, else the case's owner, else who wrote it down."""
    if not username:
        return complaint.owner or by
    found = User.objects.filter(username=username, is_active=True).first()
    able = found is not None and (found.is_(Role.AGENT) or found.is_(Role.SUPERVISOR))
    if found is None or not able or complaint.team_id not in found.team_ids:
        raise Invalid(
            {"owner": [_("“{name}”不办理本团队的案件；请另选一位").format(name=username[:40])]}
        )
    if complaint.named_people.filter(user=found).exists():
        words = _("本案点名了 {name}，不能由其兑现；请另选一位").format(name=found.name)
        raise Invalid({"owner": [words]})
    return found


def follow(
    complaint: Complaint, rows: Iterable[Commitment], dues: Sequence[date], by: User | None
) -> None:
    """Promises that follow from a step: stored with their clocks. The caller saves the case."""
    commitments = list(rows)
    for commitment in commitments:
        commitment.owner, commitment.made_by = complaint.owner, by
    promised.save_new(commitments, dues)
    next_due.refresh(complaint)


# --- until when


def change_due(
    number: str,
    commitment_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Correct until when: `{due, reason, evidence?, communication?}`. A later date rests on what
    the consumer said to it; the earlier one stays in the clock's history.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    may_keep(by, _("您的角色不能更正承诺"))
    data = validation.clean(
        {"due": None, "reason": None, **values},
        {
            "due": lambda x: coming(x, now),
            "reason": lambda x: validation.text(x, 2000, required=True, lines=True),
            "evidence": validation.item_number,
            "communication": text_number,
        },
    )
    with transaction.atomic():
        commitment = open_one(number, commitment_id, by, version)
        earlier, before = commitment.due_at, promised.due_words(commitment)
        said = said_in(commitment.complaint, data)
        proof = proved_by(commitment.complaint, data.get("evidence"))
        promised.set_due(commitment, data["due"])
        _later_needs_proof(commitment, earlier, said is not None or proof is not None)
        commitment.save(update_fields=["due", "due_at", "precise"])
        promised.move_clock(commitment, data["reason"], by, now)
        detail = {"from": before, "due": promised.due_words(commitment)}
        rests_on = on_record(said, proof)
        recorded(commitment, by, now, "due_changed", text=data["reason"], **detail, **rests_on)
        tell_consumer(commitment, "confirm_commitment", now)
    return commitment


def _later_needs_proof(commitment: Commitment, earlier: datetime | None, proved: bool) -> None:
    if commitment.due_at == earlier:
        raise Invalid({"due": [_("日期与原来相同；无须更正")]})
    later = earlier is not None and commitment.due_at is not None and commitment.due_at > earlier
    if later and not proved:
        raise Invalid(
            {
                "evidence": [
                    _("改晚须以消费者的同意为据；请选择记载其同意的沟通记录，或填写证据编号")
                ]
            }
        )
