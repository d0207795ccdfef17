"""Whatever meets while something is signed or sent: one comes first, and the other sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from complaints.actions import (
    analysis,
    approvals,
    batch_signing,
    conditions,
    consulting,
    editing,
    evidence,
    facts,
    mass,
    reading,
    rule_acts,
    segregation,
    signature,
    signing_again,
    steps,
    withholding,
)
from complaints.errors import CaseError, ContentChanged, Invalid
from complaints.models import (
    Approval,
    Complaint,
    Condition,
    MassCase,
    Opinion,
    Outbox,
    Transition,
    Voided,
)
from complaints.signing import mass as mass_signing
from complaints.signing.canonical import content_hash, hash_of
from complaints.signing.liveness import LETTER
from correspondence import dispatch
from correspondence.models import Notice
from correspondence.transports import Message, Receipt
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.meanwhile import meanwhile
from tests.complaints.test_mass import VALUES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("undoable")]

SIGN = {"opinion": "同意", "below_minimum_reason": "测试"}
RULE = "pipl.69.1"


@pytest.fixture
def people() -> Cast:
    return assemble()


class Post:
    """The way out, which takes everything."""

    code = "email"

    def __init__(self) -> None:
        self.letters: list[str] = []

    def deliver(self, message: Message, key: str) -> Receipt:
        self.letters.append(message.text)
        return Receipt()


def read_of(case: Complaint) -> str:
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return content_hash(resolution)


# --- acts, to be called later


def sign(case: Complaint, by: Any, read: str | None = None, **more: Any) -> Callable[[], Any]:
    now = timezone.now()
    values = {**SIGN, "take_over": f.taken_over(case), **more}
    how = {"reauthenticated_at": now, "now": now, "read": read}
    return lambda: steps.take(case.number, "sign", values, by=by, **how)


def again(case: Complaint, by: Any) -> Callable[[], Any]:
    now = timezone.now()
    values = {**SIGN, "take_over": f.taken_over(case)}
    return lambda: signing_again.sign(case.number, values, by=by, reauthenticated_at=now, now=now)


def batch(case: Complaint, by: Any) -> Callable[[], Any]:
    now, values = timezone.now(), {"opinion": "同意", **SIGN}
    values["take_over"] = f.taken_over(case)
    return lambda: batch_signing.sign([case.number], values, by=by, reauthenticated_at=now)[0]


def price(case: Complaint, people: Cast) -> Callable[[], Any]:
    return lambda: editing.edit(case.number, {"price_paid": "12.00"}, by=people.agent)


def fact(case: Complaint, people: Cast) -> Callable[[], Any]:
    values = {"tx_price_paid": "12.00"}
    return lambda: facts.answer(case.number, values, by=people.agent)


def proof(case: Complaint, people: Cast) -> Callable[[], Any]:
    return lambda: evidence.add(case.number, [b"later"], "b.txt", {}, by=people.agent)


CHANGES = {"price": price, "fact": fact, "proof": proof}


def row_of(case: Complaint) -> Outbox:
    return Outbox.objects.filter(complaint=case, effect=LETTER).latest("id")


def send(case: Complaint, post: Post) -> Callable[[], Any]:
    """What the worker does, once the half minute is over."""
    later = timezone.now() + timedelta(seconds=31)
    pk = row_of(case).pk
    return lambda: dispatch.deliver(pk, later, {"email": post}, mailed=False) is True


def letters(case: Complaint) -> int:
    return Notice.objects.filter(outbox__complaint=case, outbox__effect=LETTER).count()


def signed(case: Complaint) -> int:
    return Opinion.objects.filter(signed=True, resolution__complaint=case).count()


# --- signing


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_while_counsel_signs_is_not_signed_or_voids_it(
    what: str, people: Cast
) -> None:
    case = f.in_review(people)
    change = CHANGES[what](case, people)
    _done, refusal = meanwhile(change, sign(case, people.counsel, read_of(case)))
    assert isinstance(refusal, CaseError), refusal
    assert signed(case) == 0
    other = f.in_review(people, order_number="SO-2")
    done, _changed = meanwhile(
        sign(other, people.counsel, read_of(other)), CHANGES[what](other, people)
    )
    assert isinstance(done, Complaint)
    assert Voided.objects.get().opinion.resolution.complaint_id == other.pk


def test_of_two_counsel_one_signs_and_the_other_is_told(people: Cast) -> None:
    case = f.in_review(people)
    done, refusal = meanwhile(sign(case, people.counsel), sign(case, people.counsel2))
    assert isinstance(done, Complaint)
    assert isinstance(refusal, CaseError)
    assert case.number in refusal.message
    assert (signed(case), Outbox.objects.filter(effect=LETTER).count()) == (1, 1)


def test_of_two_whose_signatures_are_needed_both_count_and_one_letter_leaves(
    people: Cast,
) -> None:
    case = f.in_review(people, risk_flags=["safety"])
    results = meanwhile(sign(case, people.counsel), sign(case, people.counsel2))
    assert all(isinstance(each, Complaint) for each in results)
    assert Complaint.objects.get(pk=case.pk).state == "offered"
    assert signed(case) == 2
    assert Transition.objects.filter(complaint=case, step="sign").count() == 1
    assert Outbox.objects.filter(effect=LETTER).count() == 1
    twice = f.in_review(people, risk_flags=["safety"], order_number="SO-2")
    meanwhile(sign(twice, people.counsel), sign(twice, people.counsel))
    assert (signed(twice), Complaint.objects.get(pk=twice.pk).state) == (1, "in_review")


def test_what_is_signed_in_a_batch_is_what_was_read(people: Cast) -> None:
    one, two = f.in_review(people), f.in_review(people, order_number="SO-2")
    for case in (one, two):
        reading.mark_read(case.number, read_of(case), by=people.counsel)
    _done, result = meanwhile(price(one, people), batch(one, people.counsel))
    assert (result.signed, signed(one)) == (False, 0)
    assert one.number in result.sentence or "变动" in result.sentence
    result, _edited = meanwhile(batch(two, people.counsel), price(two, people))
    assert result.signed
    assert Voided.objects.count() == 1


@pytest.mark.parametrize("how", ["named", "recused"])
def test_who_is_kept_out_meanwhile_does_not_sign(how: str, people: Cast) -> None:
    case = f.in_review(people)
    act: Callable[[], Any] = partial(
        segregation.name_person,
        case.number,
        {"user": "counsel", "why": "被投诉"},
        by=people.supervisor,
    )
    if how == "recused":
        act = partial(segregation.recuse, case.number, {"reason": "相识"}, by=people.counsel)
    _done, refusal = meanwhile(act, sign(case, people.counsel))
    assert isinstance(refusal, CaseError | Complaint.DoesNotExist)
    assert signed(case) == 0


def test_a_question_that_is_asked_meanwhile_is_waited_for(people: Cast) -> None:
    case = f.in_review(people)
    ask = partial(
        consulting.ask, case.number, {"user": "counsel2", "question": "？"}, by=people.counsel
    )
    _done, refusal = meanwhile(ask, sign(case, people.counsel))
    assert isinstance(refusal, CaseError)
    assert signed(case) == 0


def test_a_condition_is_met_once(people: Cast) -> None:
    case = f.in_review(people)
    sign(case, people.counsel, conditions=["先补录音"])()
    condition = Condition.objects.get()
    meet = partial(conditions.meet, case.number, condition.pk, {"note": "已补"}, by=people.agent)
    _done, refusal = meanwhile(meet, meet)
    assert isinstance(refusal, Invalid)


def test_an_offer_is_signed_again_once(people: Cast) -> None:
    case = f.offered(people)
    price(case, people)()
    analysis.renew(case.number, by=people.counsel)
    done, refusal = meanwhile(again(case, people.counsel), again(case, people.counsel2))
    assert isinstance(done, Opinion)
    assert isinstance(refusal, CaseError)
    assert Outbox.objects.filter(effect=LETTER, cancelled_at=None).count() == 1


def test_a_finding_that_changes_while_counsel_signs_is_not_signed(people: Cast) -> None:
    common = mass.open_one(VALUES, by=people.supervisor)
    read = hash_of(mass_signing.content(MassCase.objects.get(pk=common.pk)))
    now = timezone.now()
    put = partial(
        mass.sign, common.pk, "成立", read=read, by=people.counsel, reauthenticated_at=now
    )
    change = partial(mass.write, common.pk, {"finding": "别的"}, by=people.supervisor)
    _done, refusal = meanwhile(change, put)
    assert isinstance(refusal, ContentChanged)
    assert not common.opinions.exists()


# --- sending


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_while_the_letter_leaves_stops_it_or_comes_later(
    what: str, people: Cast
) -> None:
    post, case = Post(), f.offered(people)
    _done, left = meanwhile(CHANGES[what](case, people), send(case, post))
    assert (left, post.letters, letters(case)) == (False, [], 0)
    assert row_of(case).cancelled_at is not None
    other = f.offered(people, order_number="SO-2")
    left, _done = meanwhile(send(other, post), CHANGES[what](other, people))
    assert (left, [f.signed_part(words) for words in post.letters]) == (True, [f.LETTER])
    # what came after the letter had left changes nothing of what was sent
    voids = Voided.objects.filter(opinion__resolution__complaint=other)
    assert voids.exists() is (what != "proof")


def test_a_letter_is_taken_back_or_leaves(people: Cast) -> None:
    post, case = Post(), f.offered(people)
    take_back = partial(withholding.withhold, case.number, row_of(case).pk, by=people.agent)
    taken, left = meanwhile(take_back, send(case, post))
    assert (taken, left, post.letters) == (True, False, [])
    other = f.offered(people, order_number="SO-2")
    take_back = partial(withholding.withhold, other.number, row_of(other).pk, by=people.agent)
    left, taken = meanwhile(send(other, post), take_back)
    assert (left, taken, len(post.letters)) == (True, False, 1)


def test_one_letter_leaves_however_many_workers_come(people: Cast) -> None:
    post, case = Post(), f.offered(people)
    assert meanwhile(send(case, post), send(case, post)) == (True, False)
    assert (len(post.letters), letters(case)) == (1, 1)


def test_a_letter_that_nobody_signs_leaves_once_or_is_taken_back(people: Cast) -> None:
    """It holds no case: its own row alone decides."""
    post, later = Post(), timezone.now() + timedelta(seconds=31)
    rows = []
    for n in (1, 2):
        case = f.investigating(people, order_number=f"SO-{n}")
        rows.append(Outbox.objects.get(complaint=case, effect="acknowledge_consumer"))

    def leave(row: Outbox) -> Callable[[], Any]:
        return lambda: dispatch.deliver(row.pk, later, {"email": post}, mailed=False) is True

    assert meanwhile(leave(rows[0]), leave(rows[0])) == (True, False)
    assert len(post.letters) == 1
    number = rows[1].complaint.number
    take_back = partial(withholding.withhold, number, rows[1].pk, by=people.agent)
    assert meanwhile(leave(rows[1]), take_back) == (True, False)
    assert Outbox.objects.get(pk=rows[1].pk).withheld_at is None


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_while_a_letter_is_let_go_stops_it(what: str, people: Cast) -> None:
    post, case = Post(), f.offered(people)
    row = row_of(case)
    withholding.withhold(case.number, row.pk, by=people.agent)
    let_go = partial(withholding.release, case.number, row.pk, by=people.agent)
    _done, refusal = meanwhile(CHANGES[what](case, people), let_go)
    assert isinstance(refusal, Invalid)
    other = f.offered(people, order_number="SO-2")
    row = row_of(other)
    withholding.withhold(other.number, row.pk, by=people.agent)
    let_go = partial(withholding.release, other.number, row.pk, by=people.agent)
    meanwhile(let_go, CHANGES[what](other, people))
    assert (send(other, post)(), post.letters) == (False, [])


def test_an_offer_is_sent_back_or_its_letter_leaves(people: Cast) -> None:
    def send_back(case: Complaint) -> Callable[[], Any]:
        values = {"comments": "请更正"}
        return lambda: steps.take(case.number, "send_back", values, by=people.counsel2)

    post, case = Post(), f.offered(people)
    done, left = meanwhile(send_back(case), send(case, post))
    assert (isinstance(done, Complaint), left, post.letters) == (True, False, [])
    other = f.offered(people, order_number="SO-2")
    left, refusal = meanwhile(send(other, post), send_back(other))
    assert (left, len(post.letters)) == (True, 1)
    assert isinstance(refusal, CaseError)


def test_an_offer_that_is_declined_while_its_letter_leaves_is_not_sent(people: Cast) -> None:
    post, case = Post(), f.offered(people)
    decline = partial(
        steps.take, case.number, "consumer_declines", {"reason": "太少"}, by=people.agent
    )
    _done, left = meanwhile(decline, send(case, post))
    assert (left, post.letters) == (False, [])


def test_a_rule_that_counsel_takes_back_meanwhile_carries_no_letter(people: Cast) -> None:
    RULES.sign_many([RULE], by=people.counsel2, comment="")
    proposal = f.proposal(legal_basis=["《个人信息保护法》第六十九条"])
    post, made = Post(), []
    for n in (1, 2):
        case = f.resolving(people, order_number=f"SO-{n}")
        f.resolutions.save_draft(case.number, proposal, by=people.agent)
        made.append(f.step(case, "submit", people.agent))
    sign(made[0], people.counsel)()
    revoke = partial(rule_acts.revoke, RULES, RULE, by=people.counsel2, reason="待核对")
    _done, left = meanwhile(revoke, send(made[0], post))
    assert (left, post.letters) == (False, [])
    RULES.sign_many([RULE], by=people.counsel2, comment="")
    meanwhile(sign(made[1], people.counsel, read_of(made[1])), revoke)
    assert (send(made[1], post)(), post.letters) == (False, [])


# --- the limit of authority


SAME = {
    "phone": ({"phone": "12012345678"}, ("A", "B")),
    "e-mail": ({"phone": "", "email": "one@example.com"}, ("A", "B")),
    "number of identity": ({"phone": "", "id_number": "11010519491231002X"}, ("A", "B")),
    "order": ({}, ("A", "A")),
}


@pytest.mark.parametrize("what", SAME)
def test_two_cases_of_one_matter_do_not_both_stay_below_the_limit(what: str, people: Cast) -> None:
    told_by, orders = SAME[what]
    made = []
    for n, order in enumerate(orders):
        apart = told_by or {"phone": f"1205555000{n}"}
        consumer = {"name": "王测试", "address": "青禾路", **apart}
        case = f.resolving(people, order_number=order, consumer=consumer, price_paid="1500.00")
        measure = {**f.proposal()["measures"][0], "amount": "1500.00", "formula": "1500.00"}
        f.resolutions.save_draft(case.number, f.proposal(measures=[measure]), by=people.agent)
        made.append(case)
    submits = [partial(steps.take, case.number, "submit", {}, by=people.agent) for case in made]
    meanwhile(*submits)
    assert [asked.resolution.complaint_id for asked in Approval.objects.all()] == [made[1].pk]


def test_of_two_who_decide_about_a_sum_one_does(people: Cast) -> None:
    case = f.step(f.drafted(people), "submit", people.agent, waits=True)

    def decide(approve: bool, by: Any) -> Callable[[], Any]:
        values = {"approve": approve, "note": "x"}
        return lambda: approvals.decide(case.number, values, by=by)

    done, refusal = meanwhile(decide(False, people.supervisor), decide(True, people.supervisor2))
    assert isinstance(done, Approval)
    assert isinstance(refusal, Invalid)
    assert Approval.objects.get().approved is False
