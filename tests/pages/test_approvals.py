"""审批金额 and 金额权限: on the page of the case, in the queue, for programs, and where limits are
set.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from complaints import limits
from complaints.actions import half_typed
from complaints.actions.limits import set_limit
from complaints.models import Approval, AuthorityLimit, Complaint
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """With counsel, above the limit of the agent who drafted it."""
    return f.step(f.drafted(cast), "submit", cast.agent, waits=True)


def address(case: Complaint) -> str:
    return reverse("approve_offer", args=[case.number])


def mark(case: Complaint) -> str:
    return f"{Complaint.objects.get(pk=case.pk).version}:0"


def test_the_case_says_that_it_waits_and_leads_whoever_may_decide_to_the_form(
    cast: Cast, case: Complaint
) -> None:
    page = reverse("case", args=[case.number])
    for user, may in ((cast.agent, False), (cast.supervisor, True), (cast.counsel, True)):
        text = browser(user).get(page).content.decode()
        assert "方案金额 ¥3,980.00 超出拟订人的权限 ¥2,000.00，等待客服主管审批" in text
        assert (address(case) in text) is may, user
    sheet = browser(cast.supervisor).get(address(case)).content.decode()
    for words in ("陈晓雨", "¥2,000.00", "¥3,980.00", "退还价款"):
        assert words in sheet
    review = browser(cast.counsel).get(reverse("review_case", args=[case.number]))
    text = review.content.decode()
    assert "方案金额超出拟订人的权限（2,000.00 元）" in text
    assert cast.supervisor.name in text
    assert address(case) in text


def test_a_limit_that_was_lowered_meanwhile_leads_to_the_form_as_well(cast: Cast) -> None:
    set_limit({"user": "agent", "amount": "5000"}, by=cast.administrator)
    case = f.step(f.drafted(cast), "submit", cast.agent)
    set_limit({"user": "agent", "amount": "100"}, by=cast.administrator)
    assert not Approval.objects.exists()
    review = browser(cast.counsel).get(reverse("review_case", args=[case.number]))
    assert address(case) in review.content.decode()
    sent = {"approve": "1", "note": "同意", "version": mark(case)}
    assert browser(cast.supervisor).post(address(case), sent).status_code == 302
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="x")


def test_it_is_approved_there_and_counsel_is_free_to_sign(cast: Cast, case: Complaint) -> None:
    sent = {"approve": "1", "note": "同意", "version": mark(case)}
    assert browser(cast.supervisor).post(address(case), sent).status_code == 302
    approval = Approval.objects.get()
    assert (approval.approved, approval.decided_by) == (True, cast.supervisor)
    text = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "周启明已批准金额 ¥3,980.00" in text
    assert "批准方案金额 3,980.00 元" in text
    again = browser(cast.supervisor2).get(address(case)).content.decode()
    assert "已经审批过了" in again


def test_a_refusal_without_words_keeps_the_form_open(cast: Cast, case: Complaint) -> None:
    client = browser(cast.supervisor)
    page = client.post(address(case), {"approve": "0", "note": "", "version": mark(case)})
    assert page.status_code == 422
    assert "不批准的，请说明理由" in page.content.decode()
    client.post(address(case), {"approve": "0", "note": "过高", "version": mark(case)})
    text = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "周启明没有批准金额 ¥3,980.00" in text


def test_who_may_open_the_form(cast: Cast, case: Complaint) -> None:
    for user, status in (
        (cast.agent, 403),
        (cast.supervisor, 200),
        (cast.outside_supervisor, 404),
        (cast.auditor, 403),
        (cast.administrator, 403),
    ):
        assert browser(user).get(address(case)).status_code == status, user


def test_the_queue_lists_what_waits_for_the_level_of_the_person(
    cast: Cast, case: Complaint
) -> None:
    queue = {"state": "in_review", "approval": "mine"}
    mine = browser(cast.supervisor).get(reverse("queue"), queue).content.decode()
    assert case.number in mine
    assert "待我审批" in mine
    assert case.number not in browser(cast.counsel).get(reverse("queue"), queue).content.decode()
    f.approved(case)
    text = browser(cast.supervisor).get(reverse("queue"), queue).content.decode()
    assert case.number not in text


def test_programs_read_and_decide_the_same(cast: Cast, case: Complaint) -> None:
    path = f"complaints/{case.number}/approvals/"
    [waiting] = ok(program(cast.agent).get(path))["results"]
    assert (waiting["amount"], waiting["limit"], waiting["approved"]) == (
        "3980.00",
        "2000.00",
        None,
    )
    refused = program(cast.agent).post(path, {"approve": True})
    assert refused.status_code == 403
    assert program(cast.supervisor).post(path, {"approve": "maybe"}).status_code == 400
    wordless = program(cast.supervisor).post(path, {"approve": False})
    assert [e["field"] for e in wordless.json()["errors"]] == ["note"]
    done = ok(program(cast.supervisor).post(path, {"approve": True, "note": "同意"}))
    assert (done["approved"], done["decided_by"]["username"]) == (True, "supervisor")


def test_limits_are_seen_and_set_by_administrators_and_supervisors_alone(cast: Cast) -> None:
    page = reverse("limits")
    for user, status in (
        (cast.agent, 403),
        (cast.counsel, 403),
        (cast.auditor, 403),
        (cast.supervisor, 200),
        (cast.administrator, 200),
    ):
        assert browser(user).get(page).status_code == status, user
    admin = browser(cast.administrator)
    text = admin.get(page).content.decode()
    assert "¥2,000.00" in text
    assert "¥20,000.00" in text
    assert admin.post(page, {"who": "role:agent", "amount": "3000"}).status_code == 302
    assert "¥3,000.00" in admin.get(page).content.decode()
    wrong = admin.post(page, {"who": "role:agent", "amount": "-3"})
    assert wrong.status_code == 422
    assert "金额不能为负数" in wrong.content.decode()
    for nobody in ("", "0:0", "²:²", "role:king", "user:", "9999-12-31T23:59:59"):
        refused = admin.post(page, {"who": nobody, "amount": "3"})
        assert refused.status_code == 422, nobody
    lead = browser(cast.supervisor)
    assert lead.post(page, {"who": "user:agent", "amount": "4000"}).status_code == 302
    assert limits.limit_of(cast.agent, timezone.localdate()) == Decimal(4000)
    beyond = lead.post(page, {"who": "user:agent", "amount": "99999"})
    assert beyond.status_code == 403
    assert "不能超过您自己的权限 20,000.00 元" in beyond.content.decode()
    assert 'value="99999"' in beyond.content.decode()  # what was typed is still there
    assert AuthorityLimit.objects.count() == 2
    typed = {"who": "user:agent", "amount": "4321"}
    half_typed.save_draft(cast.supervisor, "limits", typed)
    assert "4321" in lead.get(page).content.decode()
    assert lead.post(page, typed).status_code == 302
    assert half_typed.load_draft(cast.supervisor, "limits") is None
    assert reverse("limits") in lead.get(reverse("settings")).content.decode()
