"""Random lives of a few cases by the very actions that people use: what an action writes, and in
which order, is the product's business. The clock stands still and jumps, often onto the last or
first second of a day or month in Shanghai.

Longer than others: what can be done about a case, and how, is read in one list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts import leaving
from accounts.models import User
from analytics import folding
from complaints.actions import (
    assignment,
    commitment_ends,
    commitments,
    communication,
    confidentiality,
    disposal,
    extensions,
    holds,
    intake,
    own_calendar,
    payments,
    rights,
    rights_acts,
    satisfaction,
    sealing,
    segregation,
    shredding,
    steps,
    sweep,
    withholding,
)
from complaints.actions import resolution as resolutions
from complaints.errors import CaseError
from complaints.models import (
    Commitment,
    Communication,
    Complaint,
    Deadline,
    Extension,
    NamedPerson,
    Outbox,
    Payment,
    Retention,
    Sealing,
)
from complaints.workdays import SHANGHAI
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.analytics.histories import BEGIN, SECOND
from tests.cast import Cast

PHONES = ("12012345678", "12012345679")
MINUTES = (1, 7, 190, 600, 1440, 4000, 20_000)
# State → steps from there, by whom, with what.
NEXT: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "registered": [
        ("accept", "hand", {}),
        ("accept", "hand", {}),
        (
            "decline",
            "lead",
            {"reason": "not_our_business", "explanation": "请拨打 12315，或向法院起诉"},
        ),
    ],
    "investigating": [("conclude", "hand", {"findings": "查明"})] * 2
    + [("refer_out", "lead", {"body": "市场监管局", "reference": "X", "date": "2026-01-05"})],
    "resolving": [("submit", "hand", {}), ("reinvestigate", "hand", {"reason": "再查"})],
    "in_review": [
        ("sign", "counsel", {"opinion": "同意", "below_minimum_reason": "双方协商"}),
        ("sign", "counsel", {"opinion": "同意", "below_minimum_reason": "双方协商"}),
        ("send_back", "counsel", {"comments": "请补充"}),
    ],
    "offered": [
        ("consumer_accepts", "hand", {"means": "phone", "note": "同意"}),
        ("consumer_accepts", "hand", {"means": "phone", "note": "同意"}),
        ("consumer_declines", "hand", {"reason": "太少", "means": "phone"}),
        ("send_back", "counsel", {"comments": "数字错了"}),
        ("no_reply", "lead", {}),
    ],
    "executing": [("complete", "hand", {})],
    "external": [("external_decision", "counsel", {"outcome": "back_to_us", "evidence": 1})],
    "closed": [("reopen", "lead", {"reason": "新的证据"}), ("archive", "lead", {})],
    "archived": [("reopen", "lead", {"reason": "新的证据"})],
}


class Lives:
    """A few cases; `done` counts what was done, refusals apart."""

    def __init__(self, cast: Cast, seed: int, clock: Any) -> None:
        self.cast, self.chance, self.clock = cast, Random(seed), clock  # noqa: S311 lots, no secrets
        self.done: Counter[str] = Counter()
        clock.move_to(BEGIN)
        for state in ("registered", "executing", "closed"):
            f.IN_STATE[state](cast, order_number=self.chance.choice(("SO-1", "SO-2")))

    @property
    def now(self) -> datetime:
        return timezone.now()

    def happen(self, times: int) -> None:
        """So many things are tried, some counted in between."""
        for _ in range(times):
            self._try(self.chance.choice(ACTS))

    def end(self, times: int) -> None:
        """What every life has, in some order, each tried so many times."""
        for act in self.chance.sample(ALWAYS, len(ALWAYS)):
            for _ in range(times):
                if self._try(act):
                    break

    def _try(self, act: Callable[[Lives], str | None]) -> bool:
        at = self.now.astimezone(SHANGHAI) + timedelta(minutes=self.chance.choice(MINUTES))
        self.clock.move_to(self.edge(at) if self.chance.random() < 0.4 else at)
        name = None
        with suppress(CaseError, Complaint.DoesNotExist):
            name = act(self)
        if name is not None:
            self.done[name] += 1
        if self.chance.random() < 0.5:
            folding.fold()
        return name is not None

    def edge(self, at: datetime) -> datetime:
        """The second before or after the next midnight, of the day or of the month."""
        day = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        if self.chance.random() < 0.3:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return self.chance.choice((day - SECOND, day, day + SECOND))

    def some(self, model: Any, **conditions: Any) -> Any:
        """One of the rows. Raises Complaint.DoesNotExist where there is none."""
        rows = list(model.objects.filter(**conditions).order_by("pk"))
        if not rows:
            raise Complaint.DoesNotExist
        return self.chance.choice(rows)

    def hand(self, case: Complaint) -> User:
        """Whoever works in the team of the case."""
        return self.cast.agent if case.team_id == self.cast.team.pk else self.cast.outsider

    def lead(self, case: Complaint) -> User:
        theirs = case.team_id == self.cast.team.pk
        return self.cast.supervisor2 if theirs else self.cast.outside_supervisor

    def counsel(self, case: Complaint) -> User:
        return self.cast.counsel

    def _open(self) -> Complaint:
        return self.some(Complaint, closed_at=None)

    def _new(self) -> Complaint:
        """Of a person who may have others, about the same order."""
        consumer = {**f.CONSUMER, "phone": self.chance.choice(PHONES)}
        return f.registered(self.cast, consumer=consumer)

    # --- acts; each answers what it did

    def register(self) -> str:
        pick = self.chance.choice
        changes: dict[str, Any] = {
            "category": pick(("food_safety", "telesales_fraud")),
            "channel": pick(("phone", "web")),
            "order_number": pick(("", "SO-1", "SO-2")),
            "consumer": {**f.CONSUMER, "phone": pick(PHONES)},
            "confidential": self.chance.random() < 0.2,
        }
        back = timedelta(days=pick((0, 0, 1, 80)))
        f.registered(
            self.cast,
            by=pick((self.cast.agent, self.cast.colleague, self.cast.outsider)),
            received_at=(self.now - back).isoformat(),
            **changes,
        )
        return "register"

    def step(self) -> str:
        """The likely next one."""
        case = self.some(Complaint, destroyed_at=None)
        code, who, fields = self.chance.choice(NEXT[case.state])
        self._prepare(case, code)
        if code == "conclude":
            fields = {**fields, "cannot_be_established": f.explained(case)}
        f.step(case, code, getattr(self, who)(case), **fields)
        return code

    def _prepare(self, case: Complaint, code: str) -> None:
        hand = self.hand(case)
        if code in ("conclude", "external_decision"):
            f.with_evidence(case, hand, text=f"文件{self.now}")
        elif code == "submit":
            resolutions.save_draft(case.number, f.proposal(), by=hand)
        elif code == "complete":
            f.carried_out(case, hand)
        elif code == "archive":
            self.send()

    def finish(self) -> str:
        """What is promised is kept and the case closed."""
        case = self.some(Complaint, state="executing")
        f.step(f.carried_out(case, self.hand(case)), "complete", self.hand(case))
        return "complete"

    def merge(self) -> str:
        case, into = f.registered(self.cast), f.registered(self.cast)
        fields = {"into": into.number, "reason": "同一事项"}
        steps.take(case.number, "merge", fields, by=self.hand(case))
        return "merge"

    def reopen(self) -> str:
        case = self.some(Complaint, state__in=("closed", "archived"), destroyed_at=None)
        f.step(case, "reopen", self.lead(case), reason="新的证据")
        return "reopen"

    def withdraw(self) -> str:
        self._withdraw(self._open())
        return "withdraw"

    def _withdraw(self, case: Complaint) -> None:
        """Two people: one asks, the other confirms."""
        for by in (self.hand(case), self.lead(case)):
            f.step(case, "withdraw", by, consumers_words="不投诉了")

    def edit(self) -> str:
        case, pick = self._open(), self.chance.choice
        values = {
            "category": pick(("food_safety", "telesales_fraud")),
            "channel": pick(("phone", "web")),
            "product": {"name": pick(("胶囊", "Kettle", "kettle"))},
            "brand": pick(("", "青禾")),
            "region": pick(("33", "44")),
            "rights_infringed": pick(([], ["right_to_know"])),
            "order_number": pick(("", "SO-1", "SO-2")),
            "consumer": {"phone": pick(PHONES)},
        }
        some = dict(self.chance.sample(list(values.items()), 3))
        intake.edit(case.number, some, by=self.hand(case))
        return "edit"

    def reassign(self) -> str:
        case, lead = self._open(), self.lead
        user = self.chance.choice((None, self.cast.agent, self.cast.colleague, self.cast.outsider))
        team = self.chance.choice((self.cast.team, self.cast.other_team)) if user is None else None
        assignment.assign(case.number, by=lead(case), user=user, team=team, note="请办")
        return "reassign"

    def take(self) -> str | None:
        taken = assignment.take_next(self.chance.choice((self.cast.agent, self.cast.outsider)))
        return "take" if taken else None

    def say(self) -> str:
        case = self.some(Complaint, destroyed_at=None)
        kind = self.chance.choice(("reply", "call_note", "internal_note"))
        communication.write(case.number, {"kind": kind, "text": "请稍候"}, by=self.hand(case))
        return kind

    def undo(self) -> str | None:
        said = self.some(Communication, outbox__done_at=None, kind="reply")
        return "undo" if communication.undo(said.complaint.number, said.pk, by=said.by) else None

    def withhold(self) -> str:
        """A letter is kept back, and then thrown away or let go."""
        row = self.some(Outbox, done_at=None, cancelled_at=None)
        number, lead = row.complaint.number, self.lead(row.complaint)
        withholding.withhold(number, row.pk, by=lead)
        if self.chance.random() < 0.5:
            withholding.discard(number, row.pk, "写错了", by=lead)
        else:
            withholding.release(number, row.pk, by=lead)
        return "withhold"

    def send(self) -> str:
        """What waits leaves."""
        Outbox.objects.filter(done_at=None, not_before__gt=self.now).update(not_before=self.now)
        send_waiting()
        return "send"

    def promise(self) -> str:
        case = self._open()
        values = {
            "text": "退款",
            "due": (timezone.localdate() + timedelta(days=self.chance.randint(0, 9))).isoformat(),
            "source": "call",
            "strength": self.chance.choice(("agreed", "offered")),
            "amount": self.chance.choice(("", "10.50", "3980.00")),
        }
        commitments.make(case.number, values, by=self.hand(case))
        return "promise"

    def put_off(self) -> str:
        made = self.some(Commitment, state="open")
        due = (timezone.localdate() + timedelta(days=1)).isoformat()
        changed = {"due": due, "reason": "早一些"}
        hand = self.hand(made.complaint)
        commitments.change_due(made.complaint.number, made.pk, changed, by=hand)
        return "put_off"

    def keep(self) -> str:
        made = self.some(Commitment, amount=None)
        hand, proof = self.hand(made.complaint), {"proof": "顺丰 SF1234567890123"}
        commitment_ends.keep(made.complaint.number, made.pk, proof, by=hand)
        return "keep"

    def break_it(self) -> str:
        made = self.some(Commitment, state="open")
        hand = self.hand(made.complaint)
        commitment_ends.mark_broken(made.complaint.number, made.pk, {"reason": "忘了"}, by=hand)
        return "break"

    def waive(self) -> str:
        made = self.some(Commitment)
        case, hand = made.complaint, self.hand(made.complaint)
        f.with_evidence(case, hand, text=f"不用了{self.now}")
        released = {"words": "不用赔了", "evidence": 1}
        commitment_ends.release(case.number, made.pk, released, by=hand)
        return "waive"

    def pay(self) -> str:
        made = self.some(Commitment, amount__gt=0)
        amount = self.chance.choice((str(made.standing.open), "1.00"))
        f.paid(made, self.hand(made.complaint), amount=amount, reference=f"P{self.now.timestamp()}")
        return "pay"

    def reverse(self) -> str:
        paid = self.some(Payment, reversed_at=None)
        case = paid.commitment.complaint
        payments.reverse(case.number, paid.pk, {"reason": "退票"}, by=self.hand(case))
        return "reverse"

    def answer(self) -> str:
        """Satisfied or not, on the telephone."""
        case = self.some(Complaint, state__in=("closed", "archived"))
        said = {"score": self.chance.randint(1, 5), "solved": True}
        satisfaction.call_back(case.number, said, by=self.lead(case))
        return "answer"

    def name(self) -> str:
        """A case speaks of somebody who looks at figures, or not after all."""
        who = self.chance.choice((self.cast.supervisor, self.cast.auditor))
        if named := NamedPerson.objects.filter(user=who).first():
            segregation.clear_person(
                named.complaint.number, who.username, "弄错了", by=self.cast.supervisor2
            )
            return "clear"
        case = self.some(Complaint, destroyed_at=None)
        values = {"user": who.username, "why": "当事人"}
        segregation.name_person(case.number, values, by=self.lead(case))
        return "name"

    def keep_from(self) -> str:
        case = self._open()
        values = {"confidential": not case.confidential, "reason": "涉及隐私"}
        confidentiality.change(case.number, values, by=self.lead(case))
        return "confidential"

    def correct(self) -> str:
        """A person's number is another in all cases."""
        right = {"field": "phone", "value": self.chance.choice(PHONES), "note": "核对过"}
        rights_acts.correct(self._asked("correction"), right, by=self.cast.counsel)
        return "correct"

    def erase(self) -> str:
        """It is deleted in those that are over."""
        gone = {"fields": ["phone", "email"], "note": "退款已完成"}
        rights_acts.erase(self._asked("deletion"), gone, by=self.cast.counsel)
        return "erase"

    def _asked(self, kind: str) -> int:
        """What a consumer asks for and counsel grants, in a case that is over."""
        case = self._new()
        hand = self.hand(case)
        self._withdraw(case)
        row = rights.ask(
            case.number,
            {
                "kinds": [kind],
                "requester": "self",
                "details": "请改或删",
                "received_on": timezone.localdate().isoformat(),
            },
            by=hand,
        )
        checked = {"how": "document", "passed": "1", "note": "视频核对证件原件"}
        rights.check_identity(row.pk, checked, by=hand)
        rights.decide(row.pk, {"outcome": "granted"}, by=self.cast.counsel)
        return row.pk

    def clocks_fire(self) -> str:
        sweep.enforce_due(self.now)
        return "clocks"

    def hold(self) -> str:
        case = self._open()
        hand = self.hand(case)
        try:
            holds.start(case.number, {"reason": "expert", "note": "送检"}, by=hand)
        except CaseError:
            holds.end(case.number, by=hand)
        return "hold"

    def lengthen(self) -> str:
        clock = self.some(Deadline, state="running", nature="statutory")
        case, why = clock.complaint, {"reason": "案情复杂"}
        asked: Extension = extensions.request(case.number, clock.pk, why, by=self.hand(case))
        values = {"decision": "granted", "note": "同意"}
        extensions.decide(case.number, clock.pk, asked.pk, values, by=self.lead(case))
        return "extension"

    def own_days(self) -> str:
        """The calendar of working days changes, some days ago or later."""
        first = timezone.localdate() + timedelta(days=self.chance.randint(-9, 9))
        days = {"first": first.isoformat(), "last": first.isoformat(), "name": "盘点"}
        kind = self.chance.choice(("off", "work"))
        own_calendar.set_days({**days, "kind": kind}, by=self.cast.supervisor)
        return "calendar"

    def leave(self) -> str | None:
        """A colleague leaves; the cases go back to the queue."""
        if self.chance.random() < 0.8 or not User.objects.get(pk=self.cast.colleague.pk).is_active:
            return None
        leaving.leave(self.cast.colleague, "left", by=self.cast.security)
        return "leave"

    def dispose(self) -> str:
        """Its time is over: two agree, and the file is destroyed."""
        case = self.some(Complaint, state__in=("closed", "archived"), destroyed_at=None)
        if case.state == "closed":
            self.send()
            f.step(case, "archive", self.lead(case))
        for sealed in Sealing.objects.filter(complaint=case, done_at=None):
            sealing.seal(sealed.pk)
        Retention.objects.filter(complaint=case).update(until="2020-01-01")
        batch = disposal.propose(self.now)
        if batch is None:
            raise Complaint.DoesNotExist
        pks = list(batch.rows.values_list("pk", flat=True))
        for by in (self.cast.supervisor, self.cast.supervisor2):
            disposal.review(batch.pk, pks, {"approve": True}, by=by)
        self.clock.move_to(self.now + timedelta(days=31))
        if not shredding.run(self.now):
            raise Complaint.DoesNotExist
        return "dispose"


ACTS: list[Callable[[Lives], str | None]] = [
    *[Lives.step] * 14,
    *[Lives.register, Lives.edit, Lives.reassign, Lives.say, Lives.finish] * 2,
    *(Lives.merge, Lives.withdraw, Lives.take, Lives.undo, Lives.withhold, Lives.send),
    *(Lives.promise, Lives.put_off, Lives.keep, Lives.break_it, Lives.waive, Lives.pay),
    *(Lives.reverse, Lives.answer, Lives.name, Lives.keep_from, Lives.correct),
    *(Lives.clocks_fire, Lives.hold, Lives.lengthen, Lives.own_days, Lives.leave),
]
ALWAYS = (
    *(Lives.merge, Lives.reopen, Lives.reassign, Lives.correct, Lives.erase),
    *(Lives.dispose, Lives.pay, Lives.name),
)
