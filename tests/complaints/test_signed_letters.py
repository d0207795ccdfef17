"""Whatever people do, one after the other or at once: no letter leaves that differs from what a
live signature of somebody entitled covers at that moment (`letter_oracle.py`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.roles import Role
from complaints.actions import (
    analysis,
    batch_signing,
    commenting,
    conditions,
    consulting,
    editing,
    evidence,
    facts,
    mass,
    reading,
    resolution,
    rule_acts,
    segregation,
    signature,
    signing_again,
    steps,
    withholding,
)
from complaints.errors import CaseError
from complaints.models import (
    Comment,
    Commitment,
    Complaint,
    Condition,
    Consult,
    MassCase,
    NamedPerson,
    Opinion,
    Outbox,
    Resolution,
    Voided,
)
from complaints.signing import mass as mass_signing
from complaints.signing.canonical import content_hash, hash_of
from correspondence import dispatch
from correspondence.models import Notice
from legal_rules import rulebook
from legal_rules.sign_off import SignatureRefused
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import Cast, assemble, person
from tests.complaints.letter_oracle import LETTER, Post, live, wrong
from tests.complaints.test_mass import VALUES
from tests.complaints.test_race import at_once

SECONDS = 24.0  # then every act is idle, however slow the machine
RULE = "pipl.69.1"
REFUSALS = (CaseError, SignatureRefused, Complaint.DoesNotExist)


class Acts:
    """One case with counsel, and everything that people do with it; a refusal is an answer."""

    cast: ClassVar[Cast]
    counsel: ClassVar[list[User]]
    took_effect: ClassVar[Counter[str]] = Counter()
    case: Complaint | None
    post: Post

    def open_case(self, chance: Random) -> None:
        proposal = f.proposal(legal_basis=["《个人信息保护法》第六十九条"])
        grave = ["safety"] if chance.random() < 0.25 else []
        made = f.resolving(self.cast, risk_flags=grave)
        writers = [self.cast.agent]
        if chance.random() < 0.2:
            writers.insert(0, self.cast.colleague)
        for by in writers:
            resolution.save_draft(made.number, proposal, by=by)
        self.case = f.step(made, "submit", self.cast.agent)

    def fresh(self) -> Complaint:
        assert self.case is not None
        return Complaint.objects.get(pk=self.case.pk)

    @property
    def number(self) -> str:
        assert self.case is not None
        return self.case.number

    def read(self) -> str:
        resolution = signature.as_it_would_be_signed(self.fresh())
        return content_hash(resolution) if resolution else ""

    def step(self, code: str, by: Any, **fields: Any) -> None:
        steps.take(self.number, code, fields, by=by)

    # --- counsel

    def fields(self, **more: Any) -> dict[str, Any]:
        taken_over = f.taken_over(self.fresh())
        common = {"opinion": "同意", "below_minimum_reason": "测试"}
        return {**common, "take_over": taken_over, **more}

    def sign(self, chance: Random, **more: Any) -> None:
        now, by = timezone.now(), chance.choice(self.counsel)
        read = self.read() if chance.random() < 0.5 else None
        how: dict[str, Any] = {"reauthenticated_at": now, "now": now, "read": read}
        with suppress(CaseError):
            steps.take(self.number, "sign", self.fields(**more), by=by, **how)
            return
        signing_again.sign(self.number, self.fields(**more), by=by, **how)

    def sign_under_conditions(self, chance: Random) -> None:
        self.sign(chance, conditions=["先补录音", "先核对账户"][: chance.randint(1, 2)])

    def meet_a_condition(self, chance: Random) -> None:
        rows = Condition.objects.filter(opinion__resolution__complaint=self.case, met_at=None)
        for row in rows[:1]:
            if chance.random() < 0.5:
                proof = [chance.randbytes(8).hex().encode()]
                about = {"condition": row.pk}
                evidence.add(self.number, proof, "c.txt", about, by=self.cast.agent)
            conditions.meet(self.number, row.pk, {"note": "已落实"}, by=self.cast.agent)

    def read_it(self, chance: Random) -> None:
        reading.mark_read(self.number, self.read(), by=chance.choice(self.counsel))

    def sign_in_a_batch(self, chance: Random) -> None:
        by, now = chance.choice(self.counsel), timezone.now()
        if chance.random() < 0.7:
            with suppress(*REFUSALS):
                reading.mark_read(self.number, self.read(), by=by)
        batch_signing.sign([self.number], self.fields(), by=by, reauthenticated_at=now)

    def comment(self, chance: Random) -> None:
        open_ones = Comment.objects.filter(resolution__complaint=self.case, resolved_at=None)
        if chance.random() < 0.4 and (row := open_ones.first()):
            commenting.resolve(self.number, row.pk, by=self.cast.agent)
            return
        place = {"part": "letter", "quote": "退还价款"} if chance.random() < 0.5 else {}
        values = {"part": "measure:1", "text": "请核对", **place}
        commenting.add(self.number, values, by=chance.choice(self.counsel))

    def consult(self, chance: Random) -> None:
        waiting = Consult.objects.filter(
            resolution__complaint=self.case, answered_at=None, withdrawn_at=None
        )
        if row := waiting.select_related("user", "asked_by").first():
            if chance.random() < 0.5:
                consulting.answer(self.number, row.pk, {"answer": "可以"}, by=row.user)
            else:
                consulting.withdraw(self.number, row.pk, by=row.asked_by)
            return
        by, other = chance.sample(self.counsel, 2)
        consulting.ask(self.number, {"user": other.username, "question": "？"}, by=by)

    def recuse(self, chance: Random) -> None:
        """Not the last two, or nothing would ever be signed."""
        segregation.recuse(self.number, {"reason": "相识"}, by=chance.choice(self.counsel[2:]))

    def name_somebody(self, chance: Random) -> None:
        named = NamedPerson.objects.filter(complaint=self.case).select_related("user").first()
        by = self.cast.supervisor
        if named is not None:
            segregation.clear_person(self.number, named.user.username, "同名", by=by)
            return
        who = chance.choice([*self.counsel, self.cast.colleague])
        segregation.name_person(self.number, {"user": who.username, "why": "x"}, by=by)

    def renew(self, chance: Random) -> None:
        analysis.renew(self.number, by=chance.choice(self.counsel))

    def sign_the_rule(self, chance: Random) -> None:
        RULES.sign_many([RULE], by=self.cast.counsel2, comment="")

    def revoke_the_rule(self, chance: Random) -> None:
        rule_acts.revoke(RULES, RULE, by=self.cast.counsel2, reason="待核对")

    def common_finding(self, chance: Random) -> None:
        """Changed or signed; the letter of a member rests on its own signature alone."""
        common = MassCase.objects.first()
        if common is None:
            common = mass.open_one(VALUES, by=self.cast.supervisor)
        if chance.random() < 0.3:
            mass.join(self.number, common.pk, by=self.cast.supervisor)
        elif chance.random() < 0.5:
            text = f"话术第 {chance.randint(0, 99)} 版"
            mass.write(common.pk, {"finding": text}, by=self.cast.supervisor)
        else:
            read, now = hash_of(mass_signing.content(common)), timezone.now()
            by = chance.choice(self.counsel)
            mass.sign(common.pk, "成立", read=read, by=by, reauthenticated_at=now)

    # --- the desk

    def answer(self, chance: Random) -> None:
        by = chance.choice([self.cast.agent, *self.counsel])
        facts.answer(self.number, {"tx_living_consumption": chance.choice([True, False])}, by=by)

    def add_proof(self, chance: Random) -> None:
        proof = [chance.randbytes(8).hex().encode()]
        evidence.add(self.number, proof, "a.txt", {}, by=self.cast.agent)

    def edit_the_price(self, chance: Random) -> None:
        price = chance.choice(["12.00", "3980.00"])
        editing.edit(self.number, {"price_paid": price}, by=self.cast.agent)

    def find_a_danger(self, chance: Random) -> None:
        flags: list[str] = chance.choice([["safety"], []])
        editing.edit(self.number, {"risk_flags": flags}, by=self.cast.agent)

    def redraft(self, chance: Random) -> None:
        with suppress(CaseError):
            self.step("send_back", chance.choice(self.counsel), comments="请修改")
        with suppress(CaseError):
            self.step("consumer_declines", self.cast.agent, reason="太少")
        text = f"{f.LETTER}\n{chance.randint(0, 99)}"
        point = {**f.POINT, "we_found": f"录音第 {chance.randint(0, 99)} 分钟"}
        values = f.proposal(letter=text, points=[point])
        by = chance.choice([self.cast.agent, self.cast.agent, self.cast.colleague])
        resolution.save_draft(self.number, values, by=by)
        with suppress(CaseError):
            analysis.renew(self.number, by=self.cast.agent)
        self.step("submit", self.cast.agent)
        if chance.random() < 0.8:
            f.approved(self.fresh())

    def approve(self, chance: Random) -> None:
        f.approved(self.fresh())

    def send_the_offer_back(self, chance: Random) -> None:
        case = self.fresh()
        if case.state == "offered":
            self.step("send_back", self.cast.counsel, comments="请更正")

    def accept(self, chance: Random) -> None:
        self.step("consumer_accepts", self.cast.agent, means="phone", note="同意")

    def pay(self, chance: Random) -> None:
        owed = Commitment.objects.filter(complaint=self.case, state="open").first()
        if owed is not None:
            f.paid(owed, self.cast.agent)

    def alter_the_letter(self, chance: Random) -> None:
        """Behind the application's back."""
        Resolution.objects.filter(complaint=self.case).update(letter=f.LETTER + "！")

    # --- the letter

    def send(self, chance: Random) -> None:
        """After the half minute in which it can be taken back."""
        later = timezone.now() + timedelta(seconds=31)
        rows = Outbox.objects.filter(complaint=self.case, effect=LETTER)
        for row in rows.filter(done_at=None, cancelled_at=None):
            dispatch.deliver(row.pk, later, {"email": self.post}, mailed=False)

    def take_back(self, chance: Random) -> None:
        for row in Outbox.objects.filter(complaint=self.case, effect=LETTER, done_at=None):
            withholding.withhold(self.number, row.pk, by=self.cast.agent)

    def _withheld(self) -> Any:
        rows = Outbox.objects.filter(complaint=self.case, withheld_at__isnull=False)
        return rows.filter(done_at=None, cancelled_at=None)

    def let_go(self, chance: Random) -> None:
        for row in self._withheld():
            withholding.release(self.number, row.pk, by=self.cast.agent)

    def drop(self, chance: Random) -> None:
        for row in self._withheld():
            withholding.discard(self.number, row.pk, "不发", by=self.cast.agent)

    OFTEN = ("sign", "send", "answer", "add_proof", "renew", "edit_the_price", "meet_a_condition")
    CHANGES = (
        "answer",
        "add_proof",
        "edit_the_price",
        "find_a_danger",
        "alter_the_letter",
        "revoke_the_rule",
        "name_somebody",
        "recuse",
        "redraft",
        "send_the_offer_back",
        "take_back",
        "sign_in_a_batch",
        "accept",
    )
    SELDOM = (
        "sign_under_conditions",
        "read_it",
        "sign_in_a_batch",
        "comment",
        "consult",
        "recuse",
        "name_somebody",
        "sign_the_rule",
        "revoke_the_rule",
        "common_finding",
        "find_a_danger",
        "redraft",
        "send_the_offer_back",
        "approve",
        "accept",
        "pay",
        "alter_the_letter",
        "take_back",
        "let_go",
        "drop",
    )

    def act(self, name: str, chance: Random) -> Callable[[], None]:
        """What one of them does."""

        def quietly() -> None:
            with suppress(*REFUSALS):
                getattr(self, name)(chance)
                self.took_effect[name] += 1

        return quietly

    def any_of(self, chance: Random) -> Callable[[], None]:
        return self.act(chance.choice([*self.OFTEN, *self.OFTEN, *self.SELDOM]), chance)

    def towards_a_letter(self, chance: Random) -> None:
        """What lets it leave, as far as nothing stands in the way."""
        for name in ("consult", "approve", "renew", "sign", "sign", "meet_a_condition", "sign"):
            if name != "consult" or self._somebody_is_asked():
                self.act(name, chance)()

    def _somebody_is_asked(self) -> bool:
        rows = Consult.objects.filter(resolution__complaint=self.case, withdrawn_at=None)
        return bool(rows.filter(answered_at=None).exists())


