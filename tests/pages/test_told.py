"""告知记录: what became of each letter, in words and icon, and telling again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint, Outbox
from correspondence import bounces
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.test_bounces import report
from tests.walks.ask import browser, text_of


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def bounced(cast: Cast) -> tuple[Complaint, Notice]:
    case = f.investigating(cast)
    send_waiting()
    notice = Notice.objects.get(outbox__complaint=case)
    assert bounces.take(report(bounces.token_of(notice.outbox)), timezone.now()) == "bounced"
    return case, notice


def shown(client: Client, case: Complaint) -> str:
    return text_of(client.get(reverse("told", args=[case.number])))


def test_the_record_says_how_when_and_whether_it_arrived(cast: Cast, agent: Client) -> None:
    case, notice = bounced(cast)
    page = shown(agent, case)
    assert "受理告知" in page
    assert "被退回，没有送达" in page
    assert "收件地址不存在" in page
    assert "待人工送达" in page
    assert f.CONSUMER["email"] not in page
    for act in ("letter_again", "letter_by_hand"):
        place = reverse(act, args=[case.number, notice.pk])
        assert place in page
        assert place not in shown(browser(cast.auditor), case)


def test_the_timeline_and_the_letter_say_that_it_came_back(cast: Cast, agent: Client) -> None:
    case, notice = bounced(cast)
    page = text_of(agent.get(reverse("case", args=[case.number])))
    assert "受理告知被退回，消费者没有收到" in page
    assert "被退回，没有送达" in page
    assert reverse("told", args=[case.number]) in page
    letter = text_of(agent.get(reverse("letter", args=[case.number, notice.pk])))
    assert "被退回，消费者没有收到" in letter


def test_it_is_sent_again_and_brought_by_post_with_the_number(cast: Cast, agent: Client) -> None:
    case, notice = bounced(cast)
    place = reverse("letter_again", args=[case.number, notice.pk])
    assert "函件将再次发送" in text_of(agent.post(place, follow=True))
    assert Outbox.objects.filter(key__contains=".again.").count() == 1
    by_hand = agent.post(reverse("letter_by_hand", args=[case.number, notice.pk]))
    assert by_hand.status_code == 302
    refused = agent.post(by_hand["Location"], {"how": "letter", "note": "已寄出"})
    assert (refused.status_code, "请填写邮件号码" in text_of(refused)) == (422, True)
    sent = {"how": "letter", "note": "已寄出", "reference": "XA12345678911"}
    assert "已登记送达" in text_of(agent.post(by_hand["Location"], sent, follow=True))
    page = shown(agent, case)
    assert "XA12345678911" in page
    assert "被退回，已另行告知" in page
    told = text_of(agent.get(reverse("case", args=[case.number])))
    assert "方式：邮寄，邮件号码 XA12345678911" in told


@pytest.mark.usefixtures("undoable")
def test_what_waits_for_a_machine_can_be_brought_instead(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    row = Outbox.objects.get(effect="acknowledge_consumer")
    place = reverse("bring_letter", args=[case.number, row.pk])
    assert place in shown(agent, case)
    assert place not in shown(browser(cast.auditor), case)
    assert "不再自动发出" in text_of(agent.post(place, follow=True))
    assert place not in shown(agent, case)
    send_waiting()
    page = shown(agent, case)
    assert "待人工送达" in page
    assert reverse("letter", args=[case.number, Notice.objects.get(outbox=row).pk]) in page


def test_too_late_to_bring_it_instead_is_said(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    send_waiting()
    row = Outbox.objects.get(effect="acknowledge_consumer")
    place = reverse("bring_letter", args=[case.number, row.pk])
    assert "来不及更换：函件已经发出" in text_of(agent.post(place, follow=True))


def test_a_foreign_case_has_no_record_and_reading_sends_nothing(cast: Cast) -> None:
    case, notice = bounced(cast)
    for name, args in (
        ("told", []),
        ("letter_again", [notice.pk]),
        ("letter_by_hand", [notice.pk]),
        ("bring_letter", [notice.outbox_id]),
    ):
        place = reverse(name, args=[case.number, *args])
        asked = browser(cast.outsider)
        answer = asked.get(place) if name == "told" else asked.post(place)
        assert answer.status_code == 404
        if name != "told":
            assert browser(cast.agent).get(place).status_code == 405


def test_a_letter_that_waits_for_the_mail_server_says_when_it_is_tried_again(
    cast: Cast, agent: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    case = f.investigating(cast)
    send_waiting()
    page = shown(agent, case)
    assert "暂时没有送出" in page
    assert "下次尝试" in page
