"""Open cases by the million with their clocks, and clocks that fall due: a few statements."""

from __future__ import annotations

from django.db import connection

from audit.models import Entry, Tail
from benchmarks import world
from complaints.models import (
    ClockEvent,
    Complaint,
    Consumer,
    Deadline,
    Event,
    Outbox,
    Transition,
)
from evidence.models import Folder
from tests import factories
from tests.cast import Cast, assemble

# What a sweep touches, and what these rows need.
COPIED = (Folder, Consumer, Complaint, Deadline, ClockEvent, Event, Transition)
RECORDS = (Outbox, Entry, Tail)
RUNGS = ("owner@50", "team_lead@80", "supervisor@100")


def open_cases(count: int, *, records: bool = True) -> Cast:
    """So many open cases, half of them registered, half under investigation; nothing is due.

    `records`: with what left the house, and with their entries of the audit record, whose hashes
    are those of the originals.
    """
    cast = assemble()
    factories.registered(cast)
    factories.investigating(cast)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no checks, no triggers
        cursor.execute("UPDATE complaints_outbox SET done_at = created_at")
        for model in (*COPIED, *RECORDS) if records else COPIED:
            cursor.execute(world.copying(model), {"from": 1, "to": count // 2 - 1})
        cursor.execute("SET session_replication_role = origin")
        if not records:
            cursor.execute("TRUNCATE audit_entry, audit_tail, audit_pending")
        cursor.execute(world.DUE_DATES)
        cursor.execute(world.NEXT_DUE)
        cursor.execute("VACUUM (ANALYZE)")
    return cast


def make_due(count: int, *, rungs: int = 1) -> int:
    """Let so many clocks fall due, each of another case, a second after one another; `rungs`: how
    many of the last rungs are waiting. Answers how many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(FALL_DUE, {"count": count, "climbed": len(RUNGS) - rungs})
        return cursor.rowcount


def warn(count: int) -> int:
    """Let the first rung be due of so many clocks whose due instant lies ahead."""
    with connection.cursor() as cursor:
        cursor.execute(WARN, {"count": count})
        return cursor.rowcount


def spread(count: int, seconds: float) -> None:
    """Let so many clocks fall due, half of them in the last so many seconds, half in the next; the
    two warnings of each come before, at any time.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, {"count": count, "seconds": seconds})


CHOSEN = """
    SELECT max(id) AS id, row_number() OVER () AS place FROM complaints_deadline d
    WHERE state = 'running' AND ladder_at > now() AND ladder #>> '{0,done_at}' IS NULL
    GROUP BY complaint_id LIMIT %(count)s
"""
FALL_DUE = f"""
WITH chosen AS ({CHOSEN}), at AS (
    SELECT id, date_trunc('second', now()) - interval '1 second' * place AS due FROM chosen)
UPDATE complaints_deadline d SET due_at = at.due, ladder_at = at.due, ladder = (
    SELECT jsonb_agg(jsonb_build_object(
        'at', at.due, 'who', split_part(code, '@', 1),
        'code', CASE WHEN code LIKE '%%@100' THEN
            code || '|' || to_char(at.due AT TIME ZONE 'UTC', 'YYMMDDHH24MI') ELSE code END,
        'done_at', CASE WHEN n <= %(climbed)s THEN at.due - interval '1 day' END) ORDER BY n)
    FROM unnest(ARRAY{list(RUNGS)}) WITH ORDINALITY AS rung(code, n))
FROM at WHERE at.id = d.id
"""  # noqa: S608
WARN = f"""
WITH chosen AS ({CHOSEN}), at AS (
    SELECT id, date_trunc('second', now()) - interval '1 second' * place AS warned FROM chosen)
UPDATE complaints_deadline d SET ladder_at = at.warned, ladder = (
    SELECT jsonb_agg(jsonb_build_object(
        'at', CASE WHEN n = 1 THEN at.warned ELSE d.due_at END, 'who', split_part(code, '@', 1),
        'code', code, 'done_at', NULL) ORDER BY n)
    FROM unnest(ARRAY{list(RUNGS)}) WITH ORDINALITY AS rung(code, n))
FROM at WHERE at.id = d.id
"""  # noqa: S608
SPREAD = f"""
WITH chosen AS ({CHOSEN}), at AS (
    SELECT id, now() + interval '1 second' * %(seconds)s * (2 * random() - 1) AS due FROM chosen),
rungs AS (
    SELECT id, due, code, n, CASE n WHEN 3 THEN due
        ELSE due - interval '1 second' * %(seconds)s * random() END AS at
    FROM at, unnest(ARRAY{list(RUNGS)}) WITH ORDINALITY AS rung(code, n)),
ladders AS (
    SELECT id, due, min(at) AS first, jsonb_agg(jsonb_build_object(
        'at', at, 'who', split_part(code, '@', 1),
        'code', CASE WHEN n = 3 THEN
            code || '|' || to_char(due AT TIME ZONE 'UTC', 'YYMMDDHH24MI') ELSE code END,
        'done_at', NULL) ORDER BY n) AS ladder
    FROM rungs GROUP BY id, due)
UPDATE complaints_deadline d SET due_at = l.due, ladder_at = l.first, ladder = l.ladder
FROM ladders l WHERE l.id = d.id
"""  # noqa: S608
