"""Random histories of a few cases, written row by row as the actions leave them, so that many take
seconds: the database's triggers have to notice whatever way a row is written.

The clock of a history jumps, often onto the last or first second of a day or month in Shanghai.
Longer than others: whatever can happen to a case is read in one list.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from complaints.actions import own_calendar
from complaints.errors import Invalid
from complaints.models import (
    Commitment,
    Communication,
    Complaint,
    Consumer,
    Deadline,
    Feedback,
    Invitation,
    NamedPerson,
    Opinion,
    Outbox,
    Payment,
    Resolution,
    Transition,
)
from evidence.models import Folder
from tests.cast import Cast

HERE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 2, 27, 10, 0, tzinfo=HERE)  # a February with an end, a new year before it
OPEN = ("registered", "investigating", "resolving", "in_review", "offered", "executing", "external")
SECOND = timedelta(seconds=1)


class History:
    """A few cases and what happens to them, by one generator."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.chance, self.now = cast, Random(seed), BEGIN  # noqa: S311 lots, no secrets
        self.number = 0
        self.resolutions: dict[int, Resolution] = {}
        for _ in range(3):
            self.register()

    def happen(self, times: int) -> None:
        """So many things, one after the other."""
        for _ in range(times):
            self.pass_time()
            self.chance.choice(ACTS)(self)

    def pass_time(self) -> None:
        """Some minutes, hours or days; often to an edge of a day or month."""
        self.now += timedelta(minutes=self.chance.choice((1, 7, 190, 600, 1440, 4000, 20_000)))
        if self.chance.random() < 0.4:
            self.now = self.edge(self.now)

    def edge(self, at: datetime) -> datetime:
        """The second before or after midnight, of the day or of the month."""
        day = at.replace(hour=0, minute=0, second=0)
        if self.chance.random() < 0.3:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        day += timedelta(days=1)
        return self.chance.choice((day - SECOND, day, day + SECOND))

    def moment(self, days: int = 40) -> datetime:
        """Some time around now."""
        at = self.now + timedelta(minutes=self.chance.randint(-days * 1440, days * 1440))
        return self.edge(at) if self.chance.random() < 0.4 else at

    def case(self, **conditions: Any) -> Complaint | None:
        """One of the cases, None where none is as is asked for."""
        found = list(Complaint.objects.filter(**conditions).order_by("pk"))
        return self.chance.choice(found) if found else None

    def person(self) -> User | None:
        return self.chance.choice(
            (None, self.cast.agent, self.cast.colleague, self.cast.outsider, self.cast.supervisor)
        )

    def team(self) -> Any:
        return self.chance.choice((self.cast.team, self.cast.other_team))

    def index(self) -> bytes:
        """A blind index: many people have the same."""
        return self.chance.choice((b"", b"a" * 32, b"a" * 32, b"b" * 32))

    # --- what happens

    def register(self, **values: Any) -> None:
        self.number += 1
        consumer = Consumer(phone_index=self.index(), id_number_index=self.index())
        consumer.fill({"name": "王测试"})
        consumer.save()
        Complaint.objects.create(
            number=f"TS26-{self.number:06}",
            title="测试",
            narrative="测试",
            folder=Folder.objects.create(created_at=self.now),
            registered_by=self.cast.agent,
            created_at=self.now,
            updated_at=self.now,
            **{"consumer": consumer, **self.circumstances(), **values},
        )

    def circumstances(self) -> dict[str, Any]:
        pick = self.chance.choice
        return {
            "team": self.team(),
            "owner": self.person(),
            "category": pick(("", "food_safety", "telesales_fraud")),
            "channel": pick(("phone", "web")),
            "region": pick(("", "33", "44")),
            "product_name": pick(("", "胶囊", "Kettle", "kettle")),
            "brand": pick(("", "青禾")),
            "order_number": pick(("", "SO-1", "SO-2")),
            "rights": pick(([], ["right_to_know"], ["right_to_know", "right_to_choose"])),
            "confidential": self.chance.random() < 0.2,
            "next_due_at": pick((None, self.moment(), self.moment(1))),
            "received_at": self.now - timedelta(minutes=pick((0, 700, 130_000))),
        }

    def change(self) -> None:
        """Reassigning and edits: some columns of a case."""
        values = list(self.circumstances().items())
        self.update(**dict(self.chance.sample(values, self.chance.randint(1, 4))))

    def update(self, case: Complaint | None = None, **values: Any) -> None:
        case = case or self.case()
        if case is not None:
            Complaint.objects.filter(pk=case.pk).update(**values, version=case.version + 1)

    def step(self, case: Complaint, step: str, state: str, **values: Any) -> None:
        Transition.objects.create(
            complaint=case,
            step=step,
            from_state=case.state,
            to_state=state,
            by=self.cast.agent,
            at=self.now,
            version=case.version + 1,
        )
        self.update(case, state=state, **values)

    def go_on(self) -> None:
        if case := self.case(state__in=OPEN):
            self.step(case, "conclude", self.chance.choice(OPEN), next_due_at=self.moment(2))

    def close(self) -> None:
        """Closed or merged."""
        if case := self.case(state__in=OPEN):
            outcome = self.chance.choice(("resolved", "declined", "merged"))
            step = "merge" if outcome == "merged" else "complete"
            self.step(case, step, "closed", outcome=outcome, closed_at=self.now, next_due_at=None)

    def reopen(self) -> None:
        if case := self.case(state__in=("closed", "archived")):
            kept = {"closed_at": None, "outcome": ""} if self.chance.random() < 0.5 else {}
            self.step(case, "reopen", "investigating", next_due_at=self.moment(2), **kept)

    def archive(self) -> None:
        if case := self.case(state="closed"):
            self.step(case, "archive", "archived")

    def say(self) -> None:
        if case := self.case():
            Communication.objects.create(
                complaint=case,
                kind=self.chance.choice(("reply", "call_note", "internal_note")),
                inbound=self.chance.random() < 0.3,
                text="测试",
                at=self.moment(3),
                outbox=self.chance.choice((None, self.leaving(case))),
            )

    def leaving(self, case: Complaint) -> Outbox:
        """It waits to be sent."""
        return Outbox.objects.create(
            complaint=case,
            effect="send_reply",
            key=f"x:{Outbox.objects.count()}",
            created_at=self.now,
            not_before=self.now,
        )

    def undo(self) -> None:
        """Taken back before it left; or it never was."""
        if waiting := self.any(Outbox, effect="send_reply", done_at=None):
            Outbox.objects.filter(pk=waiting.pk).update(cancelled_at=self.now)

    def start_clock(self) -> None:
        if case := self.case():
            Deadline.objects.create(
                complaint=case,
                kind=self.chance.choice(("general_reply", "invoice")),
                subject=f"x{Deadline.objects.count()}",
                nature=self.chance.choice(("statutory", "statutory", "internal")),
                owed_by=self.chance.choice(("enterprise", "enterprise", "consumer")),
                terms=self.chance.choice(({}, {"unit": "immediate"})),
                started_at=self.now,
                due_at=self.moment(),
            )

    def turn_clock(self) -> None:
        if clock := self.any(Deadline):
            state = self.chance.choice(("met", "missed", "held", "running", "cancelled"))
            met = self.now if state == "met" or self.chance.random() < 0.3 else None
            Deadline.objects.filter(pk=clock.pk).update(
                state=state, met_at=met, due_at=self.moment()
            )

    def any(self, model: Any, **conditions: Any) -> Any:
        found = list(model.objects.filter(**conditions).order_by("pk"))
        return self.chance.choice(found) if found else None

    def promise(self) -> None:
        if case := self.case():
            Commitment.objects.create(
                complaint=case,
                text="测试",
                amount=self.chance.choice((None, Decimal("10.50"), Decimal("3980"))),
                strength=self.chance.choice(("agreed", "offered")),
                source=self.chance.choice(("call", "resolution")),
                due_at=self.chance.choice((None, self.moment(), self.moment(1))),
                made_at=self.now,
            )

    def settle(self) -> None:
        if promise := self.any(Commitment):
            state = self.chance.choice(("kept", "broken", "waived", "open"))
            kept = {"kept_at": self.now, "on_time": self.chance.random() < 0.6}
            kept = kept if state == "kept" else {"kept_at": None, "on_time": None}
            Commitment.objects.filter(pk=promise.pk).update(state=state, proof="测试", **kept)

    def pay(self) -> None:
        if promise := self.any(Commitment, amount__gt=0):
            Payment.objects.create(
                commitment=promise,
                amount=promise.amount,
                paid_on=self.now.date(),
                way="bank",
                reference=f"R{Payment.objects.count()}",
                by=self.cast.agent,
                at=self.now,
            )
            Commitment.objects.filter(pk=promise.pk).update(paid=promise.amount)

    def reverse(self) -> None:
        if payment := self.any(Payment, reversed_at=None):
            Payment.objects.filter(pk=payment.pk).update(
                reversed_at=self.now, reversed_by=self.cast.agent, reversed_reason="测试"
            )
            Commitment.objects.filter(pk=payment.commitment_id).update(paid=0)

    def judge(self) -> None:
        """Counsel signs or sends back."""
        if case := self.case():
            resolution, _made = Resolution.objects.get_or_create(
                complaint=case,
                version=1,
                defaults={"proposed_by": self.cast.agent, "proposed_at": self.now},
            )
            Opinion.objects.create(
                resolution=resolution,
                by=self.cast.counsel,
                at=self.now,
                signed=self.chance.random() < 0.5,
                text="测试",
            )

    def invite(self) -> None:
        if closing := self.any(Transition, to_state="closed"):
            Invitation.objects.get_or_create(
                closing=closing,
                defaults={
                    "complaint_id": closing.complaint_id,
                    "channel": "call",
                    "asked_at": self.now,
                    "expires_at": self.now + timedelta(days=30),
                },
            )

    def answer(self) -> None:
        if invitation := self.any(Invitation, feedback=None):
            score = self.chance.randint(1, 5)
            Feedback.objects.create(
                invitation=invitation, source="link", score=score, solved=True, at=self.now
            )

    def name(self) -> None:
        """Somebody who looks at figures is named in a case; or no longer."""
        if case := self.case():
            who = self.chance.choice((self.cast.supervisor, self.cast.auditor))
            row, made = NamedPerson.objects.get_or_create(
                complaint=case,
                user=who,
                defaults={"why": "测试", "by": self.cast.counsel, "at": self.now},
            )
            if not made:
                row.delete()

    def correct_person(self) -> None:
        """Another number, or none: personal data are deleted."""
        if case := self.case():
            gone = self.chance.random() < 0.4
            Consumer.objects.filter(pk=case.consumer_id).update(
                phone_index=b"" if gone else self.index(),
                id_number_index=b"" if gone else self.index(),
            )
            if gone:
                self.update(case, order_number="", brand="已删除" if case.brand else "")

    def own_day(self) -> None:
        """The calendar of working days changes, some days ago or later."""
        first = (self.now + timedelta(days=self.chance.randint(-20, 20))).date()
        days = {"first": first.isoformat(), "last": (first + timedelta(days=2)).isoformat()}
        kind = self.chance.choice(("off", "work"))
        with suppress(Invalid):  # some of them are own days already
            own_calendar.set_days(
                {**days, "kind": kind, "name": "盘点"}, by=self.cast.supervisor, now=self.now
            )


ACTS: list[Callable[[History], None]] = [
    *[History.change, History.go_on, History.close, History.reopen, History.say] * 2,
    *(
        History.register,
        History.register,
        History.register,
        History.archive,
        History.start_clock,
        History.turn_clock,
        History.promise,
    ),
    *(History.settle, History.pay, History.reverse, History.judge, History.invite, History.answer),
    History.undo,
    *(History.name, History.correct_person, History.start_clock, History.turn_clock),
    History.own_day,
]
