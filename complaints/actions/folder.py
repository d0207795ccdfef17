"""The folder of a case: what is done with an item after it was received, each with its row of
custody or its own append-only row, and its entry in the audit record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.advance import check_version, find, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Point, Resolution
from complaints.signing import voiding
from evidence import custody, linked
from evidence.models import Custody, Item, Link, Withdrawal
from evidence.store import store
from legal_rules.vocabulary import FACTS

# What somebody does with the file itself; whoever sees the case may.
IN_HAND = (Custody.Act.VIEWED, Custody.Act.DOWNLOADED, Custody.Act.PRINTED)


def take(
    number: str,
    item_number: int,
    act: Custody.Act,
    *,
    by: User,
    now: datetime | None = None,
) -> Item:
    """The item, to look at, download or print, with the row of custody that says who had it.

    Raises Complaint.DoesNotExist or Item.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        item = item_of(complaint, item_number)
        custody.note(item, complaint.subject, by, act, now)
    return item


def item_of(complaint: Complaint, item_number: int) -> Item:
    """One item of the case. Raises Item.DoesNotExist."""
    joined = Item.objects.select_related("received_by", "withdrawal__by")
    return joined.get(folder=complaint.folder_id, number=item_number)


@dataclass(frozen=True)
class Checked:
    """What a check found: `found` is the SHA-256 of the file as it lies there, "" for none."""

    item: Item
    found: str

    @property
    def holds(self) -> bool:
        """Whether the file is what was received."""
        return self.found == self.item.sha256


def check(
    number: str,
    item_number: int,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Checked:
    """Work the SHA-256 of the stored file out again, and write down what came out.

    The file is read before the case is locked: a large one takes seconds. Raises
    Complaint.DoesNotExist, Item.DoesNotExist, StaleVersion, OSError where the store is away.
    """
    item = item_of(find(number, by), item_number)
    try:
        found = store().digest(item.sha256)
    except FileNotFoundError:
        found = ""
    checked = Checked(item, found)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        detail = {"holds": checked.holds, "found": found}
        act = Custody.Act.CHECKED
        custody.note(item, complaint.subject, by, act, now or timezone.now(), detail)
    return checked


def withdraw(
    number: str,
    item_number: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Item:
    """`{reason}`: the item proves nothing any more; it stays in the folder with its reason, and a
    signature that covered it holds no more. Facts and points that name it keep their words.

    Raises Complaint.DoesNotExist, Item.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    if not by.may("add_evidence"):
        raise NotAllowed(_("您的角色不能撤回证据"))
    with transaction.atomic():
        complaint = lock(number, by)
        item = item_of(complaint, item_number)
        reason = _reason(values)
        check_version(complaint, version)
        if why := may_not_change(complaint, item):
            raise Invalid({"state": [why]})
        Withdrawal.objects.create(item=item, at=now, by=by, reason=reason)
        _tell_withdrawn(complaint, item, reason, by, now)
        voiding.look(complaint, by, now)
    return item_of(complaint, item_number)


def _reason(values: Mapping[str, Any]) -> str:
    v = validation
    reason: str = v.clean(
        {"reason": None, **values}, {"reason": lambda x: v.text(x, 2000, required=True, lines=True)}
    )["reason"]
    return reason


def may_not_change(complaint: Complaint, item: Item) -> str:
    """Why the item can neither be withdrawn nor linked now; "" when it can."""
    if not complaint.is_open:
        return _("案件已经办结，案卷不再变动；如有新的情况请先重新启动")
    if item.is_withdrawn:
        return _("证据 {number} 已经撤回").format(number=item.number)
    return ""


def _tell_withdrawn(complaint: Complaint, item: Item, reason: str, by: User, now: datetime) -> None:
    """The next version of the case; the reason in the timeline, the hash in the audit record."""
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    file = {"number": item.number, "sha256": item.sha256}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.EVIDENCE,
        code="withdrawn",
        text=reason,
        detail={**file, "title": item.title},
    )
    detail = {**file, "version": complaint.version}
    record("evidence.withdrawn", complaint.subject, by, now, detail)


def link(
    number: str,
    item_number: int,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
) -> list[Link]:
    """`{kind, target, linked}`: the item proves a fact (by its id) or a point at issue (by its
    title), or, with `linked` false, proves it no more. Answers the links that stand.

    Saying the same again writes nothing. Raises Complaint.DoesNotExist, Item.DoesNotExist,
    NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("add_evidence"):
        raise NotAllowed(_("您的角色不能关联证据"))
    with transaction.atomic():
        complaint = lock(number, by)
        item = item_of(complaint, item_number)
        wanted = _cleaned_link(values)
        if why := may_not_change(complaint, item):
            raise Invalid({"state": [why]})
        standing = linked.standing(item.links.order_by("id"))
        known = {(row.kind, row.target) for row in standing}
        if wanted["linked"] == ((wanted["kind"], wanted["target"]) in known):
            return standing
        if wanted["linked"]:
            _check_target(complaint, wanted)
        Link.objects.create(item=item, at=now, by=by, **wanted)
        verb = "evidence.linked" if wanted["linked"] else "evidence.unlinked"
        about = {"number": item.number, "kind": wanted["kind"]}
        # a point is a sentence about people: the record names facts only
        fact = {"fact": wanted["target"]} if wanted["kind"] == Link.Kind.FACT else {}
        record(verb, complaint.subject, by, now, {**about, **fact})
        return linked.standing(item.links.order_by("id"))


def _cleaned_link(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    cleaned: dict[str, Any] = v.clean(
        {"kind": None, "target": None, "linked": True, **values},
        {
            "kind": lambda x: v.choice(x, Link.Kind.values, required=True),
            "target": lambda x: v.text(x, 200, required=True),
            "linked": v.flag,
        },
    )
    return cleaned


def _check_target(complaint: Complaint, wanted: Mapping[str, Any]) -> None:
    """Raises Invalid for a fact that nobody knows and a point that is not at issue."""
    target = wanted["target"]
    if wanted["kind"] == Link.Kind.FACT:
        known = target in FACTS
    else:
        known = target in {point.title for point in points_of(complaint)}
    if not known:
        raise Invalid({"target": [_("没有这个事实或争点；请从列表中选择")]})


def points_of(complaint: Complaint) -> list[Point]:
    """The points at issue of the version that counts now. One statement."""
    counts = Resolution.objects.filter(complaint=complaint).exclude(
        status=Resolution.Status.SUPERSEDED
    )
    newest = counts.order_by("-version").values("pk")[:1]
    return list(Point.objects.filter(resolution__in=newest).order_by("position"))
