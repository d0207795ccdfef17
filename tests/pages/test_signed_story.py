"""What the page of the case says of a signature: in words, and nothing of an answer to a letter
that has not left.
"""

from __future__ import annotations

from django.urls import reverse

from complaints.checklist import ITEMS
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_review import browser


def test_the_story_says_in_words_what_was_ticked_and_taken_over(cast: Cast) -> None:
    case = f.in_review(cast, price_paid="30000.00")
    ticked = dict.fromkeys(ITEMS, True)
    below = {"opinion": "同意", "below_minimum_reason": "测试"}
    f.step(case, "sign", cast.counsel, checklist=ticked, **below)
    page = browser(cast.agent).get(reverse("case", args=[case.number])).content.decode()
    assert "金额、算式与函件一致、函件写明其他救济途径" in page
    for raw in ("True", "letters.resolution", "sums"):
        assert raw not in page


def test_no_answer_is_waited_for_while_the_letter_does_not_leave(cast: Cast) -> None:
    case = f.offered(cast)
    client, address = browser(cast.agent), reverse("case", args=[case.number])
    assert "等待消费者答复" in client.get(address).content.decode()
    f.with_evidence(case, cast.agent)
    page = client.get(address).content.decode()
    assert "签署已失效" in page
    assert "等待消费者答复" not in page
