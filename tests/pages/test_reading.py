"""What counsel has read, the comparison with it, and the checklist of a signature."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from audit.models import Entry
from complaints import checklist
from complaints.actions import reading, steps
from complaints.actions import resolution as resolutions
from complaints.checklist import ITEMS
from complaints.errors import ContentChanged, Invalid, NotAllowed
from complaints.models import Complaint, Opinion, SeenVersion
from complaints.views.review_checklist import shown
from tests import factories as f
from tests.api.conftest import person
from tests.cast import PASSWORD, Cast
from tests.cast import person as somebody
from tests.pages.test_review import address, browser, hidden, word


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.in_review(cast)


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def read(client: Client, case: Complaint, **headers: Any) -> Any:
    sent = {"read": hidden(client.get(address(case)), "read")}
    return client.post(reverse("review_read", args=[case.number]), sent, **headers)


def resubmitted(case: Complaint, cast: Cast, **changes: Any) -> None:
    f.step(case, "send_back", cast.counsel2, comments="请改")
    resolutions.save_draft(case.number, f.proposal(**changes), by=cast.agent)
    f.step(case, "submit", cast.agent)


def test_looking_writes_nothing_and_the_end_of_the_letter_is_posted(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case)).content.decode()
    assert "已读完" in page
    assert not SeenVersion.objects.exists()
    assert read(counsel, case, headers={"HX-Request": "true"}).status_code == 204
    assert read(counsel, case).status_code == 302  # without scripts; once is enough
    seen = SeenVersion.objects.get()
    assert (seen.user, seen.content_hash) == (
        cast.counsel,
        hidden(counsel.get(address(case)), "read"),
    )
    assert Entry.objects.filter(verb="resolution.read").count() == 1
    assert "此后没有变动" in counsel.get(address(case)).content.decode()
    assert "此后没有变动" not in browser(cast.counsel2).get(address(case)).content.decode()


def test_what_changed_since_is_named_part_by_part(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    read(counsel, case)
    f.with_evidence(case, cast.agent, "后来的")
    page = counsel.get(address(case)).content.decode()
    assert "读过以后有变动：证据 2" in page
    changed = {**f.proposal()["measures"][0], "description": "退还全部价款"}
    resubmitted(case, cast, measures=[changed], explanation="销售时的说法与事实完全不符")
    page = counsel.get(address(case)).content.decode()
    assert "读过以后有变动：第 1 项措施、说明、证据 2" in page
    assert "措施的变动" in page
    assert '<ins><span class="sr">新增：</span>全部</ins>' in page
    assert "完全</span></ins>" in page
    assert "与 v1 比较：函件没有变动" in page
    clean = counsel.get(address(case), {"view": "clean"}).content.decode()
    assert "<ins>" not in clean


def test_the_letter_is_compared_with_the_version_that_this_person_read(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    read(counsel, case)
    resubmitted(case, cast, letter=f.LETTER.replace("退还价款", "退还全部价款"))
    resubmitted(case, cast, letter=f.LETTER.replace("退还价款", "今日退还全部价款"))
    assert "与 v1 比较" in counsel.get(address(case)).content.decode()
    other = browser(cast.counsel2).get(address(case)).content.decode()
    assert "与 v2 比较" in other  # sent back by counsel2
    third = somebody("counsel3", Role.COUNSEL)
    page = browser(third).get(address(case)).content.decode()
    assert "您没有读过较早的版本" in page


def test_something_else_is_not_read(cast: Cast, case: Complaint, counsel: Client) -> None:
    old = hidden(counsel.get(address(case)), "read")
    f.with_evidence(case, cast.agent, "后来的")
    place = reverse("review_read", args=[case.number])
    quiet = counsel.post(place, {"read": old}, headers={"HX-Request": "true"})
    assert (quiet.status_code, "有变动" in quiet.content.decode()) == (200, True)
    assert "有变动" in counsel.post(place, {"read": old}, follow=True).content.decode()
    with pytest.raises(ContentChanged):
        reading.mark_read(case.number, "", by=cast.counsel)
    with pytest.raises(NotAllowed, match="只有法务"):
        reading.mark_read(case.number, old, by=cast.agent)
    offered = f.offered(cast, order_number="SO-2")
    with pytest.raises(Invalid, match="已不在法务手里"):
        reading.mark_read(offered.number, old, by=cast.counsel)
    assert browser(cast.agent).post(place, {"read": old}).status_code == 403
    assert not SeenVersion.objects.exists()


# --- the checklist


def test_the_page_asks_for_every_tick_and_the_statement_keeps_them(
    case: Complaint, counsel: Client
) -> None:
    page = counsel.get(address(case))
    text = page.content.decode()
    assert text.count('name="checklist"') == len(ITEMS)
    assert "checked" not in text[text.index('id="cl-title"') : text.index('id="cmts"')]
    assert "程序提示：请看" in text
    ticked = [item for item in ITEMS if item not in ("sums", "privacy")]
    refused = counsel.post(address(case), word(page, "sign", checklist=ticked))
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "核对清单还有 2 项没有勾选：金额、算式与函件一致、没有多余的个人信息" in said
    assert 'value="claims" form="decide" checked' in said
    assert 'value="sums" form="decide">' in said
    assert not Opinion.objects.exists()
    assert counsel.post(address(case), word(page, "sign")).status_code == 302
    opinion = Opinion.objects.get()
    assert opinion.checklist == list(ITEMS)
    assert opinion.statement is not None
    assert opinion.statement["checklist"] == list(ITEMS)
    history = counsel.get(address(case), {"tab": "history"}).content.decode()
    assert "核对清单已逐项勾选，共 8 项" in history


def test_a_person_of_the_api_may_send_it_and_then_whole(cast: Cast, case: Complaint) -> None:
    caller = person(cast.counsel)
    caller.post("me/confirm/", {"password": PASSWORD})
    fields = {"opinion": "同意", "below_minimum_reason": "x", "take_over": f.taken_over(case)}
    for wrong in ({"nonsense": True}, ["claims"], {"claims": "yes"}, "all"):
        refused = caller.step(case.number, "sign", **fields, checklist=wrong)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"] == "checklist"
    partly = caller.step(case.number, "sign", **fields, checklist={"claims": True})
    assert partly.status_code == 409
    assert partly.json()["errors"][0]["code"] == "checklist_is_complete"
    found = steps.check(case, "sign", {**fields, "checklist": {"claims": True}}, by=cast.counsel)
    assert "checklist_is_complete" in {each.code for each in found}
    whole = dict.fromkeys(ITEMS, True)
    assert caller.step(case.number, "sign", **fields, checklist=whole).status_code == 200
    other = f.in_review(cast, order_number="SO-2")  # the contract's fields alone are enough
    fields["take_over"] = f.taken_over(other)
    assert caller.step(other.number, "sign", **fields).status_code == 200
    assert Opinion.objects.latest("pk").checklist == []


def test_personal_numbers_in_the_letter_are_pointed_at() -> None:
    for letter, mark in {
        "请致电 12012345678": "unk",
        "身份证 990101198502022229": "unk",
        "案件 TS26-000001，订单 SO-20261109-001": "ok",
        "合计 15,920.00 元，12315": "ok",
    }.items():
        found = {item.id: item.mark for item in shown([], letter, [])}
        assert found["privacy"] == mark, letter
    assert checklist.in_words(["privacy", "claims"]) == [
        "消费者的诉求逐项答复",
        "没有多余的个人信息",
    ]
