"""What may be registered and edited: the fields by their API names, and how each is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from complaints import places, validation
from complaints.choices import Channel, Claim, FiledBy, Priority, Risk
from complaints.validation import Cleaner, Refused
from legal_rules.vocabulary import CATEGORIES, RIGHTS


def cleaners(now: datetime) -> dict[str, Cleaner]:
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
        "filed_by": lambda x: v.choice(x, FiledBy.values) or FiledBy.CONSUMER,
        "product": v.product,
        "region": v.region,
        "brand": lambda x: v.text(x, 100),
        "batch": lambda x: v.reference(x, 80),
        "supplier": lambda x: v.text(x, 100),
        "script_version": lambda x: v.text(x, 80),
        "order_number": lambda x: v.reference(x, 80),
        "transaction_date": v.day,
        "price_paid": v.money,
        "loss_claimed": v.money,
        "currency": lambda x: v.choice(x, ["CNY"]) or "CNY",
        "received_at": lambda x: v.moment(x, now),
        "external_reference": lambda x: v.reference(x, 120),
        "source": lambda x: v.text(x, 200),
        "priority": lambda x: v.choice(x, Priority.values) or Priority.NORMAL,
        "risk_flags": lambda x: v.choices(x, Risk.values),
        "confidential": v.flag,
        "team": team_named,
    }


EDITABLE = (
    "title",
    "narrative",
    "claims",
    "category",
    "rights",
    "consumer",
    "filed_by",
    "product",
    "region",
    "brand",
    "batch",
    "supplier",
    "script_version",
    "order_number",
    "transaction_date",
    "price_paid",
    "loss_claimed",
    "priority",
    "risk_flags",
    "confidential",
)
DECIDES_THE_LAW = {"category", "transaction_date", "price_paid"}


def placed(said: str, address: str) -> tuple[str, bool]:
    """The region of a case, and whether it was chosen by hand: what somebody said, if the address
    does not say it too, else what the address says.
    """
    follows = places.of_address(address)
    return (said, True) if said and said != follows else (follows, False)


def team_named(value: Any) -> Team | None:
    """A team at work by number or name. Raises Refused for one that does not exist."""
    if value in (None, ""):
        return None
    if isinstance(value, Team):
        return value
    found = Team.objects.filter(is_active=True)
    team = (
        found.filter(pk=int(value)).first()
        if re.fullmatch(r"[0-9]{1,18}", str(value))
        else found.filter(name=str(value)).first()
    )
    if team is None:
        raise Refused(_("没有“{team}”这个团队").format(team=str(value)[:60]))
    return team


def clean_registration(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values as they will be stored. Raises Invalid with every sentence."""
    given = {"narrative": None, "channel": None, **values}
    cleaned = validation.clean(given, cleaners(now))
    if not cleaned.get("title"):
        cleaned["title"] = first_sentence(cleaned["narrative"])
    return cleaned


def first_sentence(narrative: str) -> str:
    """A title for a narrative without one: its first sentence, at most 40 characters."""
    head = narrative.strip().splitlines()[0] if narrative.strip() else ""
    for mark in "。！？!?；;":
        head = head.split(mark)[0]
    return head[:39] + "…" if len(head) > 40 else head
