"""Money on the page of a case: owed, paid, open; paid and reversed in a sheet."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import Commitment, Complaint, Payment
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser


def text_of(answer: Any) -> str:
    return answer.content.decode()


def place(name: str, case: Complaint, *more: Any) -> str:
    return reverse(name, args=[case.number, *more])


def pane(client: Client, case: Complaint) -> str:
    page = text_of(client.get(reverse("case", args=[case.number])))
    return page.split('id="promises"')[1].split("</section>")[0]


@pytest.fixture
def agent(cast: Cast) -> Client:
    return browser(cast.agent)


def sent(**changes: Any) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"amount": "1000", "paid_on": today, "way": "bank", "reference": "P-77", **changes}


def test_money_is_paid_on_the_page_and_the_page_says_what_is_open(
    cast: Cast, agent: Client
) -> None:
    case = f.executing(cast)
    url = place("pay_promise", case, case.commitments.get().pk)
    assert f'href="{url}" data-sheet' in pane(agent, case)
    sheet = text_of(agent.get(url))
    assert "应付 ¥3,980.00，已付 ¥0.00，未付 ¥3,980.00" in sheet
    assert 'value="3980.00"' in sheet
    assert agent.post(url, sent())["Location"] == reverse("case", args=[case.number])
    shown = pane(agent, case)
    for words in ("部分支付", "¥2,980.00", "P-77", "银行转账"):
        assert words in shown
    agent.post(url, sent(amount="2980", reference="P-78"))
    shown = pane(agent, case)
    assert "已付清" in shown
    assert "按时兑现" in shown


def test_a_refused_payment_stands_again_with_what_was_typed(cast: Cast, agent: Client) -> None:
    case = f.executing(cast)
    url = place("pay_promise", case, case.commitments.get().pk)
    page = agent.post(url, sent(amount="9000", reference="只此一号"))
    assert page.status_code == 422
    for words in ("多出 5,020.00 元", "只此一号", 'value="9000"'):
        assert words in text_of(page)
    assert not Payment.objects.exists()


def test_a_payment_is_reversed_on_the_page_and_stays_to_be_read(cast: Cast, agent: Client) -> None:
    case = f.executing(cast)
    paid = f.paid(case.commitments.get(), cast.agent)
    url = place("reverse_payment", case, paid.pk)
    assert url in pane(agent, case)
    asked = text_of(agent.get(url))
    assert "¥3,980.00" in asked
    assert "消费者可能已收到付清的通知，请另行告知" in asked
    assert "已经办结" not in asked
    assert agent.post(url, {"reason": " "}).status_code == 422
    agent.post(url, {"reason": "银行退票"})
    shown = pane(agent, case)
    assert "已冲正：银行退票" in shown
    assert url not in shown
    again = text_of(agent.get(url))
    assert "这笔付款已经冲正" in again
    assert 'name="reason"' not in again
    assert Commitment.objects.get().state == "open"


def test_the_timeline_says_what_was_paid_and_reversed(cast: Cast, agent: Client) -> None:
    case = f.executing(cast)
    paid = f.paid(case.commitments.get(), cast.agent, amount="5000", note="含差旅补助")
    agent.post(place("reverse_payment", case, paid.pk), {"reason": "银行退票"})
    page = text_of(agent.get(reverse("case", args=[case.number])))
    assert f"付款 ¥5,000.00，“退还价款”，流水号 P-{paid.commitment_id}，多付 ¥1,020.00" in page
    assert f"冲正付款 ¥5,000.00，流水号 P-{paid.commitment_id}" in page


def test_several_measures_are_paid_by_one_transfer(cast: Cast, agent: Client) -> None:
    from tests.complaints.test_payments import executing

    case = executing(
        cast, {"kind": "refund", "amount": "100"}, {"kind": "compensation", "amount": "50"}
    )
    url = place("pay_all", case)
    assert url in pane(agent, case)
    assert "2 项未付合计 ¥150.00" in text_of(agent.get(url))
    agent.post(url, sent(amount="150"))
    assert Payment.objects.count() == 2
    assert url not in pane(agent, case)


def test_readers_see_money_and_no_button(cast: Cast) -> None:
    case = f.executing(cast)
    paid = f.paid(case.commitments.get(), cast.agent)
    counsel = browser(cast.counsel)
    shown = pane(counsel, case)
    assert "已付清" in shown
    for name, *more in (("pay_promise", paid.commitment_id), ("reverse_payment", paid.pk)):
        assert place(name, case, *more) not in shown
        assert counsel.get(place(name, case, *more)).status_code == 403
