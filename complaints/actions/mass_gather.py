"""A mass case out of cases that were found to be alike: opened or picked and joined in one act, and
every owner told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import legal_hold
from complaints.actions import mass as masses
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, MassCase, MassMember, Outbox

EFFECT = "tell_gathered"


@dataclass(frozen=True)
class Row:
    """One case that the person sees: the mass case that it belongs to, else why it cannot join (""
    when it can).
    """

    case: Complaint
    mass: MassCase | None
    why: str

    @property
    def able(self) -> bool:
        """Whether it would join."""
        return self.mass is None and not self.why


@dataclass(frozen=True)
class Gathered:
    """What came of it: the mass case, who joined, number → why another did not."""

    mass: MassCase
    joined: list[str]
    refused: dict[str, str]


def rows(cases: Iterable[int], by: User) -> list[Row]:
    """Of these cases those that the person sees, the oldest first. Three statements, and one for
    each under a legal hold.
    """
    seen = Complaint.objects.visible_to(by).filter(pk__in=list(cases)).order_by("pk")
    found = list(seen.select_related("consumer", "owner", "team").defer("narrative", "findings"))
    keys = [case.pk for case in found]
    may = Complaint.objects.workable_by(by).filter(pk__in=keys)
    workable = set(may.values_list("pk", flat=True))
    members = MassMember.objects.filter(complaint__in=found).select_related("mass")
    joined = {member.complaint_id: member.mass for member in members}
    return [Row(c, joined.get(c.pk), _why_not(c, c.pk in workable)) for c in found]


def _why_not(case: Complaint, workable: bool) -> str:
    if not case.is_open:
        return _("案件已经办结")
    if not workable:
        return _("这件案件您只能查看")
    return legal_hold.why_not_among_many(case)


def gather(
    cases: Sequence[int],
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
) -> Gathered:
    """Every case of these that can join the mass case: `{mass}` (its number), or a new one of
    `{title, category, defect, product_name?}`. The caller keeps two people from doing it at once.

    Raises NotAllowed, Invalid; also where no case is left to join.
    """
    now = now or timezone.now()
    if not by.may("manage_mass"):
        raise NotAllowed(_("只有主管可以建立和管理群体性案件"))
    able = [row.case for row in rows(cases, by) if row.able]
    if not able:
        raise Invalid({"cases": [_("没有可以加入的案件；原因见下面各行")]})
    with transaction.atomic():
        mass = _into(values, by, now)
        numbers = sorted(case.number for case in able)
        joined, refused = masses.join_many(mass.pk, numbers, by=by, now=now)
        if not joined:  # each of them changed a moment ago
            raise Invalid({"cases": list(dict.fromkeys(refused.values()))[:5]})
        _tell([case for case in able if case.number in joined], mass, by, now)
    return Gathered(mass, joined, refused)


def _into(values: Mapping[str, Any], by: User, now: datetime) -> MassCase:
    """The one that was picked, else a new one."""
    picked = str(values.get("mass") or "")
    if not picked:
        told = {name: values.get(name, "") for name in ("title", "category", "defect")}
        more = {"product_name": values.get("product_name", "")}
        return masses.open_one({**told, **more}, by=by, now=now)
    known = picked.isascii() and picked.isdecimal() and len(picked) < 18
    try:
        return masses.find(int(picked) if known else 0, by)
    except MassCase.DoesNotExist as missing:
        raise Invalid({"mass": [_("没有这件群体性案件；请重新选择")]}) from missing


def _tell(cases: Iterable[Complaint], mass: MassCase, by: User, now: datetime) -> None:
    """One row for each owner, however many of the own cases joined."""
    owned: dict[int, list[Complaint]] = {}
    for case in cases:
        if case.owner_id not in (None, by.pk):
            owned.setdefault(case.owner_id, []).append(case)
    Outbox.objects.bulk_create(
        Outbox(
            complaint=theirs[0],
            effect=EFFECT,
            key=f"{theirs[0].number}.{EFFECT}.{mass.pk}.{user}.{now.timestamp():.0f}",
            payload={
                "user": user,
                "mass": mass.pk,
                "by": by.pk,
                "cases": [case.pk for case in theirs],
            },
            created_at=now,
            not_before=now,
        )
        for user, theirs in owned.items()
    )
