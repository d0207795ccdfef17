"""批量签署: only what this person has read in its present content, each a signature of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from complaints.actions import approvals, batch_signing, consulting, segregation, signature, steps
from complaints.checklist import ITEMS
from complaints.models import Complaint, Opinion, Outbox
from complaints.signing import checking
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.complaints.test_segregation import away, name
from tests.pages.test_reading import read
from tests.pages.test_review import browser, investigated

pytestmark = pytest.mark.usefixtures("variables_kept")

ADDRESS = "/review/batch/"
ANALYSED = {"legal_basis": ["《价格法》第四十一条"]}


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def read_case(cast: Cast, counsel: Client, **changes: Any) -> Complaint:
    case = f.in_review(cast, **changes)
    read(counsel, case)
    return case


def sent(*cases: Complaint, **changes: Any) -> dict[str, Any]:
    return {
        "case": [case.number for case in cases],
        "checklist": list(ITEMS),
        "opinion": "事实清楚，同意",
        "password": PASSWORD,
        **changes,
    }


def sentences(page: Any) -> dict[str, str]:
    """Case → why it was not signed, "" where it was."""
    return {r.number: r.sentence for r in page.context["results"]}


def state(case: Complaint) -> str:
    return Complaint.objects.get(pk=case.pk).state


def test_what_was_read_is_signed_with_one_password(cast: Cast, counsel: Client) -> None:
    one, two = (read_case(cast, counsel, order_number=f"SO-{n}") for n in (1, 2))
    unread = f.in_review(cast, order_number="SO-3")
    page = counsel.get(ADDRESS).content.decode()
    assert f'value="{one.number}"' in page
    assert unread.number not in page
    assert ADDRESS in counsel.get(reverse("review")).content.decode()
    answer = counsel.post(ADDRESS, sent(one, two))
    assert sentences(answer) == {one.number: "", two.number: ""}
    assert "签署结果：2 / 2 件" in answer.content.decode()
    assert (state(one), state(two), state(unread)) == ("offered", "offered", "in_review")
    assert Outbox.objects.filter(effect="send_reply_letter").count() == 2
    assert [o.checklist for o in Opinion.objects.all()] == [list(ITEMS)] * 2
    assert [found.faults for found in checking.check(checking.signatures())] == [[], []]
    again = counsel.post(ADDRESS, sent(one))
    assert "不在法务手里" in sentences(again)[one.number]
    assert Opinion.objects.count() == 2


def test_what_asks_for_more_is_named_and_not_signed(cast: Cast, counsel: Client) -> None:
    made = {
        what: read_case(cast, counsel, order_number=what)
        for what in ("good", "changed", "condition", "consult", "recused", "below")
    }
    made["unread"] = f.in_review(cast, order_number="unread")
    made["two"] = read_case(cast, counsel, order_number="two", risk_flags=["safety"])
    made["returned"] = read_case(cast, counsel, order_number="returned")
    f.with_evidence(made["changed"], cast.agent, "后来的")
    f.step(made["returned"], "send_back", cast.counsel2, comments="x")
    words = {"opinion": "同意", "below_minimum_reason": "x"}
    f.step(made["condition"], "sign", cast.counsel2, **words, conditions=["核对账户"])
    consulting.ask(made["consult"].number, {"user": "counsel2", "question": "?"}, by=cast.counsel)
    segregation.recuse(made["recused"].number, {"reason": "相识"}, by=cast.counsel)
    name(made["below"], cast.counsel, cast.supervisor)
    answer = counsel.post(ADDRESS, sent(*made.values()))
    said = sentences(answer)
    for what, sentence in {
        "good": "",
        "changed": "您读过以后有变动（证据 2）",
        "condition": "附有签署条件",
        "consult": "还在等沈知远的加签意见",
        "recused": "您已回避本案",
        "below": "没有这个案件",
        "unread": "还没有打开并读完",
        "two": "须由两位法务签署",
        "returned": "不在法务手里",
    }.items():
        assert sentence in said[made[what].number], what
        assert (said[made[what].number] == "") == (what == "good"), what
    assert Opinion.objects.filter(signed=True, by=cast.counsel).count() == 1
    assert state(made["good"]) == "offered"


def test_a_sum_above_the_limit_is_signed_in_a_batch_once_it_is_approved_and_not_before(
    cast: Cast, counsel: Client
) -> None:
    made = [f.drafted(cast, order_number=f"SO-{n}") for n in range(3)]
    for case in made:
        f.step(case, "submit", cast.agent, waits=True)
        read(counsel, case)
    waits, approved, refused = made
    approvals.decide(approved.number, {"approve": True}, by=cast.supervisor)
    approvals.decide(refused.number, {"approve": False, "note": "过高"}, by=cast.supervisor)
    said = sentences(counsel.post(ADDRESS, sent(*made)))
    assert "方案金额超出拟订人的权限（2,000.00 元），还没有批准" in said[waits.number]
    assert "周启明没有批准：过高。请退回修改" in said[refused.number]
    assert said[approved.number] == ""
    assert [state(case) for case in made] == ["in_review", "offered", "in_review"]


def test_a_reason_below_the_minimum_and_draft_rules_are_for_the_page_of_the_case(
    cast: Cast, counsel: Client
) -> None:
    below = investigated(cast)
    f.answer(below, cast.counsel, fr_intent="有证据")
    drafts = investigated(cast, **ANALYSED)
    for case in (below, drafts):
        read(counsel, case)
    said = sentences(counsel.post(ADDRESS, sent(below, drafts)))
    assert "请写明理由后再签署" in said[below.number]
    assert "还是草稿" in said[drafts.number]
    assert not Opinion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": ""}, "请输入登录密码"),
        ({"password": "wrong"}, "密码不正确"),
        ({"opinion": " "}, "请填写审核意见"),
        ({"case": []}, "请至少选择一件案件"),
        ({"checklist": ["claims"]}, "请逐项核对并勾选核对清单"),
        ({"case": ["../x", "甲"]}, "请至少选择一件案件"),
    ],
)
def test_without_what_a_signature_needs_nothing_is_signed_and_what_was_typed_stays(
    cast: Cast, counsel: Client, changes: dict[str, Any], sentence: str
) -> None:
    case = read_case(cast, counsel)
    page = counsel.post(ADDRESS, sent(case, **changes))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    if changes.get("opinion") is None:
        assert "事实清楚，同意</textarea>" in page.content.decode()
    assert state(case) == "in_review"


def test_only_counsel_signs_and_a_deputy_of_the_author_nothing(cast: Cast) -> None:
    case = f.in_review(cast)
    for user in (cast.agent, cast.supervisor, cast.auditor, cast.administrator):
        assert browser(user).get(ADDRESS).status_code == 403
        assert browser(user).post(ADDRESS, sent(case)).status_code == 403
    found = batch_signing.sign([case.number], {}, by=cast.counsel, reauthenticated_at=None)
    assert [(r.signed, bool(r.sentence)) for r in found] == [(False, True)]
    counsel = browser(cast.counsel)
    read(counsel, case)
    Membership.objects.create(user=cast.counsel, team=cast.team)
    away(cast.agent, cast.counsel)
    said = sentences(counsel.post(ADDRESS, sent(case)))
    assert "代理人" in said[case.number]
    assert not Opinion.objects.exists()


def test_what_changes_between_the_look_and_the_lock_is_not_signed(
    cast: Cast, counsel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = read_case(cast, counsel)
    take = steps.take

    def late(*args: Any, **how: Any) -> Any:
        f.with_evidence(case, cast.agent, "后来的")
        return take(*args, **how)

    monkeypatch.setattr(steps, "take", late)
    said = sentences(counsel.post(ADDRESS, sent(case)))
    assert "已被他人更新" in said[case.number]
    assert not Opinion.objects.exists()
    assert signature.as_it_would_be_signed(case) is not None


def test_what_was_typed_stays_while_something_is_not_signed(cast: Cast, counsel: Client) -> None:
    good, unread = read_case(cast, counsel), f.in_review(cast, order_number="SO-9")
    page = counsel.post(ADDRESS, sent(good, unread))
    assert (page.context["signed"], page.context["opinion"]) == (1, "事实清楚，同意")
    assert all(ticked for _name, _label, ticked in page.context["items"])
    assert not page.context["chosen"]


def test_counsels_badge_counts_what_has_to_be_signed_again(cast: Cast, counsel: Client) -> None:
    f.in_review(cast)
    f.with_evidence(f.offered(cast, order_number="SO-2"), cast.agent, "后来收到的证据")
    cache.clear()
    for address in (reverse("review"), reverse("queue")):
        page = counsel.get(address).content.decode()
        assert '<b><span class="sr">待审核 </span>2</b>' in page
