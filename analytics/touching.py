"""What tells the figures that a case changed: the database itself, in the same transaction, so that
no action can forget it. One narrow row is added; nobody waits for a hot counter.

Most tables are those of `complaints`, which knows nothing of figures: so these are no triggers of
its models. They are made anew after every migration, from this table.
"""
# ruff: noqa: S608 the statements are put together from the constants of this file alone

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, connections
from django.db.migrations import Migration, operations

from analytics.occurrences import OF_THE_SAME, REPEAT_WITHIN

Plan = Sequence[tuple[Migration, bool]]
_ROW = "INSERT INTO analytics_touched (case_id, since) {}; RETURN NULL;"
_OF_ROW = _ROW.format("VALUES (NEW.{}, clock_timestamp())")
_VIA = _ROW.format("SELECT {}, clock_timestamp() FROM {} WHERE {}")
# Of a person or object that was another before: later cases may be repeats no more.
_SAME = """SELECT e.id, clock_timestamp() FROM complaints_complaint e
WHERE e.consumer_id IN ({})"""
_WAS_OR_IS = "SELECT NEW.id" + "".join(
    f" UNION SELECT p.id FROM complaints_consumer p WHERE p.{name}_index <> '' "
    f"AND p.{name}_index IN (OLD.{name}_index, NEW.{name}_index)"
    for name in ("phone", "id_number", "email")
)


_EVERY_CASE = """
INSERT INTO analytics_touched (case_id, since)
SELECT id, clock_timestamp() FROM complaints_complaint ORDER BY id
"""


RECENT = timedelta(days=2)
_RECENT = _EVERY_CASE.replace("ORDER BY", "WHERE updated_at > %s ORDER BY")


def touch_recent(now: datetime) -> int:
    """Cases of the last days are counted once more; answers how many. A trigger sees only what is
    committed: who is corrected while another writes down a case of the same person may leave a
    repeat of nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [now - RECENT])
        return int(cursor.rowcount)


def _changed(*columns: str) -> str:
    return " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in columns)


class Trigger(NamedTuple):
    """Name, table, when it fires, on what condition, the body of its function, and whether it fires
    for each row or statement.
    """

    name: str
    table: str
    event: str
    when: str
    body: str
    each: str = "ROW"


_OBJECT = ("consumer_id", "order_number", "product_name", "received_at")
_CASE = (
    *("state", "outcome", "team_id", "owner_id", "category", "channel", "rights", "closed_at"),
    *("next_due_at", "created_at"),
    *("region", "brand", "batch", "supplier", "script_version"),
)
_CLOCK = ("state", "due_at", "met_at", "nature", "kind", "owed_by", "terms")
_PROMISE = ("state", "due_at", "amount", "paid", "on_time", "strength", "source")
_FEW = f"""
SELECT e.id, clock_timestamp() FROM complaints_consumer k, {OF_THE_SAME}
WHERE k.id IN (OLD.consumer_id, NEW.consumer_id)
    AND e.received_at >= least(OLD.received_at, NEW.received_at) - interval '1 day'
    AND e.received_at <= greatest(OLD.received_at, NEW.received_at)
        + interval '{REPEAT_WITHIN + 1} days'
