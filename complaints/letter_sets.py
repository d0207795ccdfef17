"""What letters read of a case besides the case: one question for one case, and one for all of them
where many letters are written at once.

    letter_sets.read(cases, "closing")       # before the letters of some cases
    letter_sets.every(case, letter_sets.KEPT)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from complaints.choices import CommitmentState, HoldReason
from complaints.models import (
    Commitment,
    Complaint,
    Deadline,
    Hold,
    Outbox,
    Resolution,
    RightsRequest,
)


@dataclass(frozen=True)
class Rows:
    """Rows of a case: by which name it has them, and which of them."""

    of_case: str
    asked: Callable[[], QuerySet[Any]]

    @property
    def kept_as(self) -> str:
        """Where they stand on the case once they were read."""
        return f"read_{self.of_case}"


CLOCKS = Rows("deadlines", lambda: Deadline.objects.order_by("id"))
KEPT = Rows(
    "commitments", lambda: Commitment.objects.filter(state=CommitmentState.KEPT).order_by("id")
)
HOLDS = Rows(
    "holds",
    lambda: Hold.objects.filter(reason=HoldReason.CONSUMER, expected_end__isnull=False).order_by(
        "id"
    ),
)
LETTERS = Rows(
    "outbox",
    lambda: Outbox.objects.filter(effect="send_reply_letter", cancelled_at=None).order_by("id"),
)
VERSIONS = Rows(
    "resolutions",
    lambda: Resolution.objects.exclude(status=Resolution.Status.SUPERSEDED).order_by("version"),
)
RIGHTS = Rows(
    "rights_requests",
    lambda: (
        RightsRequest.objects.select_related("decision")
        .prefetch_related("acts", "checks")
        .order_by("id")
    ),
)
_OF_KIND: dict[str, tuple[Rows, ...]] = {
    "closing": (KEPT,),
    "reminder": (HOLDS, LETTERS),
    "documents": (HOLDS,),
    "resolution": (VERSIONS,),
    "rights": (RIGHTS,),
}


def read(cases: Iterable[Complaint], kind: str) -> None:
    """Read for all of them what a letter of that kind names; it is kept on the cases, so these
    must not live longer than the letters.
    """
    wanted = (CLOCKS, *_OF_KIND.get(kind, ()))
    asked = [Prefetch(rows.of_case, rows.asked(), to_attr=rows.kept_as) for rows in wanted]
    prefetch_related_objects(list(cases), *asked)


def rows(complaint: Complaint, which: Rows) -> Sequence[Any] | None:
    """Those that were read before; None where nobody did."""
    return getattr(complaint, which.kept_as, None)


def every(complaint: Complaint, which: Rows) -> Sequence[Any]:
    """All of them, in order."""
    before = rows(complaint, which)
    return list(which.asked().filter(complaint=complaint)) if before is None else before


def last(complaint: Complaint, which: Rows) -> Any:
    """The latest; None where there is none."""
    before = rows(complaint, which)
    if before is None:
        return which.asked().filter(complaint=complaint).last()
    return before[-1] if before else None
