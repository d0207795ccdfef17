"""Registering a complaint, once; and the earlier ones of the same person or order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.vault import blind_indexes
from audit.record import record
from complaints import clock_words, deadlines, next_due, public_promises, search
from complaints.actions.editing import amend, edit
from complaints.actions.intake_values import clean_registration, placed
from complaints.choices import FiledBy, Language, Priority, Risk
from complaints.errors import CaseError, Duplicate, Invalid, NotAllowed
from complaints.leaving import RECEIPT, receipt_leaves_at
from complaints.models import Complaint, Consumer, Deadline, Event, Outbox
from evidence.models import Folder
from legal_rules.vocabulary import CATEGORIES

__all__ = ["amend", "edit", "register", "similar", "write"]

Begins = Callable[[Complaint, datetime, bool], list[Deadline]]


def home_team(by: User, wanted: Team | None) -> Team:
    teams = by.team_ids
    if wanted is not None and wanted.pk not in teams:
        raise Invalid({"team": [_("您不属于“{team}”，不能登记到该团队").format(team=wanted.name)]})
    if wanted is not None:
        return wanted
    if not teams:
        raise Invalid({"team": [_("您还不属于任何团队；请管理员先把您加入团队")]})
    first = teams[0]
    return Team(pk=first, name=by.team_names[first])  # spares a query


def next_numbers(now: datetime, how_many: int) -> tuple[list[str], bool]:
    """TS26-000123: two digits of the year and a number from a sequence, never given twice; and
    whether there are public promises to ask for, which spares most installations a statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('complaint_number'), EXISTS (SELECT FROM complaints_publicpromise"
            " WHERE starts = 'registered' AND withdrawn_at IS NULL) FROM generate_series(1, %s)",
            [how_many],
        )
        found = cursor.fetchall()
    return [f"TS{timezone.localdate(now):%y}-{value:06d}" for value, _ in found], found[0][1]


def similar(
    consumer: Mapping[str, str], order_number: str, by: User, *, limit: int = 5
) -> list[dict[str, Any]]:
    """Earlier cases that the person may see with the same phone, document or order number (exact
    match only), newest first: `{number, state, state_text, outcome, title, received_at, consumer
    (masked), same: [phone | id_number | order_number]}`. One statement, or none when nothing is
    given.
    """
    keys = {c: blind_indexes(c, consumer.get(c, "")) for c in ("phone", "id_number")}
    ways = [Q(**{f"consumer__{c}_index__in": key}) for c, key in keys.items() if key]
    if order_number:
        ways.append(Q(order_number=order_number) & ~Q(order_number=""))
    if not ways:
        return []
    # a union, so that each way uses its own index: joined by OR every case would be read
    same = [Complaint.objects.filter(way).values("pk") for way in ways]
    visible = Complaint.objects.visible_to(by).select_related("consumer").defer("narrative")
    found = visible.filter(pk__in=same[0].union(*same[1:])).order_by("-id")[:limit]
    return [_earlier(c, keys, order_number) for c in found]


def _earlier(complaint: Complaint, keys: Mapping[str, list[bytes]], order: str) -> dict[str, Any]:
    consumer = complaint.consumer
    same = [c for c, key in keys.items() if bytes(getattr(consumer, f"{c}_index")) in key]
    if order and complaint.order_number == order:
        same.append("order_number")
    return {
        "number": complaint.number,
        "state": complaint.state,
        "state_text": str(complaint.get_state_display()),
        "outcome": complaint.outcome,
        "title": complaint.title,
        "received_at": clock_words.local(complaint.received_at),
        "consumer": consumer.name_masked,
        "same": same,
    }


def register(
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
    owned: bool = False,
    origin: Mapping[str, Any] | None = None,
    also: Callable[[Complaint], None] | None = None,
) -> Complaint:
    """Register a complaint in one transaction. `owned` makes the person its owner; `origin` is kept
    with the record of the registration (which import, which row).

    `also(complaint)` does what belongs to it, in the same transaction.

    Raises NotAllowed, Invalid (field → sentences) or Duplicate (the external number is registered
    already).
    """
    now = now or timezone.now()
    if not by.may("register_complaints"):
        raise NotAllowed(_("您的角色不能登记投诉；请联系客服坐席或主管"))
    data = clean_registration(values, now)
    team = home_team(by, data.get("team"))
    try:
        with transaction.atomic():
            complaint = write(data, team, by, now, by if owned else None, origin or {})
            if also is not None:
                also(complaint)
            return complaint
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


