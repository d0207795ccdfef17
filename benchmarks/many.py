"""A million cases and five million events within minutes: copies of fifteen made by taking the
steps (`benchmarks/world.py`), but only what figures are counted from.

Not copied: evidence, answers, analyses, words to search, letters, notices, the audit record, other
steps than closing and reopening, and met clocks of no statute. Indexes are taken away before and
made again afterwards, as after any load.

Assumptions: an enterprise of forty people in four teams, three years, 1 case in 50 open. A closed
case was received on any of the days, an open one in the last two weeks, whatever belongs to it was
as many days ago; ten provinces, four categories, forty products of eight brands. It took up
to three weeks, the first answer up to two and a half days. Three in a row are one person's, and of
one group in five about the same order (repeats). Five events a case.
"""
# ruff: noqa: S608 the statements are put together from constants

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import Membership, Team
from benchmarks import world
from benchmarks.indexes import without_indexes
from complaints.lifecycle import OPEN_STATES
from complaints.models import Communication, Complaint, Consumer, Event
from correspondence.tasks import send_waiting
from tests.cast import Cast

DAYS, OPEN_FOR = 1_095, 14  # received in the last so many days
OPEN_IN = 50  # one case in so many is open
EVENTS = 5
TEAMS = 4
DONE = ("closed",) * 8
_CASES = "SELECT id FROM complaints_complaint WHERE id < %(stride)s AND state = ANY(%(states)s)"
_OF_CASE = f"t.complaint_id IN ({_CASES})"
# Table → its originals of cases in certain states; whatever is referred to comes first.
ORIGINALS = {
    "Consumer": f"t.id IN (SELECT consumer_id FROM complaints_complaint WHERE id IN ({_CASES}))",
    "Complaint": f"t.id IN ({_CASES})",
    "Transition": f"{_OF_CASE} AND (t.step = 'reopen' OR t.to_state = 'closed')",
    "Deadline": f"{_OF_CASE} AND (t.nature = 'statutory' OR t.state = 'running')",
    "Communication": f"{_OF_CASE} AND NOT t.inbound",
    **dict.fromkeys(("Resolution", "Commitment", "Invitation"), _OF_CASE),
    "Opinion": "t.resolution_id IN "
    f"(SELECT id FROM complaints_resolution WHERE complaint_id IN ({_CASES}))",
    "Payment": "t.commitment_id IN "
    f"(SELECT id FROM complaints_commitment WHERE complaint_id IN ({_CASES}))",
}
SPREAD = """
UPDATE complaints_complaint c SET
    region = (ARRAY['11','31','32','33','35','37','41','42','44','51'])[1 + c.id / 7 * 31 %% 10],
    product_name = '商品 ' || c.id * 17 %% 40, brand = '品牌 ' || c.id * 17 %% 8,
    received_at = c.received_at - CASE WHEN c.closed_at IS NULL THEN interval '0'
        ELSE c.id * 31 %% 500 * interval '1 hour' END,
    state = CASE WHEN c.closed_at IS NOT NULL AND c.id %% 4 > 0 THEN 'archived' ELSE c.state END,
    category = (ARRAY['telesales_fraud','food_safety','price','handling'])[1 + c.id / 3 * 13 %% 4],
    order_number = 'SO-' || CASE WHEN c.id / 3 %% 5 = 0 THEN c.id / 3 ELSE c.id * 10 END,
    owner_id = (%(owners)s::bigint[])[1 + c.id %% %(people)s],
    team_id = (%(teams)s::bigint[])[1 + c.id %% %(people)s]
WHERE c.id >= %(stride)s
"""
PERSONS = """
UPDATE complaints_consumer k SET email_index = '', id_number_index = '',
    phone_index = substr(sha256(convert_to((c.id / 3)::text, 'UTF8')), 1, 16)
FROM complaints_complaint c WHERE c.consumer_id = k.id AND c.id >= %(stride)s
"""
ANSWERED = """
UPDATE complaints_communication m SET at = c.received_at + c.id %% 60 * interval '1 hour'
FROM complaints_complaint c WHERE c.id = m.complaint_id
"""
STORY = """
INSERT INTO complaints_event ({columns})
SELECT {values} FROM (
    SELECT t.*, row_number() OVER (PARTITION BY t.complaint_id ORDER BY t.at, t.id) AS nth,
        count(*) OVER (PARTITION BY t.complaint_id) AS number
    FROM complaints_event t WHERE {originals}) t
CROSS JOIN generate_series(%(first)s::bigint, %(last)s) k
CROSS JOIN generate_series(0, %(events)s - 1) again
WHERE t.nth <= %(events)s AND again %% least(t.number, %(events)s) = t.nth - 1
"""


