"""What is sealed: the kinds of rows that go into blocks, and the bytes that stand for a row.

A table is sealed by a line in its model's Meta, and by nothing else:

    triggers = [..., Sealed("event")]

Every row that comes into it, by whatever way, then waits for the next block (`audit.seal`). Its
columns may grow but never go or change their defaults: a column is left out of the canonical form
while it holds its default, so that rows keep their bytes when a column comes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import pgtrigger
from django.db.models import NOT_PROVIDED, Model

from audit import canonical
from audit.faults import Named
from audit.guards import OfTheOwner

Columns = Mapping[str, Any]
_NONE = object()  # a column that is always said


class Sealed(OfTheOwner):
    """Tells each new row to the next block. `kind`: the table's name in blocks, for ever.

    `text`: the canonical JSON from the columns, where it is not that of all of them.
    """

    def __init__(self, kind: str, text: Callable[[Columns], str] | None = None) -> None:
        self.kind, self.text = kind, text
        super().__init__(
            name=f"{kind}_is_sealed",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
            func="INSERT INTO audit_pending (kind, row_id, since) "  # noqa: S608
            f"SELECT '{kind}', id, clock_timestamp() FROM added; RETURN NULL;",
        )


@dataclass(frozen=True)
class Kind:
    """One sealed table."""

    name: str
    model: type[Model]
    text: Callable[[Columns], str] | None = None
    columns: tuple[str, ...] = ()  # attnames
    omitted: Columns = field(default_factory=dict)  # the value with which a column is left out

    def canonical(self, row: Columns) -> bytes:
        """The bytes that stand for a row, given its columns by attname."""
        if self.text:
            return self.text(row).encode()
        said = {name: value for name, value in row.items() if value != self.omitted[name]}
        return canonical.compact(said).encode()

    def of(self, row: Model) -> bytes:
        """The bytes that stand for a row as it was read from the database."""
        return self.canonical({name: row.__dict__[name] for name in self.columns})

    def leaf(self, pk: int, row: bytes) -> bytes:
        """The row's leaf in the tree of its block."""
        return canonical.leaf(self.name, pk, row)

    def rows(self, ids: Sequence[int]) -> Iterator[tuple[int, Columns]]:
        """The rows of these primary keys that are there, in any order."""
        among: dict[str, Any] = {"pk__in": ids}
        if ids and max(ids) - min(ids) < 4 * len(ids):  # a range is found faster than many
            among = {"pk__gte": min(ids), "pk__lte": max(ids)}
        wanted = set(ids)
        found = self.model._base_manager.filter(**among).order_by()
        for values in found.values_list("pk", *self.columns).iterator(chunk_size=2000):
            if values[0] in wanted:
                yield values[0], dict(zip(self.columns, values[1:], strict=True))


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order of the names. Raises ValueError for a name used twice,
    and for a table whose rows are not counted.
    """
    found: dict[str, Kind] = {}
    registered: Any = pgtrigger.registered()
    for model, trigger in registered:
        if isinstance(trigger, Sealed):
            if trigger.kind in found or model._meta.pk.attname != "id":
                raise ValueError(f"{model.__name__} cannot be sealed as {trigger.kind}")
            found[trigger.kind] = _kind(model, trigger)
    return dict(sorted(found.items()))


def _kind(model: type[Model], trigger: Sealed) -> Kind:
    fields = [f for f in model._meta.local_concrete_fields if not f.generated]
    fields = [f for f in fields if not f.primary_key]
    omitted = {f.attname: _NONE if _is_drawn(f) else f.get_default() for f in fields}
    return Kind(trigger.kind, model, trigger.text, tuple(omitted), omitted)


def _is_drawn(field: Any) -> bool:
    """Whether the default is another one each time."""
    return callable(field.default) and field.default not in (dict, list, NOT_PROVIDED)


class Register(Protocol):
    """What was lawfully destroyed, of sealed rows."""

    def __call__(self, kind: str, rows: Mapping[int, Columns]) -> Collection[int]:
        """Which of these rows lost their words by the register, and nothing but their words."""
        ...


_registers: list[Register] = []
_names: list[Named] = []


def register_destruction(register: Register) -> None:
    """Let a register of what was lawfully destroyed speak. Such a row no longer is what its first
    leaf says; it was sealed a second time as it is since.
    """
    if register not in _registers:
        _registers.append(register)


def destroyed(kind: str, rows: Mapping[int, Columns]) -> set[int]:
    """Which of these rows were lawfully destroyed, as the registers say."""
    return {pk for register in _registers for pk in register(kind, rows)} if rows else set()


def register_names(names: Named) -> None:
    """Let an application say to which of its subjects rows belong."""
    if names not in _names:
        _names.append(names)


def named(kind: str, ids: Collection[int]) -> dict[int, tuple[str, int | None]]:
    """The subject and the number there, of those of these rows of which that can be told."""
    return {pk: name for names in _names for pk, name in names(kind, ids).items()}
