"""Several cases handed over at once: each on its own, nothing half, undone for ten minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.record import broken_links
from complaints.actions import assignment, bulk, communication, editing
from complaints.actions.bulk import Chosen, HandOver
from complaints.errors import Invalid
from complaints.models import BulkAct, BulkRow, Complaint, Event, NamedPerson, Outbox
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.meanwhile import meanwhile
from tests.complaints.test_legal_hold import MATTER, held, shared

NOTE = "请今天接手"


def order(cast: Cast, *cases: Complaint, user: Any = None, **more: Any) -> HandOver:
    chosen = [Chosen(case.number, case.version) for case in cases]
    return HandOver(chosen, user or cast.colleague, None, NOTE, **more)


def owners(*cases: Complaint) -> list[str | None]:
    rows = dict(Complaint.objects.values_list("pk", "owner__username"))
    return [rows[case.pk] for case in cases]


@pytest.fixture
def mixed(cast: Cast) -> dict[str, Complaint]:
    """Two that can be handed to the colleague, and one for each reason why not."""
    cases = {
        name: f.registered(cast, order_number=f"SO-{n}")
        for n, name in enumerate(("good", "queued", "stale", "named"))
    }
    assignment.assign(cases["queued"].number, by=cast.supervisor, note="放回")
    cases["queued"].refresh_from_db()
    cases["foreign"] = f.registered(cast, by=cast.outsider)
    cases["held"] = shared(cast, order_number="SO-7")
    held(cast, cases["held"])
    cases["held"].refresh_from_db()
    cases["done"] = f.closed(cast, order_number="SO-8")
    cases["theirs"] = f.registered(cast, by=cast.colleague)
    NamedPerson.objects.create(
        complaint=cases["named"],
        user=cast.colleague,
        why="被投诉",
        by=cast.supervisor,
        at=timezone.now(),
    )
    communication.write(
        cases["stale"].number, {"kind": "internal_note", "text": "x"}, by=cast.agent
    )
    assignment.assign(cases["stale"].number, by=cast.supervisor, user=cast.agent, note="先动")
    return cases


WHY = {
    "good": "",
    "queued": "",
    "stale": "您选择以后有人更新过（您看到的是第 1 版",
    "named": "本案点名了 何静",
    "foreign": "没有找到，或者不在您的范围内",
    "held": MATTER,
    "done": "案件已经办结",
    "theirs": "本来就由 何静 办理",
}


def test_what_is_said_before_is_what_happens(
    cast: Cast, mixed: dict[str, Complaint], django_assert_max_num_queries: Any
) -> None:
    wanted = order(cast, *mixed.values())
    before = Event.objects.count()
    with django_assert_max_num_queries(6):  # cases, named, leave, teams of both, one hold
        said = bulk.preview(wanted, by=cast.supervisor)
    assert {v.chosen.number: bool(v.why) for v in said} == {
        mixed[name].number: bool(why) for name, why in WHY.items()
    }
    for verdict, why in zip(said, WHY.values(), strict=True):
        assert why in verdict.why
    assert (Event.objects.count(), BulkAct.objects.count()) == (before, 0)

    token = uuid4()
    act = bulk.carry_out(token, wanted, by=cast.supervisor)
    again = bulk.carry_out(token, wanted, by=cast.supervisor)  # a double click
    assert (again.pk, BulkAct.objects.count()) == (act.pk, 1)
    rows = bulk.rows_of(act)
    assert [(row.done, row.why) for row in rows] == [(not v.why, v.why) for v in said]
    assert owners(*mixed.values()) == [
        *["colleague"] * 2,
        *["agent"] * 2,
        "outsider",
        *["agent"] * 2,
        "colleague",
    ]
    assert all(broken_links(case.subject) == [] for case in mixed.values())
    send_waiting()
    notice = Notice.objects.get(outbox__effect="tell_assigned", user=cast.colleague)
    assert notice.subject == "2 件案件转派给您，来自 周启明"
    assert NOTE in notice.body
    assert mixed["queued"].number in notice.body


def test_undone_is_what_nobody_touched_since(cast: Cast) -> None:
    five = [f.registered(cast, order_number=f"SO-{n}") for n in range(5)]
    mine, moved, apart, away, edited = five
    Complaint.objects.filter(pk=away.pk).update(owner=None)
    act = bulk.carry_out(uuid4(), order(cast, *five), by=cast.supervisor)
    editing.edit(edited.number, {"title": "改过的事由"}, by=cast.colleague)
    assignment.assign(moved.number, by=cast.colleague, user=cast.agent, note="我不熟")
    NamedPerson.objects.create(
        complaint=apart, user=cast.agent, why="被投诉", by=cast.supervisor, at=timezone.now()
    )
    with pytest.raises(BulkAct.DoesNotExist):
        bulk.undo(act.pk, by=cast.supervisor2)
    bulk.undo(act.pk, by=cast.supervisor)
    bulk.undo(act.pk, by=cast.supervisor)  # a double click
    rows = bulk.rows_of(act)
    assert owners(*five) == ["agent", "agent", "colleague", None, "colleague"]
    assert [bool(row.undone_at) for row in rows] == [True, False, False, True, False]
    assert "转派以后有变动（何静 名下" in rows[4].kept_why
    assert "转派以后有变动（陈晓雨 名下" in rows[1].kept_why
    assert "本案点名了 陈晓雨" in rows[2].kept_why
    assert Event.objects.filter(code="assignment_undone").count() == 2
    assert broken_links(mine.subject) == []


def test_undone_before_it_was_told_is_not_told_and_after_ten_minutes_stays(cast: Cast) -> None:
    first, second = f.registered(cast), f.registered(cast, order_number="SO-2")
    send_waiting()
    act = bulk.carry_out(uuid4(), order(cast, first, second), by=cast.supervisor)
    bulk.undo(act.pk, by=cast.supervisor, now=act.undo_until)
    assert send_waiting() == 0
    assert Outbox.objects.get(effect="tell_assigned").cancelled_at == act.undo_until
    for case in (first, second):
        case.refresh_from_db()
    late = bulk.carry_out(uuid4(), order(cast, first, second), by=cast.supervisor)
    with pytest.raises(Invalid, match="10 分钟以后不能整批撤销"):
        bulk.undo(late.pk, by=cast.supervisor, now=late.undo_until + timedelta(seconds=1))
    assert owners(first, second) == ["colleague"] * 2


def test_nothing_is_cut_silently_and_nonsense_is_refused_whole(cast: Cast) -> None:
    case = f.registered(cast)
    many = [*(Chosen(f"TS26-9{n:05d}") for n in range(bulk.MOST)), Chosen(case.number)]
    act = bulk.carry_out(uuid4(), HandOver(many, cast.colleague, None, NOTE), by=cast.supervisor)
    last = bulk.rows_of(act)[-1]
    assert (last.asked, last.why) == (case.number, "一次最多转派 50 件；请分批")
    assert owners(case) == ["agent"]
    left = order(cast, case, left=[case.number, "TS26-999999"])
    act = bulk.carry_out(uuid4(), left, by=cast.supervisor)
    assert [row.done for row in bulk.rows_of(act)] == [True, False]
    for wrong, field in (
        (HandOver([], cast.agent, None, NOTE), "cases"),
        (HandOver([Chosen("'; DROP")], cast.agent, None, NOTE), "cases"),
        (HandOver([Chosen(case.number)], cast.agent, None, " "), "note"),
        (HandOver([Chosen(case.number)], cast.agent, None, "x" * 2001), "note"),
    ):
        with pytest.raises(Invalid) as refused:
            bulk.carry_out(uuid4(), wrong, by=cast.supervisor)
        assert set(refused.value.errors) == {field}
    assert BulkAct.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_over_the_same_cases_neither_wait_for_ever_nor_do_a_case_twice() -> None:
    cast = assemble()
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(4)]

    def one(by: Any, *chosen: Complaint) -> Any:
        return lambda: bulk.carry_out(uuid4(), order(cast, *chosen), by=by)

    came = meanwhile(one(cast.supervisor, *cases), one(cast.supervisor2, *reversed(cases)))
    assert [type(each) for each in came] == [BulkAct, BulkAct]
    rows = BulkRow.objects.filter(event__isnull=False)
    assert rows.count() == len({row.asked for row in rows}) == 4
    refused = BulkRow.objects.filter(event=None)
    assert all("有人更新过" in row.why for row in refused)
