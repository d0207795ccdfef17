"""What a sweep writes, as one plain SQL statement per batch: the measure for `deadlines.py`.

Nothing is looked at in between: no guard is asked, nothing failed is put aside, the texts are
fixed. The hash of the record is worked out as well.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

BATCH = 1_000
_TAKEN = f"""
held AS MATERIALIZED (
    SELECT d.id, d.ladder_at, c.id AS complaint, c.number, c.state, c.version + 1 AS version
    FROM complaints_deadline d JOIN complaints_complaint c ON c.id = d.complaint_id
    WHERE d.state = 'running' AND d.ladder_at <= now() AND d.ladder_at >= %(place)s
    ORDER BY d.ladder_at, d.id LIMIT {BATCH} FOR NO KEY UPDATE SKIP LOCKED),
due AS MATERIALIZED (
    SELECT *, nextval('complaints_transition_id_seq') AS step FROM held),
clock AS (
    UPDATE complaints_deadline d SET ladder = jsonb_set(ladder, '{{%(rung)s,done_at}}',
        to_jsonb(now())), ladder_at = %(next)s FROM due WHERE due.id = d.id),
history AS (
    INSERT INTO complaints_clockevent (deadline_id, at, kind, key, detail)
    SELECT id, now(), 'warned', 'bare' || clock_timestamp(), '{{"kind": "x", "who": "owner"}}'
    FROM due),
story AS (
    INSERT INTO complaints_event
        (complaint_id, at, kind, code, text, detail, visible_to_consumer)
    SELECT complaint, now(), 'deadline', 'warn_of_deadline', '', '{{"kind": "x", "who": "owner"}}',
        false FROM due),
message AS (
    INSERT INTO complaints_outbox (complaint_id, effect, key, payload, created_at, not_before,
        attempts, last_error)
    SELECT complaint, 'warn_of_deadline', number || '.' || id || clock_timestamp(),
        jsonb_build_object('deadline', id, 'who', 'owner'), now(), now(), 0, '' FROM due),
tail AS (
    SELECT due.*, coalesce(e.sequence, 0) AS sequence, coalesce(e.hash, '') AS hash
    FROM due LEFT JOIN LATERAL (
        SELECT sequence, hash FROM audit_entry WHERE subject = 'complaint:' || due.number
        ORDER BY sequence DESC LIMIT 1) e ON true),
hashed AS MATERIALIZED (
    SELECT *, encode(sha256(convert_to(hash || number || now(), 'UTF8')), 'hex') AS first FROM tail)
"""  # noqa: S608
_ENTRY = """
record AS (
    INSERT INTO audit_entry
        (at, actor, actor_name, verb, subject, sequence, detail, previous_hash, hash)
    SELECT now(), 'system', '', 'deadline.warn_of_deadline', 'complaint:' || number, sequence + 1,
        '{"kind": "x", "who": "owner"}', hash, first FROM hashed
"""
WARN = f"WITH {_TAKEN}, {_ENTRY}) SELECT count(*), max(ladder_at) FROM due"  # noqa: S608
FALL_DUE = f"""
WITH {_TAKEN}, {_ENTRY}
    UNION ALL SELECT now(), 'system', '', 'step.escalate', 'complaint:' || number, sequence + 2,
        jsonb_build_object('from', state, 'to', state, 'version', version), first,
        encode(sha256(convert_to(first || number || now(), 'UTF8')), 'hex') FROM hashed),
step AS (
    INSERT INTO complaints_transition
        (id, complaint_id, step, from_state, to_state, at, version, fields)
    SELECT step, complaint, 'escalate', state, state, now(), version, '{{}}' FROM due),
file AS (
    UPDATE complaints_complaint c SET version = due.version, updated_at = now()
    FROM due WHERE due.complaint = c.id),
told AS (
    INSERT INTO complaints_event
        (complaint_id, at, kind, code, text, detail, visible_to_consumer)
    SELECT complaint, now(), 'step', 'escalate', '',
        jsonb_build_object('from', state, 'to', state, 'version', version), false FROM due),
alarm AS (
    INSERT INTO complaints_outbox (complaint_id, transition_id, effect, key, payload, created_at,
        not_before, attempts, last_error)
    SELECT complaint, step, 'tell_escalation', number || '.' || version || '.alarm', '{{}}',
        now(), now(), 0, '' FROM due)
SELECT count(*), max(ladder_at) FROM due
"""  # noqa: S608


def warn() -> None:
    """Climb the first rung of every clock that is due."""
    _drain(WARN, 0, "due_at")


def fall_due() -> None:
    """Climb the last rung of every clock that is due, and escalate its case."""
    _drain(FALL_DUE, 2, "NULL")


def _drain(statement: str, rung: int, following: str) -> None:
    whole = statement.replace("%(rung)s", str(rung)).replace("%(next)s", following)
    count, place = BATCH, datetime(1, 1, 2, tzinfo=UTC)
    with connection.cursor() as cursor:
        while count == BATCH:
            cursor.execute(whole, {"place": place})
            count, place = cursor.fetchone()
