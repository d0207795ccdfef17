"""Letters on their way, on the page of the case: taking back, letting go, dropping."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import communication, withholding
from complaints.models import Communication, Complaint, Outbox
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once
from tests.walks.ask import browser, text_of

pytestmark = pytest.mark.usefixtures("undoable")


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def row(case: Complaint, effect: str = "send_reply_letter") -> Outbox:
    return Outbox.objects.get(complaint=case, effect=effect)


def place(act: str, case: Complaint, effect: str = "send_reply_letter") -> str:
    return reverse(f"{act}_letter", args=[case.number, row(case, effect).pk])


def shown(client: Client, case: Complaint) -> str:
    return text_of(client.get(reverse("case", args=[case.number])))


def test_a_letter_on_its_way_says_when_it_leaves_and_can_be_taken_back(
    cast: Cast, agent: Client
) -> None:
    case = f.offered(cast)
    page = shown(agent, case)
    assert f"{place('withhold', case)}" in page
    assert "处理意见函" in page
    assert "aria-live" in page
    assert place("withhold", case) not in shown(browser(cast.auditor), case)
    assert place("withhold", case) in shown(browser(cast.counsel), case)


def test_taken_back_it_stands_on_the_case_and_in_the_list_until_it_is_let_go(
    cast: Cast, agent: Client
) -> None:
    case = f.offered(cast)
    page = text_of(agent.post(place("withhold", case), follow=True))
    assert "已撤回，函件没有发出" in page
    assert "函件未发出：处理意见函" in page
    assert place("discard", case) not in page  # the consumer has to hear of an offer
    assert "函件未发出" in text_of(agent.get(reverse("queue")))
    page = text_of(agent.post(place("release", case), follow=True))
    assert "函件将在 30 秒后发出" in page
    assert "函件未发出" not in text_of(agent.get(reverse("queue")))


def test_a_letter_is_let_go_only_while_its_signature_holds(cast: Cast, agent: Client) -> None:
    case = f.offered(cast)
    agent.post(place("withhold", case))
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    page = text_of(agent.post(place("release", case), follow=True))
    assert "处理意见函的签署已失效" in page


def test_too_late_is_said_on_the_page(cast: Cast, agent: Client) -> None:
    case = f.offered(cast)
    made = row(case)
    Outbox.objects.filter(pk=made.pk).update(not_before=made.created_at)
    page = text_of(agent.post(place("withhold", case), follow=True))
    assert "来不及撤回" in page


def test_another_letter_is_dropped_with_a_reason(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    first = "acknowledge_consumer"
    withholding.withhold(case.number, row(case, first).pk, by=cast.agent)
    assert "不再发出" in shown(agent, case)
    refused = agent.post(place("discard", case, first), {"reason": ""})
    assert (refused.status_code, "请写明为什么不再发出" in text_of(refused)) == (422, True)
    page = agent.post(place("discard", case, first), {"reason": "已电话告知"}, follow=True)
    assert "已登记，不再发出" in text_of(page)
    assert "函件未发出" not in text_of(page)


@pytest.mark.parametrize("act", ["withhold", "release"])
def test_reading_changes_nothing_and_a_foreign_case_is_missing(act: str, cast: Cast) -> None:
    case = f.offered(cast)
    assert browser(cast.agent).get(place(act, case)).status_code == 405
    assert browser(cast.outsider).post(place(act, case)).status_code == 404
    assert browser(cast.auditor).post(place(act, case)).status_code == 403
    assert row(case).withheld_at is None


@pytest.mark.parametrize("kind", ["reply", "internal_note", "call_note"])
def test_a_double_click_writes_and_sends_one_text(kind: str, cast: Cast, agent: Client) -> None:
    """Without scripts too, where nothing holds the second click back."""
    case = f.investigating(cast)
    sent = {"kind": kind, "text": "正在核实，周五前答复您。"}
    for _n in range(2):
        assert agent.post(reverse("communicate", args=[case.number]), sent).status_code == 302
    text = Communication.objects.get(complaint=case, kind=kind)
    assert (text.outbox is not None) == (kind == "reply")
    if kind == "reply":  # taken back, the same words are no double click any more
        agent.post(reverse("undo_reply", args=[case.number, text.pk]))
    agent.post(reverse("communicate", args=[case.number]), {**sent, "text": "另一句话"})
    agent.post(reverse("communicate", args=[case.number]), sent)
    wanted = 3 if kind == "reply" else 2
    assert Communication.objects.filter(complaint=case, kind=kind).count() == wanted


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_send_the_same_reply_at_once_send_it_once() -> None:
    cast = assemble()
    case = f.investigating(cast)
    values = {"kind": "reply", "text": "请稍候"}
    write = partial(communication.write, case.number, values, by=cast.agent, once=True)
    first, second = at_once(write, write)
    assert first.pk == second.pk
    assert Outbox.objects.filter(complaint=case, effect="reply_to_consumer").count() == 1
