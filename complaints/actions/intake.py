"""Registering a complaint and mending what was registered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.vault import blind_index
from audit.record import record
from complaints import clock, search, validation
from complaints.advance import check_version, lock
from complaints.choices import Channel, Claim, Priority, Risk
from complaints.errors import CaseError, Duplicate, Invalid, NotAllowed
from complaints.models import Complaint, Consumer, Event
from complaints.validation import Cleaner, Refused
from evidence.models import Folder
from legal_rules.vocabulary import CATEGORIES, RIGHTS


def _cleaners(now: datetime) -> dict[str, Cleaner]:
    """What may be registered: the API's field names."""
    v = validation
    return {
        "channel": lambda x: v.choice(x, Channel.values, required=True),
        "title": lambda x: v.text(x, 120),
        "narrative": lambda x: v.text(x, v.NARRATIVE_LIMIT, required=True, lines=True),
        "claims": lambda x: v.choices(x, Claim.values),
        "category": lambda x: v.choice(x, CATEGORIES),
        "rights": lambda x: v.choices(x, RIGHTS),
        "consumer": v.consumer,
        "product": v.product,
        "order_number": lambda x: v.text(x, 80),
        "transaction_date": v.day,
        "price_paid": v.money,
        "loss_claimed": v.money,
        "currency": lambda x: v.choice(x, ["CNY"]) or "CNY",
        "received_at": lambda x: v.moment(x, now),
        "external_reference": lambda x: v.text(x, 120),
        "priority": lambda x: v.choice(x, Priority.values) or Priority.NORMAL,
        "risk_flags": lambda x: v.choices(x, Risk.values),
        "confidential": v.flag,
        "team": _team,
    }


EDITABLE = (
    "title",
    "narrative",
    "claims",
    "category",
    "rights",
    "consumer",
    "product",
    "order_number",
    "transaction_date",
    "price_paid",
    "loss_claimed",
    "priority",
    "risk_flags",
    "confidential",
)
DECIDES_THE_LAW = {"category", "transaction_date", "price_paid"}


def _team(value: Any) -> Team | None:
    if value in (None, ""):
        return None
    found = Team.objects.filter(is_active=True)
    team = (
        found.filter(pk=int(value)).first()
        if str(value).isdigit()
        else found.filter(name=str(value)).first()
    )
    if team is None:
        raise Refused(_("没有“{team}”这个团队").format(team=str(value)[:60]))
    return team


