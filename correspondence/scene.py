"""What telling many things at once needs to know, each asked once: who is away, who leads, who may
see which case, how each person wishes to be told, and how the clocks stand.

After a flood (a morning on which thousands of clocks fall due) the same few people are told of
thousands of cases; asking anew for each would take the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.absences import Roster
from accounts.models import Absence, User
from complaints.models import Commitment, Complaint, Deadline, Outbox
from complaints.prepared import ROW, everybodys, objects_seen
from correspondence import staff as people_of
from correspondence import told_consults
from correspondence.models import Notice, Preferences
from correspondence.staff import LADDER, Staff

# These name the same people for every case of a team.
_OF_A_TEAM: tuple[Staff, ...] = (people_of.leads, people_of.supervisors, people_of.counsel)
_Warned = tuple[int | None, int, datetime]  # person, case, instant of the sweep


_ONE = Complaint.objects.only("pk").filter(pk=ROW)


def _wishes() -> QuerySet[Preferences]:
    return Preferences.objects.filter(pk=ROW)


class Scene:
    """The surroundings of some outbox rows at one moment."""

    def __init__(self, rows: Sequence[Outbox], now: datetime) -> None:
        self.rows, self.now = rows, now
        self.roster = Roster.of(timezone.localdate(now))
        self.cases = sorted({row.complaint_id for row in rows})
        clocks = {row.payload.get("deadline") for row in rows} - {None}
        self.clocks = Deadline.objects.in_bulk(clocks) if clocks else {}
        self._known: dict[int, User] = {}
        self._people: dict[tuple[Staff, int], list[User]] = {}
        self._seen: dict[int, set[int]] = {}
        self._wishes: dict[int, Preferences | None] = {}
        self._promisers: dict[int, User | None] = {}
        self._warned_before: set[_Warned] | None = None
        self._warned_here: set[_Warned] = set()

    def clock(self, outbox: Outbox) -> Deadline | None:
        """The clock that a warning is about."""
        return self.clocks.get(outbox.payload.get("deadline"))

    def people(self, staff: Staff, outbox: Outbox) -> list[User]:
        """Whom a function of the table names for the row."""
        if staff not in _OF_A_TEAM:
            return self._same(staff(outbox.complaint, outbox))
        key = (staff, outbox.complaint.team_id)
        if key not in self._people:
            self._people[key] = self._same(staff(outbox.complaint, outbox))
        return self._people[key]

    def on_level(self, level: str, outbox: Outbox) -> list[User]:
        """The people of a level of the ladder; of a promise's clock, whoever gave the promise owns
        it.
        """
        clock = self.clock(outbox)
        kind, _colon, number = (clock.subject if clock else "").partition(":")
        if level == "owner" and kind == "commitment" and number.isdecimal():
            promiser = self._promiser(int(number))
            if promiser is not None:
                return self._same([promiser])
        return self.people({**LADDER, **told_consults.LEVELS}[level], outbox)

    def _promiser(self, pk: int) -> User | None:
        if pk not in self._promisers:
            promise = Commitment.objects.filter(pk=pk).select_related("owner").first()
            self._promisers[pk] = promise.owner if promise else None
        return self._promisers[pk]

    def _same(self, people: Sequence[User]) -> list[User]:
        """One object for each person: it remembers the person's teams."""
        return [self._known.setdefault(user.pk, user) for user in people]

    def sees(self, user: User, complaint: Complaint) -> bool:
        """Whether the person is active and may see the case."""
        if user.pk not in self._seen:
            self._seen[user.pk] = self._seen_by(user)
        return complaint.pk in self._seen[user.pk]

    def _seen_by(self, user: User) -> set[int]:
        if len(self.cases) == 1:  # as after each step; of many there are as many as it happens
            one = objects_seen("told of", user, _ONE.filter, {ROW: self.cases[0]})
            return {case.pk for case in one}
        visible = Complaint.objects.visible_to(user).filter(pk__in=self.cases)
        return set(visible.values_list("pk", flat=True))

    def absence_of(self, user: User) -> Absence | None:
        """The person's absence today."""
        return self.roster.absence_of(user)

    def stand_in(self, user: User) -> User | None:
        """Who receives for somebody absent."""
        found = self.roster.stand_in(user)
        return self._same([found])[0] if found else None

    def wishes(self, user: User) -> Preferences | None:
        """How the person wishes to be told."""
        if user.pk not in self._wishes:
            found = everybodys("wishes", _wishes, {ROW: user.pk})
            self._wishes[user.pk] = found[0] if found else None
        return self._wishes[user.pk]

    def warned(self, user: User, outbox: Outbox) -> bool:
        """Whether the clock that caused the row has warned the person already, in the same
        breath.
        """
        if self._warned_before is None:
            told = Notice.objects.filter(
                outbox__complaint__in=self.cases,
                outbox__effect="warn_of_deadline",
                outbox__created_at__in={row.created_at for row in self.rows},
            )
            self._warned_before = set(
                told.values_list("user_id", "outbox__complaint_id", "outbox__created_at")
            )
        warning = (user.pk, outbox.complaint_id, outbox.created_at)
        return warning in self._warned_here or warning in self._warned_before

    def warns(self, user: User, outbox: Outbox) -> None:
        """Remember a warning that is not stored yet."""
        self._warned_here.add((user.pk, outbox.complaint_id, outbox.created_at))
