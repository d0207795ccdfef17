"""Where acts are taken: the people and cases of the demo, and one scene for each act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from complaints.actions import communication, steps
from complaints.models import Complaint
from quickstart.demo.cases import Case
from quickstart.demo.stories import common


@dataclass(frozen=True)
class Act:
    """What is done when, by whom ("" is the system) and with which words."""

    at: datetime
    case: str
    name: str
    by: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Stage:
    """The people and the cases, found once."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self.cases = cases
        known = Complaint.objects.exclude(external_reference="")
        self.numbers = dict(known.values_list("external_reference", "number"))

    @cached_property
    def people(self) -> dict[str, User]:
        """By user name; their teams are read once."""
        return {user.username: user for user in User.objects.all()}


class Scene:
    """One act on the stage: the case, the person, the moment."""

    def __init__(self, stage: Stage, act: Act) -> None:
        self.stage, self.act, self.now, self.values = stage, act, act.at, act.values
        self.case = stage.cases[act.case]

    @cached_property
    def by(self) -> User:
        return self.stage.people[self.act.by]

    @property
    def number(self) -> str:
        return self.stage.numbers[self.case.key]

    @property
    def complaint(self) -> Complaint:
        found: Complaint = Complaint.objects.select_related("consumer").get(number=self.number)
        return found

    def said(self, kind: str, own: list[str] | None = None) -> str:
        """The act's own words, or the story's, or the usual ones."""
        if "text" in self.values:
            return self.case.fill(self.values["text"])
        return self.case.said(own or [], getattr(common(), kind), self.act.name, self.act.at)

    def step(self, code: str, by: User | None = None, **fields: Any) -> None:
        """Take a step, by the act's person unless somebody else is named."""
        by = by or (self.by if self.act.by else None)
        steps.take(
            self.number,
            code,
            fields,
            by=by,
            reauthenticated_at=self.now,
            now=self.now,
            via="session" if by else "system",
        )

    def write(self, kind: str, text: str, **more: Any) -> None:
        values = {"kind": kind, "text": text, **more}
        communication.write(self.number, values, by=self.by, now=self.now)
