"""Statements of the ORM that are put together once and then only sent with other moments: putting
them together took longer than their answer.

A statement follows from its place, from the condition under which the person sees cases
(`scope_of`, compared by what it says) and from what is asked; so nobody is ever served by the
statement of somebody who sees more. For whoever is let into other cases for a time it is put
together anew each time, because what that permits changes by the minute.

What every step asks is kept as well: composing the lock of a case took ten times as long as locking
it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from copy import copy
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from accounts.models import User
from complaints.querysets import scope_of

MOST = 256
# Stand in a statement that is kept for what each look has its own of: moments, and numbers of rows.
NOW, START, END = (datetime(1, 1, day, tzinfo=UTC) for day in (1, 2, 3))
TODAY = date(1, 1, 1)
NUMBER = "TS00-000000"  # of a case
ROW = 9_000_000_000_000_000_001  # the key of one row
Moments = Mapping[Any, Any]


class Statement(NamedTuple):
    """SQL and its values; none for what can have no rows."""

    sql: str
    values: tuple[Any, ...]

    def rows(self) -> list[tuple[Any, ...]]:
        """Its answer."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return list(cursor.fetchall())


class _Objects:
    """What `ModelIterable` asks a query set for, from a compiler whose statement is known."""

    query: Any
    _known_related_objects: Mapping[Any, Any] = {}

    def __init__(self, compiler: SQLCompiler, values: Statement) -> None:
        self.db, self.query = DEFAULT_DB_ALIAS, self
        own: Any = copy(compiler)  # who looks at the same time has one as well
        own.connection = connection
        own.as_sql = lambda *_, **__: (values.sql, values.values)
        self.compiler = own

    def get_compiler(self, using: str) -> Any:
        """The compiler, with this look's values."""
        return self.compiler


class _Ready(NamedTuple):
    """A compiler that has put its statement together."""

    compiler: SQLCompiler
    statement: Statement


_kept: OrderedDict[Hashable, Any] = OrderedDict()
_everybodys: dict[str, Any] = {}  # those in which no person stands: as many as there are places
_lock = Lock()


def prepared(
    place: str,
    user: User,
    asked: Hashable,
    make: Callable[[], QuerySet[Any, Any]],
    moments: Moments,
) -> Statement:
    """The statement of a query set in which `moments` stand for those of this look. `asked`: all
    that the query set follows from besides the person: roles, teams, scope.
    """
    return statement(place, user, asked, lambda: put_together(make()), moments)


def statement(
    place: str,
    user: User,
    asked: Hashable,
    make: Callable[[], Statement],
    moments: Moments,
) -> Statement:
    """The same of any statement."""
    return _with(_known(place, user, asked, make), moments)


def objects(
    place: str,
    user: User,
    asked: Hashable,
    make: Callable[[], QuerySet[Any, Any]],
    moments: Moments,
) -> list[Any]:
    """The rows of such a query set as objects, with what it joins and adds to them."""
    return _looked(_known(place, user, asked, lambda: _ready(make())), moments)


def objects_seen(
    place: str, user: User, make: Callable[[Q], QuerySet[Any, Any]], moments: Moments
) -> list[Any]:
    """The rows of a query set that follows from the place and from what the person sees, which
    `make` is given, and from nothing else of the person.
    """
    scope = scope_of(user)
    return _looked(_found((place, scope), user, lambda: _ready(make(scope))), moments)


def everybodys(place: str, make: Callable[[], QuerySet[Any, Any]], moments: Moments) -> list[Any]:
    """The rows of a query set that is the same for everybody."""
    found = _everybodys.get(place)
    if found is None:
        found = _everybodys[place] = _ready(make())
    return _looked(found, moments)


def _looked(ready: _Ready, moments: Moments) -> list[Any]:
    if not ready.statement.sql:
        return []
    if ready.compiler.query.select_for_update and connection.get_autocommit():
        raise TransactionManagementError("rows are held only inside a transaction")
    look: Any = _Objects(ready.compiler, _with(ready.statement, moments))
    return list(ModelIterable(look))


def _ready(rows: QuerySet[Any, Any]) -> _Ready:
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        return _Ready(compiler, Statement(*compiler.as_sql()))
    except EmptyResultSet:
        return _Ready(compiler, Statement("", ()))


def _known(place: str, user: User, asked: Hashable, make: Callable[[], Any]) -> Any:
    """What was put together for this place, person and question."""
    key = (place, scope_of(user), user.pk, tuple(user.roles), tuple(user.led_team_ids), asked)
    return _found(key, user, make)


def _found(key: Hashable, user: User, make: Callable[[], Any]) -> Any:
    with _lock:
        found = None if user.sees_more else _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        found = make()
        if not user.sees_more:
            with _lock:
                _kept[key] = found
                while len(_kept) > MOST:
                    _kept.popitem(last=False)
    return found


def _with(found: Statement, moments: Moments) -> Statement:
    return found._replace(values=tuple(_of_now(value, moments) for value in found.values))


def put_together(rows: QuerySet[Any, Any]) -> Statement:
    """What the database would be asked; nothing where there can be no row."""
    try:
        return Statement(*rows.query.sql_with_params())
    except EmptyResultSet:
        return Statement("", ())


def _of_now(value: Any, moments: Moments) -> Any:
    return moments.get(value, value) if isinstance(value, date | int | str) else value
