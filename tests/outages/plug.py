"""Pulling the plug: work in a child process that dies, as if by kill -9, before its n-th write, be
it one of the database, of the disk or of another server.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, connections

from evidence.store import Incoming, store

DONE, LASTS, KILLED = 0, 8, 9
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


class Plug:
    """Counts what the child writes, wherever: statements and commits, files that are opened for
    writing, written, put on the disk, renamed, linked and removed, requests over HTTP (S3, time
    stamps); and pulls the plug before the n-th.
    """

    FILES = frozenset({"os.rename", "os.remove", "os.link", "os.mkdir", "http.client.send"})

    def __init__(self, at: int) -> None:
        self.at, self.seen, self.lasts = at, 0, False

    def next_comes(self) -> bool:
        """Whether this is the one."""
        self.seen += 1
        return self.seen == self.at

    def write(self, lasts: bool = True) -> None:
        """A write that stays whatever follows, or one that a transaction may undo."""
        if self.next_comes():
            self.pull()
        self.lasts |= lasts

    def pull(self) -> None:
        os._exit(LASTS if self.lasts else KILLED)

    def heard(self, event: str, about: tuple[Any, ...]) -> None:
        """What the interpreter tells of itself (PEP 578)."""
        opened = event == "open" and isinstance(about[2], int) and about[2] & os.O_ACCMODE
        if event in self.FILES or (opened and isinstance(about[0], (str, bytes))):
            self.write()

    def statement(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        words = str(sql).lstrip().upper()
        if words.startswith(("INSERT", "UPDATE", "DELETE", "WITH", "SELECT KESU")):
            self.write(lasts=False)
        return execute(sql, params, many, context)

    def put_in(self) -> None:
        """For good: only a process that dies may do so."""
        sys.addaudithook(self.heard)
        for place, name in ((os, "fsync"), (connection, "_commit")):
            setattr(place, name, self._before(getattr(place, name)))
        whole = Incoming.write

        def torn(incoming: Incoming, chunk: bytes) -> None:
            if self.next_comes():
                whole(incoming, chunk[: len(chunk) // 2])
                self.pull()
            whole(incoming, chunk)

        Incoming.write = torn  # type: ignore[method-assign]

    def _before(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self.write()
            return work(*args)

        return counted


def killed_at(write: int, work: Callable[[], Any]) -> int:
    """Do the work in a child process that dies just before its n-th write.

    DONE when it ran through, KILLED when it died, LASTS when it died and had written something
    outside of a transaction, 1 when the work failed by itself.
    """
    child = os.fork()
    if child == 0:
        # the parent keeps its connection: another would have to be made for every write
        shared = forget_inherited_connections()  # noqa: F841 - kept: their end would end the parent's
        try:
            plug = Plug(write)
            plug.put_in()
            with connection.execute_wrapper(plug.statement):
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
    for write in range(1, 200):
        code = killed_at(write, work)
        assert code in (DONE, LASTS, KILLED), f"the work failed by itself at write {write}"
        check(code == DONE)
        if code == DONE:
            return write
    raise AssertionError("the work never finished")


def step_by_step(work: Callable[[], Any], check: Callable[[], None]) -> list[int]:
    """For work of several steps that each last: whenever a kill leaves something new in the
    database or in the store, the next try begins again at its first write, so that no write of a
    later step is passed by. `check` after each; answers the writes of each step.
    """
    steps, write, before = [], 0, (everything(), stored())
    while write < 200:
        write += 1
        code = killed_at(write, work)
        assert code in (DONE, LASTS, KILLED), f"the work failed by itself at write {write}"
        check()
        if code == DONE:
            return [*steps, write]
        if code == LASTS and (now := (everything(), stored())) != before:
            before, steps, write = now, [*steps, write], 0
    raise AssertionError("the work never finished")


def stored() -> list[str]:
    """The files of the store by their names; each is what its name says."""
    names = sorted(store().names())
    assert [store().digest(name) for name in names] == names
    return names


def everything() -> dict[str, str]:
    """Table → a hash of all its rows: two equal answers, two equal databases."""
    tables = sorted(
        {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - NOT_OURS
    )
    one = "SELECT '{0}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())
