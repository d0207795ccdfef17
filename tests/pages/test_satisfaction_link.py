"""The page behind the consumer's link: looking changes nothing, the form works once, staff stay
out.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints import satisfied
from complaints.models import Complaint, Event, Feedback, Invitation
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

GOOD = {"score": "5", "solved": "yes", "comment": "谢谢"}
UNKNOWN = "0" * 64


@pytest.fixture(autouse=True)
def _no_calls_before() -> None:
    cache.clear()


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Closed, the letter sent."""
    closed = f.closed(cast, title="胶囊宣称根治")
    send_waiting()
    return closed


def link(case: Complaint) -> str:
    return reverse("feedback", args=[satisfied.token_of(case.invitations.get())])


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_looking_as_often_as_a_mail_scanner_does_changes_nothing(case: Complaint) -> None:
    version = Complaint.objects.get(pk=case.pk).version
    for method in ("get", "head", "get"):
        answer = getattr(Client(), method)(link(case))
        assert answer.status_code == 200
        assert "sessionid" not in answer.cookies
    assert not Feedback.objects.exists()
    assert Complaint.objects.get(pk=case.pk).version == version
    assert Client().put(link(case)).status_code == 405


def test_the_page_says_the_number_and_nothing_else_of_the_case(case: Complaint) -> None:
    text = text_of(Client().get(link(case)))
    assert case.number in text
    hidden = (case.title, "3980", "王", "陈晓雨", "120", "consumer@", "青禾牌", "SO-1", "退还")
    for words in hidden:
        assert words not in text, words
    assert "<script" not in text


def test_its_address_goes_to_nobody_and_it_is_kept_nowhere(case: Complaint) -> None:
    answer = Client().get(link(case))
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_form_is_taken_once_and_shows_nothing_afterwards(case: Complaint) -> None:
    answer = Client().post(link(case), GOOD)
    assert (answer.status_code, "谢谢，您的评价已经收到" in text_of(answer)) == (200, True)
    assert Feedback.objects.get().score == 5
    for again in (Client().post(link(case), {**GOOD, "score": "1"}), Client().get(link(case))):
        text = text_of(again)
        assert "已经收到" in text
        assert case.number not in text
        assert 'name="score"' not in text
    assert Feedback.objects.get().score == 5


def test_a_dissatisfied_consumer_reads_that_somebody_else_takes_it_up(case: Complaint) -> None:
    answer = Client().post(link(case), {"score": "1", "solved": "no"})
    assert "另一位没有办理过的同事与您联系" in text_of(answer)


def test_an_incomplete_form_says_what_is_missing_and_loses_nothing(case: Complaint) -> None:
    answer = Client().post(link(case), {"score": "4", "comment": "到账\x00慢"})
    text = text_of(answer)
    assert answer.status_code == 422
    assert "控制字符" in text
    assert "到账慢" in text
    answer = Client().post(link(case), {"score": "4", "comment": "到账慢"})
    text = text_of(answer)
    assert "请选择问题是否已经解决" in text
    assert "到账慢" in text
    assert 'value="4" ' in text
    assert "checked" in text
    assert not Feedback.objects.exists()


def test_unknown_and_old_links_look_the_same_and_ask_the_database_as_much(
    case: Complaint,
) -> None:
    old = link(case)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answers = []
    for address in (old, reverse("feedback", args=[UNKNOWN])):
        with CaptureQueriesContext(connection) as statements:
            answer = Client().get(address)
        answers.append((answer.status_code, text_of(answer), len(statements)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert answers[0][2] == 1


def test_signed_in_staff_are_refused_and_nothing_is_taken(cast: Cast, case: Complaint) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        for answer in (browser(user).get(link(case)), browser(user).post(link(case), GOOD)):
            assert answer.status_code == 403
            assert "工作人员不得代填" in text_of(answer)
            assert case.number not in text_of(answer)
    assert not Feedback.objects.exists()


def test_a_form_from_another_site_is_refused(case: Complaint) -> None:
    answer = Client(enforce_csrf_checks=True).post(link(case), GOOD)
    assert answer.status_code == 403
    assert not Feedback.objects.exists()


def test_a_form_without_its_token_is_shown_again_with_what_was_typed(case: Complaint) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(link(case), {**GOOD, "comment": "款还没有到<b>"})
    text = text_of(answer)
    assert answer.status_code == 403
    assert "款还没有到&lt;b&gt;" in text
    assert "您填写的内容都在" in text
    assert "is-error" not in text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token is not None
    assert client.post(link(case), {**GOOD, "csrfmiddlewaretoken": token[1]}).status_code == 200
    assert Feedback.objects.get().score == 5
    late = client.post(reverse("feedback", args=[UNKNOWN]), GOOD)
    assert (late.status_code, "不存在或者已经过期" in text_of(late)) == (404, True)


def test_it_speaks_english_where_one_wants(case: Complaint) -> None:
    answer = Client().get(f"{link(case)}?lang=en")
    assert (answer["Content-Language"], '<html lang="en"' in text_of(answer)) == ("en", True)
    assert Client().get(f"{link(case)}?lang=xx")["Content-Language"] == "zh-hans"


def test_too_many_calls_of_one_address_have_to_wait(case: Complaint) -> None:
    address = reverse("feedback", args=[UNKNOWN])
    codes = [Client().get(address).status_code for _n in range(70)]
    assert codes[:30] == [404] * 30  # a window may end in between
    assert 429 in codes
    refused = Client().get(link(case))
    if refused.status_code == 429:
        assert int(refused["Retry-After"]) > 0


def test_no_log_line_holds_the_token(case: Complaint, capfd: Any) -> None:
    from config.logs import WithoutTokens

    token = link(case).split("/")[2]
    record = logging.LogRecord("x", 30, "", 0, "Not Found: %s", (link(case),), None)
    assert WithoutTokens().filter(record)
    assert record.getMessage() == "Not Found: /f/…/"
    Invitation.objects.update(expires_at=timezone.now())
    Client().get(link(case))
    Client(enforce_csrf_checks=True).post(link(case), GOOD)
    assert token not in "".join(capfd.readouterr())
    assert Event.objects.filter(code="feedback").count() == 0


def test_a_case_that_was_opened_again_says_so(cast: Cast, case: Complaint) -> None:
    f.step(case, "reopen", cast.supervisor, reason="款没有到")
    for answer in (Client().get(link(case)), Client().post(link(case), GOOD)):
        assert answer.status_code == 410
        assert "已经重新办理" in text_of(answer)
        assert case.number not in text_of(answer)
    assert not Feedback.objects.exists()
