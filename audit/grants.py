"""What the role as which the site runs may do with each table: the second lock on the record.

The tables belong to the owner, who migrates. The application owns nothing, so it can neither alter
a table nor switch off a trigger, and where a trigger refuses to change or delete a row, the right
to try is not granted either. The list is that of the triggers: a new append-only model is covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction
from psycopg2.extensions import quote_ident

from audit import guards

EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")
BY_TRIGGERS = {"audit_pending", "audit_tail"}  # written by triggers alone, as the owner (guards.py)
# What a file consists of; no act takes any of it away, only words of it go (kesu_destroy_case).
KEPT = {
    "accounts_alarmnotice",
    "accounts_user",
    "complaints_commitment",
    "complaints_communication",
    "complaints_complaint",
    "complaints_consumer",
    "complaints_deadline",
    "complaints_factanswer",
    "complaints_outbox",
    "complaints_resolution",
    "complaints_retention",
    "correspondence_accesscall",
    "correspondence_notice",
    "evidence_folder",
}
LOOKED_AT = "django_migrations"  # readiness asks it; only the owner migrates
ONE_AT_A_TIME = 7_301_402  # advisory lock: machines that start at the same moment take turns

RIGHTS = """
SELECT r.rolsuper, r.rolcreaterole, ARRAY(
    SELECT c.relname::text FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'S')
        AND pg_has_role(r.oid, c.relowner, 'MEMBER') ORDER BY 1)
FROM pg_roles r WHERE r.rolname = %s
"""
# Whom the role is or may become (SET ROLE) is looked at alike.
FORBIDDEN = """
SELECT named FROM unnest(%s::text[], %s::text[]) t(named, rights)
WHERE EXISTS (SELECT FROM pg_roles m WHERE pg_has_role(%s, m.oid, 'MEMBER')
    AND has_table_privilege(m.oid, quote_ident(named), rights)) ORDER BY 1
"""
CHANGE = "UPDATE, DELETE, TRUNCATE, TRIGGER"
HELPED = """
SELECT has_schema_privilege(r.oid, current_schema(), 'CREATE'), r.rolreplication,
    has_parameter_privilege(r.oid, 'session_replication_role', 'SET'), ARRAY(
    SELECT m.rolname::text FROM pg_roles m WHERE m.rolname IN (
        'pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data', 'pg_maintain')
    AND pg_has_role(r.oid, m.oid, 'MEMBER') ORDER BY 1)
FROM pg_roles r WHERE r.rolname = %s
"""


class NotForTheApplication(Exception):
    """The role cannot be the application's; the text says why and what to do."""


def rights(model: type[models.Model]) -> dict[str, str]:
    """What is granted on the model's table: the right → ` ("a", "b")` where only these may change,
    else "".
    """
    if model._meta.db_table in BY_TRIGGERS:
        return {"SELECT": ""}
    granted = dict.fromkeys(EVERYTHING, "")
    if model._meta.db_table in KEPT:
        del granted["DELETE"]
    for trigger in _triggers(model):
        if type(trigger) is pgtrigger.Protect:
            for operation in trigger.operation or ():
                granted.pop(str(operation), None)
        elif type(trigger) is pgtrigger.ReadOnly and trigger.exclude and "UPDATE" in granted:
            granted["UPDATE"] = _columns(model, trigger.exclude)
    return granted


def _triggers(model: type[models.Model]) -> list[Any]:
    """Those that hold for every row."""
    registered: Iterable[tuple[Any, Any]] = pgtrigger.registered()
    return [t for owner, t in registered if owner is model and t.condition is None]


def _columns(model: type[models.Model], names: Iterable[str]) -> str:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return f" ({', '.join(connection.ops.quote_name(columns[name]) for name in names)})"


def append_only() -> list[type[models.Model]]:
    """The models whose rows are only added, never changed and never deleted, by name of table."""
    return [m for m in _models() if rights(m).keys() == {"SELECT", "INSERT"}]


def _models() -> list[type[models.Model]]:
    """Those with a table of their own, through tables too."""
    found = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    there = set(connection.introspection.table_names())
    return [found[name] for name in sorted(found.keys() & there)]


def give(role: str) -> None:
    """Grant the role what the site needs and take away the rest, at once or not at all.

    Called as the owner. Raises NotForTheApplication for a role that could help itself.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        guards.install()
        for statement in _statements(quote_ident(role, connection.connection), _known(role)):
            cursor.execute(statement)
        wrong = too_much(role)
        if wrong:
            raise NotForTheApplication(" ".join(wrong))


def _known(role: str) -> str:
    """The schema, quoted. Raises NotForTheApplication when there is no such role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(current_schema()) FROM pg_roles WHERE rolname = %s", [role]
        )
        row = cursor.fetchone()
    if row is None:
        raise NotForTheApplication(
            f"数据库中没有角色 {role}：请先建立 / there is no role {role}: "
            f"CREATE ROLE {role} LOGIN PASSWORD '…'."
        )
    return str(row[0])


def _statements(role: str, schema: str) -> Iterator[str]:
    quoted = connection.ops.quote_name
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"  # before PostgreSQL 15 everybody had it
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    yield f"GRANT SELECT ON {quoted(LOOKED_AT)} TO {role}"
    alike: dict[tuple[str, ...], list[str]] = {}
    for model in _models():
        granted = tuple(right + columns for right, columns in rights(model).items())
        alike.setdefault(granted, []).append(quoted(model._meta.db_table))
    for granted, tables in alike.items():
        yield f"GRANT {', '.join(granted)} ON {', '.join(tables)} TO {role}"


def too_much(role: str) -> list[str]:
    """What lets the role change the record past the triggers: a sentence each, [] for a good one.

    A role that does not exist has no rights.
    """
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [role])
        row = cursor.fetchone()
        if row is None:
            return []
        found = _of_the_role(role, *row)
        if not row[0]:
            found += _helped(role, cursor)
        closed = {m._meta.db_table: CHANGE for m in append_only()}
        closed |= dict.fromkeys(sorted(BY_TRIGGERS), f"INSERT, {CHANGE}")
        cursor.execute(FORBIDDEN, [[*closed], [*closed.values()], role])
        writable = [named for (named,) in cursor.fetchall()]
    if writable and not found:
        found.append(f"{role} may change or delete rows of {', '.join(writable)}.")
    return found


def _helped(role: str, cursor: Any) -> list[str]:
    """What is not a right on a table, and lets a role past the triggers."""
    cursor.execute(HELPED, [role])
    makes, replicates, sleeps, belongs = cursor.fetchone()
    said = {
        "may make tables and functions in the schema of the tables": makes,
        "may replicate (REPLICATION), and so read and write past every right": replicates,
        "may set session_replication_role, and so put every trigger to sleep": sleeps,
        f"belongs to {', '.join(belongs)}": belongs,
    }
    return [f"{role} {what}." for what, holds in said.items() if holds]


def _of_the_role(role: str, superuser: bool, makes_roles: bool, owned: list[str]) -> list[str]:
    if superuser:
        return [f"{role} is a superuser."]
    found = []
    if makes_roles:
        found.append(f"{role} may make roles (CREATEROLE), and so help itself.")
    if owned:
        more = "" if len(owned) == 1 else f" and {len(owned) - 1} more"
        found.append(f"{role} owns {owned[0]}{more}, or belongs to the role that does.")
    return found
