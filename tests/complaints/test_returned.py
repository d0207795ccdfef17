"""Back from a leave: told once what happened to one's cases, and taking back what a deputy has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import absences, coming_back
from accounts.models import Absence, User
from audit.models import Entry
from complaints import returned
from complaints.actions import assignment, bulk, communication, returning, taking_back
from complaints.actions.bulk import Chosen, HandOver
from complaints.errors import Invalid
from complaints.models import BulkAct, Complaint, Event, Outbox
from complaints.tasks import tell_returned
from correspondence import digest, mailing
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_legal_hold import held, shared

THURSDAY, SATURDAY, MONDAY = "2026-11-26T16:00", "2026-11-28T10:00", "2026-11-30T09:00"
NOTE = "我回来了，谢谢你这几天"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(f"{THURSDAY}:00+08:00", tick=False) as traveller:

        def to(moment: str) -> None:
            traveller.move_to(f"{moment}:00+08:00")

        yield to


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leaves(cast: Cast, cases: list[Complaint], deputy: User | None = None) -> Absence:
    """The agent is away from Friday to Sunday, and hands these over."""
    deputy = deputy or cast.colleague
    absence = absences.set_absence(
        cast.agent,
        first_day=date(2026, 11, 27),
        last_day=date(2026, 11, 29),
        deputy=deputy,
        by=cast.agent,
    )
    chosen = [Chosen(case.number) for case in cases]
    bulk.carry_out(uuid4(), HandOver(chosen, deputy, None, "请代我办理"), by=cast.agent)
    return absence


def writes(case: Complaint, by: User, **said: Any) -> None:
    given = {"kind": "reply", "text": "检测报告什么时候出？", "inbound": True, "channel": "email"}
    communication.write(case.number, given | said, by=by)


def told() -> list[tuple[str, str, str]]:
    send_waiting()
    rows = Notice.objects.filter(outbox__effect__in=(returning.EFFECT, taking_back.EFFECT))
    return list(rows.order_by("pk").values_list("user__username", "subject", "body"))


def take_back(absence: Absence, *cases: Complaint, **changes: Any) -> BulkAct:
    chosen = [Chosen(case.number) for case in cases]
    given = {"token": uuid4(), "note": NOTE, "by": absence.user} | changes
    return taking_back.carry_out(given.pop("token"), absence, chosen, **given)


def test_who_is_back_is_told_once_what_happened_to_each_case(cast: Cast, clock: Any) -> None:
    handed, kept, quiet = (f.registered(cast, order_number=f"SO-{n}") for n in range(3))
    theirs = f.registered(cast, by=cast.colleague, order_number="SO-9")
    absence = leaves(cast, [handed])
    clock("2026-11-26T20:00")  # before the first day, after the hand-over
    writes(handed, cast.colleague)
    writes(theirs, cast.colleague)
    clock(SATURDAY)
    note = {"kind": "internal_note", "text": "请 @陈晓雨 回来后看一下"}
    communication.write(kept.number, note, by=cast.supervisor)
    f.step(handed, "accept", cast.colleague)
    assert tell_returned() == 0  # still away
    clock(MONDAY)
    assert [tell_returned(), tell_returned()] == [1, 0]
    found = returned.of(absence, timezone.now())
    lines = {
        kind: [line.case.pk for line in getattr(found, kind)]
        for kind in ("gone", "letters", "mentions", "steps")
    }
    assert lines["gone"] == lines["letters"] == lines["steps"] == [handed.pk]
    assert lines["mentions"] == [kept.pk]
    assert [line.case.pk for line in found.due] == [kept.pk, quiet.pk]  # the first answer
    ((who, subject, body),) = told()
    n = len(found.touched)
    assert (who, subject) == ("agent", f"您离开期间，{n} 件案件有变动")
    assert "消费者来信 1 件" in body
    assert "转给他人 1 件" in body
    assert handed.number not in body


def test_a_worker_that_is_killed_tells_nobody_twice_and_forgets_nobody(
    cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    absence = leaves(cast, [f.registered(cast)])
    clock(MONDAY)
    with monkeypatch.context() as patched:
        patched.setattr(Outbox.objects, "create", lambda **_: (_ for _ in ()).throw(OSError("x")))
        assert returning.tell(timezone.now()) == 0
    absence.refresh_from_db()
    assert absence.tell_on_return
    assert not absence.summary_waits
    assert returning.tell(timezone.now()) == 1
    assert returning.tell(timezone.now()) == 0
    assert Outbox.objects.filter(effect=returning.EFFECT).count() == 1


def test_the_mail_waits_for_the_digest_and_leads_to_the_page(cast: Cast, clock: Any) -> None:
    User.objects.filter(pk=cast.agent.pk).update(email="agent@example.com")
    absence = leaves(cast, [f.registered(cast)])
    clock("2026-11-30T00:05")
    tell_returned()
    told()
    notice = Notice.objects.get(family="returned")
    assert timezone.localtime(notice.mail_after).isoformat() == "2026-11-30T09:00:00+08:00"
    clock(MONDAY)
    mail = mailing.gather(cast.agent.pk, timezone.now())
    text = digest.message(mail, timezone.now()).text
    assert reverse("returned", args=[absence.pk]) in text
    assert "您登记的休假已经结束" in text
    opened = browser(cast.agent).post(reverse("open_notice", args=[notice.pk]))
    assert opened.url == reverse("returned", args=[absence.pk])


def test_days_that_follow_each_other_are_told_as_one_when_the_last_is_over(
    cast: Cast, clock: Any
) -> None:
    leaves(cast, [f.registered(cast)])
    second = absences.set_absence(
        cast.agent,
        first_day=date(2026, 11, 30),
        last_day=date(2026, 12, 1),
        deputy=None,
        by=cast.agent,
    )
    clock(MONDAY)
    assert tell_returned() == 0
    clock("2026-12-02T09:00")
    assert tell_returned() == 1
    outbox = Outbox.objects.get(effect=returning.EFFECT)
    assert outbox.payload["absence"] == second.pk
    found = returned.of(second, timezone.now())
    assert timezone.localtime(found.span.left).date() == date(2026, 11, 27)
    assert len(found.gone) == 1


def test_nothing_is_told_of_a_leave_that_was_called_off_or_that_brought_nothing(
    cast: Cast, clock: Any
) -> None:
    absence = leaves(cast, [f.registered(cast)])
    absences.end(absence.pk, by=cast.agent)  # before the first day
    assert tell_returned() == 0
    assert returned.of(absence, timezone.now()) is None
    day = date(2026, 11, 27)
    quiet = {"first_day": day, "last_day": day, "deputy": None}
    absences.set_absence(cast.colleague, **quiet, by=cast.colleague)
    clock(MONDAY)
    Complaint.objects.update(owner=None)
    assert tell_returned() == 0
    assert not Absence.objects.filter(tell_on_return=True).exists()


def test_the_way_in_leads_to_the_summary_until_it_was_looked_at(cast: Cast, clock: Any) -> None:
    case = f.registered(cast)
    absence = leaves(cast, [case])
    page = reverse("returned", args=[absence.pk])
    assert browser(cast.agent).get(page).url == reverse("absence")  # still away
    clock(MONDAY)
    client = browser(cast.agent)
    assert client.get(reverse("home")).url == reverse("queue")
    tell_returned()
    assert client.get(reverse("home")).url == page
    shown = client.get(page).content.decode()
    assert case.number in shown
    assert "1 件可以收回" in shown
    assert page in client.get(reverse("absence")).content.decode()
    for other in (cast.colleague, cast.supervisor):
        assert browser(other).get(page).status_code == 404
        assert browser(other).post(f"{page}seen/").status_code == 404
    assert browser(cast.counsel).get(page).status_code == 403
    assert client.post(f"{page}seen/").status_code == 302
    assert client.get(reverse("home")).url == reverse("queue")


def test_ended_early_the_summary_is_there_at_once(cast: Cast, clock: Any) -> None:
    absence = leaves(cast, [f.registered(cast)])
    clock(SATURDAY)
    done = browser(cast.agent).post(reverse("end_absence", args=[absence.pk]))
    assert done.url == reverse("returned", args=[absence.pk])
    assert browser(cast.agent).get(done.url).status_code == 200
    coming_back.seen(absence)
    assert tell_returned() == 0  # looked at already


def test_only_what_the_person_may_see_now_is_shown(cast: Cast, clock: Any) -> None:
    gone, here = f.registered(cast), f.registered(cast, order_number="SO-2")
    absence = leaves(cast, [gone, here])
    clock(MONDAY)
    Complaint.objects.filter(pk=gone.pk).update(team=cast.other_team)
    shown = browser(cast.agent).get(reverse("returned", args=[absence.pk])).content.decode()
    assert here.number in shown
    assert gone.number not in shown
    act = take_back(absence, gone)
    assert [row.why for row in act.rows.all()] == ["没有找到，或者不在您的范围内"]
    gone.refresh_from_db()
    assert gone.owner_id == cast.colleague.pk


def test_the_statements_do_not_grow_with_the_cases(cast: Cast, clock: Any) -> None:
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(9)]
    few = leaves(cast, cases[:2])
    clock(MONDAY)
    client = browser(cast.agent)
    page = reverse("returned", args=[few.pk])
    client.get(page)  # caches
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get(page)
    bulk_cases = [Chosen(case.number) for case in cases[2:]]
    clock("2026-11-29T20:00")
    bulk.carry_out(uuid4(), HandOver(bulk_cases, cast.colleague, None, "接"), by=cast.agent)
    clock(MONDAY)
    with CaptureQueriesContext(connection) as after:
        assert "9 件可以收回" in client.get(page).content.decode()
    assert len(after) == len(before)


def test_ticked_cases_are_taken_back_the_deputy_is_told_once_and_all_can_be_undone(
    cast: Cast, clock: Any
) -> None:
    one, two, three = (f.registered(cast, order_number=f"SO-{n}") for n in range(3))
    absence = leaves(cast, [one, two, three])
    clock(MONDAY)
    token = uuid4()
    act = take_back(absence, one, two, token=token)
    assert take_back(absence, one, two, token=token) == act  # a double click
    for case, owner in ((one, cast.agent), (two, cast.agent), (three, cast.colleague)):
        case.refresh_from_db()
        assert case.owner_id == owner.pk
    assert Event.objects.filter(code="taken_back", text=NOTE).count() == 2
    assert Entry.objects.filter(verb="complaint.taken_back").count() == 2
    ((who, subject, body),) = told()
    assert (who, subject) == ("colleague", f"{cast.agent.name} 返岗，收回 2 件案件")
    assert NOTE in body
    assert one.number in body
    assert three.number not in body
    bulk.undo(act.pk, by=cast.agent)
    one.refresh_from_db()
    assert one.owner_id == cast.colleague.pk
    again = take_back(absence, one)
    assert [row.done for row in again.rows.all()] == [True]


def test_undone_in_time_the_deputy_is_not_told(cast: Cast, clock: Any) -> None:
    case = f.registered(cast)
    absence = leaves(cast, [case])
    clock(MONDAY)
    bulk.undo(take_back(absence, case).pk, by=cast.agent)
    assert told() == []


def test_what_cannot_be_taken_back_is_passed_by_with_the_reason(cast: Cast, clock: Any) -> None:
    moved, never, fine = (f.registered(cast, order_number=f"SO-{n}") for n in range(3))
    kept = shared(cast, order_number="SO-7")
    absence = leaves(cast, [moved, kept, fine])
    theirs = f.registered(cast, by=cast.colleague, order_number="SO-8")
    clock(SATURDAY)
    assignment.assign(moved.number, by=cast.supervisor, user=cast.supervisor, note="我来")
    held(cast, kept)
    clock(MONDAY)
    act = take_back(absence, moved, kept, never, theirs, fine)
    why = {row.asked: row.why for row in act.rows.all()}
    assert "后来又转给了别人" in why[moved.number]
    assert why[kept.number]
    assert why[fine.number] == ""
    assert "已经由您办理" in why[never.number]
    assert "没有转交给同事" in why[theirs.number]
    theirs.refresh_from_db()
    assert theirs.owner_id == cast.colleague.pk
    page = browser(cast.agent).get(reverse("returned", args=[absence.pk])).content.decode()
    assert "不能收回的 2 件" in page


def test_taking_back_ends_with_the_case_the_weeks_and_the_leave(cast: Cast, clock: Any) -> None:
    case = f.registered(cast)
    absence = leaves(cast, [case])
    with pytest.raises(Invalid, match="还在休假"):
        take_back(absence, case)
    assert not BulkAct.objects.filter(receiver=cast.agent).exists()
    with pytest.raises(Absence.DoesNotExist):
        take_back(absence, case, by=cast.supervisor)
    clock("2027-01-04T09:00")
    (row,) = take_back(absence, case).rows.all()
    assert "超过 30 天" in row.why
    clock(MONDAY)
    assert take_back(absence, case).rows.get().done


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"note": " "}, "请给代理的同事写一句话"),
        ({"note": "长" * 2001}, "2000"),
        ({"note": "看\x00不见"}, "控制字符"),
        ({"case": []}, "请至少选择一件案件"),
        ({"case": ["<b>x"]}, "请从列表里选择案件"),
        ({"form_token": "x"}, "请核对后再提交一次"),
    ],
)
def test_a_wrong_form_changes_nothing_and_keeps_what_was_typed(
    cast: Cast, clock: Any, changes: dict[str, Any], words: str
) -> None:
    case = f.registered(cast)
    absence = leaves(cast, [case])
    clock(MONDAY)
    case.refresh_from_db()
    page, client = reverse("returned", args=[absence.pk]), browser(cast.agent)
    sent = {"form_token": uuid4(), "note": NOTE, "case": [f"{case.number}:{case.version}"]}
    refused = client.post(page, sent | changes)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    case.refresh_from_db()
    assert case.owner_id == cast.colleague.pk
    done = client.post(page, sent)
    assert "已收回 1 件" in client.get(done.url).content.decode()


def test_a_stale_tick_is_passed_by(cast: Cast, clock: Any) -> None:
    case = f.registered(cast)
    absence = leaves(cast, [case])
    clock(MONDAY)
    act = taking_back.carry_out(uuid4(), absence, [Chosen(case.number, 1)], NOTE, by=cast.agent)
    assert "有人更新过" in act.rows.get().why
