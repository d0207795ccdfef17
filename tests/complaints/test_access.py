"""C8 and row-level access: 临时查阅 (read-only, at most 72 hours) and 紧急调阅 (break-glass), what
the database itself refuses, and that the explanation of who sees a case is what decides.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.alarm_models import Alarm, AlarmKind
from accounts.models import Membership, User
from accounts.roles import Role
from audit.models import Entry
from complaints import granted, seeing
from complaints.actions import (
    access,
    assignment,
    communication,
    confidentiality,
    intake,
    segregation,
)
from complaints.actions import access_decision as decisions
from complaints.errors import Invalid, NotAllowed
from complaints.models import (
    AccessDecision,
    AccessEnd,
    AccessRequest,
    AccessReview,
    Complaint,
)
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person
from tests.refusals import refusal

READ = {"kind": "read", "why": "same_matter", "reason": "同一批次的问题", "hours": "2"}
GLASS = {"kind": "emergency", "why": "safety", "reason": "消费者称要自伤"}
YES, NO = {"agree": "1"}, {"agree": "0", "reason": "与本案无关"}


def again(user: User) -> User:
    """The person as a new request reads them."""
    return User.objects.get(pk=user.pk)


def sees(user: User, case: Complaint) -> bool:
    return bool(Complaint.objects.visible_to(again(user)).filter(pk=case.pk).exists())


def asked(case: Complaint | str, by: User, now: datetime | None = None, **values: Any) -> Any:
    number = case if isinstance(case, str) else case.number
    return access.ask({"number": number, **values}, by=by, now=now)


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast)


def test_c8_lending_a_case_opens_it_for_reading_until_its_end_and_no_longer(
    cast: Cast, case: Complaint
) -> None:
    now = timezone.now()
    row = asked(case, cast.outsider, **READ)
    assert asked(case, cast.outsider, **READ).pk == row.pk  # a double click
    assert not sees(cast.outsider, case)
    cases: list[tuple[User, str]] = [
        (cast.outsider, "NotAllowed: 这是您自己的申请"),
        (cast.outside_supervisor, "DoesNotExist"),
        (cast.agent, "DoesNotExist"),
        (cast.counsel, "DoesNotExist"),
        (cast.administrator, "DoesNotExist"),
        (cast.auditor, "NotAllowed: 这份申请不由您决定"),
    ]
    for by, says in cases:
        assert refusal(decisions.decide, row.pk, YES, by=by).startswith(says), by
    assert "说明理由" in refusal(decisions.decide, row.pk, {"agree": "0"}, by=cast.supervisor)
    later = now + access.ANSWER_WITHIN["read"] + timedelta(minutes=1)
    assert "已过期" in refusal(decisions.decide, row.pk, YES, by=cast.supervisor, now=later)
    grant = decisions.decide(row.pk, {"agree": "1", "hours": "1"}, by=cast.supervisor)
    assert grant.ends_at is not None
    assert grant.ends_at - grant.at == timedelta(hours=1)  # shortened by whoever decided
    again_ = refusal(decisions.decide, row.pk, YES, by=cast.supervisor2)
    assert again_ == "Settled: 周启明 已经同意"
    reader = again(cast.outsider)
    assert sees(reader, case)
    words = refusal(
        communication.write, case.number, {"kind": "internal_note", "text": "x"}, by=reader
    )
    assert "只有临时查阅权" in words
    assert "只有临时查阅权" in refusal(
        assignment.assign, case.number, by=reader, user=cast.colleague, note="x"
    )
    assert not Complaint.objects.workable_by(reader).exists()
    f.registered(cast, order_number="SO-2")
    assert Complaint.objects.visible_to(reader).count() == 1
    send_waiting()
    told = Notice.objects.values_list("outbox__effect", "user__username")
    assert set(told.filter(outbox__effect__startswith="tell_access")) == {
        ("tell_access_asked", "supervisor"),
        ("tell_access_asked", "supervisor2"),
        ("tell_access_granted", "outsider"),
    }
    decisions.end(row.pk, by=cast.supervisor2)
    decisions.end(row.pk, by=cast.outsider)  # over is over
    assert not sees(cast.outsider, case)
    assert AccessEnd.objects.count() == 1
    verbs = Entry.objects.filter(subject=case.subject, verb__startswith="access.")
    assert list(verbs.order_by("sequence").values_list("verb", flat=True)) == [
        "access.asked",
        "access.granted",
        "access.ended",
    ]
    assert READ["reason"] not in str(list(verbs.values_list("detail", flat=True)))


def test_c8_the_end_comes_by_itself_and_nobody_named_is_let_in(cast: Cast, case: Complaint) -> None:
    past = timezone.now() - timedelta(hours=3)
    row = asked(case, cast.outsider, past, **READ)
    decisions.decide(row.pk, YES, by=cast.supervisor, now=past)
    assert not sees(cast.outsider, case)
    row = asked(case, cast.outsider, **READ)
    segregation.name_person(
        case.number, {"user": "outsider", "why": "消费者投诉其态度"}, by=cast.supervisor
    )
    assert "不得参与本案" in refusal(decisions.decide, row.pk, YES, by=cast.supervisor)
    decisions.decide(row.pk, NO, by=cast.supervisor)
    other = f.investigating(cast, order_number="SO-2")
    row = asked(other, cast.outsider, **READ)
    decisions.decide(row.pk, YES, by=cast.supervisor)
    assert sees(cast.outsider, other)
    segregation.name_person(other.number, {"user": "outsider", "why": "x"}, by=cast.supervisor)
    assert not sees(cast.outsider, other)  # at once, the grant notwithstanding
    mine = f.investigating(cast, order_number="SO-3")
    segregation.name_person(mine.number, {"user": "supervisor2", "why": "x"}, by=cast.supervisor)
    row = asked(mine, cast.outsider, **READ)
    assert refusal(decisions.decide, row.pk, YES, by=cast.supervisor2) == "DoesNotExist"


def test_c8_break_glass_needs_a_supervisor_of_another_team_and_a_third_person_afterwards(
    cast: Cast, case: Complaint
) -> None:
    row = asked(case, cast.outsider, **GLASS)
    for by, says in [
        (cast.outsider, "NotAllowed: 这是您自己的申请"),
        (cast.outside_supervisor, "NotAllowed: 紧急调阅须由另一个团队的主管批准"),
        (cast.agent, "DoesNotExist"),
        (cast.counsel, "DoesNotExist"),
        (cast.auditor, "NotAllowed"),
    ]:
        assert refusal(decisions.decide, row.pk, YES, by=by).startswith(says), by
    late = timezone.now() + timedelta(minutes=31)
    assert "已过期" in refusal(decisions.decide, row.pk, YES, by=cast.supervisor, now=late)
    grant = decisions.decide(row.pk, YES, by=cast.supervisor)
    assert grant.ends_at == grant.at + timedelta(minutes=15)
    assert "已经同意" in refusal(decisions.decide, row.pk, YES, by=cast.supervisor)  # replayed
    actor = again(cast.outsider)
    assert sees(actor, case)
    communication.write(case.number, {"kind": "internal_note", "text": "已联系"}, by=actor)
    act = Entry.objects.get(verb="communication.internal_note")
    assert (act.actor, act.detail["emergency"]) == ("outsider", row.pk)
    communication.write(case.number, {"kind": "internal_note", "text": "x"}, by=cast.agent)
    entries = Entry.objects.filter(verb="communication.internal_note", actor="agent")
    assert "emergency" not in entries.get().detail
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_emergency")
    assert set(told.values_list("user__username", flat=True)) == {
        "agent",
        "supervisor",
        "supervisor2",
    }
    for by, says in [
        (cast.outsider, "NotAllowed: 紧急调阅由审计或安全"),
        (cast.supervisor, "NotAllowed: 紧急调阅由审计或安全"),
    ]:
        assert refusal(decisions.review, row.pk, {"justified": "1"}, by=by).startswith(says)
    assert "说明哪里不当" in refusal(decisions.review, row.pk, {"justified": "0"}, by=cast.auditor)
    assert refusal(decisions.review, row.pk, {}, by=cast.auditor)
    decisions.review(row.pk, {"justified": "0", "note": "并不紧急"}, by=cast.auditor)
    assert "已经复核" in refusal(decisions.review, row.pk, {"justified": "1"}, by=cast.auditor)
    alarm = Alarm.objects.get(kind=AlarmKind.BREAK_GLASS_MISUSED)
    assert (alarm.about, alarm.case) == (cast.outsider, case.number)


def test_c8_what_nobody_reviewed_within_a_day_raises_one_alarm(cast: Cast, case: Complaint) -> None:
    row = asked(case, cast.outsider, **GLASS)
    decisions.decide(row.pk, YES, by=cast.supervisor)
    now = timezone.now()
    assert decisions.sweep(now + timedelta(hours=23)) == 0
    assert [decisions.sweep(now + timedelta(hours=25)) for _n in range(2)] == [1, 0]
    alarm = Alarm.objects.get(kind=AlarmKind.BREAK_GLASS)
    assert (alarm.about, alarm.case) == (cast.outsider, case.number)
    second = asked(case, cast.outsider, now + timedelta(hours=30), **GLASS)
    at = now + timedelta(hours=30)
    decisions.decide(second.pk, YES, by=cast.supervisor, now=at)
    decisions.review(second.pk, {"justified": "1"}, by=cast.auditor, now=at)
    assert decisions.sweep(at + timedelta(hours=25)) == 0


def test_c8_the_answer_is_the_same_whether_there_is_such_a_case_or_not(
    cast: Cast, case: Complaint
) -> None:
    made = [asked(number, cast.outsider, **READ) for number in (case.number, "TS26-999999")]
    shown = [(r.kind, r.why, r.hours, r.expires_at - r.at) for r in made]
    assert shown[0] == shown[1]
    assert refusal(decisions.decide, made[1].pk, YES, by=cast.supervisor) == "DoesNotExist"
    segregation.name_person(case.number, {"user": "outsider", "why": "x"}, by=cast.supervisor)
    assert asked(case, cast.outsider, **{**READ, "reason": "再问"}).pk > made[1].pk
    for bad in ("", "12", "TS26-1; --", "ts26 000"):
        assert "number" in refused_fields(bad, cast.outsider)
    for hours in ("0", "73", "x", "-1", "1.5", True):
        assert "hours" in refused_fields(case.number, cast.outsider, hours=hours)
    assert "已经可以查看" in refusal(asked, case, cast.agent, **READ)
    for user in (cast.auditor, cast.administrator):
        assert refusal(asked, case, user, **READ).startswith("NotAllowed")
    for n in range(access.MOST_WAITING):
        asked(f"TS26-{900000 + n}", cast.counsel, **READ)
    assert "在等待决定" in refusal(asked, "TS26-123456", cast.counsel, **READ)


def refused_fields(number: str, by: User, **changed: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        asked(number, by, **{**READ, **changed})
    return set(refused.value.errors)


def test_c8_the_database_refuses_what_the_code_might_let_through(
    cast: Cast, case: Complaint
) -> None:
    now, row = timezone.now(), asked(case, cast.outsider, **GLASS)
    known = {"request": row, "kind": "emergency", "complaint": case, "user": cast.outsider}
    long = {**known, "by": cast.supervisor, "at": now, "agreed": True}
    wrong: list[tuple[type, dict[str, Any]]] = [
        (AccessDecision, {**long, "by": cast.outsider, "ends_at": now + timedelta(minutes=9)}),
        (AccessDecision, {**long, "ends_at": now + timedelta(minutes=16)}),
        (AccessDecision, {**long, "kind": "read", "ends_at": now + timedelta(hours=73)}),
        (AccessDecision, {**long, "ends_at": None}),
        (AccessDecision, {**long, "agreed": False}),
        (
            AccessRequest,
            {
                **{"kind": "read", "number": "x", "by": cast.agent, "at": now, "why": "other"},
                **{"reason": "x", "hours": 73, "expires_at": now},
            },
        ),
    ]
    for model, values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**values)  # type: ignore[attr-defined]
    grant = AccessDecision.objects.create(**long, ends_at=now + timedelta(minutes=15))
    for by in (cast.supervisor, cast.outsider):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessReview.objects.create(decision=grant, by=by, at=now, justified=True)
    AccessEnd.objects.create(decision=grant, by=cast.supervisor, at=now)
    AccessReview.objects.create(decision=grant, by=cast.auditor, at=now, justified=True)
    for kept in (AccessRequest, AccessDecision, AccessEnd, AccessReview):
        for change in ("UPDATE {} SET at = now()", "DELETE FROM {}"):
            with (
                pytest.raises(InternalError, match="Cannot"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change.format(kept._meta.db_table))


def test_the_explanation_is_what_decides_in_any_world(cast: Cast, case: Complaint) -> None:
    """Random people (roles, teams, leads, active or not, named, owner, grants) before random cases:
    the lines, put together by themselves, say what `visible_to` says.
    """
    die, now, seen = random.Random(7), timezone.now(), set()  # noqa: S311 no secret
    cases = [case, *(f.registered(cast, order_number=f"SO-{n}") for n in range(3))]
    Complaint.objects.filter(pk=cases[1].pk).update(confidential=True, owner=None)
    Complaint.objects.filter(pk=cases[2].pk).update(shared_with_counsel=True, confidential=True)
    for n in range(60):
        user = somebody(n, die, cast)
        if die.random() < 0.5:
            granted_by_hand(cast, die.choice(cases), user, now, die.choice(["read", "emergency"]))
        for one in cases:
            if die.random() < 0.2:
                one.named_people.create(user=user, why="x", by=cast.supervisor, at=now)
            if die.random() < 0.2:
                Complaint.objects.filter(pk=one.pk).update(owner=user)
            answer = seeing.explain(Complaint.objects.get(pk=one.pk), again(user), now)
            assert answer.sees == sees(user, one) == seeing.decides(answer), (n, answer.lines)
            seen |= {(line.code, line.counts) for line in answer.lines if line.counts}
    opens = {("team", "opens"), ("counsel", "opens"), ("auditor", "opens")}
    opens |= {("read", "opens"), ("emergency", "opens"), ("confidential", "shuts")}
    assert opens | {(c, "shuts") for c in ("active", "role", "named")} <= seen


def somebody(n: int, die: random.Random, cast: Cast) -> User:
    """A person of any roles and teams, perhaps gone."""
    roles = [[r] for r in Role] + [[Role.AGENT, Role.SUPERVISOR], [Role.AGENT, Role.COUNSEL], []]
    user = person(f"p{n}", *die.choice(roles))
    if die.random() < 0.1:
        User.objects.filter(pk=user.pk).update(is_active=False)
    for team in (cast.team, cast.other_team):
        if die.random() < 0.5:
            Membership.objects.create(user=user, team=team, leads=die.random() < 0.5)
    return user


def granted_by_hand(
    cast: Cast, case: Complaint, user: User, now: datetime, kind: str
) -> AccessDecision:
    """A grant that runs, whoever it is."""
    hours = 1 if kind == "read" else None
    ends = now + timedelta(minutes=14)
    row = AccessRequest.objects.create(
        kind=kind,
        number=case.number,
        complaint=case,
        by=user,
        at=now,
        why="other",
        reason="x",
        hours=hours,
        expires_at=ends,
    )
    User.objects.filter(pk=user.pk).update(sees_more_until=ends)
    known = {"kind": kind, "complaint": case, "user": user, "by": cast.supervisor}
    return AccessDecision.objects.create(request=row, at=now, agreed=True, ends_at=ends, **known)


def test_whoever_has_no_grant_is_asked_for_none_and_a_grant_is_found_by_its_index(
    cast: Cast, case: Complaint
) -> None:
    with CaptureQueriesContext(connection) as statements:
        list(Complaint.objects.visible_to(again(cast.outsider)))
        assert granted.of(again(cast.outsider), timezone.now()) == []
    assert "accessdecision" not in str(list(statements))
    granted_by_hand(cast, case, cast.outsider, timezone.now(), "read")
    query = Complaint.objects.visible_to(again(cast.outsider)).open()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = str(query.explain())
    assert "access_of_person" in plan
    assert "Seq Scan on complaints_complaint" not in plan
    assert [c.pk for c in query] == [case.pk]


def test_a_leaver_loses_every_grant_at_once(cast: Cast, case: Complaint) -> None:
    for kind in ("read", "emergency"):
        granted_by_hand(cast, case, cast.outsider, timezone.now(), kind)
    assert sees(cast.outsider, case)
    assert decisions.end_all(cast.outsider, by=cast.administrator, now=timezone.now()) == 2
    assert not sees(cast.outsider, case)
    with pytest.raises(NotAllowed):
        access.ask({"number": case.number, **READ}, by=cast.administrator)


def test_a_confidential_case_is_set_so_with_a_reason_and_opened_again_by_its_leads(
    cast: Cast, case: Complaint
) -> None:
    number, why = case.number, {"confidential": True, "reason": "涉及未成年人隐私"}
    change = confidentiality.change
    with pytest.raises(Invalid) as refused:
        change(number, {"confidential": True}, by=cast.agent)
    assert set(refused.value.errors) == {"reason"}
    with pytest.raises(Invalid, match="说明理由"):
        intake.edit(number, {"confidential": True}, by=cast.agent)
    for _twice in range(2):
        change(number, why, by=cast.agent)
    who = {n: sees(u, case) for n, u in cast.everybody().items()}
    assert {n for n, yes in who.items() if yes} == {"agent", "supervisor", "supervisor2", "auditor"}
    opened = {"confidential": False, "reason": "家长已同意"}
    assert refusal(change, number, opened, by=cast.agent).startswith("NotAllowed")
    with pytest.raises(Complaint.DoesNotExist):
        change(number, opened, by=cast.colleague)
    change(number, opened, by=cast.supervisor)
    assert sees(cast.colleague, case)
    verbs = list(Entry.objects.filter(subject=case.subject).values_list("verb", flat=True))
    assert verbs.count("complaint.made_confidential") == verbs.count("complaint.made_open") == 1
    said = Entry.objects.filter(verb__startswith="complaint.made").values_list("detail", flat=True)
    assert "未成年人" not in str(list(said))


def test_an_agent_who_is_marked_as_lead_without_the_role_sees_no_confidential_case(
    cast: Cast, case: Complaint
) -> None:
    Membership.objects.filter(user=cast.colleague).update(leads=True)
    assert sees(cast.colleague, case)
    Complaint.objects.filter(pk=case.pk).update(confidential=True)
    assert not sees(cast.colleague, case)
