"""The consumer's mark on the case and in the list of those who lead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from accounts.roles import Role
from complaints import satisfied
from complaints.actions import satisfaction
from complaints.models import Complaint, Feedback
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person
from tests.walks.ask import browser

BAD = {"score": 1, "solved": False, "comment": "打 12012345678 找我"}


def text_of(answer: Any) -> str:
    return answer.content.decode()


def place(name: str, case: Complaint) -> str:
    return reverse(name, args=[case.number])


def said(case: Complaint, **values: Any) -> None:
    satisfaction.answer(satisfied.token_of(case.invitations.get()), {**BAD, **values})


@pytest.fixture
def case(cast: Cast) -> Complaint:
    closed = f.closed(cast)
    send_waiting()
    return closed


def test_the_case_shows_that_the_consumer_is_not_satisfied_and_offers_another_person(
    cast: Cast, case: Complaint
) -> None:
    said(case)
    for user, offered in ((cast.supervisor, True), (cast.agent, False)):
        text = text_of(browser(user).get(place("case", case)))
        assert "消费者不满意" in text
        assert "1 分" in text
        assert (place("redo", case) in text) is offered
        assert "12012345678" not in text
    text = text_of(browser(cast.agent).get(place("satisfaction", case)))
    assert "打 120****5678 找我" in text


def test_a_satisfied_consumer_is_shown_without_an_offer(cast: Cast, case: Complaint) -> None:
    said(case, score=5, solved=True)
    text = text_of(browser(cast.supervisor).get(place("case", case)))
    assert "消费者评价 5 分" in text
    assert "消费者不满意" not in text
    assert place("redo", case) not in text


def test_only_a_colleague_without_a_hand_in_the_case_gets_the_form_of_a_call(
    cast: Cast, case: Complaint
) -> None:
    address, sent = place("satisfaction", case), {"score": "2", "solved": "no"}
    for user in (cast.agent, cast.counsel, cast.auditor):
        text = text_of(browser(user).get(address))
        assert 'name="score"' not in text
        answer = browser(user).post(address, sent)
        assert answer.status_code == 403
    apart = browser(person("apart", Role.AGENT, team=cast.team, name="许文静"))
    assert 'name="score"' in text_of(apart.get(address))
    refused = apart.post(address, {"score": "2", "comment": "没有人回电"})
    assert refused.status_code == 422
    assert "没有人回电" in text_of(refused)
    assert apart.post(address, sent).status_code == 302
    assert Feedback.objects.get().score == 2
    assert apart.post(address, sent).status_code == 422  # given


def test_the_case_is_opened_again_for_somebody_who_did_not_handle_it(
    cast: Cast, case: Complaint
) -> None:
    said(case)
    address, client = place("redo", case), browser(cast.supervisor)
    text = text_of(client.get(address))
    assert cast.colleague.name in text
    assert f'value="{cast.agent.pk}"' not in text
    answer = client.post(address, {"user": str(cast.agent.pk), "reason": "款没有到"})
    assert answer.status_code == 422
    assert "款没有到" in text_of(answer)
    answer = client.post(address, {"user": str(cast.colleague.pk), "reason": "款没有到"})
    assert answer.status_code == 302
    after = Complaint.objects.get(pk=case.pk)
    assert (after.state, after.owner) == ("investigating", cast.colleague)
    text = text_of(browser(cast.colleague).get(place("case", case)))
    assert "款没有到" in text
    assert "消费者不满意" in text


def test_every_number_opens_exactly_its_rows(cast: Cast, case: Complaint) -> None:
    said(case)
    for n, (score, solved) in enumerate([(5, True), (4, True), (4, False)]):
        other = f.closed(cast, order_number=f"SO-{n + 2}")
        send_waiting()
        said(other, score=score, solved=solved)
    f.closed(cast, order_number="SO-9")
    send_waiting()
    client = browser(cast.supervisor)
    text = text_of(client.get(reverse("satisfaction_list")))
    assert text.count("data-sheet>电话回访</a>") == 1  # of the one that has no answer
    auditors = text_of(browser(cast.auditor).get(reverse("satisfaction_list")))
    assert "data-sheet>电话回访</a>" not in auditors
    shown = re.findall(
        r'<li><a href="\?([^"]+)"[^>]*><span[^>]*>([^<]+)</span><b>([^<]+)</b>', text
    )
    assert [(label, value) for _q, label, value in shown] == [
        ("已邀请", "5"),
        ("已评价", "4"),
        ("平均分", "3.5"),
        ("问题已解决", "2"),
        ("不满意", "2"),
        ("尚未评价", "1"),
    ]
    for query, label, value in shown:
        rows = text_of(client.get(f"{reverse('satisfaction_list')}?{query}")).count('<tr id="i')
        assert rows == (4 if label == "平均分" else int(value)), label


def test_the_list_is_for_those_who_lead_and_of_their_cases(cast: Cast, case: Complaint) -> None:
    said(case)
    address = reverse("satisfaction_list")
    assert browser(cast.agent).get(address).status_code == 403
    assert case.number in text_of(browser(cast.auditor).get(address))
    assert case.number not in text_of(browser(cast.outside_supervisor).get(address))
    text = text_of(browser(cast.supervisor).get(f"{address}?show=x&days=1&cursor=x"))
    assert text.count("已忽略") == 2
    assert "分页位置无效" in text
