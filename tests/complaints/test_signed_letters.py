"""Whatever people do, one after the other or at once: no letter leaves that differs from what a
live signature covers.

The oracle looks at the moment at which the letter is handed over, and with its own means: plain
JSON, hashlib and the public key, not the code that is tried.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
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

from complaints import facts as law
from complaints.actions import (
    analysis,
    editing,
    evidence,
    facts,
    resolution,
    rule_acts,
    signing_again,
    steps,
    withholding,
)
from complaints.errors import CaseError
from complaints.models import Complaint, Opinion, Outbox, Resolution, SigningKey, Voided
from correspondence import dispatch
from correspondence.models import Notice
from correspondence.transports import Message, Receipt
from evidence.models import Item
from legal_rules.sign_off import SignatureRefused
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once

LETTER = "send_reply_letter"
SECONDS = 22.0  # then every act is idle, however slow the machine
RULE = "pipl.69"


def spelled(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def wrong(case: Complaint, opinion: Opinion | None) -> str:
    """What does not agree between what is signed and what stands in the rows; "" where all does."""
    if opinion is None or opinion.statement is None or opinion.covered is None:
        return "nothing is signed"
    public = SigningKey.objects.get(pk=opinion.key_id).public_key
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(
        base64.b64decode(opinion.signature), b"kesu opinion\n" + spelled(opinion.statement)
    )
    covered = opinion.covered
    version = Resolution.objects.get(pk=opinion.resolution_id)
    measures = [
        {
            "kind": m.kind,
            "amount": f"{m.amount:.2f}" if m.amount is not None else None,
            "formula": m.formula,
            "description": m.description,
            "due": m.due.isoformat() if m.due else None,
            "basis": m.basis,
            "remedy": m.remedy,
            "proposed_amount": str(m.proposed_amount) if m.proposed_amount is not None else None,
            "proposed_formula": m.proposed_formula,
            "payee": m.payee,
            "payee_words": m.payee_words,
            "unit": m.unit_id,
        }
        for m in version.measures.order_by("position")
    ]
    points = list(version.points.order_by("position").values(*f.POINT))
    proofs = Item.objects.filter(folder=case.folder_id).order_by("number")
    stands = {
        "hash": hashlib.sha256(spelled(covered)).hexdigest(),
        "letter": version.letter,
        "measures": measures,
        "points": points,
        "evidence": [{"number": p.number, "sha256": p.sha256} for p in proofs],
        "facts": law.values_for_law(case, law.current_answers(case)),
        "status": version.status,
        "case": case.number,
    }
    signed = {
        "hash": opinion.statement["content"],
        "letter": covered["letter"],
        "measures": covered["measures"],
        "points": covered["points"],
        "evidence": covered["evidence"],
        "facts": covered["analysis"]["facts"],
        "status": "signed",
        "case": opinion.statement["case"],
    }
    names = set(signed)
    if case.state != "offered":  # the consumer answered: what was agreed is what was signed
        names -= {"facts", "evidence"}
    return ", ".join(sorted(name for name in names if signed[name] != stands[name]))


def newest(case: Complaint) -> Opinion | None:
    """The signature made last, unless it is void."""
    rows = Opinion.objects.filter(signed=True, resolution__complaint=case)
    found = rows.order_by("-id").first()
    return found if found and not Voided.objects.filter(opinion=found).exists() else None


class Post:
    """The way out: looks before it lets a letter through."""

    code = "email"

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.sent: list[str] = []

    def deliver(self, message: Message, key: str) -> Receipt:
        if message.event == LETTER:
            case = Complaint.objects.get(number=message.number)
            opinion = newest(case)
            if fault := wrong(case, opinion):
                self.faults.append(fault)
            if opinion is None or (opinion.covered or {}).get("letter") != message.text:
                self.faults.append("another text")
            self.sent.append(key)
        return Receipt()


class Lives(RuleBasedStateMachine):
    """One case with counsel, edited by everybody, while letters leave."""

    cast: ClassVar[Cast]
    end: ClassVar[float]
    signed: ClassVar[int] = 0
    left: ClassVar[int] = 0

    @initialize()
    def begin(self) -> None:
        self.post, self.faults = Post(), []
        self.case: Complaint | None = None
        if self.time_left():
            proposal = f.proposal(legal_basis=["《个人信息保护法》第六十九条"])
            made = f.resolving(self.cast)
            resolution.save_draft(made.number, proposal, by=self.cast.agent)
            self.case = f.step(made, "submit", self.cast.agent)

    def time_left(self) -> bool:
        return time.monotonic() < self.end

    def fresh(self) -> Complaint:
        assert self.case is not None
        return Complaint.objects.get(pk=self.case.pk)

    # --- what people do

    def sign(self, chance: Random) -> None:
        number, now = self.fresh().number, timezone.now()
        fields: dict[str, Any] = {"opinion": "同意", "below_minimum_reason": "测试"}
        fields["take_over"] = f.taken_over(self.fresh())
        by = chance.choice([self.cast.counsel, self.cast.counsel2])
        with suppress(CaseError):
            steps.take(number, "sign", fields, by=by, reauthenticated_at=now, now=now)
            return
        signing_again.sign(number, fields, by=by, reauthenticated_at=now, now=now)

    def renew(self, chance: Random) -> None:
        analysis.renew(self.fresh().number, by=self.cast.counsel)

    def answer(self, chance: Random) -> None:
        value = chance.choice([True, False])
        by = chance.choice([self.cast.agent, self.cast.counsel])
        facts.answer(self.fresh().number, {"tx_living_consumption": value}, by=by)

    def add_proof(self, chance: Random) -> None:
        proof = [chance.randbytes(8).hex().encode()]
        evidence.add(self.fresh().number, proof, "a.txt", {}, by=self.cast.agent)

    def edit_the_price(self, chance: Random) -> None:
        price = chance.choice(["12.00", "3980.00"])
        editing.edit(self.fresh().number, {"price_paid": price}, by=self.cast.agent)

    def sign_the_rule(self, chance: Random) -> None:
        RULES.sign_many([RULE], by=self.cast.counsel2, comment="")

    def revoke_the_rule(self, chance: Random) -> None:
        rule_acts.revoke(RULES, RULE, by=self.cast.counsel2, reason="待核对")

    def redraft(self, chance: Random) -> None:
        number = self.fresh().number
        with suppress(CaseError):
            self.step("send_back", self.cast.counsel, comments="请修改")
        with suppress(CaseError):
            self.step("consumer_declines", self.cast.agent, reason="太少")
        text = f"{f.LETTER}\n{chance.randint(0, 99)}"
        point = {**f.POINT, "we_found": f"录音第 {chance.randint(0, 99)} 分钟"}
        values = f.proposal(letter=text, points=[point])
        resolution.save_draft(number, values, by=self.cast.agent)
        with suppress(CaseError):
            analysis.renew(number, by=self.cast.agent)
        self.step("submit", self.cast.agent)
        f.approved(self.fresh())

    def send_the_offer_back(self, chance: Random) -> None:
        case = self.fresh()
        if case.state == "offered":
            self.step("send_back", self.cast.counsel, comments="请更正")

    def accept(self, chance: Random) -> None:
        self.step("consumer_accepts", self.cast.agent, means="phone", note="同意")

    def alter_the_letter(self, chance: Random) -> None:
        """Behind the application's back."""
        Resolution.objects.filter(complaint=self.case).update(letter=f.LETTER + "！")

    def send(self, chance: Random) -> None:
        """After the half minute in which it can be taken back."""
        later = timezone.now() + timedelta(seconds=31)
        for row in Outbox.objects.filter(complaint=self.case, done_at=None, cancelled_at=None):
            dispatch.deliver(row.pk, later, {"email": self.post}, mailed=False)

    def take_back(self, chance: Random) -> None:
        for row in Outbox.objects.filter(complaint=self.case, effect=LETTER, done_at=None):
            withholding.withhold(self.fresh().number, row.pk, by=self.cast.agent)

    def let_go(self, chance: Random) -> None:
        withheld = Outbox.objects.filter(complaint=self.case, withheld_at__isnull=False)
        for row in withheld.filter(done_at=None, cancelled_at=None):
            withholding.release(self.fresh().number, row.pk, by=self.cast.agent)

    def step(self, code: str, by: Any, **fields: Any) -> None:
        steps.take(self.fresh().number, code, fields, by=by)

    OFTEN = ("sign", "send", "answer", "add_proof", "renew", "edit_the_price")
    CHANGES = (
        "answer",
        "add_proof",
        "edit_the_price",
        "alter_the_letter",
        "revoke_the_rule",
        "send_the_offer_back",
    )
    SELDOM = (
        "take_back",
        "let_go",
        "redraft",
        "send_the_offer_back",
        "sign_the_rule",
        "revoke_the_rule",
        "alter_the_letter",
        "accept",
    )

    def act(self, name: str, chance: Random) -> Callable[[], None]:
        """What one of them does; a refusal is an answer."""

        def quietly() -> None:
            with suppress(CaseError, SignatureRefused):
                getattr(self, name)(chance)

        return quietly

    def any_of(self, chance: Random) -> Callable[[], None]:
        return self.act(chance.choice([*self.OFTEN, *self.OFTEN, *self.SELDOM]), chance)

    @rule(seed=st.integers(0, 10**9))
    def one_act(self, seed: int) -> None:
        if self.time_left():
            self.any_of(Random(seed))()  # noqa: S311 - lots, not secrets

    @rule(seed=st.integers(0, 10**9))
    def two_acts_at_once(self, seed: int) -> None:
        if self.time_left():
            chance = Random(seed)  # noqa: S311 - lots, not secrets
            at_once(self.any_of(chance), self.any_of(chance))

    @rule(seed=st.integers(0, 10**9))
    def sign_and_change_before_or_while_it_is_sent(self, seed: int) -> None:
        """What one wants to go wrong."""
        if self.time_left():
            chance = Random(seed)  # noqa: S311 - lots, not secrets
            for name in ("renew", "sign"):
                self.act(name, chance)()
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
        opinion = newest(case) if case.state == "offered" else None
        sent = Notice.objects.filter(outbox__complaint=case, outbox__effect=LETTER).exists()
        if opinion is not None and not sent:
            assert set(wrong(case, opinion).split(", ")) <= {"", "letter"}

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


@pytest.mark.usefixtures("undoable")
@pytest.mark.django_db(transaction=True)
def test_no_letter_leaves_that_differs_from_what_a_live_signature_covers() -> None:
    Lives.cast, Lives.end = assemble(), time.monotonic() + SECONDS
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Lives.signed > Lives.left > 0  # it really came to letters, and to some that stayed
    assert Voided.objects.exists()
