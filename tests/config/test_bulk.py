"""Rows that are written together are what they would be, written one by one."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from complaints.models import Complaint, Deadline, Event, Outbox, Transition
from config import bulk
from config.bulk import Change, Shape
from tests import factories as f
from tests.cast import Cast

AT = datetime(2026, 3, 4, 9, 30, 0, 123456, tzinfo=UTC)
AWKWARD = ["", "退款", "'; DROP TABLE x; --", 'a"b\\c', "a\tb\r\nc", "\\N", "{}", "😀%s%%", "\x7f"]


def events(case: Complaint) -> list[Event]:
    return [
        Event(complaint=case, at=AT, kind="step", code="x", text=text, detail={"a": [text, None]})
        for text in AWKWARD
    ]


def plain(row: Any) -> dict[str, Any]:
    return {k: v for k, v in vars(row).items() if k not in ("_state", "id")}


def test_rows_come_back_as_bulk_create_would_have_written_them(cast: Cast) -> None:
    case = f.registered(cast)
    before = set(Event.objects.values_list("pk", flat=True))
    made = events(case)
    bulk.insert(made, keys=True)
    other = Event.objects.bulk_create(events(case))
    read = Event.objects.in_bulk()
    assert [plain(read[row.pk]) for row in made] == [plain(read[row.pk]) for row in other]
    assert [read[row.pk].text for row in made] == AWKWARD
    assert set(read) == before | {row.pk for row in (*made, *other)}


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_one_statement_writes_any_number_of_rows(cast: Cast, count: int) -> None:
    with CaptureQueriesContext(connection) as statements:
        bulk.insert([Team(name=f"组 {n}") for n in range(count)])
    assert len(statements) == min(count, 1)
    assert Team.objects.filter(name__startswith="组 ").count() == count


def test_columns_are_changed_in_the_named_rows_only(cast: Cast) -> None:
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(3)]
    for case in cases[:2]:
        case.claims, case.closed_at, case.transaction_date = (
            ["refund", "repair"],
            AT,
            date(2026, 1, 2),
        )
        case.title = "不写"
    bulk.update(cases[:2], ["claims", "closed_at", "transaction_date"])
    first, second, other = (Complaint.objects.get(pk=case.pk) for case in cases)
    for case in (first, second):
        assert (case.claims, case.closed_at) == (["refund", "repair"], AT)
        assert (case.transaction_date, case.title) == (date(2026, 1, 2), cases[2].title)
    assert (other.claims, other.closed_at) == (["refund"], None)


def test_nothing_is_written_back_as_nothing(cast: Cast) -> None:
    clock = Deadline.objects.get(complaint=f.registered(cast))
    bulk.change(Deadline, [{"id": clock.pk, "ladder": [], "ladder_at": None}])
    clock.refresh_from_db()
    assert (clock.ladder, clock.ladder_at) == ([], None)


def test_values_become_rows_of_several_tables_in_one_statement(cast: Cast) -> None:
    case = f.registered(cast)
    values = [{"case": case.pk, "word": word, "about": {"a": word}} for word in ("x", "y")]
    with CaptureQueriesContext(connection) as statements:
        bulk.spread(
            values,
            [
                Shape(
                    Event(at=AT, kind="step"),
                    {"complaint_id": "case", "code": "word", "detail": "about"},
                ),
                Shape(
                    Outbox(effect="tell_owner", created_at=AT, not_before=AT),
                    {"complaint_id": "case", "key": "word"},
                ),
            ],
        )
        bulk.spread([], [])
    assert len(statements) == 1
    found = Event.objects.filter(at=AT).order_by("id").values_list("code", "detail", "text")
    assert list(found) == [("x", {"a": "x"}, ""), ("y", {"a": "y"}, "")]
    assert list(Outbox.objects.filter(created_at=AT).values_list("key", "attempts", "payload")) == [
        ("x", 0, {}),
        ("y", 0, {}),
    ]


def test_rows_that_name_each_other_and_a_change_go_in_one_statement(cast: Cast) -> None:
    cases = [f.registered(cast, order_number=f"SO-{n}") for n in range(3)]
    values = [{"case": case.pk, "number": 7, "word": case.order_number} for case in cases[:2]]
    step = Transition(step="x", from_state="a", to_state="b", at=AT)
    message = Outbox(effect="tell_owner", created_at=AT, not_before=AT)
    of_step = {"id": "step", "complaint_id": "case", "version": "number"}
    of_message = {"complaint_id": "case", "transition_id": "step", "key": "word"}
    with CaptureQueriesContext(connection) as statements:
        bulk.spread(
            values,
            [
                Shape(step, of_step),
                Shape(message, of_message),
                Change(Complaint, {"id": "case", "title": "word"}, {"source": "甲"}),
            ],
            keys={"step": Transition},
        )
    assert len(statements) == 1
    left = Outbox.objects.filter(created_at=AT).order_by("key")
    assert [(row.key, row.transition.complaint_id, row.transition.version) for row in left] == [
        (case.order_number, case.pk, 7) for case in cases[:2]
    ]
    fresh = Complaint.objects.order_by("id").values_list("title", "source")
    assert list(fresh) == [("SO-0", "甲"), ("SO-1", "甲"), (cases[2].title, "")]


def test_constraints_and_triggers_hold_for_rows_that_are_written_together(cast: Cast) -> None:
    case = f.registered(cast)
    twice = [
        Outbox(complaint=case, effect="tell_owner", key="same", created_at=AT, not_before=AT)
        for _ in range(2)
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(twice)
    event = Event.objects.filter(complaint=case).first()
    assert event is not None
    event.text = "anders"
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        bulk.update([event], ["text"])


def test_a_value_that_is_no_text_is_refused(cast: Cast) -> None:
    with pytest.raises(TypeError, match="object cannot be written"):
        bulk.insert([Team(name=object())])
