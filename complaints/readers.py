"""Who read of a case, or of a person in any of the person's cases, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from accounts.models import User
from accounts.vault import blind_indexes
from audit.models import Reading
from complaints import enumeration
from complaints.models import Complaint, Consumer, SilentConsumer
from complaints.models.person_search import Door, Kind
from complaints.seen import CASE, CONSUMER

MOST_PEOPLE = 100  # readers that are listed
MOST_CASES = 200  # of one person
MOST_ROWS = 50_000  # of an export


class Reader(NamedTuple):
    """One person among the readers: how many answers showed it, how many of them were its own
    page, and when the first and the last were given.
    """

    actor: str
    name: str
    times: int
    opened: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Sought:
    """Of whom it is asked who read: subjects of the record, between two moments."""

    subjects: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None

    @property
    def rows(self) -> QuerySet[Reading]:
        """Every answer that showed one of them, unsorted."""
        one, many = list(self.subjects[:1]), list(self.subjects)
        found = Reading.objects.filter(
            Q(subjects__contains=one) if len(many) == 1 else Q(subjects__overlap=many)
        )
        if self.since is not None:
            found = found.filter(at__gte=self.since)
        if self.until is not None:
            found = found.filter(at__lt=self.until)
        return found

    def readers(self) -> list[Reader]:
        """Everybody among them, the latest first. One statement."""
        opened = Count("pk", filter=Q(about__in=self.subjects))
        found = self.rows.values("actor").annotate(
            name=Max("actor_name"),
            times=Count("pk"),
            opened=opened,
            first=Min("at"),
            last=Max("at"),
        )
        rows = found.order_by("-last", "actor").values_list(*Reader._fields)
        return [Reader(*row) for row in rows[:MOST_PEOPLE]]

    def all(self) -> Iterator[Reading]:
        """The answers of an export, the latest first: no more than one beyond its bound."""
        return self.rows.order_by("-at", "-id")[: MOST_ROWS + 1].iterator()


def of_case(complaint: Complaint) -> tuple[str, ...]:
    """What the record calls the case."""
    return (complaint.subject,)


@dataclass(frozen=True)
class Person:
    """Somebody who complained, perhaps often, or who stands on lists of people who have not."""

    consumer: Consumer
    cases: tuple[str, ...]  # numbers that may be seen, newest first
    listed: tuple[Any, ...]  # keys of the consumers on such lists

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the record calls the person."""
        return (*(f"{CASE}{n}" for n in self.cases), *(f"{CONSUMER}{pk}" for pk in self.listed))


def person(consumer: UUID, by: User) -> Person | None:
    """The person behind a consumer's row, with all cases of the same telephone or document; None
    when there is none that may be seen.
    """
    own = Consumer.objects.filter(pk=consumer).first()
    if own is None:
        return None
    same = _same(own.indexes("phone"), own.indexes("id_number")) | Q(pk=own.pk)
    people = Consumer.objects.filter(same)
    visible = Complaint.objects.visible_to(by).filter(consumer__in=people)
    numbers = tuple(visible.order_by("-id").values_list("number", flat=True)[:MOST_CASES])
    listed = SilentConsumer.objects.filter(consumer__in=people)
    keys = tuple(listed.values_list("consumer", flat=True)[:MOST_CASES])
    return Person(own, numbers, keys) if numbers or keys else None


def _same(phone: list[bytes], document: list[bytes]) -> Q:
    same = Q(pk__in=[])
    if phone:
        same |= Q(phone_index__in=phone)
    if document:
        same |= Q(id_number_index__in=document)
    return same


def find(number: str, phone: str, document: str, by: User, now: datetime) -> UUID | None:
    """Key of a consumer of this case, telephone or document that may be seen; None for nobody.
    Raises Stopped where too many numbers were tried.
    """
    if number:
        visible = Complaint.objects.visible_to(by).filter(number=number.strip().upper())
        return visible.values_list("consumer", flat=True).first()
    typed = ((Kind.PHONE, phone), (Kind.ID_NUMBER, document))
    asked = [enumeration.Sought(kind, value) for kind, value in typed if value]
    return enumeration.look_for(
        asked,
        lambda: _find(phone, document, by),
        lambda key, _one: int(key is not None),
        by=by,
        door=Door.READERS,
        now=now,
    )


def _find(phone: str, document: str, by: User) -> UUID | None:
    visible = Complaint.objects.visible_to(by).order_by("-id").values_list("consumer", flat=True)
    phones = blind_indexes("phone", phone)
    same = _same(phones, blind_indexes("id_number", document))
    found = visible.filter(consumer__in=Consumer.objects.filter(same)).first()
    if found is not None or not phones:
        return found
    listed = SilentConsumer.objects.filter(phone_index__in=phones)
    return listed.values_list("consumer", flat=True).first()
