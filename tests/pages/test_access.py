"""C8 in the pages: asking, deciding, reviewing, the banner, and who sees a case, each by whoever
may.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Reading
from complaints.actions import access_decision as decisions
from complaints.actions import segregation
from complaints.models import AccessDecision, AccessRequest, Complaint
from correspondence.models import AccessCall
from correspondence.tasks import call_about_access
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import ask, browser, text_of, undone
from tests.walks.routes import all_routes
from tests.walks.world import example

ASKED = {"kind": "read", "why": "same_matter", "reason": "同一批次的问题", "hours": "2"}
GLASS = {"kind": "emergency", "why": "safety", "reason": "消费者称要自伤"}
MISSING = "TS26-999999"


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast, title="外呼承诺根治")


def sent(client: Client, number: str, **values: Any) -> AccessRequest:
    answer = client.post(reverse("access_new"), {"number": number, **values})
    assert answer.status_code == 302, answer.content.decode()
    return AccessRequest.objects.latest("pk")


def page(row: AccessRequest) -> str:
    return reverse("access_request", args=[row.pk])


def test_c8_a_foreign_number_and_a_missing_one_are_asked_for_in_the_same_words(
    cast: Cast, case: Complaint
) -> None:
    client = browser(cast.outsider)
    seen = []
    for number in (case.number, MISSING):
        lost = client.get(reverse("case", args=[number]))
        came = {"Referer": f"http://testserver{reverse('case', args=[number])}"}
        form = client.get(reverse("access_new"), headers=came)
        assert f'value="{number}"' in form.content.decode()
        row = sent(client, number, **ASKED)
        texts = [text_of(lost), text_of(form), text_of(client.get(page(row)))]
        assert f'href="{reverse("access_new")}"' in texts[0]
        seen.append([t.replace(number, "#").replace(page(row), "#") for t in texts])
        client.get("/access/?show=mine")
    assert seen[0] == seen[1]
    assert not Reading.objects.filter(actor="outsider", subjects__len__gt=0).exists()
    refused = client.post(reverse("access_new"), {"number": "12", **ASKED, "reason": ""})
    assert refused.status_code == 422
    assert "案件编号的格式是" in refused.content.decode()
    for name in ("administrator", "security"):
        if user := getattr(cast, name, None):
            assert browser(user).get(reverse("access_new")).status_code == 403


def test_c8_lent_for_reading_the_case_opens_without_a_button_and_every_act_is_refused(
    cast: Cast, case: Complaint
) -> None:
    row = sent(browser(cast.outsider), case.number, **ASKED)
    lead = browser(cast.supervisor)
    assert case.number in text_of(lead.get("/access/"))
    assert browser(cast.outside_supervisor).get(page(row)).status_code == 404
    refused = lead.post(page(row), {"agree": "0", "reason": ""})
    assert refused.status_code == 422
    assert "不同意的，请说明理由" in refused.content.decode()
    assert lead.post(page(row), {"agree": "1", "hours": "1"}).status_code == 302
    late = text_of(lead.post(page(row), {"agree": "1"}))
    assert "已经同意 您刚才提交的没有登记。" in late
    assert 'name="agree"' not in late
    client = browser(cast.outsider)
    shown = text_of(client.get(reverse("case", args=[case.number])))
    assert "外呼承诺根治" in shown
    assert "临时查阅（只读），至" in shown
    assert "data-primary" not in shown
    assert reverse("name_person", args=[case.number]) not in shown
    assert f"lent:{row.pk}" in Reading.objects.filter(about=case.subject).latest("pk").fields
    version, wrong = Complaint.objects.get(pk=case.pk).version, []
    for route in [r for r in all_routes() if r.about_a_case]:
        values = example(cast, case).of(route)
        for method in ("get", "post"):
            with undone():
                answer = ask(client, method, route, values)
                same = Complaint.objects.get(pk=case.pk).version == version
            if answer.status_code >= 500 or not same:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert browser(cast.supervisor2).post(f"{page(row)}end/").status_code == 302
    assert client.get(reverse("case", args=[case.number])).status_code == 404


def test_c8_break_glass_from_the_form_to_the_review(cast: Cast, case: Complaint) -> None:
    client = browser(cast.outsider)
    row = sent(client, case.number, **GLASS)
    own = browser(cast.outside_supervisor)
    assert "您与申请人同团队" in text_of(own.get(page(row)))
    assert own.post(page(row), {"agree": "1"}).status_code == 403
    assert not AccessDecision.objects.exists()
    other = browser(cast.supervisor)
    assert "<b><span" in text_of(other.get("/settings/"))  # the number on the rail
    assert other.post(page(row), {"agree": "1"}).status_code == 302
    for address in ("/complaints/", "/settings/", reverse("case", args=[case.number])):
        assert "紧急调阅进行中" in text_of(client.get(address)), address
    assert "紧急调阅进行中" not in text_of(other.get("/settings/"))
    read = Reading.objects.filter(about=case.subject, actor="outsider").latest("pk")
    assert f"emergency:{row.pk}" in read.fields
    assert client.post(f"{page(row)}review/", {"justified": "1"}).status_code == 403
    auditor = browser(cast.auditor)
    assert case.number in text_of(auditor.get("/access/?show=review"))
    assert auditor.post(f"{page(row)}review/", {"justified": "0"}).status_code == 422
    assert auditor.post(f"{page(row)}review/", {"justified": "1"}).status_code == 302
    assert "有必要，使用得当" in text_of(client.get(page(row)))
    late = row.expires_at + timedelta(seconds=1)  # nobody else is asked any more
    may = [decisions.may_see(row, by, late) for by in (cast.outside_supervisor, cast.supervisor)]
    assert may == [False, True]
    assert client.post(f"{page(row)}end/").status_code == 302
    assert "紧急调阅进行中" not in text_of(client.get("/settings/"))


def test_c8_approvers_and_reviewers_are_called_at_once_without_the_case(
    cast: Cast, case: Complaint
) -> None:
    """By e-mail, once each; who asked, is named, or has nothing to say any more is not called."""
    for user in cast.everybody().values():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    client = browser(cast.outsider)
    sent(client, MISSING, **GLASS)
    sent(client, case.number, **ASKED)
    assert call_about_access() == 0  # for what is not there nobody has a say
    segregation.name_person(
        case.number, {"user": "supervisor2", "why": "投诉对象"}, by=cast.supervisor
    )
    row = sent(client, case.number, **GLASS)
    assert [call_about_access(), call_about_access()] == [1, 0]
    (called,) = mail.outbox
    assert called.to == ["supervisor@example.com"]
    assert "孟白 申请紧急调阅" in called.subject
    assert page(row) in called.body
    assert not {case.number, case.title, GLASS["reason"]} & set(called.body.split())
    assert browser(cast.supervisor).post(page(row), {"agree": "1"}).status_code == 302
    assert [call_about_access(), call_about_access()] == [2, 0]
    assert {m.to[0] for m in mail.outbox[1:]} == {"auditor@example.com", "security@example.com"}
    assert all("复核" in m.subject and case.number not in m.body for m in mail.outbox[1:])
    assert client.post(f"{page(row)}end/").status_code == 302
    late = sent(client, case.number, **{**GLASS, "reason": "再次来电"})
    with time_machine.travel(late.expires_at, tick=False):  # nothing is left to say
        AccessCall.objects.create(
            request=late, user=cast.supervisor, to="decide", not_before=late.at
        )
        assert call_about_access() == 0
    assert len(mail.outbox) == 3


def test_who_sees_a_case_is_told_to_its_supervisor_and_auditors_without_its_content(
    cast: Cast, case: Complaint
) -> None:
    asked = {"case": case.number, "user": "outsider"}
    for name in ("supervisor", "auditor"):
        shown = text_of(browser(getattr(cast, name)).get(reverse("access_why"), asked))
        assert "孟白 现在不能查看本案" in shown
        assert "外呼承诺根治" not in shown
    lead = browser(cast.supervisor)
    assert "能查看本案" in text_of(lead.get(reverse("access_why"), {**asked, "user": "agent"}))
    for number in (case.number, MISSING):
        foreign = browser(cast.outside_supervisor).get(
            reverse("access_why"), {**asked, "case": number}
        )
        assert "没有这件案件，或者它不由您负责" in text_of(foreign)
    assert browser(cast.agent).get(reverse("access_why")).status_code == 403
