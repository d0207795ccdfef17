"""并案 and back: both numbers stay alive, nothing is moved, and no clock is lost silently."""

from __future__ import annotations

from typing import Any

import pytest

from audit.record import broken_links
from complaints.errors import StepRefused
from complaints.models import Complaint, Event, Outbox
from complaints.views.case_words import in_words
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from evidence.models import Item
from tests import factories as f
from tests.cast import Cast
from tests.complaints.meanwhile import meanwhile

HISTORY = {"version", "updated_at", "next_due_at", "closed_at"}


def pair(cast: Cast) -> tuple[Complaint, Complaint]:
    one = f.with_evidence(f.investigating(cast), cast.agent)
    return one, f.investigating(cast, order_number="SO-2")


def merge(case: Complaint, into: Complaint, by: Any) -> Complaint:
    return f.step(case, "merge", by, into=into.number, reason="同一次扣款")


def unmerge(case: Complaint, by: Any) -> Complaint:
    return f.step(case, "reopen", by, reason="不是同一笔")


def words(case: Complaint, code: str) -> Any:
    return in_words(Event.objects.filter(complaint=case, code=code).latest("pk"), case)


def plain(case: Complaint) -> dict[str, Any]:
    """The row without what is history."""
    row = Complaint.objects.filter(pk=case.pk).values().get()
    return {name: value for name, value in row.items() if name not in HISTORY}


def running(case: Complaint) -> set[str]:
    return set(case.deadlines.filter(state="running").values_list("kind", flat=True))


def test_a_merger_that_is_undone_leaves_everything_as_before_except_history(cast: Cast) -> None:
    one, into = pair(cast)
    rows, clocks = (plain(one), plain(into)), (running(one), running(into))
    items = list(Item.objects.order_by("pk").values_list("pk", "folder", "number", "sha256"))
    events = set(Event.objects.values_list("pk", flat=True))
    merge(one, into, cast.agent)
    assert running(one) == set()
    unmerge(one, cast.supervisor)
    assert (plain(one), plain(into)) == rows
    assert (running(one), running(into)) == clocks
    assert (
        list(Item.objects.order_by("pk").values_list("pk", "folder", "number", "sha256")) == items
    )
    assert events < set(Event.objects.values_list("pk", flat=True))
    assert words(into, "merge_undone").title == f"取消并案：{one.number} 恢复单独办理"
    assert words(one, "unmerged").title == f"取消并案：不再并入 {into.number}"
    assert broken_links(one.subject) == broken_links(into.subject) == []
    again = merge(one, into, cast.agent)
    assert again.merged_into_id == into.pk


def test_the_target_says_which_terms_ended_with_it(cast: Cast) -> None:
    one, into = pair(cast)
    due = {d.due_at for d in one.deadlines.filter(state="running")}
    merge(one, into, cast.agent)
    detail = Event.objects.get(complaint=into, code="merged_in").detail
    assert {row["due"] for row in detail["clocks"]} == {at.isoformat() for at in due}
    lines = words(into, "merged_in").lines
    assert len(lines) == len(due)
    assert all(str(line).startswith("随之结束的期限：") for line in lines)


def test_both_owners_are_told(cast: Cast) -> None:
    one, into = pair(cast)
    Complaint.objects.filter(pk=into.pk).update(owner=cast.colleague)
    merge(one, into, cast.agent)
    unmerge(one, cast.supervisor)
    send_waiting()
    told = Notice.objects.filter(user=cast.colleague, outbox__complaint=into).order_by("pk")
    assert [n.subject for n in told] == [
        f"{one.number} 已并入 {into.number}，请一并办理",
        f"{one.number} 不再并入 {into.number}，恢复单独办理",
    ]
    assert Notice.objects.filter(user=cast.agent, outbox__complaint=one).exists()


def test_whoever_merges_into_an_own_case_is_not_told_of_it(cast: Cast) -> None:
    one, into = pair(cast)
    merge(one, into, cast.agent)
    assert into.owner_id == cast.agent.pk
    assert not Outbox.objects.filter(effect="tell_merged_in").exists()


def test_merged_cases_stand_one_level_deep(cast: Cast) -> None:
    one, into = pair(cast)
    third = f.investigating(cast, order_number="SO-3")
    merge(one, into, cast.agent)
    for case, target, what in (
        (third, one, f"本身已并入 {into.number}"),
        (into, third, f"{one.number} 已并入本案"),
        (into, one, f"本身已并入 {into.number}"),
    ):
        with pytest.raises(StepRefused) as refused:
            merge(case, target, cast.agent)
        assert what in refused.value.unmet[0].message
    unmerge(one, cast.supervisor)
    merge(into, third, cast.agent)  # nothing hangs on it any more


def test_a_stranger_to_the_matter_is_sent_to_the_link(cast: Cast) -> None:
    one, _into = pair(cast)
    other = f.registered(cast, consumer={"phone": "12099999999"}, product={"name": "电饭煲"})
    with pytest.raises(StepRefused, match="请改用“关联案件”"):
        merge(one, other, cast.agent)


def test_only_a_supervisor_takes_a_merger_back(cast: Cast) -> None:
    one, into = pair(cast)
    merge(one, into, cast.agent)
    with pytest.raises(Exception, match="只能由客服主管进行"):
        unmerge(one, cast.agent)
    with pytest.raises(StepRefused, match="请填写理由"):
        f.step(one, "reopen", cast.supervisor, reason=" ")
    assert Complaint.objects.get(pk=one.pk).merged_into_id == into.pk


def test_two_people_who_merge_two_cases_into_each_other_leave_one_of_them(
    transactional_db: None,
) -> None:
    from tests.cast import assemble

    cast = assemble()
    one, into = pair(cast)
    came = meanwhile(lambda: merge(one, into, cast.agent), lambda: merge(into, one, cast.colleague))
    refused = [c for c in came if isinstance(c, StepRefused)]
    assert len(refused) == 1
    assert Complaint.objects.filter(merged_into=None).count() == 1