def begun(
    data: Mapping[str, Any],
    team: Team,
    by: User,
    now: datetime,
    number: str,
    *,
    owned: bool = False,
) -> Complaint:
    """The case as it begins, unsaved, with an unsaved consumer; its folder is the caller's."""
    return Complaint(
        **_columns(data),
        number=number,
        consumer=_consumer(data.get("consumer", {})),
        team=team,
        owner=by if owned else None,
        registered_by=by,
        received_at=data.get("received_at") or now,
        created_at=now,
        updated_at=now,
    )


def first_clocks(complaint: Complaint, now: datetime, promised: bool) -> list[Deadline]:
    """The clocks that begin with an unsaved case, unsaved; the case carries the soonest of their
    dates. `promised`: whether there are public promises to ask for.
    """
    clocks = deadlines.for_kind(complaint, "accept", now)
    if promised:
        clocks += public_promises.inherited(complaint, "registered", now)
    next_due.put(complaint, clocks)
    return clocks


def write(
    data: Mapping[str, Any],
    team: Team,
    by: User,
    now: datetime,
    owner: User | None,
    origin: Mapping[str, Any],
    begins: Begins = first_clocks,
) -> Complaint:
    """The consumer, the case and the clocks that begin with it, then what tells of them. In the
    caller's transaction, of values that are clean.
    """
    (number,), promised = next_numbers(now, 1)
    complaint = begun(data, team, by, now, number)
    complaint.owner = owner
    complaint.consumer.save(force_insert=True)
    complaint.folder = Folder.objects.create(created_at=now)
    _save_with_clocks(complaint, begins(complaint, now, promised))
    search.index(complaint)
    event, detail = first_words(complaint, origin, by, now)
    event.save(force_insert=True)
    record("complaint.registered", complaint.subject, by, now, detail, first=True)
    if not origin and complaint.consumer.channels:  # what is taken over in bulk is not news
        _acknowledge(complaint, now)
    return complaint


def _acknowledge(complaint: Complaint, now: datetime) -> None:
    """Tell the consumer that it was received."""
    Outbox.objects.create(
        complaint=complaint,
        effect=RECEIPT,
        key=f"{complaint.number}.{complaint.version}.{RECEIPT}",
        created_at=now,
        not_before=receipt_leaves_at(now),
    )


def _consumer(personal: Mapping[str, str]) -> Consumer:
    """Each case has a consumer of its own, sealed with its own key."""
    consumer = Consumer()
    consumer.fill({"name": "", **personal})
    consumer.protection = personal.get("protection", "")
    consumer.language = personal.get("language") or Language.ZH
    return consumer


def _columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was told, by the columns of the case; rights that nobody chose follow the category."""
    category = CATEGORIES.get(data.get("category", ""))
    product = data.get("product", {})
    region, chosen = placed(data.get("region", ""), data.get("consumer", {}).get("address", ""))
    return {
        "title": data["title"],
        "narrative": data["narrative"],
        "channel": data["channel"],
        "claims": data.get("claims", []),
        "category": data.get("category", ""),
        "rights": data.get("rights") or list(category.rights if category else []),
        "priority": data.get("priority", Priority.NORMAL),
        "risk_flags": _risks(data),
        "confidential": data.get("confidential", False),
        "product_name": product.get("name", ""),
        "product_category": product.get("category", ""),
        "region": region,
        "region_chosen": chosen,
        **{name: data.get(name, "") for name in ("brand", "batch", "supplier", "script_version")},
        "order_number": data.get("order_number", ""),
        "transaction_date": data.get("transaction_date"),
        "price_paid": data.get("price_paid"),
        "loss_claimed": data.get("loss_claimed"),
        "external_reference": data.get("external_reference", ""),
        "source": data.get("source", ""),
        "filed_by": data.get("filed_by", FiledBy.CONSUMER),
    }


def _risks(data: Mapping[str, Any]) -> list[str]:
    """The flags that were set; special protection is one of them without being asked twice."""
    flags = list(data.get("risk_flags", []))
    if data.get("consumer", {}).get("protection") and Risk.VULNERABLE not in flags:
        flags.append(Risk.VULNERABLE.value)
    return flags


def _save_with_clocks(complaint: Complaint, clocks: list[Deadline]) -> None:
    """The clocks point at the case once it has a key."""
    complaint.save(force_insert=True)
    for clock in clocks:
        clock.complaint = complaint
    deadlines.save_new(clocks)
    complaint.fresh_deadlines = clocks  # type: ignore[attr-defined]  # spares the caller a query


def first_words(
    complaint: Complaint, origin: Mapping[str, Any], by: User, now: datetime
) -> tuple[Event, dict[str, Any]]:
    """The first line of the timeline, unsaved, and what the first of the case's audit log says."""
    event = Event(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.REGISTERED,
        code="registered",
        text=complaint.source,
        detail={"channel": complaint.channel, **origin},
    )
    return event, {"channel": complaint.channel, "category": complaint.category, **origin}
