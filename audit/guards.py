"""The triggers that guard the record hold for the application's role whatever it does in its own
session: made so after every migration, and whenever rights are granted.

- A role that does not own the tables cannot put a trigger to sleep (`pgtrigger.ignore` is a setting
  of the session, which anybody may change).
- Trigger functions look for their tables in the schema of the tables, never among the temporary
  tables of a session, which could have the same names.
- Those that write what no session may write (where chains end, what waits for a block) run with
  the rights of the owner, are never put to sleep, and nobody else may hang them on another table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.db import connections

_IGNORE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE said text := current_setting('pgtrigger.ignore', true);
BEGIN
    IF said IS NULL OR said = '' OR trigger_name = ANY (ARRAY[{never}]::name[]) THEN
        RETURN false;
    END IF;
    -- Inside a function of the owner that anybody may call, the owner is whom it runs as.
    RETURN trigger_name = ANY (said::text[]) AND pg_has_role(current_user, (
        SELECT relowner FROM pg_class WHERE oid = 'public.audit_block'::regclass), 'USAGE');
END $$
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text, p.proname::text, p.prosecdef, quote_ident(n.nspname),
    coalesce(array_to_string(p.proconfig, ';') LIKE '%%search_path=%%', false),
    EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE a.grantee <> p.proowner)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prorettype = 'trigger'::regtype AND n.nspname = current_schema()
    AND p.proname LIKE 'pgtrigger\\_%%' ORDER BY 1
"""


class OfTheOwner(pgtrigger.Trigger):
    """A trigger whose function runs with the rights of the owner of the tables."""


def _of_the_owner() -> list[str]:
    registered: Any = pgtrigger.registered()
    return sorted(t.get_pgid(model) for model, t in registered if isinstance(t, OfTheOwner))


def install(using: str = "default", **_: Any) -> None:
    """Make the triggers that are there hold for every role but the owner. Twice does nothing twice.

    Called as the owner. Before the blocks are there, there is nothing to guard.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.audit_block') IS NOT NULL")
        if cursor.fetchone()[0]:
            for statement in statements(cursor):
                cursor.execute(statement)


def statements(cursor: Any) -> Iterator[str]:
    """What has to be done, as the database is now."""
    owners = _of_the_owner()
    yield _IGNORE.format(never=", ".join(f"'{name}'" for name in owners))
    cursor.execute(_FUNCTIONS, [])
    for signature, name, definer, schema, fixed, open_to_others in cursor.fetchall():
        if not fixed:
            yield f"ALTER FUNCTION {signature} SET search_path = {schema}, pg_temp"
        if definer != (name in owners):
            yield f"ALTER FUNCTION {signature} SECURITY {'DEFINER' if not definer else 'INVOKER'}"
        if open_to_others:
            yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
