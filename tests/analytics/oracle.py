"""What every figure has to be, worked out in plain Python over all rows of the cases: apart from
the product, without its statements, its roll-up and its stretches of days.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Membership, User
from analytics.asking import Asked
from complaints import calendars
from complaints.models import (
    Commitment,
    Communication,
    Complaint,
    Deadline,
    Feedback,
    Invitation,
    NamedPerson,
    Opinion,
    Payment,
    RightsLetter,
    Transition,
)
from complaints.places import area_of

HERE = ZoneInfo("Asia/Shanghai")
PHASES = {
    "registered": "intake",
    "investigating": "investigation",
    "resolving": "resolution",
    "in_review": "resolution",
    "offered": "feedback",
    "executing": "feedback",
    "external": "feedback",
}
Read = tuple[Any, int, int | None]


def day(moment: datetime) -> date:
    """The day in Shanghai."""
    return moment.astimezone(HERE).date()


def worked(start: datetime, end: datetime) -> int:
    """Minutes of business between two moments, looked at day by day."""
    calendar, total = calendars.fresh(), 0
    start, end = (m.astimezone(HERE).replace(second=0, microsecond=0) for m in (start, end))
    at = start.date()
    while at <= end.date():
        if calendar.is_working_day(at, own=True):
            for opens, closes in calendar.periods(at):
                begin = max(start, datetime.combine(at, opens, HERE))
                finish = min(end, datetime.combine(at, closes, HERE))
                total += max(0, int((finish - begin).total_seconds() // 60))
        at += timedelta(days=1)
    return total


def percent(part: int, whole: int) -> Decimal | None:
    return Decimal(part * 1000 // whole) / 10 if whole else None


def bad_percent(part: int, whole: int) -> Decimal | None:
    """Of what there should be few of."""
    return Decimal(-(-part * 1000 // whole)) / 10 if whole else None


def share(values: list[int], part: float) -> Decimal | None:
    """The value that so large a part of them does not exceed, of tenths."""
    return Decimal(sorted(values)[math.ceil(len(values) * part) - 1]) / 10 if values else None


class Oracle:
    """All rows, read once, as one person is told of them."""

    def __init__(self, viewer: User, asked: Asked, now: datetime) -> None:
        self.asked, self.now, self.today = asked, now, day(now)
        self.everything = list(Complaint.objects.select_related("consumer"))
        named = set(NamedPerson.objects.filter(user=viewer).values_list("complaint_id", flat=True))
        led = set(
            Membership.objects.filter(user=viewer, leads=True).values_list("team_id", flat=True)
        )
        auditor = "auditor" in viewer.roles
        self.cases = {
            c.pk: c
            for c in self.everything
            if c.pk not in named and (auditor or c.team_id in led) and self.fits(c)
        }

    def fits(self, case: Complaint) -> bool:
        a = self.asked
        words = {
            "category": case.category,
            "channel": case.channel,
            "area": area_of(case.region),
            "region": case.region,
            "product": case.product_name,
            "brand": case.brand,
        }
        if any(getattr(a, n) and (getattr(a, n).strip("-") != v) for n, v in words.items()):
            return False
        if a.team is not None and case.team_id != a.team:
            return False
        return a.owner is None or (case.owner_id or 0) == a.owner

    def of(self, model: Any, path: str = "complaint_id") -> Iterator[Any]:
        """Rows of a table that belong to these cases."""
        names = path.split(".")[:-1]
        rows = model.objects.select_related(*names) if names else model.objects.all()
        for row in rows:
            found = row
            for name in path.split("."):
                found = getattr(found, name)
            if found in self.cases:
                yield row

    def inside(self, moment: Any, asked: Asked) -> bool:
        at = moment if type(moment) is date else day(moment)
        return asked.since <= at <= asked.until

    # --- what stands

    def standing(self) -> dict[str, Read]:
        open_ = [c for c in self.cases.values() if c.state in PHASES]
        due = [c for c in open_ if c.next_due_at]
        late = [c for c in due if c.next_due_at <= self.now]
        today = [c for c in due if c.next_due_at > self.now and day(c.next_due_at) == self.today]
        owed = [
            p.amount - p.paid
            for p in self.of(Commitment)
            if p.state != "waived"
            and p.amount is not None
            and p.amount > p.paid
            and not (p.state == "broken" and p.strength == "offered" and p.source != "resolution")
        ]
        return {
            "open": (len(open_), len(open_), None),
            "overdue": (len(late), len(late), None),
            "due_today": (len(today), len(today), None),
            "owed": (sum(owed, Decimal(0)), len(owed), None),
        }

    def was_open(self) -> int:
        """Cases that were open when the window before ended."""
        end, turns = self.asked.previous.until, Counter[int]()
        for t in self.of(Transition):
            if day(t.at) <= end and (t.step == "reopen" or t.to_state == "closed"):
                turns[t.complaint_id] += 1
        return sum(day(c.created_at) <= end and turns[pk] % 2 == 0 for pk, c in self.cases.items())

    # --- of the window

    def window(self, asked: Asked) -> dict[str, Read]:
        received = [c for c in self.cases.values() if self.inside(c.received_at, asked)]
        closed = [
            c
            for c in self.cases.values()
            if c.state in ("closed", "archived") and self.inside(c.closed_at, asked)
        ]
        times = [
            math.ceil(worked(c.received_at, max(c.closed_at, c.received_at)) / 48)
            for c in closed
            if c.outcome != "merged"
        ]
        first = list(self.first_responses(asked))
        again = sum(map(self.is_repeat, received))
        paid = [
            p.amount
            for p in self.of(Payment, "commitment.complaint_id")
            if p.reversed_at is None and self.inside(p.paid_on, asked)
        ]
        opinions = [
            o for o in self.of(Opinion, "resolution.complaint_id") if self.inside(o.at, asked)
        ]
        back = sum(not o.signed for o in opinions)
        n = len(received)
        return {
            "received": (n, n, None),
            "closed": (len(closed), len(closed), None),
            "first_response": (share(first, 0.5), len(first), None),
            "time_to_close": (share(times, 0.5), len(times), None),
            "time_to_close_p90": (share(times, 0.9), len(times), None),
            "repeat": (bad_percent(again, n), again, n),
            "paid": (sum(paid, Decimal(0)), len(paid), None),
            "sent_back": (bad_percent(back, len(opinions)), back, len(opinions)),
            **self.asked_of_consumers(asked),
            **self.reopened(asked),
            **self.promises(asked),
            **self.clocks(asked),
        }

    def first_responses(self, asked: Asked) -> Iterator[int]:
        told: dict[int, list[datetime]] = {}
        of_rights = set(RightsLetter.objects.values_list("communication", flat=True))
        for m in self.of(Communication):
            undone = m.outbox is not None and m.outbox.cancelled_at is not None
            if not (m.inbound or undone or m.pk in of_rights) and m.kind in ("reply", "call_note"):
                told.setdefault(m.complaint_id, []).append(m.at)
        for pk, said in told.items():
            case = self.cases[pk]
            if self.inside(min(said), asked):
                yield math.ceil(worked(case.received_at, max(min(said), case.received_at)) / 6)

    def is_repeat(self, case: Complaint) -> bool:
        return any(self.repeats(case, other) for other in self.everything)

    def repeats(self, case: Complaint, other: Complaint) -> bool:
        if (other.received_at, other.pk) >= (case.received_at, case.pk):
            return False
        if (day(case.received_at) - day(other.received_at)).days > 90:
            return False
        a, b = case.consumer, other.consumer
        same = a.pk == b.pk or any(
            bytes(getattr(a, name)) and bytes(getattr(a, name)) == bytes(getattr(b, name))
            for name in ("phone_index", "id_number_index", "email_index")
        )
        object_ = (case.order_number and case.order_number == other.order_number) or (
            case.product_name and case.product_name.lower() == other.product_name.lower()
        )
        return bool(same and object_)

    def asked_of_consumers(self, asked: Asked) -> dict[str, Read]:
        invited = [i.pk for i in self.of(Invitation) if self.inside(i.asked_at, asked)]
        scores = [f.score for f in Feedback.objects.all() if f.invitation_id in invited]
        happy = sum(score >= 4 for score in scores)
        return {
            "satisfaction": (percent(happy, len(scores)), happy, len(scores)),
            "response_rate": (percent(len(scores), len(invited)), len(scores), len(invited)),
        }

    def reopened(self, asked: Asked) -> dict[str, Read]:
        turns: dict[int, list[Any]] = {}
        for t in sorted(self.of(Transition), key=lambda t: t.version):
            if t.step == "reopen" or t.to_state == "closed":
                turns.setdefault(t.complaint_id, []).append(t)
        all_, again = 0, 0
        for ones in turns.values():
            for one, following in zip(ones, [*ones[1:], None], strict=True):
                if one.step != "reopen" and self.inside(one.at, asked):
                    all_ += 1
                    again += following is not None and following.step == "reopen"
        return {"reopened": (bad_percent(again, all_), again, all_)}

    def promises(self, asked: Asked) -> dict[str, Read]:
        due = [
            p
            for p in self.of(Commitment)
            if p.state != "waived"
            and p.due_at
            and self.inside(p.due_at, asked)
            and not (p.state == "open" and day(p.due_at) >= self.today)
        ]
        kept = sum(p.state == "kept" and p.on_time for p in due)
        return {"promises_kept": (percent(kept, len(due)), kept, len(due))}

    def clocks(self, asked: Asked) -> dict[str, Read]:
        due = list(self.clocks_due(asked))
        kept = sum(d.state == "met" for d in due)
        missed = len(due) - kept
        return {
            "clocks_kept": (percent(kept, len(due)), kept, len(due)),
            "clocks_missed": (missed, missed, None),
        }

    def clocks_due(self, asked: Asked) -> Iterator[Deadline]:
        for d in self.of(Deadline):
            counts = d.nature == "statutory" and d.owed_by == "enterprise"
            counts = counts and d.state in ("running", "met", "missed")
            counts = counts and d.terms.get("unit") != "immediate"
            waits = d.state == "running" and day(d.due_at) >= self.today
            if counts and not waits and self.inside(d.due_at, asked):
                yield d

    # --- parts

    def parts(self) -> dict[str, Counter[str]]:
        """What the charts show."""
        received = [c for c in self.cases.values() if self.inside(c.received_at, self.asked)]
        open_ = [c for c in self.cases.values() if c.state in PHASES]
        clocks = Counter(
            f"{d.kind}:{'kept' if d.state == 'met' else 'missed'}"
            for d in self.clocks_due(self.asked)
        )
        return {
            "category": Counter(c.category for c in received),
            "area": Counter(area_of(c.region) for c in received),
            "region": Counter(c.region for c in received),
            "channel": Counter(c.channel for c in received),
            "product": Counter(c.product_name for c in received),
            "brand": Counter(c.brand for c in received),
            "right": Counter(r for c in received for r in set(c.rights)),
            "team": Counter(str(c.team_id) for c in received),
            "owner": Counter(str(c.owner_id or "") for c in received),
            "heat": Counter(f"{c.category}|{c.region}" for c in received),
            "areas": Counter(f"{c.category}|{area_of(c.region)}" for c in received),
            "day": Counter(day(c.received_at).isoformat() for c in received),
            "phase": Counter(PHASES[c.state] for c in open_),
            "load": Counter(str(c.owner_id or "") for c in open_),
            "clock": clocks,
        }
