"""批注 and 加签 in the pages: anchored to the text, without scripts by its quote."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.actions import resolution as resolutions
from complaints.models import Comment, Complaint, Consult
from complaints.quoting import Placed
from complaints.views.review_marks import marked
from legal_rules import text_diff
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_review import browser

TEXT = {"part": "letter", "text": "请写明金额"}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.in_review(cast)


@pytest.fixture
def counsel(cast: Cast) -> Client:
    return browser(cast.counsel)


def page(client: Client, case: Complaint, name: str = "review_case", *more: Any) -> str:
    return client.get(reverse(name, args=[case.number, *more])).content.decode()


def test_a_selected_place_is_commented_on_and_numbered_in_the_letter(
    case: Complaint, counsel: Client
) -> None:
    address = reverse("comment", args=[case.number])
    assert address in page(counsel, case)
    at = f.LETTER.index("退还价款")
    selected = {"part": "letter", "start": at, "end": at + 4}
    form = counsel.get(address, selected).content.decode()
    assert "退还价款</blockquote>" in form
    refused = counsel.post(address, {**selected, "quote": "退还价款", "text": " ", "on": "1"})
    assert refused.status_code == 422
    assert "退还价款</blockquote>" in refused.content.decode()
    done = counsel.post(address, {**selected, **TEXT, "quote": "退还价款", "on": "1"})
    assert done["Location"] == reverse("review_case", args=[case.number])
    text = page(counsel, case)
    assert f'<span data-at="{at}" class="cm">退还价款</span><a class="cm__n" href="#cm-1">' in text
    assert 'id="cm-1"' in text
    assert "请写明金额" in text
    assert "还有 1 条批注未处理" in text


def test_without_scripts_the_quote_is_copied_and_what_was_typed_stays(
    case: Complaint, counsel: Client
) -> None:
    address = reverse("comment", args=[case.number])
    assert "第 1 项措施" in counsel.get(address).content.decode()
    for quote, sentence in (("没有的话", "这里没有这段原文"), ("的", "出现")):
        refused = counsel.post(address, {**TEXT, "quote": quote})
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
        assert "请写明金额" in refused.content.decode()
    assert counsel.post(address, {**TEXT, "quote": "青禾生活"}).status_code == 302
    assert Comment.objects.get().start == f.LETTER.index("青禾生活")
    assert counsel.get(address, {"part": "x", "start": "9" * 30, "end": "²"}).status_code == 200


def test_a_comment_on_a_version_that_was_replaced_meanwhile_is_refused(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    f.step(case, "send_back", cast.counsel2, comments="x")
    resolutions.save_draft(case.number, f.proposal(), by=cast.agent)
    f.step(case, "submit", cast.agent)
    refused = counsel.post(reverse("comment", args=[case.number]), {**TEXT, "on": "1"})
    assert refused.status_code == 409
    assert not Comment.objects.exists()


def test_whoever_drafts_sees_the_comments_and_settles_them(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    address = reverse("comment", args=[case.number])
    for quote in ("退还价款", "青禾生活"):
        counsel.post(address, {**TEXT, "quote": quote, "text": f"改{quote}"})
    f.step(case, "send_back", cast.counsel)
    letter = f.LETTER.replace("青禾生活", "")
    resolutions.save_draft(case.number, f.proposal(letter=letter), by=cast.agent)
    agent = browser(cast.agent)
    text = page(agent, case, "resolution")
    assert "改退还价款" in text
    assert text.count("原文已改") == 1
    one, two = Comment.objects.order_by("pk")
    settle = reverse("resolve_comment", args=[case.number, one.pk])
    assert settle in text
    done = agent.post(settle, {"back": "resolution"}, follow=True)
    assert "批注已处理" in done.content.decode()
    assert "改退还价款" not in page(agent, case, "resolution")
    again = agent.post(settle, {"back": "https://example.org/"}, follow=True)
    assert again.status_code == 403  # the review page, not the agent's
    f.step(case, "submit", cast.agent)
    history = counsel.get(
        reverse("review_case", args=[case.number]), {"tab": "history"}
    ).content.decode()
    assert "标为已处理" in history
    assert "改退还价款" in history
    assert "原文已改" in history
    assert two.resolved_at is None


def test_who_may_not_comment_or_settle(cast: Cast, case: Complaint, counsel: Client) -> None:
    address = reverse("comment", args=[case.number])
    counsel.post(address, TEXT)
    settle = reverse("resolve_comment", args=[case.number, Comment.objects.get().pk])
    assert browser(cast.agent).post(address, TEXT).status_code == 403
    assert browser(cast.auditor).post(settle).status_code == 403
    assert browser(cast.outsider).post(settle).status_code == 404
    assert counsel.get(settle).status_code == 405
    other = f.drafted(cast, order_number="SO-2")
    assert counsel.get(reverse("comment", args=[other.number])).status_code == 404
    assert Comment.objects.get().resolved_at is None


def test_another_counsel_is_asked_answers_and_the_question_is_taken_back(
    cast: Cast, case: Complaint, counsel: Client
) -> None:
    address = reverse("consult", args=[case.number])
    form = counsel.get(address).content.decode()
    assert '<option value="counsel2">' in form
    assert '<option value="counsel">' not in form
    refused = counsel.post(address, {"user": "counsel2", "question": ""})
    assert refused.status_code == 422
    done = counsel.post(address, {"user": "counsel2", "question": "须授权吗？"}, follow=True)
    assert "已请求加签" in done.content.decode()
    assert "还在等沈知远的加签意见" in done.content.decode()
    consult = Consult.objects.get()
    answer = reverse("answer_consult", args=[case.number, consult.pk])
    other = browser(cast.counsel2)
    assert f'href="{answer}"' in page(other, case)
    assert f'href="{answer}"' not in page(counsel, case)
    assert "须授权吗？" in page(other, case, "answer_consult", consult.pk)
    assert counsel.post(answer, {"answer": "我答"}).status_code == 403
    assert other.post(answer, {"answer": " "}).status_code == 422
    answered = other.post(answer, {"answer": "不须"}, follow=True).content.decode()
    assert "不须" in answered
    assert 'value="prepare"' in page(counsel, case)
    counsel.post(address, {"user": "counsel2", "question": "再问"})
    second = Consult.objects.latest("pk")
    withdraw = reverse("withdraw_consult", args=[case.number, second.pk])
    assert other.post(withdraw).status_code == 403
    assert "已撤回加签" in counsel.post(withdraw, follow=True).content.decode()
    assert "没有这项等待答复" in counsel.post(withdraw, follow=True).content.decode()
    assert counsel.get(reverse("answer_consult", args=[case.number, 0])).status_code == 404


def test_marks_stand_in_what_is_new_and_what_stayed() -> None:
    old, new = "甲方退款。\n\n谢谢", "甲方退还价款。\n\n谢谢您"
    one, two = Comment(quote="退还价"), Comment(quote="款。\n\n谢")
    placed = [Placed(one, new.index("退还价"), 1), Placed(two, new.index("款。"), 2)]
    found = marked(text_diff.compare(old, new), placed)
    assert len(found) == 2
    assert "".join(r.text for p in found for r in p if r.at is not None) == new.replace("\n", "")
    for run in (r for p in found for r in p if r.at is not None):
        assert new[run.at : run.at + len(run.text)] == run.text
    commented = "".join(r.text for p in found for r in p if r.commented)
    assert commented == "退还价款。谢"
    assert [n for p in found for r in p for n in r.numbers] == [1, 2]
