"""Reading is recorded: one row for each answer that shows a case, or no answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import partitions, reading
from audit.models import Reading
from audit.reading import Shown
from complaints.actions import evidence
from tests import factories as f
from tests.cast import Cast


@pytest.fixture
def agent(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent)
    return client


def the_row() -> Reading:
    return Reading.objects.latest("pk")


def test_a_page_of_a_case_is_one_row_and_one_statement(cast: Cast, agent: Client) -> None:
    case = f.investigating(cast)
    item = evidence.add(case.number, [b"x"], "x.txt", {"title": "照片"}, by=cast.agent)
    with CaptureQueriesContext(connection) as statements:
        page = agent.get(reverse("case", args=[case.number]))
    assert page.status_code == 200
    written = [q["sql"] for q in statements if not q["sql"].startswith("SELECT")]
    assert len(written) == 1
    assert written[0].startswith('INSERT INTO "audit_reading"')
    row = the_row()
    assert (row.actor, row.actor_name, row.page) == ("agent", "陈晓雨", "case")
    assert row.request_id == page["X-Request-ID"]
    assert (row.about, row.subjects) == (case.subject, [case.subject])
    assert {"consumer", "narrative", "facts", "law"} <= set(row.fields)
    agent.post(reverse("evidence", args=[case.number, item.number]))
    assert the_row().fields == [f"file:{item.number}"]


def test_a_list_is_one_row_for_all_its_cases(cast: Cast, agent: Client) -> None:
    cases = {f.registered(cast).subject for _ in range(3)}
    f.registered(cast, by=cast.outsider)
    agent.get(reverse("queue"))
    row = Reading.objects.get()
    assert (row.about, set(row.subjects)) == ("", cases)


def test_what_is_refused_or_leads_elsewhere_was_not_read(cast: Cast, agent: Client) -> None:
    case, foreign = f.registered(cast), f.registered(cast, by=cast.outsider)
    assert agent.get(reverse("case", args=[foreign.number])).status_code == 404
    assert agent.get(reverse("case", args=["TS26-999999"])).status_code == 404
    note = {"kind": "internal_note", "text": "备注"}
    assert agent.post(reverse("communicate", args=[case.number]), note).status_code == 302
    assert agent.get(f"/api/v1/complaints/{foreign.number}/facts/").status_code == 404
    agent.get(reverse("queue"), {"q": foreign.number})
    assert not Reading.objects.exists()


def test_programs_are_recorded_under_their_person(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    assert agent.get("/api/v1/complaints/").status_code == 200
    assert (the_row().page, the_row().subjects) == ("api-complaints", [case.subject])
    assert agent.get(f"/api/v1/complaints/{case.number}/timeline/").status_code == 200
    assert (the_row().actor, the_row().about) == ("agent", case.subject)


def test_without_its_row_there_is_no_answer(cast: Cast, agent: Client) -> None:
    case = f.registered(cast)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_reading RENAME TO elsewhere")
        page = agent.get(reverse("case", args=[case.number]))
        transaction.set_rollback(True)
    assert page.status_code == 503
    assert page["Retry-After"]
    assert case.number not in page.content.decode()


def test_the_record_of_reading_is_append_only_in_every_month(cast: Cast) -> None:
    now = timezone.now()
    for at in (now, now - timedelta(days=4000)):  # a part, and the part for all others
        reading.note(Shown("case"), ["complaint:X"], cast.agent, at)
    for statement in ("UPDATE audit_reading SET actor = ''", "DELETE FROM audit_reading"):
        for only in ("at > now() - interval '1 year'", "at < now() - interval '1 year'"):
            with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
                connection.cursor().execute(f"{statement} WHERE {only}")


def test_the_months_ahead_are_made_once_and_take_the_rows_of_their_month(cast: Cast) -> None:
    then = timezone.now().replace(year=2031, month=11, day=30, hour=20, minute=0)
    assert partitions.months(then) == [
        date(2031, 12, 1),  # in Shanghai it is December
        date(2032, 1, 1),
        date(2032, 2, 1),
        date(2032, 3, 1),
    ]
    names = ["2031_12", "2032_01", "2032_02", "2032_03"]
    assert [n[-7:] for n in partitions.make_ahead(then)][:4] == names
    assert partitions.make_ahead(then) == []
    reading.note(Shown("case"), ["complaint:X"], cast.agent, then)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_reading")
        assert cursor.fetchall() == [("audit_reading_2031_12",)]


def test_rows_that_came_before_their_month_was_made_stay_where_they_are(cast: Cast) -> None:
    then = timezone.now() + timedelta(days=4000)
    reading.note(Shown("case"), ["complaint:X"], cast.agent, then)
    first = partitions.months(then)[0]
    made = [n for n in partitions.make_ahead(then) if n.startswith("audit_reading")]
    assert f"audit_reading_{first:%Y_%m}" not in made
    assert len(made) == partitions.AHEAD
    assert Reading.objects.filter(at__gte=then).count() == 1


@pytest.mark.parametrize(
    "what", ["'audit_tail', '2031-01-01'", "'audit_reading', '2031-01-02'", "'pg_class', now()"]
)
def test_the_database_makes_months_of_its_record_and_nothing_else(db: None, what: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(f"SELECT audit_make_month({what})")
