"""Before a text leaves for the consumer its wording is looked at: a question, never a dead end."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from complaints import wording_check
from complaints.models import Communication, Complaint, Event, Transition
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_resolution import address, browser, fields

pytestmark = pytest.mark.django_db
RUDE = "这是您自己的问题，我们保证绝对不会再发生。"


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def say(client: Client, case: Complaint, text: str, **more: str) -> object:
    sent = {"kind": "reply", "channel": "email", "text": text, **more}
    return client.post(reverse("communicate", args=[case.number]), sent)


def test_a_reply_is_asked_about_and_sent_anyway_with_the_reason_on_record(
    cast: Cast, agent: Client
) -> None:
    case = f.investigating(cast)
    page = say(agent, case, RUDE)
    assert page.status_code == 422
    text = page.content.decode()
    assert "发出之前请再看一眼" in text
    assert RUDE in text
    assert 'name="anyway"' in text
    assert not Communication.objects.filter(complaint=case).exists()
    assert say(agent, case, RUDE, anyway="消费者要求原话照录").status_code == 302
    event = Event.objects.get(complaint=case, code="reply")
    assert event.detail["anyway"] == "消费者要求原话照录"
    assert (
        "用语提示之后仍然发出，理由：消费者要求原话照录"
        in agent.get(reverse("case", args=[case.number])).content.decode()
    )
    entry = Entry.objects.filter(subject=case.subject, verb="communication.reply").latest("id")
    assert entry.detail["sent_anyway"]


def test_a_plain_reply_and_notes_are_not_asked_about(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    assert say(agent, case, "您好，已收到您的材料，我们核实后答复您。").status_code == 302
    note = {"kind": "internal_note", "text": RUDE}
    assert agent.post(reverse("communicate", args=[case.number]), note).status_code == 302


def test_a_refusal_that_names_no_other_way_is_asked_about() -> None:
    (asked,) = wording_check.questions("您主张的误工费我们无法支持。")
    assert "没有告诉消费者还可以找谁" in asked
    whole = (
        "您主张的误工费我们无法支持。您可以拨打 12315、请求消费者协会调解、"
        "根据仲裁协议申请仲裁，或者向人民法院起诉。"
    )
    assert wording_check.questions(whole) == []
    assert wording_check.questions("请补充付款截图。") == []


def test_the_resolution_letter_is_asked_about_before_counsel_gets_it(
    cast: Cast, agent: Client
) -> None:
    case = f.resolving(cast)
    sent = fields(case, "submit", letter="退还价款 3,980.00 元。我们保证绝对不会再发生。")
    page = agent.post(address(case), sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert "没有告诉消费者还可以找谁" in text
    assert re.search(r"保证绝对", text)
    assert Complaint.objects.get(pk=case.pk).state == "resolving"
    version = Complaint.objects.get(pk=case.pk).version
    again = {**sent, "version": version, "anyway": "消费者本人要求这样写"}
    assert agent.post(address(case), again).status_code == 302
    taken = Transition.objects.get(complaint=case, step="submit")
    assert taken.fields["anyway"] == "消费者本人要求这样写"


def test_counsel_takes_a_draft_template_over_in_the_dialog(cast: Cast, agent: Client) -> None:
    case = f.resolving(cast)
    from tests.pages.test_letters import begun

    assert agent.post(address(case), {**begun(case, agent), "action": "submit"}).status_code == 302
    assert "letters.resolution.zh" in f.taken_over(case)
    f.approved(case)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    assert Complaint.objects.get(pk=case.pk).state == "offered"
