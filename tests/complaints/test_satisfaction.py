"""Asking the consumer after the case was closed: who may say how it was, and what follows."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone
from psycopg2 import sql

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from complaints import satisfied
from complaints.actions import assignment, communication, letters, retelling, satisfaction
from complaints.actions.satisfaction import AlreadyGiven, NoInvitation, Superseded
from complaints.errors import Invalid, NotAllowed, StepRefused
from complaints.models import Approval, Complaint, Event, Feedback, Invitation, Outbox
from correspondence import dispatch
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person

GOOD = {"score": 5, "solved": True}
BAD = {"score": 1, "solved": False, "comment": "钱没有到账，请打 12012345678"}


def asked(cast: Cast, **changes: Any) -> tuple[Complaint, str]:
    """A closed case and the token that its consumer was sent."""
    case = f.closed(cast, **changes)
    send_waiting()
    return case, satisfied.token_of(case.invitations.get())


def apart(cast: Cast) -> User:
    """Of the team, without a hand in the case."""
    return person("apart", Role.AGENT, team=cast.team, name="许文静")


def test_completing_asks_the_consumer_once_by_a_link_that_is_kept_as_a_hash(
    cast: Cast, mailoutbox: Any
) -> None:
    case, token = asked(cast)
    invitation = Invitation.objects.get(complaint=case)
    assert bytes(invitation.token_hash or b"") == satisfied.hash_of(token)
    assert invitation.channel == "email"
    assert invitation.expires_at - invitation.asked_at == timedelta(days=30)
    mail = next(m for m in mailoutbox if token in m.body)
    assert mail.subject == f"您的问题解决了吗？（{case.number}）"
    assert mail.body.count(token) == 1
    assert f"{case.number}" in mail.body
    assert "待填" not in mail.body
    send_waiting()
    assert Invitation.objects.count() == 1


def test_the_token_stands_in_no_row_of_ours(cast: Cast) -> None:
    case, token = asked(cast)
    satisfaction.answer(token, GOOD)
    letter = Notice.objects.get(outbox__complaint=case, outbox__effect="ask_satisfaction")
    assert "链接只在发出的函件里" in letter.body
    assert "/f/" not in letter.body
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            rows = sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE %s")
            cursor.execute(rows.format(sql.Identifier(table)), [f"%{token}%"])
            assert cursor.fetchone()[0] == 0, table


def test_a_letter_that_is_sent_again_carries_the_same_link(cast: Cast, mailoutbox: Any) -> None:
    case, token = asked(cast)
    row = Outbox.objects.get(complaint=case, effect="ask_satisfaction")
    Notice.objects.filter(outbox=row).delete()
    Outbox.objects.filter(pk=row.pk).update(done_at=None)
    assert dispatch.deliver(row.pk, timezone.now())
    assert sum(token in mail.body for mail in mailoutbox) == 2


def test_without_an_address_a_colleague_calls_and_no_link_exists(cast: Cast) -> None:
    case = f.closed(cast, consumer={"name": "王测试", "phone": "12012345678"})
    send_waiting()
    invitation = Invitation.objects.get(complaint=case)
    assert (invitation.channel, invitation.token_hash) == ("call", None)
    letter = Notice.objects.get(outbox__complaint=case, outbox__effect="ask_satisfaction")
    assert "没有办理过这件案件的同事给您打电话" in letter.body
    assert "/f/" not in letter.body


# --- by the link


def test_the_answer_is_kept_with_the_comment_sealed_and_told_without_it(cast: Cast) -> None:
    case, token = asked(cast)
    given = satisfaction.answer(token, BAD)
    assert (given.source, given.score, given.solved, given.by) == ("link", 1, False, None)
    assert "没有到账".encode() not in bytes(given.comment_sealed)
    assert satisfied.comment_of(given) == "钱没有到账，请打 120****5678"
    event = Event.objects.get(complaint=case, code="feedback")
    assert event.detail == {"source": "link", "score": 1, "solved": False}
    entry = Entry.objects.get(verb="complaint.feedback")
    assert (entry.actor, entry.detail["score"]) == ("system", 1)
    assert "到账" not in str(entry.detail)


def test_the_comment_is_gone_with_the_consumers_key(cast: Cast) -> None:
    _case, token = asked(cast)
    given = satisfaction.answer(token, BAD)
    consumer = given.invitation.complaint.consumer
    consumer.data_key = b"k1:" + bytes(60)
    assert satisfied.comment_of(given) == "已删除"


def test_the_same_link_answers_once(cast: Cast) -> None:
    _case, token = asked(cast)
    satisfaction.answer(token, GOOD)
    with pytest.raises(AlreadyGiven):
        satisfaction.answer(token, BAD)
    assert Feedback.objects.get().score == 5


def test_unknown_forged_and_old_links_are_told_the_same(cast: Cast) -> None:
    _case, token = asked(cast)
    later = timezone.now() + timedelta(days=31)
    said = set()
    for wrong, now in ((token, later), ("0" * 64, None), (token[:-1], None), ("", None)):
        with pytest.raises(NoInvitation) as refused:
            satisfaction.answer(wrong, GOOD, now)
        said.add(refused.value.message)
    assert len(said) == 1
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"score": 0, "solved": True}, "score"),
        ({"score": 6, "solved": True}, "score"),
        ({"score": True, "solved": True}, "score"),
        ({"score": "4.5", "solved": True}, "score"),
        ({"solved": True}, "score"),
        ({"score": 3}, "solved"),
        ({"score": 3, "solved": "maybe"}, "solved"),
        ({"score": 3, "solved": True, "comment": "x" * 2001}, "comment"),
        ({"score": 3, "solved": True, "by": "agent"}, "by"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(
    cast: Cast, values: dict[str, Any], field: str
) -> None:
    _case, token = asked(cast)
    with pytest.raises(Invalid) as refused:
        satisfaction.answer(token, values)
    assert list(refused.value.errors) == [field]
    assert not Feedback.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_answers_at_the_same_instant_exactly_one_is_taken(cast: Cast) -> None:
    _case, token = asked(cast)
    ready, said = threading.Barrier(4), []

    def press(score: int) -> None:
        ready.wait()
        try:
            satisfaction.answer(token, {"score": score, "solved": True})
            said.append("taken")
        except AlreadyGiven:
            said.append("already")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(score,)) for score in (1, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["already", "already", "already", "taken"]
    assert Feedback.objects.count() == 1
    assert Event.objects.filter(code="feedback").count() == 1


def test_feedback_cannot_be_changed_or_removed_even_in_the_database(cast: Cast) -> None:
    _case, token = asked(cast)
    given = satisfaction.answer(token, BAD)
    with pytest.raises(DatabaseError), transaction.atomic():
        Feedback.objects.filter(pk=given.pk).update(score=5)
    with pytest.raises(DatabaseError), transaction.atomic():
        given.delete()


# --- by a colleague who calls


def test_a_colleague_without_a_hand_in_the_case_writes_down_what_was_said(cast: Cast) -> None:
    case, token = asked(cast)
    given = satisfaction.call_back(case.number, BAD, by=apart(cast))
    assert (given.source, given.by.username if given.by else "") == ("callback", "apart")
    with pytest.raises(AlreadyGiven):
        satisfaction.answer(token, GOOD)


def test_who_has_a_hand_in_the_case_never_enters_the_mark(cast: Cast) -> None:
    case = f.executing(cast)
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="休假")
    assignment.assign(case.number, by=cast.supervisor, user=cast.agent, note="已返岗")
    communication.write(
        case.number, {"kind": "call_note", "text": "已说明到账时间"}, by=cast.supervisor2
    )
    f.carried_out(case, cast.agent)
    f.step(case, "complete", cast.supervisor)
    send_waiting()
    refused = (cast.agent, cast.colleague, cast.supervisor, cast.supervisor2)
    for user in refused:  # drafted, owned once, closed it, spoke to the consumer
        with pytest.raises(NotAllowed, match="没有办理过的同事"):
            satisfaction.call_back(case.number, GOOD, by=user)
    for user in (cast.counsel, cast.counsel2):  # signed; has no role for it
        with pytest.raises(NotAllowed):
            satisfaction.call_back(case.number, GOOD, by=user)
    with pytest.raises(Complaint.DoesNotExist):
        satisfaction.call_back(case.number, GOOD, by=cast.outsider)
    assert not Feedback.objects.exists()
    satisfaction.call_back(case.number, GOOD, by=apart(cast))


def test_an_open_or_withdrawn_case_asks_nobody(cast: Cast) -> None:
    case, by = f.executing(cast), apart(cast)
    with pytest.raises(Invalid, match="只有办结的案件"):
        satisfaction.call_back(case.number, GOOD, by=by)
    f.step(case, "withdraw", cast.agent, consumers_words="不追究了")
    f.step(case, "withdraw", cast.supervisor)
    with pytest.raises(Invalid, match="只有办结的案件"):
        satisfaction.call_back(case.number, GOOD, by=by)
    assert not Invitation.objects.exists()


def test_each_closing_is_asked_about_once(cast: Cast) -> None:
    case, token = asked(cast)
    satisfaction.answer(token, BAD)
    f.step(case, "reopen", cast.supervisor, reason="消费者不满意")
    assert satisfaction.latest_closing(Complaint.objects.get(pk=case.pk)) is None


def test_the_link_of_a_case_that_went_on_asks_no_more(cast: Cast) -> None:
    case, token = asked(cast)
    f.step(case, "reopen", cast.supervisor, reason="款没有到")
    for _again in range(2):
        with pytest.raises(Superseded, match="重新办理"):
            satisfaction.answer(token, BAD)
    f.step(case, "withdraw", cast.agent, consumers_words="不追究了")
    f.step(case, "withdraw", cast.supervisor)
    with pytest.raises(Superseded, match="最近一次"):
        satisfaction.answer(token, BAD)
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("hand", ["evidence", "letter", "approval"])
def test_a_hand_that_left_no_step_counts_too(hand: str, cast: Cast) -> None:
    by = apart(cast)
    case = f.executing(cast)
    if hand == "evidence":
        f.with_evidence(case, by)
    elif hand == "letter":
        send_waiting()
        letter = Notice.objects.get(outbox__complaint=case, outbox__effect="send_reply_letter")
        made = retelling.by_hand(case.number, letter.pk, by=cast.agent)
        letters.delivered(case.number, made.pk, "打电话告知", by=by, how="phone")
    else:
        Approval.objects.create(
            **{
                "resolution": case.resolutions.get(),
                "content_hash": "0" * 64,
                "level": "supervisor",
            },
            **{"amount": 1, "elsewhere": 0, "limit": 0, "asked_at": timezone.now()},
            **{"decided_by": by, "decided_at": timezone.now(), "approved": True},
        )
    f.carried_out(case, cast.agent)
    f.step(case, "complete", cast.supervisor)
    with pytest.raises(NotAllowed, match="没有办理过的同事"):
        satisfaction.call_back(case.number, GOOD, by=by)


# --- what follows


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"score": 2, "solved": True}, True),
        ({"score": 5, "solved": False}, True),
        ({"score": 3, "solved": True}, False),
    ],
)
def test_supervisors_hear_of_a_dissatisfied_consumer(
    cast: Cast, values: dict[str, Any], told: bool
) -> None:
    case, token = asked(cast)
    satisfaction.answer(token, values)
    send_waiting()
    notices = Notice.objects.filter(outbox__effect="tell_dissatisfied")
    people = {notice.user.username for notice in notices if notice.user}
    assert people == ({"supervisor", "supervisor2"} if told else set())
    assert all(case.number in notice.subject for notice in notices)


def test_the_case_begins_again_with_somebody_who_did_not_handle_it(cast: Cast) -> None:
    case, token = asked(cast)
    satisfaction.answer(token, BAD)
    for user in (cast.agent, None):
        with pytest.raises(Invalid):
            satisfaction.reopen_to_another(case.number, user, "款未到", by=cast.supervisor)
    with pytest.raises(StepRefused):
        satisfaction.reopen_to_another(case.number, cast.colleague, " ", by=cast.supervisor)
    with pytest.raises(NotAllowed):
        satisfaction.reopen_to_another(case.number, cast.colleague, "款未到", by=cast.agent)
    before = Complaint.objects.get(pk=case.pk)
    assert (before.state, before.owner) == ("closed", cast.agent)
    satisfaction.reopen_to_another(case.number, cast.colleague, "款未到", by=cast.supervisor)
    after = Complaint.objects.get(pk=case.pk)
    assert (after.state, after.owner) == ("investigating", cast.colleague)
