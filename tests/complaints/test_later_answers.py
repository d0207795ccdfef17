"""Two answers, an answer that contradicts the first, one after the period: nothing is lost, and
whoever records it hears what stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.record import broken_links
from complaints.actions import answers, steps, withholding
from complaints.errors import CaseError, Invalid, NotAllowed, StepRefused
from complaints.models import Communication, Complaint, Deadline, Event, Outbox, Transition
from correspondence import bounces
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once
from tests.correspondence.test_bounces import report
from tests.walks.ask import browser, text_of

SAID = {"means": "phone", "note": "我想好了"}


def accepted(cast: Cast) -> Complaint:
    return f.executing(cast)


def declined(cast: Cast) -> Complaint:
    return f.step(f.offered(cast), "consumer_declines", cast.agent, reason="太少")


def silent(cast: Cast) -> Complaint:
    case = f.offered(cast)
    over(case)
    Outbox.objects.create(
        complaint=case,
        effect="remind_consumer",
        key=f"{case.number}.deadline.{clock(case).pk}.1",
        created_at=timezone.now(),
        not_before=timezone.now(),
    )
    return f.step(case, "no_reply", cast.supervisor)


def clock(case: Complaint) -> Deadline:
    return Deadline.objects.filter(complaint=case, kind="consumer_reply").latest("id")


def over(case: Complaint) -> None:
    """The period to answer has ended."""
    Deadline.objects.filter(pk=clock(case).pk).update(
        due_at=timezone.now() - timedelta(minutes=1), ladder_at=None
    )


CASES: list[tuple[Callable[[Cast], Complaint], str, tuple[str, ...]]] = [
    (accepted, "accepts", ("已于", "同意方案", "没有重复登记")),
    (accepted, "declines", ("原来的同意和承诺仍然有效", "转外部处理")),
    (declined, "accepts", ("不同意", "不能直接执行已被拒绝的方案", "法务签署")),
    (declined, "declines", ("一并考虑",)),
    (silent, "accepts", ("答复期已届满", "照常进行")),
    (silent, "declines", ("依法应付的款项仍须支付",)),
]


@pytest.mark.parametrize(("first", "answer", "words"), CASES)
def test_another_answer_is_kept_and_says_what_stands(
    first: Callable[[Cast], Complaint], answer: str, words: tuple[str, ...], cast: Cast
) -> None:
    case = first(cast)
    state, version = case.state, case.version
    kept = answers.keep(case.number, {**SAID, "answer": answer}, by=cast.agent)
    assert all(word in kept.stands for word in words), kept.stands
    case.refresh_from_db()
    assert (case.state, case.version) == (state, version)
    said = Communication.objects.get(pk=kept.communication.pk)
    assert (said.inbound, said.channel, said.text) == (True, "phone", "我想好了")
    event = Event.objects.get(complaint=case, code="later_answer")
    assert event.detail["stands"] == kept.stands
    assert broken_links(case.subject) == []


@pytest.mark.parametrize(("first", "answer", "words"), CASES)
def test_the_step_taken_once_more_says_the_same_and_where_to_keep_it(
    first: Callable[[Cast], Complaint], answer: str, words: tuple[str, ...], cast: Cast
) -> None:
    case = first(cast)
    fields = {"means": "phone", "note": "同意"} if answer == "accepts" else {"reason": "不同意"}
    with pytest.raises(StepRefused) as refused:
        f.step(case, f"consumer_{answer}", cast.agent, **fields)
    assert "请登记为“后来的答复”" in refused.value.message
    assert words[0] in refused.value.message


def test_before_any_answer_the_steps_are_the_place(cast: Cast) -> None:
    for case, words in ((f.offered(cast), "请直接登记"), (f.investigating(cast), "通话记录")):
        with pytest.raises(Invalid, match=words):
            answers.keep(case.number, {**SAID, "answer": "accepts"}, by=cast.agent)


def test_a_new_offer_waits_for_its_own_answer(cast: Cast) -> None:
    from complaints.actions import analysis, resolution

    case = declined(cast)
    resolution.save_draft(case.number, f.proposal(), by=cast.agent)
    analysis.renew(case.number, by=cast.agent)
    f.step(case, "submit", cast.agent)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    with pytest.raises(Invalid, match="请直接登记"):
        answers.keep(case.number, {**SAID, "answer": "accepts"}, by=cast.agent)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"answer": "maybe"}, "answer"),
    ({"answer": ""}, "answer"),
    ({"means": "pigeon"}, "means"),
    ({"means": ""}, "means"),
    ({"note": "  "}, "note"),
    ({"note": 7}, "note"),
    ({"evidence": 99}, "evidence"),
    ({"evidence": "x"}, "evidence"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_a_bad_answer_is_refused_at_its_field(
    change: dict[str, Any], field: str, cast: Cast
) -> None:
    case = accepted(cast)
    with pytest.raises(Invalid) as refused:
        answers.keep(case.number, {**SAID, "answer": "accepts", **change}, by=cast.agent)
    assert field in refused.value.errors
    assert not Event.objects.filter(code="later_answer").exists()


def test_only_whoever_talks_to_consumers_keeps_an_answer(cast: Cast) -> None:
    case = accepted(cast)
    with pytest.raises(NotAllowed):
        answers.keep(case.number, {**SAID, "answer": "accepts"}, by=cast.auditor)
    with pytest.raises(Complaint.DoesNotExist):
        answers.keep(case.number, {**SAID, "answer": "accepts"}, by=cast.outsider)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_one_that_stands_and_one_that_is_told() -> None:
    cast = assemble()
    case = f.offered(cast)

    def take(code: str, **fields: Any) -> Callable[[], Any]:
        return lambda: steps.take(case.number, code, fields, by=cast.agent)

    results = at_once(
        take("consumer_accepts", means="phone", note="同意"),
        take("consumer_declines", reason="不同意"),
    )
    (refused,) = [r for r in results if isinstance(r, CaseError)]
    assert "请登记为“后来的答复”" in refused.message
    taken = Transition.objects.filter(complaint=case, step__startswith="consumer_")
    assert taken.count() == 1


# --- the period


def test_an_answer_after_the_period_counts_while_nobody_recorded_silence(cast: Cast) -> None:
    case = f.offered(cast)
    over(case)
    agent = browser(cast.agent)
    form = text_of(agent.get(reverse("step", args=[case.number, "consumer_accepts"])))
    assert "答复期已于" in form
    assert "仍按正常答复处理" in form
    f.step(case, "consumer_accepts", cast.agent, means="phone", note="同意")
    case.refresh_from_db()
    assert case.state == "executing"


@pytest.mark.parametrize("how", ["returned", "withheld"])
def test_who_never_got_the_offer_is_not_late(how: str, cast: Cast, settings: Any) -> None:
    settings.SEND_UNDO_SECONDS = 30 if how == "withheld" else 0
    case = f.offered(cast)
    letter = Outbox.objects.get(complaint=case, effect="send_reply_letter")
    if how == "returned":
        send_waiting()
        bounces.take(report(bounces.token_of(letter)), timezone.now())
    else:
        withholding.withhold(case.number, letter.pk, by=cast.agent)
    over(case)
    with pytest.raises(StepRefused, match="消费者还没有收到"):
        f.step(case, "no_reply", cast.supervisor)
    page = text_of(browser(cast.supervisor).get(reverse("case", args=[case.number])))
    assert "消费者还没有收到处理意见函" in page


# --- screen and API


def test_the_case_says_which_round_waits_until_when(cast: Cast) -> None:
    case = f.offered(cast)
    page = text_of(browser(cast.agent).get(reverse("case", args=[case.number])))
    assert "等待消费者答复：第 1 轮，共 3 轮" in page
    assert "答复期至" in page
    assert "已提醒 0 次" in page
    Complaint.objects.filter(pk=case.pk).update(round=3)
    page = text_of(browser(cast.agent).get(reverse("case", args=[case.number])))
    assert "最后一轮" in page


def test_a_later_answer_is_kept_from_the_page_and_stands_in_the_timeline(cast: Cast) -> None:
    case, agent = accepted(cast), browser(cast.agent)
    place = reverse("later_answer", args=[case.number])
    assert place in text_of(agent.get(reverse("case", args=[case.number])))
    refused = agent.post(place, {"answer": "declines", "means": "phone", "note": ""})
    assert (refused.status_code, "请填写此项" in text_of(refused)) == (422, True)
    sent = {"answer": "declines", "means": "phone", "note": "我后悔了"}
    page = text_of(agent.post(place, sent, follow=True))
    assert "原来的同意和承诺仍然有效" in page
    assert "消费者后来表示不同意" in page
    assert "我后悔了" in page
    _read_only(place, cast)


def _read_only(place: str, cast: Cast) -> None:
    before = Event.objects.count()
    assert browser(cast.outsider).get(place).status_code == 404
    client: Client = browser(cast.auditor)
    assert client.post(place, {**SAID, "answer": "accepts"}).status_code == 403
    assert Event.objects.count() == before


def test_a_program_keeps_a_later_answer(cast: Cast) -> None:
    case, agent = accepted(cast), program(cast.agent)
    place = f"complaints/{case.number}/answers/"
    kept = ok(agent.post(place, {**SAID, "answer": "declines"}), 201)
    assert "仍然有效" in kept["stands"]
    assert kept["communication"]["inbound"] is True
    assert agent.post(place, {**SAID, "answer": "maybe"}).status_code == 400
    step = agent.post(
        f"complaints/{case.number}/steps/", {"step": "consumer_declines", "reason": "x"}
    )
    assert (step.status_code, "后来的答复" in step.json()["detail"]) == (409, True)


def test_a_refusal_by_the_consumer_keeps_how_and_its_proof(cast: Cast) -> None:
    case = f.offered(cast)
    with pytest.raises(StepRefused, match="证据编号 9 不在本案中"):
        f.step(case, "consumer_declines", cast.agent, reason="太少", means="email", evidence=[9])
    f.step(case, "consumer_declines", cast.agent, reason="太少", means="email", evidence=[1])
    taken = Transition.objects.get(complaint=case, step="consumer_declines")
    assert (taken.fields["means"], taken.fields["evidence"]) == ("email", [1])
