"""The page behind the link in the letter of an offer: looking changes nothing, a confirmed answer
is the step that a colleague would take, once; staff stay out, and what moved on is not answered.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from complaints.actions import offer_answer
from complaints.models import Complaint, Event, OfferLink, Outbox, Transition
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

YES = {"answer": "accepts", "sure": "on"}
NO = {"answer": "declines", "reason": "金额太少", "sure": "on"}
UNKNOWN = "0" * 64


@pytest.fixture(autouse=True)
def _no_calls_before() -> None:
    cache.clear()


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Offered, the letter sent."""
    offered = f.offered(cast, title="胶囊宣称根治")
    leave()
    return offered


def leave() -> None:
    """The letters leave, also those that wait a while."""
    Outbox.objects.filter(done_at=None).update(not_before=timezone.now())
    send_waiting()


def link(case: Complaint) -> str:
    return reverse("offer", args=[offer_answer.token_of(case.offer_links.get())])


def text_of(answer: Any) -> str:
    return answer.content.decode()


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.get(pk=case.pk)


def test_the_letter_leaves_with_a_link_that_nothing_keeps(case: Complaint) -> None:
    row = case.offer_links.get()
    token = offer_answer.token_of(row)
    assert bytes(row.token_hash) == hashlib.sha256(token.encode()).digest()
    for text in (*Notice.objects.values_list("body", flat=True), *map(str, Event.objects.values())):
        assert token not in text
    sent = Event.objects.get(complaint=case, kind="notice", code="send_reply_letter")
    assert sent.detail["letter"]["answer_until"]


def test_looking_as_often_as_a_mail_scanner_does_changes_nothing(case: Complaint) -> None:
    for method in ("get", "head", "get"):
        answer = getattr(Client(), method)(link(case))
        assert answer.status_code == 200
        assert "sessionid" not in answer.cookies
    assert (fresh(case).state, fresh(case).version) == ("offered", case.version)
    assert case.offer_links.get().answer == ""
    assert Client().put(link(case)).status_code == 405


def test_the_page_says_what_is_offered_and_nothing_of_the_person(case: Complaint) -> None:
    answer = Client().get(link(case))
    text = text_of(answer)
    assert case.number in text
    assert "¥3,980.00" in text
    for words in (case.title, "王", "陈晓雨", "120", "consumer@", "SO-1", "<script"):
        assert words not in text, words
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_an_acceptance_is_the_step_of_the_case_with_receipt_and_told(
    cast: Cast, case: Complaint
) -> None:
    answer = Client().post(link(case), YES)
    text = text_of(answer)
    assert (answer.status_code, "您的答复已经收到" in text) == (200, True)
    assert case.offer_links.get().letter_sha256 in text
    assert fresh(case).state == "executing"
    taken = Transition.objects.get(complaint=case, step="consumer_accepts")
    assert (taken.by, taken.fields["means"]) == (None, "portal")
    assert "消费者本人" in taken.fields["note"]
    assert case.commitments.exists()
    entry = Entry.objects.get(verb="offer.answered_by_link")
    assert entry.detail["answer"] == "accepts"
    assert entry.detail["letter_sha256"] == case.offer_links.get().letter_sha256
    leave()
    assert Notice.objects.filter(user=cast.agent, outbox__effect="tell_owner").exists()


def test_it_is_taken_once(case: Complaint) -> None:
    address = link(case)
    assert Client().post(address, YES).status_code == 200
    for again in (Client().post(address, NO), Client().get(address)):
        text = text_of(again)
        assert "已经收到" in text
        assert case.number not in text
    assert fresh(case).state == "executing"
    assert Transition.objects.filter(complaint=case, step__startswith="consumer_").count() == 1


