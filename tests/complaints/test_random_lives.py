"""Random people take random steps: every promise of the lifecycle holds whatever they do."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from audit.models import Entry
from audit.record import broken_links
from complaints.actions import (
    commitment_ends,
    commitments,
    evidence,
    facts,
    feedback,
    holds,
    intake,
    payments,
    resolution,
    steps,
    sweep,
)
from complaints.errors import CaseError
from complaints.lifecycle import OPEN_STATES, STEPS, State
from complaints.models import (
    Complaint,
    Deadline,
    Event,
    Outbox,
    Payment,
    Resolution,
    Transition,
)
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import assemble
from tests.due import counted, known

PEOPLE = (
    "agent",
    "colleague",
    "supervisor",
    "supervisor2",
    "counsel",
    "counsel2",
    "auditor",
    "administrator",
    "outsider",
    "outside_supervisor",
)
FIELDS: dict[str, Any] = {
    "note": "好的",
    "reason": "not_our_business",
    "explanation": "请拨打 12315",
    "findings": "查明",
    "no_evidence_reason": "无录音",
    "comments": "请补充",
    "opinion": "同意",
    "below_minimum_reason": "双方协商",
    "means": "phone",
    "evidence": [1],
    "body": "市场监管局",
    "reference": "X-1",
    "outcome": "execute",
    "consumers_words": "不投诉了",
}
SHORT_CUTS = ("merge", "withdraw", "decline", "refer_out", "reinvestigate")  # from everywhere
reached: set[str] = set()
# The same few lives each time; `make lives` lives eight times as many.
LIVES = int(os.environ.get("LIVES") or 4)


class Life(RuleBasedStateMachine):
    """One case among people who do not know what they want."""

    start = "registered"

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.cast = assemble()
        self.other = f.registered(self.cast)
        self.case = f.IN_STATE[self.start](self.cast)
        self.version = self.case.version
        self.now = timezone.now()

    def fresh(self) -> Complaint:
        return Complaint.objects.get(pk=self.case.pk)

    @rule(seed=st.integers(0, 10**9), data=st.data())
    def likely_steps(self, seed: int, data: st.DataObject) -> None:
        """Steps that the table knows from here, by somebody who has the role.

        Chosen by a generator of our own: Hypothesis prefers the first of every list, and lives
        would all be alike.
        """
        chance = Random(seed)  # noqa: S311 - lots, not secrets
        for _ in range(chance.randint(1, 5)):
            state = self.fresh().state
            known = sorted(c for c, s in STEPS.items() if state in s.sources and s.who)
            weights = [1 if code in SHORT_CUTS else 5 for code in known]
            code = chance.choices(known, weights)[0]
            if chance.random() < 0.7:
                self.prepare(code)
            self.take(code, str(chance.choice(STEPS[code].who)), 0, False, data)

    def prepare(self, code: str) -> None:
        """Do what a sensible person does before the step."""
        if code == "submit":
            self.draft("agent")
        elif code == "sign":
            f.approved(self.fresh(), self.now)
        elif code == "complete":
            self.settle_everything()
        elif code == "archive":
            self.send()

    @rule(
        code=st.sampled_from(sorted(STEPS)),
        who=st.sampled_from(PEOPLE),
        hours=st.sampled_from([0, 0, 0, 1, 400]),
        blank=st.booleans(),
        data=st.data(),
    )
    def any_step(self, code: str, who: str, hours: int, blank: bool, data: st.DataObject) -> None:
        self.take(code, who, hours, blank, data)

    def take(self, code: str, who: str, hours: int, blank: bool, data: st.DataObject) -> None:
        self.now += timedelta(hours=hours)
        step = STEPS[code]
        fields = {str(x): FIELDS.get(str(x), "") for x in (*step.fields, *step.optional)}
        made = {
            "date": lambda: "2026-01-05",
            "into": lambda: self.other.number,
            "cannot_be_established": lambda: f.explained(self.case),
            "take_over": lambda: f.taken_over(self.case),
        }
        fields |= {name: make() for name, make in made.items() if name in fields}
        if "outcome" in fields:
            fields["outcome"] = data.draw(
                st.sampled_from(["execute", "nothing_to_execute", "back_to_us"])
            )
        if blank and data.draw(st.booleans()):
            fields = dict.fromkeys(fields, "  ")
        before = self.fresh()
        count = Transition.objects.filter(complaint=self.case).count()
        try:
            steps.take(
                self.case.number,
                code,
                fields,
                by=getattr(self.cast, who),
                reauthenticated_at=self.now,
                now=self.now,
            )
        except (CaseError, Complaint.DoesNotExist):
            after = self.fresh()
            assert (after.state, after.version) == (before.state, before.version)
            assert Transition.objects.filter(complaint=self.case).count() == count
        else:  # a step, or the request that comes before it
            assert self.fresh().version == before.version + 1

    @rule(who=st.sampled_from(("agent", "counsel", "outsider")), value=st.booleans())
    def answer_a_fact(self, who: str, value: bool) -> None:
        self.quietly(
            facts.answer, {"tx_living_consumption": value}, by=getattr(self.cast, who), now=self.now
        )

    @rule(who=st.sampled_from(("agent", "supervisor", "counsel")))
    def draft(self, who: str) -> None:
        self.quietly(resolution.save_draft, f.proposal(), by=getattr(self.cast, who), now=self.now)

    @rule()
    def add_evidence(self) -> None:
        self.quietly(evidence.add, [b"recording"], "a.txt", {}, by=self.cast.agent, now=self.now)

    @rule(start=st.booleans())
    def hold_or_resume(self, start: bool) -> None:
        if start:
            self.quietly(
                holds.start,
                {"reason": "consumer", "note": "等材料"},
                by=self.cast.agent,
                now=self.now,
            )
        else:
            self.quietly(holds.end, by=self.cast.agent, now=self.now)

    @rule(agreed=st.booleans())
    def promise(self, agreed: bool) -> None:
        due = (timezone.localdate(self.now) + timedelta(days=2)).isoformat()
        strength = "agreed" if agreed else "offered"
        values = {"text": "回电", "due": due, "source": "call", "strength": strength}
        self.quietly(commitments.make, values, by=self.cast.agent, now=self.now)

    @rule()
    def break_a_promise(self) -> None:
        made = self.fresh().commitments.filter(state="open").first()
        if made is not None:
            reason = {"reason": "忘了"}
            self.quietly(
                commitment_ends.mark_broken, made.pk, reason, by=self.cast.agent, now=self.now
            )

    @rule()
    def settle_everything(self) -> None:
        for commitment in self.fresh().commitments.filter(state__in=["open", "broken"]):
            if commitment.asks_for == "payment":
                sent = {"amount": str(commitment.standing.open), "way": "bank"}
                sent |= {"reference": f"P-{commitment.pk}"}
                sent["paid_on"] = timezone.localdate().isoformat()
                self.quietly(payments.pay, sent, by=self.cast.agent, commitment_id=commitment.pk)
                continue
            self.quietly(
                feedback.settle,
                commitment.pk,
                by=self.cast.agent,
                state="kept",
                proof="流水号 1",
                now=self.now,
            )

    @rule()
    def reverse_a_payment(self) -> None:
        made = Payment.objects.filter(commitment__complaint=self.fresh(), reversed_at=None).first()
        if made is not None:
            reason = {"reason": "银行退票"}
            self.quietly(payments.reverse, made.pk, reason, by=self.cast.agent)

    @rule()
    def send(self) -> None:
        Outbox.objects.update(not_before=timezone.now() - timedelta(minutes=1))
        send_waiting()

    @rule()
    def clocks_fire(self) -> None:
        """What falls due by now: reminders, escalations, and the end of waiting for an answer."""
        before = self.fresh()
        sweep.enforce_due(self.now)
        assert self.fresh().version >= before.version

    @rule()
    def edit(self) -> None:
        self.quietly(intake.edit, {"price_paid": "12.00"}, by=self.cast.agent, now=self.now)

    def quietly(self, action: Any, *args: Any, **kwargs: Any) -> None:
        with suppress(CaseError, Complaint.DoesNotExist):
            action(self.case.number, *args, **kwargs)

    @invariant()
    def the_state_is_reached_by_the_table(self) -> None:
        if not hasattr(self, "case"):
            return
        state = "registered"
        for t in Transition.objects.filter(complaint=self.case).order_by("id"):
            assert t.from_state == state
            assert t.to_state in {str(s) for s in STEPS[t.step].to} or not STEPS[t.step].to
            state = t.to_state
        assert self.fresh().state == state
        reached.add(state)

    @invariant()
    def every_step_left_its_record_and_its_outbox_rows(self) -> None:
        if not hasattr(self, "case"):
            return
        transitions = list(
            Transition.objects.filter(complaint=self.case).prefetch_related("outbox")
        )
        verbs = list(
            Entry.objects.filter(subject=self.case.subject, verb__startswith="step.").values_list(
                "verb", flat=True
            )
        )
        assert sorted(verbs) == sorted(f"step.{t.step}" for t in transitions)
        assert Event.objects.filter(complaint=self.case, kind="step").exclude(
            code__in=["withdrawal_requested", "merged_in", "merge_undone", "unmerged"]
        ).count() == len(transitions)
        for t in transitions:
            assert {o.effect for o in t.outbox.all()} == set(STEPS[t.step].effects)
        assert broken_links(self.case.subject) == []

    @invariant()
    def the_case_knows_when_it_falls_due(self) -> None:
        if hasattr(self, "case"):
            assert known(self.fresh()) == counted(self.case)

    @invariant()
    def the_version_grows_and_the_ends_meet(self) -> None:
        if not hasattr(self, "case"):
            return
        case = self.fresh()
        assert case.version >= self.version
        self.version = case.version
        assert bool(case.outcome) == (case.state in (State.CLOSED, State.ARCHIVED))
        running = Deadline.objects.filter(complaint=case, state="running")
        if case.state not in OPEN_STATES:
            assert not running.exclude(kind="commitment").exists()  # promises outlive the case
            soonest = running.order_by("due_at").values_list("due_at", flat=True).first()
            assert case.next_due_at == soonest
        elif running.exists():
            assert case.next_due_at == min(d.due_at for d in running)
        assert Resolution.objects.filter(complaint=case, status="signed").count() <= 1
        signed = Resolution.objects.filter(complaint=case, status="signed").first()
        if signed is not None:
            opinion = signed.opinions.get(signed=True)
            assert opinion.by_id != signed.proposed_by_id
            assert opinion.content_hash == signed.content_hash


@pytest.mark.django_db
@pytest.mark.parametrize("state", f.IN_STATE)
def test_whatever_people_do_the_promises_hold_and_every_life_goes_on(state: str) -> None:
    """From each state: nothing breaks a promise, and no state is a dead end."""
    reached.clear()

    class LifeFromHere(Life):
        start = state

    run_state_machine_as_test(
        LifeFromHere,
        settings=settings(
            # to begin with there is most to do, and from the archive few ways lead back
            max_examples=LIVES * (2 if state in ("registered", "archived") else 1),
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
        ),
    )
    assert reached > {state}
