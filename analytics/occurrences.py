"""The slow definition: what is counted of cases, straight from the records of the cases.

One statement reads everything that is counted of some cases; working time is reckoned here, by the
calendar. Whatever the roll-up says has to be equal to this (`tests/analytics/test_rollup.py`).

Days are local (Asia/Shanghai). A thing that stands (an open case, money owed) has the day on which
it falls due, or `NO_DAY`.
"""
# ruff: noqa: S608 the statements are put together from the constants of this file alone

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from analytics.models.counted import NO_DAY
from complaints import calendars
from complaints.choices import CommitmentState, DeadlineState
from complaints.lifecycle import PHASE_OF
from complaints.models.satisfaction import HIGHEST
from complaints.worktime import working_minutes

REPEAT_WITHIN = 90  # days
MINUTES_IN_A_TENTH = {"responded": 6, "closed": 48}  # of an hour; of a day of eight hours

# What there is of a case. `right` and the rows below `key` are counted per key too.
RECEIVED, OPENED, OPEN, RIGHT, REPEAT = "received", "opened", "open", "right", "repeat"
RESPONDED, CLOSED, CLOSING = "responded", "closed", "closing"
ASKED, PROMISE, CLOCK, OPINION = "asked", "promise", "clock", "opinion"
PAID, OWED = "paid", "owed"
STANDING = (OPEN, OWED)  # counted as they are now, whatever their day
SATISFIED = tuple(str(score) for score in range(4, HIGHEST + 1))
SILENT = "silent"
KEPT, LATE, BROKEN, RUNNING = "kept", "late", "broken", "running"
REOPENED, STAYED = "reopened", "stayed"
SIGNED, SENT_BACK = "signed", "sent_back"


class Counted(NamedTuple):
    """One occurrence of a case; the columns of `models.Occurrence`."""

    kind: str
    day: date
    key: str
    value: int | None
    amount: Decimal
    ref: int


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE 'Asia/Shanghai')::date"


_FAR = f"DATE '{NO_DAY.isoformat()}'"
_OF_PHASE = " ".join(f"WHEN '{state}' THEN '{phase.value}'" for state, phase in PHASE_OF.items())
PHASE = f"CASE c.state {_OF_PHASE} END"
IS_OPEN = "c.state NOT IN ('closed', 'archived')"

# The same person as `k`: the same record, or the same number or address by its blind index. Each is
# looked up by an index of its own.
SAME_PERSON = "SELECT k.id" + "".join(
    f" UNION ALL SELECT p.id FROM complaints_consumer p WHERE p.{name}_index = k.{name}_index "
    f"AND k.{name}_index <> ''"
    for name in ("phone", "id_number", "email")
)
# The cases of that person. OFFSET 0 keeps the planner from reading all cases by another index.
OF_THE_SAME = f"""
    LATERAL (SELECT DISTINCT each.id FROM ({SAME_PERSON}) each(id) OFFSET 0) same CROSS JOIN
    LATERAL (SELECT * FROM complaints_complaint o WHERE o.consumer_id = same.id OFFSET 0) e
"""
SAME_OBJECT = """(
    (e.order_number = c.order_number AND c.order_number <> '')
    OR (lower(e.product_name) = lower(c.product_name) AND c.product_name <> ''))
"""
_EARLIER = f"""
    EXISTS (SELECT FROM complaints_consumer k, {OF_THE_SAME}
      WHERE k.id = c.consumer_id AND {SAME_OBJECT}
        AND (e.received_at, e.id) < (c.received_at, c.id)
        AND {_day("e.received_at")} >= {_day("c.received_at")} - {REPEAT_WITHIN})
"""
_CASES = "complaints_complaint c WHERE c.id = ANY(%(ids)s)"


