"""Pulling the plug: work in a child process that dies, as if by kill -9, before its n-th write."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, connections

DONE, KILLED = 0, 9
# Not part of a case: what is written when somebody signs in, and the tools' own tables.
NOT_OURS = {"django_session", "axes_accessattempt", "axes_accesslog", "django_migrations"}


def forget_inherited_connections() -> list[Any]:
    """In the child: open connections of its own. Answers the old ones.

    After a browser test an event loop runs in the parent, and Django keeps its connections with the
    loop. The child has no loop, and would find one that was opened before, shared with the parent
    and with every other child: a transaction cut off in one would be committed by the next.
    """
    inherited = []
    for each in connections.all(initialized_only=True):
        inherited.append(each.connection)
        each.connection = None
    return inherited


def killed_at(write: int, work: Callable[[], Any]) -> int:
    """Do the work in a child process that dies just before its n-th writing statement or commit.

    DONE when it ran through, KILLED when it died, 1 when the work failed by itself.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        shared = forget_inherited_connections()  # noqa: F841 - kept: their end would end the parent's
        seen = 0

        def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            nonlocal seen
            if str(sql).lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
                seen += 1
                if seen == write:
                    os._exit(KILLED)
            return execute(sql, params, many, context)

        commit = connection._commit

        def counted_commit() -> None:
            nonlocal seen
            seen += 1
            if seen == write:
                os._exit(KILLED)
            commit()

        connection._commit = counted_commit
        try:
            with connection.execute_wrapper(count):
                work()
            os._exit(DONE)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def until_it_survives(work: Callable[[], Any], check: Callable[[bool], None]) -> int:
    """Kill the work at its first, second, … write until it runs through; `check(done)` after each.

    Answers the number of writes.
    """
    for write in range(1, 80):
        code = killed_at(write, work)
        assert code in (DONE, KILLED), f"the work failed by itself at write {write}"
        check(code == DONE)
        if code == DONE:
            return write
    raise AssertionError("the work never finished")


def everything() -> dict[str, str]:
    """Table → a hash of all its rows: two equal answers, two equal databases."""
    tables = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - NOT_OURS
    )
    one = "SELECT '{0}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())