class Lives(Acts, RuleBasedStateMachine):
    """Lives of one case, edited by everybody, while letters leave."""

    end: ClassVar[float]
    turns: ClassVar[Iterator[int]] = count()
    signed: ClassVar[int] = 0
    left: ClassVar[int] = 0

    @initialize(seed=st.integers(0, 10**9))
    def begin(self, seed: int) -> None:
        self.post, self.case = Post(), None
        if self.time_left():
            self.open_case(self.chance(seed))

    def time_left(self) -> bool:
        return time.monotonic() < self.end

    def chance(self, seed: int) -> Random:
        """Another one each time: the library likes the same small numbers."""
        return Random(seed + next(self.turns))  # noqa: S311 - lots, not secrets

    @rule(seed=st.integers(0, 10**9))
    def one_act(self, seed: int) -> None:
        if self.time_left():
            self.any_of(self.chance(seed))()

    @rule(seed=st.integers(0, 10**9))
    def two_acts_at_once(self, seed: int) -> None:
        if self.time_left():
            chance = self.chance(seed)
            at_once(self.any_of(chance), self.any_of(chance))

    @rule(seed=st.integers(0, 10**9))
    def sign_and_change_before_or_while_it_is_sent(self, seed: int) -> None:
        """What one wants to go wrong."""
        if self.time_left():
            chance = self.chance(seed)
            self.towards_a_letter(chance)
            change = self.act(chance.choice(self.CHANGES), chance)
            send = self.act("send", chance)
            if chance.random() < 0.5:
                at_once(change, send)
            else:
                change()
                send()

    # --- what holds

    @invariant()
    def no_letter_differs_from_what_a_live_signature_covers(self) -> None:
        if hasattr(self, "post"):
            assert self.post.faults == []

    @invariant()
    def no_signature_that_covers_something_else_passes_for_live(self) -> None:
        """Unless somebody altered rows; that is found when the letter is to leave."""
        if getattr(self, "case", None) is None or not self.time_left():
            return
        case = self.fresh()
        sent = Notice.objects.filter(outbox__complaint=case, outbox__effect=LETTER).exists()
        if case.state == "offered" and not sent:
            for opinion in live(case):
                assert wrong(case, opinion) <= {"letter", "status"}

    @invariant()
    def each_signature_sends_one_letter_at_most(self) -> None:
        if getattr(self, "case", None) is None:
            return
        signed = Opinion.objects.filter(signed=True, resolution__complaint=self.case)
        assert len(self.post.sent) == len(set(self.post.sent)) <= signed.count()

    def teardown(self) -> None:
        if getattr(self, "case", None) is not None:
            type(self).signed += Opinion.objects.filter(
                signed=True, resolution__complaint=self.case
            ).count()
            type(self).left += len(self.post.sent)


def two_plain_lives() -> None:
    """One whose letter leaves, and one whose letter stays: so much there is in any case."""
    for changes in (False, True):
        life = Lives()
        life.begin(1)
        for name in ("sign", "sign", *(["add_proof"] if changes else []), "send"):
            life.act(name, life.chance(1))()
        assert life.post.faults == []
        life.teardown()


@pytest.mark.usefixtures("undoable")
@pytest.mark.django_db(transaction=True)
def test_no_letter_leaves_that_differs_from_what_a_live_signature_covers() -> None:
    Lives.cast, Lives.end = assemble(), time.monotonic() + SECONDS
    more = [person(f"counsel{n}", Role.COUNSEL) for n in (3, 4)]
    Lives.counsel = [Lives.cast.counsel, Lives.cast.counsel2, *more]
    two_plain_lives()
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Lives.signed > Lives.left > 0  # it really came to letters, and to some that stayed
    assert Voided.objects.exists()
    assert RULE in rulebook.current().rules  # else nobody signs it or takes it back