def clean_registration(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values as they will be stored. Raises Invalid with every sentence."""
    given = {"narrative": None, "channel": None, **values}
    cleaned = validation.clean(given, _cleaners(now))
    if not cleaned.get("title"):
        cleaned["title"] = first_sentence(cleaned["narrative"])
    return cleaned


def first_sentence(narrative: str) -> str:
    """A title for a narrative without one: its first sentence, at most 40 characters."""
    head = narrative.strip().splitlines()[0] if narrative.strip() else ""
    for mark in "。！？!?；;":
        head = head.split(mark)[0]
    return head[:39] + "…" if len(head) > 40 else head


def _home_team(by: User, wanted: Team | None) -> Team:
    teams = by.team_ids
    if wanted is not None and wanted.pk not in teams:
        raise Invalid({"team": [_("您不属于“{team}”，不能登记到该团队").format(team=wanted.name)]})
    if wanted is not None:
        return wanted
    if not teams:
        raise Invalid({"team": [_("您还不属于任何团队；请管理员先把您加入团队")]})
    return Team(pk=by.memberships[0][0])


def next_number(now: datetime) -> str:
    """TS26-000123: two digits of the year and a number from a sequence, never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaint_number')")
        value = cursor.fetchone()[0]
    return f"TS{timezone.localdate(now):%y}-{value:06d}"


def similar(
    consumer: Mapping[str, str], order_number: str, by: User, *, limit: int = 5
) -> list[dict[str, Any]]:
    """Earlier cases that the person may see with the same phone, document or order number (exact
    match only).
    """
    same = [
        Q(**{f"consumer__{c}_index": blind_index(c, consumer[c])})
        for c in ("phone", "id_number")
        if consumer.get(c)
    ]
    if order_number:
        same.append(Q(order_number=order_number))
    if not same:
        return []
    found = Complaint.objects.visible_to(by).filter(reduce(or_, same)).order_by("-id")[:limit]
    return [
        {
            "number": c.number,
            "state": c.state,
            "state_text": str(c.get_state_display()),
            "outcome": c.outcome,
            "title": c.title,
            "received_at": clock.local(c.received_at),
        }
        for c in found
    ]


def register(
    values: Mapping[str, Any], *, by: User, now: datetime | None = None, owned: bool = False
) -> Complaint:
    """Register a complaint in one transaction. `owned` makes the person its owner.

    Raises NotAllowed, Invalid (field → sentences) or Duplicate (the external number is registered
    already).
    """
    now = now or timezone.now()
    if not by.may("register_complaints"):
        raise NotAllowed(_("您的角色不能登记投诉；请联系客服坐席或主管"))
    data = clean_registration(values, now)
    team = _home_team(by, data.get("team"))
    try:
        with transaction.atomic():
            return _write(data, team, by, now, owned)
    except IntegrityError as error:
        if "external_reference_is_registered_once" not in str(error):
            raise
        raise _duplicate(data["external_reference"], by) from error


def _duplicate(reference: str, by: User) -> CaseError:
    existing = (
        Complaint.objects.visible_to(by)
        .filter(external_reference=reference)
        .values_list("number", flat=True)
        .first()
    )
    where = _("（案件 {number}）").format(number=existing) if existing else ""
    return Duplicate(
        {
            "external_reference": [
                _("外部编号 {reference} 已经登记过{where}；请打开原案件补充").format(
                    reference=reference, where=where
                )
            ]
        },
        existing or "",
    )


def _write(data: dict[str, Any], team: Team, by: User, now: datetime, owned: bool) -> Complaint:
    consumer = Consumer()
    consumer.fill({"name": "", **data.get("consumer", {})})
    consumer.save(force_insert=True)
    category = CATEGORIES.get(data.get("category", ""))
    complaint = Complaint(
        number=next_number(now),
        title=data["title"],
        narrative=data["narrative"],
        channel=data["channel"],
        claims=data.get("claims", []),
        category=data.get("category", ""),
        rights=data.get("rights") or list(category.rights if category else []),
        priority=data.get("priority", Priority.NORMAL),
        risk_flags=data.get("risk_flags", []),
        confidential=data.get("confidential", False),
        product_name=data.get("product", {}).get("name", ""),
        product_category=data.get("product", {}).get("category", ""),
        order_number=data.get("order_number", ""),
        transaction_date=data.get("transaction_date"),
        price_paid=data.get("price_paid"),
        loss_claimed=data.get("loss_claimed"),
        external_reference=data.get("external_reference", ""),
        consumer=consumer,
        folder=Folder.objects.create(created_at=now),
        team=team,
        owner=by if owned else None,
        registered_by=by,
        received_at=data.get("received_at") or now,
        created_at=now,
        updated_at=now,
    )
    complaint.next_due_at = None
    first_clock = clock.new_deadline(complaint, "accept", now)
    complaint.next_due_at = first_clock.due_at
    complaint.save(force_insert=True)
    first_clock.complaint = complaint
    first_clock.save(force_insert=True)
    search.index(complaint)
    complaint.fresh_deadlines = [first_clock]  # type: ignore[attr-defined]  # spares the caller a query
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.REGISTERED,
        code="registered",
        text="",
        detail={"channel": complaint.channel},
    )
    record(
        "complaint.registered",
        complaint.subject,
        by,
        now,
        {"channel": complaint.channel, "category": complaint.category},
        first=True,
    )
    return complaint


def edit(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Change what was registered.

    Only fields in `EDITABLE`; every change is an event that names the fields, never their personal
    values. Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("您的角色不能修改案件资料"))
    cleaners = {k: c for k, c in _cleaners(now).items() if k in EDITABLE}
    data = validation.clean(values, cleaners)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if not complaint.is_open:
            raise Invalid({"state": [_("案件已经办结，不能再修改；如需更正请先重新启动")]})
        changed = _apply(complaint, data)
        if not changed:
            return complaint
        if DECIDES_THE_LAW & set(changed):
            complaint.facts_revision += 1
        complaint.version += 1
        complaint.updated_at = now
        complaint.save()
        search.index(complaint)
        Event.objects.create(
            complaint=complaint,
            at=now,
            by=by,
            kind=Event.Kind.CHANGE,
            code="edited",
            detail={"fields": changed},
        )
        record(
            "complaint.edited",
            complaint.subject,
            by,
            now,
            {"fields": changed, "version": complaint.version},
        )
    return complaint


def _apply_personal(complaint: Complaint, values: dict[str, str]) -> list[str]:
    personal = {k: v for k, v in values.items() if complaint.consumer.clear(k) != v}
    if personal:
        complaint.consumer.fill(personal)
        complaint.consumer.save()
    return [f"consumer.{k}" for k in personal]


def _apply(complaint: Complaint, data: dict[str, Any]) -> list[str]:
    changed = []
    for name, value in data.items():
        if name == "consumer":
            changed += _apply_personal(complaint, value)
        elif name == "product":
            for part, text in value.items():
                if getattr(complaint, f"product_{part}") != text:
                    setattr(complaint, f"product_{part}", text)
                    changed.append(f"product.{part}")
        elif name == "title" and not value:
            continue
        elif getattr(complaint, name) != value:
            setattr(complaint, name, value)
            changed.append(name)
    return changed
