"""The outbox: at least once, one notice per receiver; a mail server that is away loses nothing."""

from datetime import timedelta
from time import monotonic

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from complaints.actions import communication
from complaints.lifecycle import STEPS
from complaints.models import Event, Outbox
from correspondence import dispatch, tasks
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from correspondence.who_is_told import TABLE
from tests import factories as f
from tests.cast import Cast, assemble
from tests.correspondence.conftest import warning


def test_every_effect_of_the_lifecycle_has_a_row() -> None:
    assert {e for s in STEPS.values() for e in s.effects} <= set(TABLE)


def test_the_acknowledgement_goes_to_the_consumer_once_with_number_and_date(cast: Cast) -> None:
    complaint = f.investigating(cast)
    assert send_waiting() == 1
    assert send_waiting() == 0
    (message,) = mail.outbox
    assert message.to == [f.CONSUMER["email"]]
    assert complaint.number in message.subject
    assert "12315" in message.body
    assert "{" not in message.body
    notice = Notice.objects.get()
    assert f.CONSUMER["email"] not in notice.to
    assert Event.objects.filter(complaint=complaint, kind="notice").count() == 1


def test_the_signed_letter_leaves_word_for_word(cast: Cast) -> None:
    f.offered(cast)
    send_waiting()
    assert f.LETTER in [f.signed_part(m.body) for m in mail.outbox]


def test_counsel_is_told_in_the_application(cast: Cast) -> None:
    f.in_review(cast)
    send_waiting()
    assert set(
        Notice.objects.filter(outbox__effect="tell_counsel").values_list(
            "user__username", flat=True
        )
    ) == {"counsel", "counsel2"}


def test_a_mail_server_that_is_away_delays_and_loses_nothing(cast: Cast, settings: object) -> None:
    f.investigating(cast)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    assert send_waiting() == 0
    row = Outbox.objects.get(effect="acknowledge_consumer")
    assert (row.done_at, row.attempts) == (None, 1)
    assert not Notice.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    assert dispatch.deliver(row.pk, row.not_before)
    assert Notice.objects.count() == len(mail.outbox) == 1


@pytest.mark.usefixtures("undoable")
def test_a_reply_can_be_undone_until_it_leaves(cast: Cast) -> None:
    complaint = f.investigating(cast)
    send_waiting()
    now = timezone.now()
    kept = communication.write(
        complaint.number, {"kind": "reply", "text": "请稍候"}, by=cast.agent, now=now
    )
    undone = communication.write(
        complaint.number, {"kind": "reply", "text": "写错了"}, by=cast.agent, now=now
    )
    assert communication.undo(
        complaint.number, undone.pk, by=cast.agent, now=now + timedelta(seconds=5)
    )
    assert send_waiting() == 0
    Outbox.objects.filter(pk=kept.outbox_id).update(not_before=now)
    assert send_waiting() == 1
    assert [m.body for m in mail.outbox][-1] == "请稍候"
    assert not communication.undo(complaint.number, kept.pk, by=cast.agent)


def test_an_internal_note_never_leaves(cast: Cast) -> None:
    complaint = f.investigating(cast)
    send_waiting()
    communication.write(
        complaint.number, {"kind": "internal_note", "text": "内部讨论"}, by=cast.agent
    )
    communication.write(
        complaint.number, {"kind": "call_note", "text": "消费者来电"}, by=cast.agent
    )
    assert not Outbox.objects.filter(done_at=None, cancelled_at=None).exists()
    assert all("内部讨论" not in m.body for m in mail.outbox)


@pytest.mark.parametrize("channel", ["phone", "letter"])
def test_without_an_address_the_letter_is_a_task_for_a_person(cast: Cast, channel: str) -> None:
    f.investigating(cast, consumer={"phone": "12012345678"})
    send_waiting()
    assert Notice.objects.get().way == "manual"
    assert mail.outbox == []


def test_one_row_that_fails_holds_up_no_other(cast: Cast) -> None:
    case = f.investigating(cast)
    send_waiting()
    good = [warning(case, "owner") for _n in range(3)]
    bad = warning(case, "owner")
    Outbox.objects.filter(pk=bad.pk).update(effect="ask_extension", payload={})
    later = warning(case, "owner")
    assert send_waiting() == 4
    assert Notice.objects.filter(outbox__in=[*good, later]).count() == 4
    bad.refresh_from_db()
    assert (bad.attempts, bad.last_error, bad.done_at) == (1, "KeyError", None)
    assert bad.not_before > timezone.now()
    assert send_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_letters_that_another_worker_is_at_end_no_round_and_are_not_waited_for() -> None:
    cast = assemble()
    for _n in range(4):
        f.investigating(cast)
    held = dispatch.waiting(timezone.now(), kind=dispatch.LETTERS)[:3]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT FROM complaints_outbox WHERE id = ANY(%s) FOR UPDATE", [held])
        begun = monotonic()
        assert send_waiting() == 1
        assert monotonic() - begun < tasks.SECONDS / 2
    finally:
        other.rollback()
        other.close()
    assert send_waiting() == 3


def test_a_flood_of_warnings_costs_no_statement_for_each(
    cast: Cast, django_assert_max_num_queries
) -> None:
    cases = [f.investigating(cast) for _n in range(3)]
    send_waiting()
    rows = [warning(cases[n % 3], who) for n in range(20) for who in ("owner", "supervisor")]
    with django_assert_max_num_queries(20):  # three for each person
        assert dispatch.deliver_notices([row.pk for row in rows], timezone.now()) == 40
    assert Notice.objects.filter(outbox__in=rows).count() == 20 * 3