# kind → SELECT id of the case, day, key, from and until when time is reckoned, amount, ref
STATEMENTS: dict[str, str] = {
    RECEIVED: f"SELECT c.id, {_day('c.received_at')}, '', NULL, NULL, 0, 0 FROM {_CASES}",
    OPENED: f"""
        SELECT c.id, {_day("c.created_at")}, '', NULL, NULL, 0, 0 FROM {_CASES}
        UNION ALL SELECT t.complaint_id, {_day("t.at")}, '', NULL, NULL, 0, t.id
        FROM complaints_transition t WHERE t.complaint_id = ANY(%(ids)s) AND t.step = 'reopen'""",
    OPEN: f"""
        SELECT c.id, coalesce({_day("c.next_due_at")}, {_FAR}), {PHASE}, NULL, NULL, 0, 0
        FROM {_CASES} AND {IS_OPEN}""",
    RIGHT: f"""
        SELECT DISTINCT c.id, {_day("c.received_at")}, r, NULL::timestamptz, NULL::timestamptz, 0, 0
        FROM complaints_complaint c, unnest(c.rights) r WHERE c.id = ANY(%(ids)s)""",
    REPEAT: f"""
        SELECT c.id, {_day("c.received_at")}, '', NULL, NULL, 0, 0 FROM {_CASES} AND {_EARLIER}""",
    RESPONDED: f"""
        (SELECT DISTINCT ON (m.complaint_id) m.complaint_id, {_day("m.at")}, '', c.received_at,
            greatest(m.at, c.received_at), 0, m.id
        FROM complaints_communication m JOIN complaints_complaint c ON c.id = m.complaint_id
        LEFT JOIN complaints_outbox b ON b.id = m.outbox_id
        WHERE m.complaint_id = ANY(%(ids)s) AND NOT m.inbound AND m.kind IN ('reply', 'call_note')
            AND b.cancelled_at IS NULL  -- nobody read what was taken back before it left
            AND NOT EXISTS (SELECT FROM complaints_rightsletter l WHERE l.communication_id = m.id)
        ORDER BY m.complaint_id, m.at, m.id)""",
    CLOSED: f"""
        SELECT c.id, {_day("c.closed_at")}, c.outcome,
            CASE WHEN c.outcome <> 'merged' THEN c.received_at END,
            CASE WHEN c.outcome <> 'merged' THEN greatest(c.closed_at, c.received_at) END, 0, 0
        FROM {_CASES} AND NOT {IS_OPEN} AND c.closed_at IS NOT NULL""",
    CLOSING: f"""
        SELECT t.complaint_id, {_day("t.at")}, CASE t.then WHEN 'reopen' THEN '{REOPENED}'
            ELSE '{STAYED}' END, NULL, NULL, 0, t.id
        FROM (SELECT *, lead(step) OVER (PARTITION BY complaint_id ORDER BY version) AS then
            FROM complaints_transition WHERE complaint_id = ANY(%(ids)s)
            AND (step = 'reopen' OR (to_state = 'closed' AND from_state <> 'closed'))) t
        WHERE t.step <> 'reopen'""",
    ASKED: f"""
        SELECT i.complaint_id, {_day("i.asked_at")}, coalesce(f.score::text, '{SILENT}'),
            NULL, NULL, 0, i.id
        FROM complaints_invitation i LEFT JOIN complaints_feedback f ON f.invitation_id = i.id
        WHERE i.complaint_id = ANY(%(ids)s)""",
    PROMISE: f"""
        SELECT p.complaint_id, {_day("p.due_at")}, CASE
            WHEN p.state = '{CommitmentState.KEPT}' AND p.on_time THEN '{KEPT}'
            WHEN p.state = '{CommitmentState.KEPT}' THEN '{LATE}'
            WHEN p.state = '{CommitmentState.BROKEN}' THEN '{BROKEN}' ELSE '{RUNNING}' END,
            NULL, NULL, 0, p.id
        FROM complaints_commitment p WHERE p.complaint_id = ANY(%(ids)s)
            AND p.state <> '{CommitmentState.WAIVED}' AND p.due_at IS NOT NULL""",
    CLOCK: f"""
        SELECT d.complaint_id, {_day("d.due_at")}, d.kind || ':' || CASE
            WHEN d.state = '{DeadlineState.MET}' THEN '{KEPT}'
            WHEN d.state = '{DeadlineState.RUNNING}' THEN '{RUNNING}'
            WHEN d.met_at IS NOT NULL THEN '{LATE}' ELSE '{BROKEN}' END, NULL, NULL, 0, d.id
        FROM complaints_deadline d WHERE d.complaint_id = ANY(%(ids)s)
            AND d.nature = 'statutory' AND d.owed_by = 'enterprise'
            AND d.state IN ('{DeadlineState.RUNNING}', '{DeadlineState.MET}',
                '{DeadlineState.MISSED}')
            AND coalesce(d.terms->>'unit', '') <> 'immediate'""",
    OPINION: f"""
        SELECT r.complaint_id, {_day("o.at")},
            CASE WHEN o.signed THEN '{SIGNED}' ELSE '{SENT_BACK}' END, NULL, NULL, 0, o.id
        FROM complaints_opinion o JOIN complaints_resolution r ON r.id = o.resolution_id
        WHERE r.complaint_id = ANY(%(ids)s)""",
    PAID: """
        SELECT p.complaint_id, m.paid_on, '', NULL, NULL, m.amount, m.id
        FROM complaints_payment m JOIN complaints_commitment p ON p.id = m.commitment_id
        WHERE p.complaint_id = ANY(%(ids)s) AND m.reversed_at IS NULL""",
    OWED: f"""
        SELECT p.complaint_id, coalesce({_day("p.due_at")}, {_FAR}), '', NULL, NULL,
            p.amount - p.paid, p.id
        FROM complaints_commitment p WHERE p.complaint_id = ANY(%(ids)s) AND p.amount > p.paid
            AND p.state <> '{CommitmentState.WAIVED}'
            AND NOT (p.state = '{CommitmentState.BROKEN}' AND p.strength = 'offered'
                AND p.source <> 'resolution')""",
}
KINDS = tuple(STATEMENTS)