def test_a_refusal_opens_another_round_and_keeps_the_words(case: Complaint) -> None:
    assert Client().post(link(case), NO).status_code == 200
    assert (fresh(case).state, fresh(case).round) == ("resolving", 2)
    taken = Transition.objects.get(complaint=case, step="consumer_declines")
    assert "金额太少" in taken.fields["reason"]


def test_without_an_answer_or_confirmation_nothing_is_taken_and_nothing_lost(
    case: Complaint,
) -> None:
    for sent, words in (
        ({"answer": "accepts", "reason": "谢谢<b>"}, "请勾选确认"),
        ({"sure": "on", "reason": "谢谢<b>"}, "is-error"),
        ({**NO, "reason": "谢谢<b>\x00"}, "谢谢&lt;b&gt;"),
        ({**YES, "answer": "both", "reason": "谢谢<b>"}, "is-error"),
    ):
        answer = Client().post(link(case), sent)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "谢谢&lt;b&gt;" in text_of(answer)
    long = Client().post(link(case), {**NO, "reason": "长" * 10_000})
    assert long.status_code == 422
    assert fresh(case).state == "offered"
    assert Client().post(link(case), YES).status_code == 200


def test_unknown_and_late_links_look_the_same(case: Complaint) -> None:
    OfferLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    late, unknown = Client().get(link(case)), Client().get(reverse("offer", args=[UNKNOWN]))
    assert (late.status_code, unknown.status_code) == (404, 404)
    body = re.compile(r"<main.*</main>", re.DOTALL)
    assert body.findall(text_of(late)) == body.findall(text_of(unknown)) != []
    assert Client().post(link(case), YES).status_code == 404
    assert fresh(case).state == "offered"


def test_a_case_that_moved_on_and_a_proposal_that_changed_are_not_answered(
    cast: Cast, case: Complaint
) -> None:
    address = link(case)
    row = case.offer_links.get()
    OfferLink.objects.update(letter_sha256="0" * 64)
    for answer in (Client().get(address), Client().post(address, YES)):
        assert answer.status_code == 410
        assert "正在更正" in text_of(answer)
        assert case.number not in text_of(answer)
    OfferLink.objects.update(letter_sha256=row.letter_sha256)
    f.step(case, "consumer_declines", cast.agent, reason="电话里不同意", means="phone")
    for answer in (Client().get(address), Client().post(address, YES)):
        assert answer.status_code == 410
        assert "新的进展" in text_of(answer)
    assert fresh(case).state == "resolving"
    assert case.offer_links.get().answer == ""


def test_staff_are_refused_whoever_they_are(cast: Cast, case: Complaint) -> None:
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        for answer in (browser(user).get(link(case)), browser(user).post(link(case), YES)):
            assert answer.status_code == 403
            assert case.number not in text_of(answer)
    assert fresh(case).state == "offered"


def test_a_form_from_another_site_is_refused_and_a_lost_one_shown_again(case: Complaint) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(link(case), NO)
    assert answer.status_code == 403
    assert "金额太少" in text_of(answer)
    assert fresh(case).state == "offered"


def test_a_letter_that_a_person_brings_has_no_link(cast: Cast) -> None:
    case = f.offered(cast, consumer={**f.values()["consumer"], "email": ""})
    leave()
    assert not case.offer_links.exists()


def test_too_many_calls_of_one_address_have_to_wait(cast: Cast) -> None:
    address = reverse("offer", args=[UNKNOWN])
    codes = [Client().get(address).status_code for _n in range(70)]
    assert codes[:30] == [404] * 30  # a window may end in between
    assert 429 in codes


def test_it_speaks_english_where_one_wants(case: Complaint) -> None:
    answer = Client().get(f"{link(case)}?lang=en")
    assert (answer["Content-Language"], '<html lang="en"' in text_of(answer)) == ("en", True)
    assert Client().post(f"{link(case)}?lang=en", NO).status_code == 200
    words = Transition.objects.get(complaint=case, step="consumer_declines").fields["reason"]
    assert words.startswith("消费者本人")