"""

TRIGGERS: tuple[Trigger, ...] = (
    Trigger("case_made", "complaints_complaint", "INSERT", "", _OF_ROW.format("id")),
    Trigger(
        "case_changed",
        "complaints_complaint",
        "UPDATE OF " + ", ".join(_CASE),
        _changed(*_CASE),
        _OF_ROW.format("id"),
    ),
    Trigger(
        "case_of_other",
        "complaints_complaint",
        "UPDATE OF " + ", ".join(_OBJECT),
        _changed(*_OBJECT),
        "INSERT INTO analytics_touched (case_id, since) VALUES (NEW.id, clock_timestamp()); "
        + _ROW.format(_FEW),
    ),
    Trigger(
        "person_changed",
        "complaints_consumer",
        "UPDATE OF phone_index, id_number_index, email_index",
        _changed("phone_index", "id_number_index", "email_index"),
        _ROW.format(_SAME.format(_WAS_OR_IS)),
    ),
    Trigger(
        "case_turned",
        "complaints_transition",
        "INSERT",
        "NEW.step = 'reopen' OR NEW.to_state = 'closed'",
        _OF_ROW.format("complaint_id"),
    ),
    Trigger(
        "clock_started",
        "complaints_deadline",
        "INSERT",
        "NEW.nature = 'statutory'",
        _OF_ROW.format("complaint_id"),
    ),
    Trigger(
        "clock_changed",
        "complaints_deadline",
        "UPDATE OF " + ", ".join(_CLOCK),
        f"(OLD.nature = 'statutory' OR NEW.nature = 'statutory') AND ({_changed(*_CLOCK)})",
        _OF_ROW.format("complaint_id"),
    ),
    Trigger("promise_made", "complaints_commitment", "INSERT", "", _OF_ROW.format("complaint_id")),
    Trigger(
        "promise_changed",
        "complaints_commitment",
        "UPDATE OF " + ", ".join(_PROMISE),
        _changed(*_PROMISE),
        _OF_ROW.format("complaint_id"),
    ),
    Trigger(
        "money_paid",
        "complaints_payment",
        "INSERT OR UPDATE OF reversed_at",
        "",
        _VIA.format("complaint_id", "complaints_commitment", "id = NEW.commitment_id"),
    ),
    Trigger(
        "opinion_given",
        "complaints_opinion",
        "INSERT",
        "",
        _VIA.format("complaint_id", "complaints_resolution", "id = NEW.resolution_id"),
    ),
    Trigger(
        "consumer_asked", "complaints_invitation", "INSERT", "", _OF_ROW.format("complaint_id")
    ),
    Trigger(
        "consumer_answered",
        "complaints_feedback",
        "INSERT",
        "",
        _VIA.format("complaint_id", "complaints_invitation", "id = NEW.invitation_id"),
    ),
    Trigger(
        "consumer_told",
        "complaints_communication",
        "INSERT OR UPDATE OF at, inbound, kind",
        "NOT NEW.inbound AND NEW.kind IN ('reply', 'call_note')",
        _OF_ROW.format("complaint_id"),
    ),
    Trigger(
        "reply_undone",
        "complaints_outbox",
        "UPDATE OF cancelled_at",
        _changed("cancelled_at"),
        _OF_ROW.format("complaint_id"),
    ),
    Trigger(
        "days_changed",
        "complaints_calendarchange",
        "INSERT",
        "NEW.kind IN ('notice', 'own_days', 'hours')",
        "INSERT INTO analytics_touched (from_day, since) VALUES "
        "(coalesce(NEW.first_day, '1900-01-01'), clock_timestamp()); RETURN NULL;",
    ),
)

# Nothing is counted, but pages of figures show something else: who sees what, names, what is set,
# signals and their cure.
_SHOWN = "INSERT INTO analytics_touched (since) VALUES (clock_timestamp()); RETURN NULL;"
_ANY = "INSERT OR UPDATE OR DELETE"
TRIGGERS += tuple(
    Trigger(name, table, f"UPDATE OF {', '.join(columns)}", _changed(*columns), _SHOWN)
    for name, table, columns in (
        ("sight_changed", "complaints_complaint", ("confidential", "shared_with_counsel")),
        ("person_renamed", "accounts_user", ("name", "is_active")),
    )
)
TRIGGERS += tuple(
    Trigger(name, table, event, "", _SHOWN, "STATEMENT")
    for name, table, event in (
        ("named", "complaints_namedperson", _ANY),
        ("team_changed", "accounts_team", _ANY),
        ("target_set", "analytics_target", _ANY),
        ("signal_changed", "analytics_signal", _ANY),
        ("signal_cases", "analytics_signalcase", _ANY),
        ("signal_told", "analytics_signalnotice", _ANY),
        ("cure_changed", "analytics_correctiveaction", _ANY),
    )
)


def made() -> Iterator[str]:
    """SQL that makes every trigger and its function, or replaces it."""
    for t in TRIGGERS:
        name = f"analytics_{t.name}"
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = public, pg_temp AS $body$ BEGIN {t.body} END $body$"
        )
        yield f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"
        when = f" WHEN ({t.when})" if t.when else ""
        yield (
            f"CREATE OR REPLACE TRIGGER {name} AFTER {t.event} ON {t.table} "
            f"FOR EACH {t.each}{when} EXECUTE FUNCTION {name}()"
        )


def removed() -> Iterator[str]:
    """SQL that takes them away."""
    for t in TRIGGERS:
        yield f"DROP TRIGGER IF EXISTS analytics_{t.name} ON {t.table}"
        yield f"DROP FUNCTION IF EXISTS analytics_{t.name}()"


# What never stands against a trigger that names columns; anything else may.
_BESIDE = (
    *(operations.CreateModel, operations.AddField, operations.AddIndex, operations.RemoveIndex),
    *(operations.AddConstraint, operations.RemoveConstraint, operations.AlterModelOptions),
)


NAMED_APPS = ("complaints", "accounts")  # a trigger names columns of their tables


def make_way(using: str = "default", plan: Plan = (), **_: Any) -> None:
    """Before a migration that may change a column: a trigger that names it would stand against
    that. `install` makes them again, and every case is counted anew then.
    """
    if any(
        migration.app_label in NAMED_APPS and (backwards or not isinstance(operation, _BESIDE))
        for migration, backwards in plan
        for operation in migration.operations
    ):
        with connections[using].cursor() as cursor:
            for t in TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS analytics_{t.name} ON {t.table}")


def install(using: str = "default", **_: Any) -> None:
    """After a migration: the triggers as they are written here, once the tables are there. Whoever
    made them as they are is left alone (the comment of the table says it, and they are there).

    Where one was not there, every case is touched: nobody knows what was changed meanwhile.
    """
    statements = list(made())
    wanted = hashlib.sha256(";".join(statements).encode()).hexdigest()
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT obj_description(to_regclass('analytics_touched'), 'pg_class'), "
            "(SELECT bool_and(to_regclass(t) IS NOT NULL) FROM unnest(%s) t), "
            "ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgname = ANY(%s))",
            [
                ["analytics_touched", *{t.table for t in TRIGGERS}],
                [f"analytics_{t.name}" for t in TRIGGERS],
            ],
        )
        said, is_there, found = cursor.fetchone()
        complete = len(set(found)) == len(TRIGGERS)
        if not is_there or (said == wanted and complete):
            return
        for statement in statements:
            cursor.execute(statement)
        if not complete:
            cursor.execute(_EVERY_CASE)
        cursor.execute("COMMENT ON TABLE analytics_touched IS %s", [wanted])
