"""An offer whose letter has not left goes back to drafting: one letter leaves in the end, the right
one; one that has left is answered.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from audit.record import broken_links
from complaints import clock, recounting, workdays
from complaints.actions import letters, promise_register, signing_again, steps, withholding
from complaints.actions import resolution as resolutions
from complaints.clock import Happening
from complaints.errors import CaseError, NotAllowed, StepRefused
from complaints.models import Complaint, Deadline, Opinion, Outbox, Resolution, Voided
from complaints.signing import liveness
from correspondence import dispatch
from correspondence.models import Notice
from tests import factories as f
from tests.api.conftest import ok, program
from tests.cast import Cast, assemble
from tests.complaints.test_public_promises import clocks, values
from tests.complaints.test_race import at_once
from tests.complaints.test_withholding import bodies, later, letter, sent
from tests.pages.test_review import browser, word

pytestmark = pytest.mark.usefixtures("undoable")
MENDED = f"{f.LETTER}\n价款为 2,980.00 元。"
LEFT = "已经发出或送达，不能再退回修改"


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.get(pk=case.pk)


def send_back(case: Complaint, by: Any, **fields: Any) -> Complaint:
    return f.step(fresh(case), "send_back", by, comments="价款写错了", **fields)


def signed_again(case: Complaint, cast: Cast, **changes: Any) -> Complaint:
    """The next version, to the end."""
    if changes:
        resolutions.save_draft(case.number, f.proposal(**changes), by=cast.agent)
    f.step(fresh(case), "submit", cast.agent)
    return f.step(fresh(case), "sign", cast.counsel2, opinion="同意", below_minimum_reason="测试")


def clock_of(case: Complaint, kind: str) -> Deadline:
    found = Deadline.objects.filter(complaint=case, kind=kind).order_by("-id").first()
    assert found is not None
    return found


def verified(case: Complaint) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("verify_signatures", case=case.number, json=True, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("how", ["withheld", "void", "waiting"])
def test_from_a_letter_that_did_not_leave_to_the_one_that_does(cast: Cast, how: str) -> None:
    case = f.offered(cast)
    wrong = letter(case)
    if how == "withheld":
        withholding.withhold(case.number, wrong.pk, by=cast.agent)
    elif how == "void":
        f.with_evidence(case, cast.agent, "后来的聊天记录")
    back = send_back(case, cast.counsel)
    assert (back.state, back.returned_by_counsel, back.must_be_signed_again) == (
        "resolving",
        True,
        False,
    )
    wrong.refresh_from_db()
    assert wrong.cancelled_at is not None
    assert wrong.last_error == "sent back"
    assert Resolution.objects.get().status == "returned"
    reason = ["evidence.2"] if how == "void" else ["sent_back"]
    assert [v.changed for v in Voided.objects.all()] == [reason]
    sent(later(3600))
    assert f.LETTER not in bodies()
    assert [v["ok"] for v in verified(case)] == [True]

    offer = signed_again(case, cast, letter=MENDED)
    assert (offer.state, offer.returned_by_counsel) == ("offered", False)
    sent(later(3600))
    sent(later(7200))
    assert [b for b in bodies() if f.LETTER in b] == [MENDED]
    assert [(v["version"], v["ok"], v["voided"]) for v in verified(case)] == [
        (1, True, True),
        (2, True, False),
    ]
    assert broken_links(case.subject) == []


def test_unchanged_it_is_the_next_version_all_the_same(cast: Cast) -> None:
    case = f.offered(cast)
    send_back(case, cast.counsel)
    f.step(fresh(case), "submit", cast.agent)
    assert [r.status for r in Resolution.objects.order_by("version")] == ["returned", "submitted"]
    assert [v["ok"] for v in verified(case)] == [True]
    f.step(fresh(case), "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    sent(later())
    assert bodies().count(f.LETTER) == 1


def test_the_term_to_answer_runs_on_until_the_same_day(cast: Cast) -> None:
    case = f.in_review(cast)
    due = clock_of(case, "general_reply").due_at
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    assert clock_of(case, "general_reply").state == "met"
    send_back(case, cast.counsel)
    [running] = Deadline.objects.filter(complaint=case, kind="general_reply")
    assert (running.state, running.met_at, running.due_at) == ("running", None, due)
    assert recounting.recompute(running).state == "running"
    assert clock_of(case, "consumer_reply").state == "cancelled"
    assert clock_of(case, "draft").state == "running"
    assert clock_of(case, "counsel_review").state == "met"
    assert fresh(case).next_due_at == min(due, clock_of(case, "draft").due_at)
    page = browser(cast.agent).get(reverse("clock", args=[case.number, running.pk]))
    assert "继续计时：处理意见函没有发出" in page.content.decode()
    signed_again(case, cast, letter=MENDED)
    running.refresh_from_db()
    assert running.state == "met"


def test_a_clock_that_runs_on_counts_a_hold_until_it_had_ended() -> None:
    begun = datetime(2026, 3, 2, 10, tzinfo=workdays.SHANGHAI)
    at = [begun + timedelta(days=n) for n in range(9)]
    terms = clock.Terms(15, "calendar_day").as_json()
    tape = [Happening(at[0], clock.STARTED, terms), Happening(at[2], clock.HELD, {"hold": "1"})]
    tape += [Happening(at[5], clock.MET), Happening(at[6], clock.AGAIN)]
    held = [*tape[:2], Happening(at[5], clock.RESUMED, {"hold": "1"})]
    assert clock.read(tape) == clock.read(held)
    assert clock.read([*tape, Happening(at[8], clock.MET)]).state == "met"


def test_a_term_that_was_over_is_over_again(cast: Cast) -> None:
    case = f.in_review(cast)
    late = clock_of(case, "general_reply").due_at + timedelta(days=1)
    fields = {"opinion": "同意", "below_minimum_reason": "测试", "take_over": f.taken_over(case)}
    case = steps.take(
        case.number, "sign", fields, by=cast.counsel, now=late, reauthenticated_at=late
    )
    assert clock_of(case, "general_reply").state == "missed"
    steps.take(case.number, "send_back", {"comments": "改"}, by=cast.counsel, now=late)
    assert clock_of(case, "general_reply").state == "running"
    assert fresh(case).next_due_at == clock_of(case, "general_reply").due_at


def test_what_was_promised_for_the_answer_is_open_again(cast: Cast) -> None:
    kept = promise_register.publish(values(stops="sign"), by=cast.supervisor)
    begun = promise_register.publish(values(starts="sign", stops="closed"), by=cast.supervisor)
    case = f.offered(cast)
    assert [d.state for d in clocks(case, kept) + clocks(case, begun)] == ["met", "running"]
    send_back(case, cast.counsel)
    assert [d.state for d in clocks(case, kept) + clocks(case, begun)] == ["running", "cancelled"]
    signed_again(case, cast, letter=MENDED)
    assert [d.state for d in clocks(case, kept)] == ["met"]
    assert [d.state for d in clocks(case, begun)] == ["cancelled", "running"]


def test_what_has_left_is_answered_and_not_sent_back(cast: Cast) -> None:
    case = f.offered(cast)
    sent(later())
    with pytest.raises(StepRefused, match=LEFT):
        send_back(case, cast.counsel)
    f.answer(case, cast.agent, tx_price_paid="100.00")  # void, but it left
    with pytest.raises(StepRefused, match=LEFT):
        send_back(case, cast.counsel)
    assert fresh(case).state == "offered"


def test_brought_by_hand_it_has_left_and_before_it_is_not_brought_any_more(cast: Cast) -> None:
    by_phone = {"name": "王测试", "phone": "12012345678"}
    case = f.offered(cast, consumer=by_phone)
    sent(later())
    notice = Notice.objects.get(outbox__effect=liveness.LETTER)
    send_back(case, cast.counsel)
    with pytest.raises(CaseError, match="已经发出或登记送达"):
        letters.delivered(case.number, notice.pk, "已宣读", by=cast.agent)
    signed_again(case, cast, letter=MENDED)
    sent(later(60))
    mended = Notice.objects.filter(outbox__effect=liveness.LETTER).latest("id")
    letters.delivered(case.number, mended.pk, "已宣读", by=cast.agent)
    with pytest.raises(StepRefused, match=LEFT):
        send_back(case, cast.counsel)


def test_after_a_round_that_was_answered_the_next_letter_counts(cast: Cast) -> None:
    case = f.offered(cast)
    sent(later())
    f.step(fresh(case), "consumer_declines", cast.agent, reason="太少", means="phone")
    f.with_evidence(signed_again(case, cast, letter=MENDED), cast.agent, "后来的聊天记录")
    signing_again.sign(
        case.number,
        {"opinion": "同意", "below_minimum_reason": "测试", "take_over": f.taken_over(fresh(case))},
        by=cast.counsel,
        reauthenticated_at=timezone.now(),
    )
    assert send_back(case, cast.counsel).state == "resolving"
    rows = Outbox.objects.filter(effect=liveness.LETTER).order_by("id")
    assert [r.last_error for r in rows] == ["", "signed again", "sent back"]
    assert [r.cancelled_at is None for r in rows] == [True, False, False]  # the first one was sent


@pytest.mark.parametrize("who", ["agent", "supervisor", "auditor"])
def test_only_counsel_sends_an_offer_back(who: str, cast: Cast) -> None:
    case = f.offered(cast)
    with pytest.raises(NotAllowed):
        send_back(case, getattr(cast, who))
    with pytest.raises(StepRefused, match="请填写退回意见"):
        f.step(case, "send_back", cast.counsel)


def test_a_second_click_finds_it_sent_back(cast: Cast) -> None:
    case = f.offered(cast)
    counsel, address = browser(cast.counsel), reverse("review_case", args=[case.number])
    page = counsel.get(address)
    said = {**word(page, "send_back", opinion="价款写错了"), "offered": "1"}
    assert counsel.post(address, said).status_code == 302
    twice = counsel.post(address, said)
    assert twice.status_code == 409
    assert "现处于“拟定方案”，已不在法务手里" in twice.content.decode()
    assert Opinion.objects.filter(signed=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_back_and_sent_at_once_one_of_both_happens_and_both_know_it() -> None:
    cast = assemble()
    for n in range(6):
        case = f.offered(cast, order_number=f"SO-{n}")
        row = letter(case)
        moment = timezone.now() + timedelta(seconds=31)
        send = lambda row=row, moment=moment: dispatch.deliver(row.pk, moment)  # noqa: E731
        back = lambda case=case: send_back(case, cast.counsel)  # noqa: E731
        left, returned = at_once(*((send, back) if n % 2 else (back, send)))[:: 1 if n % 2 else -1]
        gone = Notice.objects.filter(outbox=row, sent_at__isnull=False).exists()
        assert (left is True) is gone
        assert isinstance(returned, StepRefused) is gone
        assert fresh(case).state == ("offered" if gone else "resolving")
        assert bool(Outbox.objects.get(pk=row.pk).cancelled_at) is not gone


def test_the_pages_offer_it_while_the_letter_is_here_and_only_then(cast: Cast) -> None:
    case = f.offered(cast)
    withholding.withhold(case.number, letter(case).pk, by=cast.agent)
    agent, counsel = browser(cast.agent), browser(cast.counsel)
    address = reverse("review_case", args=[case.number])
    seen = agent.get(reverse("case", args=[case.number])).content.decode()
    assert "请法务在审核页退回修改" in seen
    page = counsel.get(address).content.decode()
    assert 'value="send_back"' in page
    assert 'value="prepare"' not in page
    withholding.release(case.number, letter(case).pk, by=cast.agent)
    sent(later(60))
    assert 'value="send_back"' not in counsel.get(address).content.decode()
    assert (
        "请法务在审核页退回修改"
        not in agent.get(reverse("case", args=[case.number])).content.decode()
    )


def test_a_void_offer_is_signed_again_or_sent_back_and_the_desk_shows_why(cast: Cast) -> None:
    case = f.offered(cast)
    f.with_evidence(case, cast.agent, "后来的聊天记录")
    counsel, address = browser(cast.counsel), reverse("review_case", args=[case.number])
    shown = counsel.get(address)
    assert 'value="send_back"' in shown.content.decode()
    assert 'value="prepare"' in shown.content.decode()
    said = {**word(shown, "send_back", opinion="请写明价款"), "offered": "1"}
    assert counsel.post(address, said).status_code == 302
    agent = browser(cast.agent)
    desk = agent.get(reverse("resolution", args=[case.number])).content.decode()
    assert "法务退回了上一版方案" in desk
    assert "请写明价款" in desk
    story = agent.get(reverse("case", args=[case.number])).content.decode()
    assert "退回 → 拟定方案" in story
    queue = agent.get(reverse("queue"), {"returned": "1"}).content.decode()
    assert case.number in queue


def test_whoever_read_it_under_review_sends_back_no_offer(cast: Cast) -> None:
    case = f.in_review(cast)
    second, address = browser(cast.counsel2), reverse("review_case", args=[case.number])
    page = second.get(address)
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    late = second.post(address, word(page, "send_back"))
    assert late.status_code == 409
    assert fresh(case).state == "offered"


def test_a_page_that_was_open_while_the_letter_left_says_so(cast: Cast) -> None:
    case = f.offered(cast)
    counsel, address = browser(cast.counsel), reverse("review_case", args=[case.number])
    page = counsel.get(address)
    sent(later())
    late = counsel.post(address, {**word(page, "send_back"), "offered": "1"})
    assert late.status_code == 422
    assert LEFT in late.content.decode()
    assert len([b for b in mail.outbox if f.LETTER in str(b.body)]) == 1


def test_a_program_is_told_whether_it_may(cast: Cast) -> None:
    case = f.offered(cast)
    counsel = program(cast.counsel)

    def offered() -> dict[str, Any]:
        rows = ok(counsel.get(f"complaints/{case.number}/steps/"))
        found = rows["results"] if isinstance(rows, dict) and "results" in rows else rows
        return next(r for r in found if r["step"] == "send_back")

    assert offered()["allowed"] is True
    sent(later())
    assert offered()["allowed"] is False
    refused = counsel.step(case.number, "send_back", comments="请更正")
    assert refused.status_code in (409, 422)
    assert LEFT in refused.content.decode()