def grown(count: int) -> Cast:
    """About so many cases in an empty database, and who works on them."""
    cast = world.originals_of((*world.OPEN, *DONE))
    send_waiting()  # consumers are asked whether they are satisfied
    for case in Complaint.objects.all():
        Communication.objects.create(complaint=case, kind="reply", text="已收到", at=timezone.now())
    owners, teams = _people(cast)
    opened, done = count // OPEN_IN, count - count // OPEN_IN
    parts = (
        (list(OPEN_STATES), opened // len(world.OPEN) - 1, OPEN_FOR),
        (["closed"], done // len(DONE) - 1, DAYS),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no checks, no triggers
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for name in (*ORIGINALS, "Event"):
            model = apps.get_model("complaints", name)
            with without_indexes(cursor, model):
                for states, last, days in parts:
                    values: dict[str, Any] = {
                        "states": states,
                        "stride": world.STRIDE,
                        "events": EVENTS,
                    }
                    values |= {"first": 1, "last": last, "days": days}
                    cursor.execute(_copying(model), values)
                if model is Complaint:
                    people: dict[str, Any] = {
                        "owners": owners,
                        "teams": teams,
                        "people": len(owners),
                    }
                    people["stride"] = world.STRIDE
                    cursor.execute(SPREAD, people)
        for model, statement in ((Consumer, PERSONS), (Communication, ANSWERED)):
            with without_indexes(cursor, model):
                cursor.execute(statement, {"stride": world.STRIDE})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE)")
    return cast


def _people(cast: Cast) -> tuple[list[int], list[int]]:
    """Ids of forty people and of the team of each."""
    people = [cast.agent, *world.more_agents(cast.team)]
    others = Team.objects.bulk_create(Team(name=f"客服{n}组") for n in ("三", "四"))
    teams = [cast.team, cast.other_team, *others]
    placed = [teams[n % TEAMS] for n in range(len(people))]
    Membership.objects.filter(user__in=people).delete()
    Membership.objects.bulk_create(
        Membership(user=user, team=team) for user, team in zip(people, placed, strict=True)
    )
    return [user.pk for user in people], [team.pk for team in placed]


def _copying(model: type[models.Model]) -> str:
    fields = [f for f in model._meta.local_concrete_fields if not f.generated]
    if model is Event:
        fields = [f for f in fields if not f.primary_key]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    values = ", ".join(_value_of(model, f) for f in fields)
    if model is Event:
        return STORY.format(columns=columns, values=values, originals=_OF_CASE)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} '
        f'FROM "{model._meta.db_table}" t, generate_series(%(first)s::bigint, %(last)s) AS k '
        f"WHERE {ORIGINALS[model.__name__]} ORDER BY k"
    )


def _value_of(model: type[models.Model], field: models.Field) -> str:  # type: ignore[type-arg]
    column = f't."{field.column}"'
    if field.name == "outbox":
        return "NULL"
    if isinstance(field, models.DateTimeField):
        return f"{column} - interval '1 day' * (k * 7919 %% %(days)s)"
    if isinstance(field, models.DateField):
        return f"{column} - (k * 7919 %% %(days)s)::int"
    return world.value_of(model, field)
