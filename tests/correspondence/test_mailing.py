"""E-mails to colleagues: at once, in a digest, after the quiet hours; each notice in one only."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Absence, User
from complaints.actions import assignment
from complaints.models import Complaint, Outbox
from correspondence import dispatch, mailing, preferences
from correspondence.models import Mail, Notice
from correspondence.tasks import send_digests, send_waiting
from tests import factories as f
from tests.cast import Cast, assemble
from tests.correspondence.conftest import at, told, warning
from tests.outages.plug import until_it_survives

pytestmark = pytest.mark.usefixtures("monday")
Clock = Any  # of time_machine


def case_of(cast: Cast, **changes: object) -> Complaint:
    """An investigated case whose own letters are out."""
    case = f.investigating(cast, **changes)
    send_waiting()
    mail.outbox.clear()
    return case


def wish(user: User, family: str, way: str, **values: object) -> None:
    preferences.save(user, values, {family: way})


def to(user: User) -> list[mail.EmailMessage]:
    return [message for message in mail.outbox if message.to == [user.email]]


def test_a_notice_at_once_leaves_at_once_and_says_why_and_how_to_change_it(reached: Cast) -> None:
    case = case_of(reached)
    told(case, "supervisor")
    assert send_digests() == 2
    assert send_digests() == 0
    (message,) = to(reached.supervisor)
    assert message.subject.startswith(f"{case.number} 答复消费者：余")
    assert f"/complaints/{case.number}/" in message.body
    assert "为什么收到：您是负责该团队的主管" in message.body
    assert "改变接收方式" in message.body
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in message.body
    assert Notice.objects.get(user=reached.supervisor, read_at=None, family__gt="").mail.sent_at


def test_without_an_address_the_notice_is_in_the_application_alone(cast: Cast) -> None:
    told(case_of(cast), "supervisor")
    assert send_digests() == 0
    assert Notice.objects.filter(user=cast.supervisor).count() == 1


def test_a_digest_waits_for_its_hour_and_lists_cases_by_due_instant(
    reached: Cast, monday: Clock
) -> None:
    cases = [case_of(reached) for _n in range(3)]
    days = [3, 1, 2]
    for case, day in zip(cases, days, strict=True):
        told(case, "owner", due_at=timezone.now() + timedelta(days=day))
    assert send_digests() == 0
    monday.move_to(at("2026-03-02 13:59"))
    assert send_digests() == 0
    monday.move_to(at("2026-03-02 14:00"))
    assert send_digests() == 1
    (message,) = to(reached.agent)
    assert message.subject == "3 条提醒和通知：0 项已到期，3 项将到期"
    assert "以下涉及 3 件案件。" in message.body
    places = [message.body.index(cases[days.index(day)].number) for day in (1, 2, 3)]
    assert places == sorted(places)
    assert send_digests() == 0


def test_what_is_read_settled_or_out_of_sight_meanwhile_is_left_out(
    reached: Cast, monday: Clock
) -> None:
    kept, read, settled, hidden = (case_of(reached) for _n in range(4))
    for case in (kept, read, settled, hidden):
        told(case, "owner")
    Notice.objects.filter(outbox__complaint=read).update(read_at=timezone.now())
    settled.deadlines.update(state="met")
    Complaint.objects.filter(pk=hidden.pk).update(team=reached.other_team, owner=None)
    monday.move_to(at("2026-03-02 14:00"))
    assert send_digests() == 1
    (message,) = to(reached.agent)
    assert message.subject.startswith(kept.number)
    for case in (read, settled, hidden):
        assert case.number not in message.body


def test_a_mail_with_nothing_left_to_say_is_dropped(reached: Cast, monday: Clock) -> None:
    told(case_of(reached), "owner")
    Notice.objects.update(read_at=timezone.now())
    monday.move_to(at("2026-03-02 14:00"))
    send_digests()
    assert to(reached.agent) == []
    assert Mail.objects.get().cancelled_at


def test_two_rungs_of_one_clock_are_one_line(reached: Cast, monday: Clock) -> None:
    case = case_of(reached)
    wish(reached.supervisor, "deadline_supervisor", "digest")
    told(case, "team_lead")
    told(case, "supervisor")
    monday.move_to(at("2026-03-02 14:00"))
    send_digests()
    (message,) = to(reached.supervisor)
    assert message.subject.startswith(case.number)


def test_in_the_night_the_clock_fires_and_only_the_e_mail_waits(
    reached: Cast, monday: Clock
) -> None:
    case = case_of(reached)
    monday.move_to(at("2026-03-06 23:00"))  # a Friday
    (notice, _second) = told(case, "supervisor")
    assert notice.created_at == at("2026-03-06 23:00")
    assert send_digests() == 0
    monday.move_to(at("2026-03-08 12:00"))
    assert send_digests() == 0
    monday.move_to(at("2026-03-09 08:00"))
    assert send_digests() == 2


def test_only_in_the_own_working_hours(reached: Cast, monday: Clock) -> None:
    hours = {"working_only": True, "work_from": time(11), "work_until": time(15)}
    wish(reached.supervisor, "deadline_supervisor", "now", **hours)
    told(case_of(reached), "supervisor")
    send_digests()
    assert (len(to(reached.supervisor)), len(to(reached.supervisor2))) == (0, 1)
    monday.move_to(at("2026-03-02 11:00"))
    send_digests()
    assert len(to(reached.supervisor)) == 1


@pytest.mark.parametrize(
    "changes", [{"priority": "critical"}, {"risk_flags": ["safety"]}], ids=["critical", "safety"]
)
def test_a_critical_case_breaks_the_quiet_of_those_who_chose_it(
    reached: Cast, monday: Clock, changes: dict
) -> None:
    case = case_of(reached)
    Complaint.objects.filter(pk=case.pk).update(**changes)
    wish(reached.supervisor, "deadline_supervisor", "digest", urgent_anyway=True)
    monday.move_to(at("2026-03-06 23:00"))
    told(case, "supervisor")
    send_digests()
    assert (len(to(reached.supervisor)), len(to(reached.supervisor2))) == (1, 0)


def test_an_ordinary_case_wakes_nobody(reached: Cast, monday: Clock) -> None:
    wish(reached.supervisor, "deadline_supervisor", "now", urgent_anyway=True)
    case = case_of(reached)
    monday.move_to(at("2026-03-06 23:00"))
    told(case, "supervisor")
    assert send_digests() == 0


def test_more_than_five_in_ten_minutes_do_not_wait_for_the_hour(reached: Cast) -> None:
    case = case_of(reached)
    for _n in range(5):
        told(case, "owner")
    assert send_digests() == 0
    told(case, "owner")
    assert send_digests() == 1
    assert Notice.objects.filter(mail=Mail.objects.get(user=reached.agent)).count() == 6


def test_a_flood_in_the_night_or_to_somebody_absent_waits_all_the_same(
    reached: Cast, monday: Clock
) -> None:
    case = case_of(reached)
    monday.move_to(at("2026-03-02 21:00"))
    for _n in range(9):
        told(case, "owner")
    assert send_digests() == 0
    monday.move_to(at("2026-03-03 10:00"))
    assert send_digests() == 1
    Absence.objects.create(
        user=reached.agent,
        first_day=timezone.localdate(),
        last_day=timezone.localdate() + timedelta(days=1),
        deputy=reached.colleague,
        by=reached.agent,
        created_at=timezone.now(),
    )
    mail.outbox.clear()
    for _n in range(9):
        told(case, "owner")
    send_digests()
    assert (len(to(reached.agent)), len(to(reached.colleague))) == (0, 1)
    monday.move_to(at("2026-03-05 09:00"))  # the day after the last one, at the first digest
    send_digests()
    assert len(to(reached.agent)) == 1


def test_at_once_is_at_most_five_e_mails_in_ten_minutes(reached: Cast, monday: Clock) -> None:
    wish(reached.agent, "deadline_owner", "now")
    cases = [case_of(reached) for _n in range(7)]
    for case in cases:
        told(case, "owner")
        send_digests()
    assert len(to(reached.agent)) == 5
    monday.shift(timedelta(minutes=11))
    send_digests()
    assert to(reached.agent)[-1].subject == "2 条提醒和通知：0 项已到期，2 项将到期"
    assert len(to(reached.agent)) == 6


def test_wishes_changed_meanwhile_count(reached: Cast, monday: Clock) -> None:
    told(case_of(reached), "owner")
    preferences.choose(reached.agent, {"deadline_owner": "app"})
    monday.move_to(at("2026-03-02 14:00"))
    assert send_digests() == 0
    told(case_of(reached), "owner")
    assert Notice.objects.filter(user=reached.agent).count() == 2


def test_what_is_switched_off_is_not_written_but_what_falls_due_is(reached: Cast) -> None:
    case = case_of(reached)
    step = case.transitions.get(step="accept")

    def progress() -> int:
        now = timezone.now()
        key = f"{case.number}.{Outbox.objects.count()}"
        row = Outbox.objects.create(
            complaint=case,
            transition=step,
            effect="tell_owner",
            key=key,
            created_at=now,
            not_before=now,
        )
        dispatch.deliver(row.pk, now)
        return Notice.objects.filter(outbox=row).count()

    assert progress() == 1
    wish(reached.agent, "progress", "off")
    assert progress() == 0
    wish(reached.supervisor, "deadline_supervisor", "off")
    assert len(told(case, "supervisor")) == 2


def test_a_statutory_clock_that_fell_due_is_told_even_to_those_who_switched_it_off(
    reached: Cast,
) -> None:
    wish(reached.agent, "deadline_owner", "off")
    case = case_of(reached)
    assert told(case, "owner") == []
    assert told(case, "owner", "investigate", due_at=timezone.now()) == []  # our own clock
    (notice,) = told(case, "owner", due_at=timezone.now())
    assert (notice.way, notice.mail_after) == ("in_app", None)


def test_a_deactivated_person_gets_no_e_mail_that_waited(reached: Cast, monday: Clock) -> None:
    told(case_of(reached), "owner")
    User.objects.filter(pk=reached.agent.pk).update(is_active=False)
    monday.move_to(at("2026-03-02 14:00"))
    assert send_digests() == 0
    assert not Mail.objects.exists()


def test_a_mail_server_that_is_away_delays_and_the_message_keeps_its_name(
    reached: Cast, settings: object, monday: Clock
) -> None:
    told(case_of(reached), "supervisor")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    assert send_digests() == 0
    waiting = Mail.objects.order_by("pk")
    assert {(m.attempts, m.sent_at) for m in waiting} == {(1, None)}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    monday.shift(timedelta(seconds=11))
    assert send_digests() == 2
    names = sorted(m.extra_headers["Message-ID"] for m in mail.outbox)
    assert names == sorted(f"<{m.key}@kesu>" for m in waiting)


def test_the_language_is_the_receivers(reached: Cast) -> None:
    User.objects.filter(pk=reached.supervisor.pk).update(language="en")
    told(case_of(reached), "supervisor")
    send_digests()
    chinese = to(reached.supervisor2)[0].body
    assert "为什么收到" in chinese


def test_handing_over_a_case_tells_nothing_to_whoever_lost_it(reached: Cast) -> None:
    case = case_of(reached)
    assignment.assign(case.number, by=reached.supervisor, user=reached.colleague, note="交接")
    (notice,) = told(Complaint.objects.get(pk=case.pk), "owner")
    assert notice.user == reached.colleague


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_write_sends_each_e_mail_once(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "correspondence.mail_folder.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    cast = assemble()
    User.objects.update(email="somebody@kesu.example")
    row = warning(f.investigating(cast), "supervisor")
    dispatch.deliver(row.pk, timezone.now())

    def check(done: bool) -> None:
        sent = set(Mail.objects.filter(sent_at__isnull=False).values_list("key", flat=True))
        assert sent <= {key_of(file) for file in tmp_path.glob("*.eml")}
        assert Mail.objects.count() <= 2
        if done:
            assert not Notice.objects.filter(outbox=row, mail__sent_at=None).exists()

    assert until_it_survives(send_digests, check) >= 6
    assert len(list(tmp_path.iterdir())) == Mail.objects.count() == 2


def key_of(file: Path) -> str:
    """The key of the mail in a file, from its Message-ID."""
    (line,) = (r for r in file.read_text().splitlines() if r.startswith("Message-ID: <"))
    return line.removeprefix("Message-ID: <").removesuffix("@kesu>")


def test_two_workers_at_once_make_one_mail(reached: Cast) -> None:
    told(case_of(reached), "supervisor")
    now = timezone.now()
    assert mailing.gather(reached.supervisor.pk, now) is not None
    assert mailing.gather(reached.supervisor.pk, now) is None
    assert mailing.people_to_mail(now) == [reached.supervisor2.pk]
