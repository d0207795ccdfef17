"""Consumers of a mass case who have not complained: taken from a file, told that they may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import mass_members, validation
from complaints.actions import importing
from complaints.actions import mass as masses
from complaints.errors import Invalid, NotAllowed
from complaints.importing import headings, sheets
from complaints.importing.table import Row, Table, masked_numbers
from complaints.models import Consumer, SilentConsumer
from complaints.validation import Refused
from evidence.receive import FileRefused

MOST_REFUSED = 50  # sentences that are kept for the page
BATCH = 500
MOST_ROWS = 5_000  # of one file: it is read while somebody waits, in a few seconds


@dataclass
class Taken:
    """What became of a file: how many are new, how many were listed, how many were not taken, and
    (row, sentence) of the first of those.
    """

    added: int = 0
    known: int = 0
    left: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def _allowed(by: User) -> None:
    if not by.may("manage_mass"):
        raise NotAllowed(_("只有主管可以建立和管理群体性案件"))


def take(pk: int, chunks: Iterable[bytes], *, by: User, now: datetime | None = None) -> Taken:
    """Read a CSV or XLSX file with the columns 姓名 and 电话; each telephone is listed once.

    Raises MassCase.DoesNotExist, NotAllowed, FileRefused.
    """
    now = now or timezone.now()
    _allowed(by)
    mass = masses.find(pk, by)
    table = sheets.read(importing.read_bounded(chunks), limit=MOST_ROWS)
    if table.more:
        words = _("名单超过 {n} 行；请拆成几个文件，分别导入")
        raise FileRefused(words.format(n=MOST_ROWS), 413)
    columns = _columns(table)
    taken = Taken()
    people: dict[bytes, Consumer] = {}
    for row in table.rows:
        try:
            person = _person(row, columns)
        except Refused as refusal:
            taken.refused.append((row.number, masked_numbers(str(refusal))))
            continue
        taken.known += bytes(person.phone_index) in people
        people.setdefault(bytes(person.phone_index), person)
    taken.left = len(taken.refused)
    with transaction.atomic():
        masses.find(pk, by, held=True)
        listed = SilentConsumer.objects.filter(mass=mass, phone_index__in=_hashes(people.values()))
        there = {bytes(index) for index in listed.values_list("phone_index", flat=True)}
        fresh = [person for person in people.values() if there.isdisjoint(person.indexes("phone"))]
        taken.known += len(people) - len(fresh)
        taken.added = len(fresh)
        _save(mass.pk, fresh, now)
        detail = {"added": taken.added, "known": taken.known, "refused": taken.left}
        record("mass.silent_listed", mass.subject, by, now, detail)
    del taken.refused[MOST_REFUSED:]
    return taken


def _hashes(people: Iterable[Consumer]) -> list[bytes]:
    return [found for person in people for found in person.indexes("phone")]


def _columns(table: Table) -> dict[str, int]:
    """Where name and telephone stand. Raises FileRefused without the telephone."""
    found: dict[str, int] = {}
    for place, column in enumerate(table.columns):
        found.setdefault(headings.field_of(column), place)
    if "consumer.phone" not in found:
        raise FileRefused(_("没有找到“电话”这一列；第一行请写列名，例如：姓名、电话"), 422)
    return found


def _person(row: Row, columns: dict[str, int]) -> Consumer:
    """Sealed, not saved. Raises Refused."""
    if row.damage:
        raise Refused(_("这一行有读不出的内容"))
    cells = {code: row.cells[place] for code, place in columns.items() if place < len(row.cells)}
    phone = validation.phone(cells.get("consumer.phone", "").strip())
    if not phone or "*" in phone:
        raise Refused(_("请填写完整的电话号码"))
    person = Consumer()
    name = validation.plain(cells.get("consumer.name", ""), 60)
    person.fill({"name": name, "phone": phone})
    return person


def _save(mass: int, people: Sequence[Consumer], now: datetime) -> None:
    Consumer.objects.bulk_create(people, batch_size=BATCH)
    SilentConsumer.objects.bulk_create(
        [
            SilentConsumer(
                mass_id=mass, consumer=person, phone_index=person.phone_index, added_at=now
            )
            for person in people
        ],
        batch_size=BATCH,
    )


def tell(
    pk: int, rows: Iterable[int] | None, how: Any, *, by: User, now: datetime | None = None
) -> int:
    """Write down that these people were told, and how; answers how many had not been. None: all
    who were neither told nor complained.

    Raises MassCase.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    _allowed(by)
    said = validation.clean({"how": how}, {"how": lambda x: validation.text(x, 200)})
    if not said["how"]:
        raise Invalid({"how": [_("没有登记：请写明怎样告知，例如短信、电话、邮寄")]})
    with transaction.atomic():
        mass = masses.find(pk, by)
        if rows is None:
            left = mass_members.silent(mass, by).filter(mass_members.SILENT["none"])
            rows = left.values_list("pk", flat=True)
        waiting = SilentConsumer.objects.filter(mass=mass, pk__in=list(rows), told_at=None)
        told = waiting.update(told_at=now, told_by=by, told_how=said["how"])
        if told:
            detail = {"count": told, "how": said["how"]}
            record("mass.silent_told", mass.subject, by, now, detail)
    return told
