"""A rule that counsel has not signed carries no signed resolution, unless whoever signs takes it
over by name with a reason.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from complaints import carrying
from complaints.actions import resolution as resolutions
from complaints.actions import signature, steps
from complaints.errors import ContentChanged, Invalid, StepRefused
from complaints.models import Complaint, Opinion, Transition
from complaints.signing import canonical
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from legal_rules.signatures import RULES
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

SPAM = {"tm_contacted": True, "tm_consent": False}
RULE = "cpl.29.3"
BASIS = "《消费者权益保护法》第二十九条第三款"
STOP = {"kind": "stop_calls", "description": "停止营销来电"}


def with_counsel(cast: Cast, **changes: Any) -> Complaint:
    """A case whose facts make the rule on unwanted calls hold, with counsel."""
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **SPAM)
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    proposal = f.proposal(**{"measures": [STOP], "legal_basis": [BASIS], **changes})
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    return f.step(case, "submit", cast.agent)


def carriers(case: Complaint) -> dict[str, carrying.Carrier]:
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return {each.rule.id: each for each in carrying.rules(resolution)}


def read(case: Complaint) -> str:
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return canonical.content_hash(resolution)


def answering(case: Complaint, reason: str = "理由") -> dict[str, str]:
    """Every draft under the proposal taken over with this reason."""
    return dict.fromkeys(f.taken_over(case), reason)


def sign(case: Complaint, by: Any, **fields: Any) -> Complaint:
    now = timezone.now()
    seen = fields.pop("read", None)
    given = {"opinion": "同意", "below_minimum_reason": "测试", **fields}
    return steps.take(case.number, "sign", given, by=by, reauthenticated_at=now, now=now, read=seen)


# --- which rules carry a resolution


def test_a_rule_carries_a_resolution_that_names_its_article_or_gives_what_it_gives(
    cast: Cast,
) -> None:
    named = carriers(with_counsel(cast))[RULE]
    assert set(named.why) == {"named", "measure"}
    unnamed = carriers(with_counsel(cast, legal_basis=["公平原则"]))[RULE]
    assert unnamed.why == ("measure",)
    other = [{"kind": "apology", "description": "道歉"}]
    assert RULE not in carriers(with_counsel(cast, legal_basis=["公平原则"], measures=other))


def test_an_article_may_be_written_in_full_or_with_digits(cast: Cast) -> None:
    other = [{"kind": "apology", "description": "道歉"}]
    for words in (
        "《中华人民共和国消费者权益保护法》第29条",
        "《消费者权益保护法》第二十九条第3款",
    ):
        assert RULE in carriers(with_counsel(cast, legal_basis=[words], measures=other)), words
    elsewhere = ["《消费者权益保护法》第二十九条第一款"]
    assert RULE not in carriers(with_counsel(cast, legal_basis=elsewhere, measures=other))


def test_an_article_that_no_rule_of_the_analysis_has_leads_to_its_rule_all_the_same(
    cast: Cast,
) -> None:
    found = carriers(with_counsel(cast, legal_basis=["《价格法》第四十一条"]))
    assert found["price_law.41"].why == ("named",)


def test_the_rules_of_the_minimum_carry_every_resolution(cast: Cast) -> None:
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, pr_extra_charge=True, pr_overpaid="46.00")
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    other = [{"kind": "apology", "description": "道歉"}]
    proposal = f.proposal(measures=other, legal_basis=["公平原则"])
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    resolutions.save_draft(case.number, {"below_reason": "另行协商"}, by=cast.agent)
    f.step(case, "submit", cast.agent)
    assert carriers(case)["price_law.41"].why == ("minimum",)


# --- the gate


def test_a_draft_rule_carries_no_signed_resolution(cast: Cast) -> None:
    case = with_counsel(cast)
    for given in ({}, {"take_over": {RULE: "  "}}, {"take_over": {"cpl.49": "别的规则"}}):
        with pytest.raises(StepRefused, match="第二十九条第三款（停止发送") as refused:
            sign(case, cast.counsel, **given)
        assert [u.code for u in refused.value.unmet] == ["draft_rules_are_taken_over"]
    case.refresh_from_db()
    assert case.state == "in_review"


def test_counsel_takes_a_draft_over_by_name_with_a_reason(cast: Cast) -> None:
    case = with_counsel(cast)
    seen = read(case)
    sign(case, cast.counsel, take_over=answering(case, "核对过条文，本案适用无疑"), read=seen)
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    [taken] = [r for r in opinion.taken_over if r["rule"] == RULE]
    assert (opinion.by, taken["reason"]) == (cast.counsel, "核对过条文，本案适用无疑")
    assert taken["sha256"] == carriers(case)[RULE].rule.sha256
    assert canonical.is_as_signed(opinion)
    step = Transition.objects.get(complaint=case, step="sign")
    assert step.fields["take_over"][RULE] == "核对过条文，本案适用无疑"
    entry = Entry.objects.get(subject=case.subject, verb="rules.taken_over")
    assert entry.detail["rules"][RULE] == taken["sha256"]


def test_the_reason_does_not_reach_the_consumer(cast: Cast) -> None:
    case = with_counsel(cast)
    sign(case, cast.counsel, take_over=answering(case, "只给内部看的理由"))
    send_waiting()
    told = "".join(f"{n.subject}{n.body}" for n in Notice.objects.filter(user=None))
    assert case.number in told
    assert "只给内部看的理由" not in told
    assert "草稿" not in told


def test_a_signed_rule_needs_no_taking_over(cast: Cast) -> None:
    case = with_counsel(cast)
    RULES.sign_many(carriers(case), by=cast.counsel2, comment="")
    sign(case, cast.counsel)
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    assert opinion.taken_over == []
    assert RULE in [r["rule"] for r in opinion.rules or []]
    assert not Entry.objects.filter(subject=case.subject, verb="rules.taken_over").exists()


def test_a_rule_that_lost_its_signature_since_counsel_read_is_not_signed_with_unread(
    cast: Cast,
) -> None:
    case = with_counsel(cast)
    RULES.sign_many(carriers(case), by=cast.counsel2, comment="")
    seen = read(case)
    RULES.revoke(RULE, by=cast.counsel2, reason="待核对")
    with pytest.raises(ContentChanged, match="规则的签署在您打开之后有变动"):
        sign(case, cast.counsel, read=seen, take_over=answering(case))
    sign(case, cast.counsel, read=read(case), take_over=answering(case))


def test_what_was_signed_stays_as_signed_whatever_becomes_of_the_rules(cast: Cast) -> None:
    case = with_counsel(cast)
    sign(case, cast.counsel, take_over=answering(case))
    RULES.sign_many([RULE], by=cast.counsel2, comment="")
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    assert canonical.is_as_signed(opinion)
    opinion.rules = []
    assert not canonical.is_as_signed(opinion)


def test_what_was_signed_before_rules_were_signed_keeps_its_fingerprint(cast: Cast) -> None:
    case = with_counsel(cast)
    sign(case, cast.counsel, take_over=answering(case))
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    opinion.rules = None
    assert "rules" not in canonical.content(opinion.resolution, opinion)
    assert opinion.taken_over == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["x"], "这里应是“规则：理由”的对象"),
        ({"cpl.999": "理由"}, r"没有规则“cpl\.999”"),
        ({RULE: 7}, "文字"),
        ({RULE: "甲\x00"}, "字符"),
    ],
)
def test_reasons_that_cannot_be_taken_are_refused(cast: Cast, given: Any, said: str) -> None:
    case = with_counsel(cast)
    with pytest.raises(Invalid, match=said):
        sign(case, cast.counsel, take_over=given)


def test_the_archive_shows_who_took_which_draft_over_and_why(cast: Cast) -> None:
    case = with_counsel(cast)
    sign(case, cast.counsel, take_over=answering(case, "存档可见的理由"))
    f.step(case, "consumer_accepts", cast.agent, means="phone", note="同意")
    f.carried_out(case, cast.agent)
    f.step(case, "complete", cast.agent)
    page = browser(cast.auditor).get(f"/archive/{case.number}/?tab=resolution").content.decode()
    for words in ("草稿规则", "存档可见的理由", BASIS, "复算一致"):
        assert words in page
    chain = browser(cast.auditor).get(f"/archive/{case.number}/?tab=chain").content.decode()
    assert "具名承担草稿规则" in chain
