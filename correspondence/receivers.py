"""From a row of the table to the people: nobody who may not see the case, and for whoever is away
the deputy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Absence, User
from complaints.asked_teams import KIND
from complaints.models import Complaint, Outbox
from correspondence import staff, told_consults
from correspondence.row import Row
from correspondence.scene import Scene


@dataclass(frozen=True)
class Receiver:
    """One person who is told, and on which level of the ladder.

    `behalf_of`: the person stands in for somebody. `away`: the person is absent; the notice waits
    in the application, the e-mail until the return.
    """

    user: User
    level: str = ""
    behalf_of: User | None = None
    away: Absence | None = None


def of_row(row: Row, outbox: Outbox, scene: Scene) -> list[Receiver]:
    """Whom the table names, or who stands in for them."""
    people = scene.people(row.staff, outbox) if row.staff else []
    if row.parting:
        return [Receiver(user, away=scene.absence_of(user)) for user in people]
    found = _present(people, outbox.complaint, scene)
    return found if row.deputies else [each for each in found if each.behalf_of is None]


def of_ladder(outbox: Outbox, scene: Scene) -> list[Receiver]:
    """The first level from the wanted one on where somebody is there to be told.

    Whoever is absent there without a deputy finds the notice on the return, but does not count.
    """
    found: list[Receiver] = []
    of_consult = outbox.payload.get("kind") == KIND
    for level in (told_consults if of_consult else staff).levels_from(outbox):
        there = _present(scene.on_level(level, outbox), outbox.complaint, scene, level)
        known = {receiver.user.pk for receiver in found}
        found += [receiver for receiver in there if receiver.user.pk not in known]
        if any(receiver.away is None for receiver in there):
            break
    return found


def _present(
    people: Iterable[User], complaint: Complaint, scene: Scene, level: str = ""
) -> list[Receiver]:
    able = [user for user in people if scene.sees(user, complaint)]
    found = [Receiver(user, level, away=scene.absence_of(user)) for user in able]
    told = {receiver.user.pk for receiver in found if receiver.away is None}
    for receiver in list(found):
        deputy = scene.stand_in(receiver.user) if receiver.away else None
        if deputy is None or deputy.pk in told or not scene.sees(deputy, complaint):
            continue
        told.add(deputy.pk)
        found.append(Receiver(deputy, level, behalf_of=receiver.user))
    return found
