"""Emptying the database after a test that committed, without making all tables anew.

TRUNCATE gives each of two hundred tables, and each index, a new file: a third of a second after
every test that leaves ten rows. Here the rows are deleted under a lock that waits, as TRUNCATE
does, for whoever is still writing; much is still truncated. Whoever writes may wait for a table
that is locked already: then all are let go and taken anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS

# What Django writes of the models themselves, the same words each time.
KEPT = {"django_content_type", "auth_permission"}
MUCH = 64 * 1024 * 1024  # bytes of all tables together
MAY = "has_parameter_privilege('session_replication_role', 'SET')"
EMPTY = """
DO $empty$
DECLARE
    one regclass;
    rows boolean := {may} AND {much} >=
        (SELECT sum(pg_table_size(name)) FROM unnest(ARRAY[{names}]::regclass[]) AS name);
BEGIN
    SET LOCAL lock_timeout = '500ms'; -- before the database sees a deadlock and ends either
    FOR attempt IN 1..60 LOOP
        BEGIN
            IF rows THEN
                LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE;
            ELSE
                LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN -- all are free again
            IF attempt = 60 THEN RAISE; END IF;
        END;
    END LOOP;
    SET LOCAL lock_timeout = 0;
    IF NOT rows THEN
        TRUNCATE {tables};
        RETURN;
    END IF;
    SET LOCAL session_replication_role = replica; -- no trigger refuses, no reference is checked
    FOREACH one IN ARRAY ARRAY[{names}]::regclass[] LOOP
        EXECUTE format('DELETE FROM %s', one);
    END LOOP;
    SET LOCAL session_replication_role = origin;
END $empty$;
"""


def after_a_test(case: Any) -> None:
    """In the place of `TransactionTestCase._fixture_teardown`, for every test that commits."""
    for database in case._databases_names(include_mirrors=False):
        empty(database)


def empty(database: str = DEFAULT_DB_ALIAS) -> None:
    """What migrations have made (functions, triggers, names of models and permissions) is not
    emptied, so nobody has to look whether it is there, which took six times as long as the
    emptying.
    """
    call_command(
        "flush",
        verbosity=0,
        interactive=False,
        database=database,
        reset_sequences=False,
        allow_cascade=False,
        inhibit_post_migrate=True,
    )


def by_rows(made: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Django's statements for emptying, replaced where neither sequences nor further tables are
    asked for. To be set on the class: the tests with a browser run beside an event loop and so have
    another connection than the fixtures that come before them.
    """

    def statements(self: Any, style: Any, tables: Sequence[str], **how: bool) -> list[str]:
        if not tables or any(how.values()):
            return made(self, style, tables, **how)
        quoted = [self.quote_name(table) for table in tables if table not in KEPT]
        names = ", ".join(f"'{name}'" for name in quoted)
        return [EMPTY.format(names=names, tables=", ".join(quoted), much=MUCH, may=MAY)]

    return statements
