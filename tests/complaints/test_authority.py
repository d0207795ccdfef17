"""Up to which sum a person offers without asking: split measures and split cases do not dodge it,
and what is above goes to somebody whose limit is high enough.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts import absences
from accounts.models import User
from audit.models import Entry
from complaints import authority, limits
from complaints.actions import approvals, segregation
from complaints.actions import limits as limit_acts
from complaints.actions import resolution as resolutions
from complaints.authority import Limit
from complaints.errors import Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.models import Approval, AuthorityLimit, Complaint, Event, Measure
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast

TODAY = date(2026, 11, 26)
DEFAULTS = {"agent": Decimal(2000), "supervisor": Decimal(20000), "counsel": None}


def offer(cast: Cast, *amounts: str, by: User | None = None, **case: Any) -> Complaint:
    """With counsel; the price is high enough for every sum."""
    found = f.resolving(cast, price_paid="90000.00", **case)
    measures = [{"kind": "refund", "amount": amount} for amount in amounts]
    by = by or cast.agent
    resolutions.save_draft(found.number, f.proposal(measures=measures), by=by)
    return f.step(found, "submit", by, waits=True)


def sign(case: Complaint, by: User) -> Complaint:
    return f.step(case, "sign", by, opinion="同意", below_minimum_reason="x")


def unmet(case: Complaint, by: User) -> set[str]:
    with pytest.raises(StepRefused) as refused:
        sign(case, by)
    return {u.code for u in refused.value.unmet}


def asked(case: Complaint) -> Approval:
    return Approval.objects.get(resolution__complaint=case, decided_at=None)


# --- the limit itself, without a database


@pytest.mark.parametrize(
    ("roles", "said", "limit"),
    [
        (["agent"], [], Decimal(2000)),
        (["agent", "supervisor"], [], Decimal(20000)),
        (["agent", "counsel"], [], None),
        (["auditor"], [], Decimal(0)),
        (["agent"], [Limit(Decimal(500), TODAY, 1, role="agent")], Decimal(500)),
        (["agent"], [Limit(Decimal(5), TODAY + timedelta(1), 1, role="agent")], Decimal(2000)),
        (["agent"], [Limit(Decimal(5), TODAY, 1, user=7)], Decimal(5)),
        (["agent"], [Limit(Decimal(5), TODAY, 1, user=8)], Decimal(2000)),
        (["agent"], [Limit(None, TODAY, 1, user=7)], None),
        (
            ["agent"],
            [Limit(Decimal(5), TODAY, 1, user=7), Limit(Decimal(9), TODAY, 2, user=7)],
            Decimal(9),
        ),
        (
            ["agent"],
            [Limit(Decimal(5), TODAY, 1, user=7), Limit(None, TODAY, 2, user=7, lifted=True)],
            Decimal(2000),
        ),
    ],
)
def test_the_newest_word_in_force_counts_and_a_persons_own_before_that_of_the_roles(
    roles: list[str], said: list[Limit], limit: Decimal | None
) -> None:
    assert authority.limit_of(7, roles, said, TODAY, DEFAULTS) == limit


# --- what is asked, and who is told


def test_an_offer_within_the_limit_goes_the_usual_way(cast: Cast) -> None:
    case = offer(cast, "2000.00")
    assert not Approval.objects.exists()
    assert sign(case, cast.counsel).state == "offered"


def test_an_offer_above_it_goes_to_counsel_and_up_and_is_signed_only_once_it_is_approved(
    cast: Cast,
) -> None:
    case = offer(cast, "3980.00", "11940.00")
    approval = asked(case)
    assert (approval.amount, approval.limit, approval.level) == (
        Decimal("15920.00"),
        Decimal("2000.00"),
        "supervisor",
    )
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_approval_asked")
    assert {n.user.username for n in told} == {"supervisor", "supervisor2"}
    assert "15,920.00" in told.first().subject
    assert unmet(case, cast.counsel) == {"limit_is_approved"}
    approvals.decide(case.number, {"approve": True, "note": "同意"}, by=cast.supervisor)
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_approval_decided")
    assert {n.user.username for n in told} == {"agent", "counsel", "counsel2"}
    assert sign(case, cast.counsel).state == "offered"
    assert [e.code for e in Event.objects.filter(code__startswith="approval").order_by("id")] == [
        "approval_asked",
        "approval_given",
    ]
    assert Entry.objects.filter(verb="resolution.approval_given", actor="supervisor").exists()


def test_what_no_supervisor_may_decide_goes_to_counsel(cast: Cast) -> None:
    case = offer(cast, "20000.01")
    assert asked(case).level == "counsel"
    with pytest.raises(NotAllowed, match="超出您的权限"):
        approvals.decide(case.number, {"approve": True}, by=cast.supervisor)
    approvals.decide(case.number, {"approve": True}, by=cast.counsel2)
    assert sign(case, cast.counsel).state == "offered"


def test_sums_beyond_everything_are_asked_for_all_the_same(cast: Cast) -> None:
    whole = [{"kind": "compensation", "amount": "999999999999.99"}]
    for _each in range(2):
        found = f.resolving(cast, price_paid="90000.00")
        resolutions.save_draft(found.number, f.proposal(measures=whole), by=cast.agent)
        f.step(found, "submit", cast.agent, waits=True)
        assert asked(found).amount == authority.MOST


def test_while_every_lead_is_away_counsel_decides_and_whoever_may_is_named(cast: Cast) -> None:
    case = offer(cast, "5000")
    assert asked(case).level == "supervisor"
    with pytest.raises(StepRefused, match=f"可以批准的有：.*{cast.supervisor.name}"):
        sign(case, cast.counsel)
    day = timezone.localdate()
    for lead in (cast.supervisor, cast.supervisor2):
        absences.set_absence(lead, first_day=day, last_day=day, deputy=cast.agent, by=lead)
    case = offer(cast, "5000", consumer={"name": "另一人", "phone": "12000000099"})
    assert asked(case).level == "counsel"
    with pytest.raises(StepRefused) as refused:
        sign(case, cast.counsel)
    assert cast.supervisor.name not in str(refused.value)


def test_where_nobody_has_enough_it_says_what_to_do(cast: Cast) -> None:
    for role in ("supervisor", "counsel"):
        limit_acts.set_limit({"role": role, "amount": "3000"}, by=cast.administrator)
    case = offer(cast, "5000")
    said = "现在没有人的权限够得上 5,000.00 元；请管理员在“金额权限”里调高"
    with pytest.raises(StepRefused, match=said):
        sign(case, cast.counsel)
    with pytest.raises(NotAllowed, match=said):
        approvals.decide(case.number, {"approve": True}, by=cast.counsel)


def test_a_refusal_needs_words_and_keeps_counsel_from_signing(cast: Cast) -> None:
    case = offer(cast, "3980.00")
    with pytest.raises(Invalid, match="请说明理由"):
        approvals.decide(case.number, {"approve": False}, by=cast.supervisor)
    with pytest.raises(Invalid, match="请选择批准或者不批准"):
        approvals.decide(case.number, {}, by=cast.supervisor)
    approvals.decide(case.number, {"approve": False, "note": "过高"}, by=cast.supervisor)
    with pytest.raises(StepRefused, match="周启明没有批准：过高"):
        sign(case, cast.counsel)
    with pytest.raises(Invalid, match="已经审批过了"):
        approvals.decide(case.number, {"approve": True}, by=cast.supervisor2)


# --- no dodging


def test_split_measures_count_together(cast: Cast) -> None:
    assert asked(offer(cast, "1999.00", "1.01")).amount == Decimal("2000.01")


def test_split_cases_of_one_consumer_or_of_one_order_count_together(cast: Cast) -> None:
    first = offer(cast, "1500.00", order_number="A")
    assert sign(first, cast.counsel).state == "offered"
    same_person = offer(cast, "1000.00", order_number="B")
    assert asked(same_person).amount == Decimal("2500.00")
    assert asked(same_person).elsewhere == Decimal("1500.00")
    stranger = {"name": "李测试", "phone": "12055556666"}
    same_order = offer(cast, "600.00", consumer=stranger, order_number="A")
    assert asked(same_order).amount == Decimal("2100.00")
    other = {"name": "赵测试", "phone": "12077778888"}
    offer(cast, "1000.00", consumer=other, order_number="C")
    assert Approval.objects.count() == 2
    another = {"name": "钱测试", "phone": "12077779999"}
    respelt = offer(cast, "1500.00", consumer=another, order_number=" ｃ ")
    assert asked(respelt).elsewhere == Decimal("1000.00")


def test_what_is_older_than_ninety_days_does_not_count(cast: Cast) -> None:
    first = offer(cast, "1500.00", order_number="A")
    sign(first, cast.counsel)
    first.resolutions.update(proposed_at=timezone.now() - timedelta(days=91))
    offer(cast, "1000.00", order_number="B")
    assert not Approval.objects.exists()


def test_a_proposal_that_only_lies_as_a_draft_does_not_count(cast: Cast) -> None:
    f.drafted(cast, order_number="A")
    offer(cast, "1000.00", order_number="B")
    assert not Approval.objects.exists()


def test_a_changed_offer_needs_another_approval(cast: Cast) -> None:
    case = offer(cast, "3980.00")
    approvals.decide(case.number, {"approve": True}, by=cast.supervisor)
    f.step(case, "send_back", cast.counsel, comments="请核对金额")
    resolutions.save_draft(case.number, {"explanation": "改过"}, by=cast.agent)
    f.step(case, "submit", cast.agent, waits=True)
    assert unmet(case, cast.counsel) == {"limit_is_approved"}
    assert Approval.objects.filter(resolution__complaint=case).count() == 2


def test_a_cent_that_was_changed_in_the_database_is_not_approved(cast: Cast) -> None:
    case = offer(cast, "3980.00")
    approvals.decide(case.number, {"approve": True}, by=cast.supervisor)
    Measure.objects.filter(resolution__complaint=case).update(amount="3980.01")
    assert "limit_is_approved" in unmet(case, cast.counsel)


def test_what_counsel_finds_meanwhile_does_not_ask_the_supervisor_again(cast: Cast) -> None:
    case = offer(cast, "3980.00")
    approvals.decide(case.number, {"approve": True}, by=cast.supervisor)
    f.with_evidence(case, cast.agent, "后来补充的聊天记录")
    assert sign(case, cast.counsel).state == "offered"


# --- who decides


def test_nobody_who_has_a_part_in_it_decides(cast: Cast) -> None:
    own = offer(cast, "20000.01", by=cast.supervisor)
    with pytest.raises(NotAllowed, match="不得批准自己的方案"):
        approvals.decide(own.number, {"approve": True}, by=cast.supervisor)
    case = offer(cast, "3980.00", order_number="2", consumer={"name": "李", "phone": "12055556666"})
    with pytest.raises(NotAllowed, match="不能审批"):
        approvals.decide(case.number, {"approve": True}, by=cast.colleague)
    with pytest.raises(Complaint.DoesNotExist):
        approvals.decide(case.number, {"approve": True}, by=cast.outside_supervisor)
    segregation.name_person(case.number, {"user": "supervisor2", "why": "被点名"}, by=cast.counsel)
    with pytest.raises(Complaint.DoesNotExist):
        approvals.decide(case.number, {"approve": True}, by=cast.supervisor2)
    segregation.recuse(case.number, {"reason": "亲属"}, by=cast.counsel2)
    with pytest.raises(NotAllowed, match="您已回避本案"):
        approvals.decide(case.number, {"approve": True}, by=cast.counsel2)
    with pytest.raises(StaleVersion):
        approvals.decide(case.number, {"approve": True}, by=cast.supervisor, version=1)
    assert asked(case).approved is None


def test_who_helped_to_draft_is_neither_asked_nor_decides(cast: Cast) -> None:
    case = f.resolving(cast)
    for by in (cast.supervisor, cast.agent):
        resolutions.save_draft(case.number, f.proposal(), by=by)
    f.step(case, "submit", cast.agent, waits=True)
    able = limits.deciders(case, asked(case).amount, cast.agent.pk, "supervisor")
    assert able == [cast.supervisor2]
    waits = {
        user.username: Complaint.objects.filter(limits.waiting_for(user)).exists()
        for user in (cast.supervisor, cast.supervisor2)
    }
    assert waits == {"supervisor": False, "supervisor2": True}
    with pytest.raises(NotAllowed, match="您参与拟订过本案的方案"):
        approvals.decide(case.number, {"approve": True}, by=cast.supervisor)


def test_where_every_lead_helped_to_draft_counsel_is_asked_but_not_who_recused(
    cast: Cast,
) -> None:
    case = f.resolving(cast)
    for by in (cast.supervisor, cast.supervisor2, cast.agent):
        resolutions.save_draft(case.number, f.proposal(), by=by)
    f.step(case, "submit", cast.agent, waits=True)
    segregation.recuse(case.number, {"reason": "亲属"}, by=cast.counsel2)
    approval = asked(case)
    assert approval.level == "counsel"
    able = limits.deciders(case, approval.amount, cast.agent.pk, approval.level)
    assert able == [cast.counsel]


def test_only_an_offer_that_waits_is_decided_about(cast: Cast) -> None:
    small = offer(cast, "100.00")
    with pytest.raises(Invalid, match="无须审批"):
        approvals.decide(small.number, {"approve": True}, by=cast.supervisor)
    draft = f.drafted(cast, order_number="2")
    with pytest.raises(Invalid, match="案件现处于"):
        approvals.decide(draft.number, {"approve": True}, by=cast.supervisor)


def test_an_offer_that_lay_with_counsel_before_there_were_limits_is_asked_for_all_the_same(
    cast: Cast,
) -> None:
    limit_acts.set_limit({"role": "agent", "amount": "5000"}, by=cast.administrator)
    case = offer(cast, "3980.00")
    assert not Approval.objects.exists()
    limit_acts.set_limit({"role": "agent", "amount": "1000"}, by=cast.administrator)
    assert unmet(case, cast.counsel) == {"limit_is_approved"}
    approvals.decide(case.number, {"approve": True}, by=cast.supervisor)
    assert sign(case, cast.counsel).state == "offered"


def test_a_decision_is_never_changed_nor_removed(cast: Cast) -> None:
    case = offer(cast, "3980.00")
    approvals.decide(case.number, {"approve": False, "note": "过高"}, by=cast.supervisor)
    for change in (
        lambda: Approval.objects.update(approved=True),
        lambda: Approval.objects.all().delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


# --- setting limits


def test_limits_are_set_for_a_role_and_a_person_from_a_day_on(cast: Cast) -> None:
    today = timezone.localdate()
    limit_acts.set_limit({"user": "agent", "amount": "5000.00"}, by=cast.supervisor)
    assert limits.limit_of(cast.agent, today) == Decimal(5000)
    assert limits.limit_of(cast.colleague, today) == Decimal(2000)
    limit_acts.set_limit({"user": "agent", "lifted": "1"}, by=cast.supervisor)
    assert limits.limit_of(cast.agent, today) == Decimal(2000)
    later = (today + timedelta(days=3)).isoformat()
    limit_acts.set_limit(
        {"role": "supervisor", "amount": "30000", "valid_from": later}, by=cast.administrator
    )
    assert limits.limit_of(cast.supervisor, today) == Decimal(20000)
    assert limits.limit_of(cast.supervisor, today + timedelta(days=3)) == Decimal(30000)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        AuthorityLimit.objects.update(amount=1)
    assert Entry.objects.filter(verb="authority.limit_set").count() == 3


WRONG = {
    "nobody": ({"amount": "1"}, "user"),
    "two": ({"role": "agent", "user": "agent", "amount": "1"}, "user"),
    "unknown": ({"user": "nobody", "amount": "1"}, "user"),
    "role": ({"role": "king", "amount": "1"}, "role"),
    "no sum": ({"role": "agent"}, "amount"),
    "negative": ({"role": "agent", "amount": "-1"}, "amount"),
    "past": ({"role": "agent", "amount": "1", "valid_from": "2020-01-01"}, "valid_from"),
    "two words at once": ({"role": "agent", "amount": "1", "unlimited": "1"}, "amount"),
    "lifted and set": ({"user": "agent", "amount": "1", "lifted": "1"}, "amount"),
    "too much": ({"role": "agent", "amount": "1e18"}, "amount"),
    "endless": ({"role": "agent", "amount": "9" * 30}, "amount"),
    "far day": ({"role": "agent", "amount": "1", "valid_from": "9999-01-01"}, "valid_from"),
    "role lifted": ({"role": "agent", "lifted": "1"}, "lifted"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_limit_is_refused_at_its_field(cast: Cast, name: str) -> None:
    values, field = WRONG[name]
    with pytest.raises(Invalid) as invalid:
        limit_acts.set_limit(values, by=cast.administrator)
    assert list(invalid.value.errors) == [field]
    assert not AuthorityLimit.objects.exists()


def test_supervisors_set_limits_of_agents_up_to_their_own_and_nobody_sets_the_own(
    cast: Cast,
) -> None:
    for values in (
        {"user": "supervisor", "amount": "99999"},
        {"user": "supervisor2", "amount": "99999"},
        {"role": "supervisor", "amount": "99999"},
        {"user": "agent", "amount": "20000.01"},
        {"user": "agent", "unlimited": "1"},
        {"user": "outsider", "amount": "100"},
    ):
        with pytest.raises(NotAllowed):
            limit_acts.set_limit(values, by=cast.supervisor)
    for user in (cast.agent, cast.counsel, cast.auditor):
        with pytest.raises(NotAllowed):
            limit_acts.set_limit({"role": "agent", "amount": "1"}, by=user)
    assert not AuthorityLimit.objects.exists()