def _union(kinds: Iterable[str]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, x.complaint, x.day, x.key, x.since::timestamptz, "
        f"x.until::timestamptz, x.amount::numeric, x.ref::bigint FROM ({STATEMENTS[kind]}) "
        f"AS x(complaint, day, key, since, until, amount, ref)"
        for kind in kinds
    )


ALL, TIMED = _union(KINDS), _union(MINUTES_IN_A_TENTH)
UNTIMED = _union(kind for kind in KINDS if kind not in MINUTES_IN_A_TENTH)


def of_cases(ids: Collection[int], statement: str = ALL) -> Iterator[tuple[int, Counted]]:
    """(case, occurrence) for everything that is counted of these cases now, or for `TIMED` only
    those of which working time is reckoned. One statement.
    """
    calendar = calendars.current()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids)})
        rows = cursor.fetchall()
    for kind, case, day, key, since, until, amount, ref in rows:
        value = None
        if since is not None:
            minutes = max(0, working_minutes(since, until, calendar))
            value = -(-minutes // MINUTES_IN_A_TENTH[kind])  # nothing is called shorter than it is
        yield case, Counted(kind, day, key, value, Decimal(amount), ref)


_PEERS = f"""
SELECT DISTINCT e.id FROM complaints_complaint c JOIN complaints_consumer k ON k.id = c.consumer_id
CROSS JOIN {OF_THE_SAME}
WHERE c.id = ANY(%(ids)s) AND e.id <> c.id AND {SAME_OBJECT} AND e.received_at >= c.received_at
    AND {_day("e.received_at")} <= {_day("c.received_at")} + {REPEAT_WITHIN}
"""


def later_of_the_same(ids: Collection[int]) -> set[int]:
    """Later cases of the same person and object, which may be repeats of these. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_PEERS, {"ids": list(ids)})
        return {pk for (pk,) in cursor.fetchall()}
