"""Who is told on which level: somebody who is there and may see the case, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Absence, Membership, User
from accounts.roles import Role
from complaints.models import Complaint, Event
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, person
from tests.correspondence.conftest import names, told


def away(user: User, deputy: User | None = None, days: int = 3) -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        user=user,
        first_day=today,
        last_day=today + timedelta(days=days),
        deputy=deputy,
        by=user,
        created_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("who", "receivers"),
    [
        ("owner", ["agent"]),
        ("team_lead", ["supervisor", "supervisor2"]),
        ("supervisor", ["supervisor", "supervisor2"]),
        ("counsel", ["counsel", "counsel2"]),
    ],
)
def test_each_level_has_its_people(cast: Cast, who: str, receivers: list[str]) -> None:
    notices = told(f.in_review(cast), who)
    assert names(notices) == receivers
    assert {n.family for n in notices} == {f"deadline_{who}"}


def test_a_team_leader_who_is_no_supervisor_is_told_before_the_supervisor(cast: Cast) -> None:
    lead = person("lead", Role.AGENT, team=cast.team, leads=True)
    Membership.objects.filter(user__in=[cast.supervisor, cast.supervisor2]).update(leads=False)
    Membership.objects.filter(user=cast.supervisor).update(leads=True)
    case = f.investigating(cast)
    assert names(told(case, "team_lead")) == ["lead", "supervisor"]
    assert names(told(case, "supervisor")) == ["supervisor"]
    assert lead.is_active


def test_a_level_with_nobody_falls_through_to_the_next(cast: Cast) -> None:
    case = f.investigating(cast)
    Complaint.objects.filter(pk=case.pk).update(owner=None)
    assert names(told(case, "owner")) == ["supervisor", "supervisor2"]
    User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    Complaint.objects.filter(pk=case.pk).update(owner=cast.agent)
    (first, *_rest) = notices = told(case, "owner")
    assert names(notices) == ["supervisor", "supervisor2"]
    assert first.family == "deadline_team_lead"
    assert first.reason == "您是该团队的负责人"


def test_above_the_last_level_somebody_below_is_told_rather_than_nobody(cast: Cast) -> None:
    case = f.investigating(cast)  # counsel have not seen it
    assert not Complaint.objects.visible_to(cast.counsel).filter(pk=case.pk).exists()
    assert names(told(case, "counsel")) == ["supervisor", "supervisor2"]


def test_nobody_who_may_not_see_the_case_is_told(cast: Cast) -> None:
    confidential = f.investigating(cast, confidential=True)
    Complaint.objects.filter(pk=confidential.pk).update(owner=cast.outsider)
    for who in ("owner", "team_lead", "supervisor", "counsel"):
        told(confidential, who)
    found = names(list(Notice.objects.filter(family__startswith="deadline")))
    assert found == ["supervisor"] * 4 + ["supervisor2"] * 4


def test_when_nobody_is_there_the_case_says_so(cast: Cast) -> None:
    case = f.investigating(cast)
    User.objects.exclude(pk=cast.administrator.pk).update(is_active=False)
    assert told(case, "supervisor") == []
    event = Event.objects.get(complaint=case, code="nobody_to_tell")
    assert event.detail == {"kind": "general_reply", "who": "supervisor"}


def test_a_review_lies_with_counsel(cast: Cast) -> None:
    case = f.in_review(cast)
    assert names(told(case, "owner", "counsel_review")) == ["counsel", "counsel2"]
    assert names(told(case, "supervisor", "counsel_review")) == ["supervisor", "supervisor2"]


def test_the_clock_of_a_promise_warns_whoever_gave_it(cast: Cast) -> None:
    case = f.executing(cast)
    promise = case.commitments.get()
    clock = case.deadlines.get(subject=f"commitment:{promise.pk}")
    promise.owner = cast.colleague
    promise.save(update_fields=["owner"])
    (notice,) = told(case, "owner", clock.kind)
    assert (notice.user, notice.family) == (cast.colleague, "promise")


def test_the_deputy_is_told_instead_and_reads_for_whom(cast: Cast) -> None:
    case = f.investigating(cast)
    away(cast.agent, cast.colleague)
    notices = {n.user.username: n for n in told(case, "owner") if n.user}
    assert sorted(notices) == ["agent", "colleague"]
    assert notices["colleague"].behalf_of == cast.agent
    assert notices["colleague"].reason == "代 陈晓雨 收到：您是这件案件的责任人"
    assert notices["agent"].behalf_of is None
    assert notices["colleague"].level == "owner"


def test_the_deputy_of_a_deputy_is_told(cast: Cast) -> None:
    case = f.investigating(cast)
    third = person("third", Role.AGENT, team=cast.team)
    away(cast.agent, cast.colleague)
    away(cast.colleague, third)
    assert names(told(case, "owner")) == ["agent", "third"]


def test_absent_without_a_deputy_the_next_level_is_told_as_well(cast: Cast) -> None:
    case = f.investigating(cast)
    away(cast.agent)
    assert names(told(case, "owner")) == ["agent", "supervisor", "supervisor2"]


def test_a_deputy_who_may_not_see_the_case_is_not_told(cast: Cast) -> None:
    case = f.investigating(cast)
    away(cast.agent, cast.outsider)
    assert names(told(case, "owner")) == ["agent", "supervisor", "supervisor2"]


def test_two_supervisors_of_whom_one_stands_in_for_the_other_hear_it_once_each(
    cast: Cast,
) -> None:
    away(cast.supervisor, cast.supervisor2)
    notices = told(f.investigating(cast), "supervisor")
    assert names(notices) == ["supervisor", "supervisor2"]
    assert [n.behalf_of for n in notices] == [None, None]


def test_steps_reach_the_deputy_too(cast: Cast) -> None:
    away(cast.counsel, cast.counsel2)
    away(cast.counsel2, cast.counsel)  # a circle: both find it on their return
    f.in_review(cast)
    send_waiting()
    notices = list(Notice.objects.filter(outbox__effect="tell_counsel"))
    assert names(notices) == ["counsel", "counsel2"]


def test_a_clock_that_has_ended_meanwhile_warns_nobody(cast: Cast) -> None:
    case = f.investigating(cast)
    assert told(case, "owner", state="met") == []


def test_a_warning_says_what_is_left_then_that_it_fell_due_in_the_receivers_language(
    cast: Cast, monday: object
) -> None:
    User.objects.filter(pk=cast.counsel.pk).update(language="en")
    case = f.in_review(cast)
    now = timezone.now()
    (before,) = [n for n in told(case, "counsel") if n.user == cast.counsel2]
    assert before.subject.startswith(f"{case.number} 答复消费者：余 ")
    assert "自 2026-03-02 次日起算" in before.body
    assert "处罚办法" in before.body
    (after,) = [
        n
        for n in told(case, "counsel", due_at=now - timedelta(minutes=1))
        if n.user == cast.counsel2
    ]
    assert after.subject == f"{case.number} 答复消费者：已到期（03-02 09:59）"


def test_whoever_was_warned_in_the_same_breath_is_not_told_of_the_escalation_again(
    cast: Cast, monday: object
) -> None:
    from complaints.actions import sweep

    case = f.investigating(cast)
    sweep.enforce_due(timezone.now() + timedelta(days=30))
    send_waiting()
    Notice.objects.all().delete()
    case.outbox.update(done_at=None, not_before=timezone.now())
    send_waiting()
    effects = list(
        Notice.objects.filter(user=cast.supervisor).values_list("outbox__effect", flat=True)
    )
    assert "warn_of_deadline" in effects
    assert "tell_escalation" not in effects
