"""People with addresses, a clock that warns, and a Monday morning on which e-mails may leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from complaints.models import Complaint, Deadline, Outbox
from complaints.workdays import SHANGHAI
from correspondence import dispatch
from correspondence.models import Notice
from tests.cast import Cast


def at(text: str) -> datetime:
    """`2026-03-02 10:00` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def monday() -> Iterator[Any]:
    """Monday, 2 March 2026, ten o'clock: a working day, between two digests."""
    with time_machine.travel(at("2026-03-02 10:00"), tick=False) as clock:
        yield clock


@pytest.fixture
def reached(cast: Cast) -> Cast:
    """The same people, everybody with an address."""
    for user in cast.everybody().values():
        user.email = f"{user.username}@kesu.example"
        user.save(update_fields=["email"])
    return cast


_counted = iter(range(1, 10**6))


def warning(
    complaint: Complaint, who: str = "owner", kind: str = "general_reply", **changes: object
) -> Outbox:
    """An outbox row of a warning about the case's clock, as the sweep writes it."""
    clock = Deadline.objects.get(complaint=complaint, kind=kind, state="running")
    for name, value in changes.items():
        setattr(clock, name, value)
    clock.save()
    now = timezone.now()
    return Outbox.objects.create(
        complaint=complaint,
        effect="warn_of_deadline",
        key=f"{complaint.number}.deadline.{clock.pk}.{next(_counted)}",
        payload={"deadline": clock.pk, "kind": clock.kind, "who": who},
        created_at=now,
        not_before=now,
    )


def told(
    complaint: Complaint, who: str = "owner", kind: str = "general_reply", **changes: object
) -> list[Notice]:
    """The notices of a warning of the level, delivered now."""
    row = warning(complaint, who, kind, **changes)
    assert dispatch.deliver(row.pk, timezone.now())
    return list(Notice.objects.filter(outbox=row).order_by("pk"))


def names(notices: list[Notice]) -> list[str]:
    """User names of the receivers."""
    return sorted(n.user.username for n in notices if n.user)
