"""Mending what was registered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import facts, legal_hold, search, validation
from complaints.actions import confidentiality
from complaints.actions.intake_values import DECIDES_THE_LAW, EDITABLE, cleaners, placed
from complaints.advance import check_version, lock
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.signing import voiding


def edit(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Change what was registered.

    Only fields in `EDITABLE`; every change is an event that names the fields, never their personal
    values. Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid, Held.
    """
    now = now or timezone.now()
    if not by.may("edit_complaints"):
        raise NotAllowed(_("您的角色不能修改案件资料"))
    data = validation.clean(values, {k: c for k, c in cleaners(now).items() if k in EDITABLE})
    with transaction.atomic():
        complaint = lock(number, by)
        legal_hold.refuse(complaint)  # before what changed meanwhile: the hold is one of it
        check_version(complaint, version)
        if not complaint.is_open:
            raise Invalid({"state": [_("案件已经办结，不能再修改；如需更正请先重新启动")]})
        confidentiality.refuse_in_passing(complaint, data)
        changed = _apply(complaint, data)
        if changed:
            _save(complaint, changed, now)
            _record(complaint, changed, by, now)
            voiding.look(complaint, by, now)
    return complaint


def amend(
    number: str,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """`edit`; where `confidential` comes with a `confidential_reason`, that too, and last, because
    the case may be out of sight then. All of it or nothing.

    Raises what `edit` and `confidentiality.change` raise.
    """
    now, rest = now or timezone.now(), dict(values)
    if "confidential_reason" not in rest:
        edit(number, rest, by=by, version=version, now=now)
        return
    wanted = {"confidential": rest.pop("confidential", None)}
    wanted["reason"] = rest.pop("confidential_reason")
    try:
        with transaction.atomic():
            if rest:
                version = edit(number, rest, by=by, version=version, now=now).version
            confidentiality.change(number, wanted, by=by, version=version, now=now)
    except Invalid as error:
        if "reason" not in error.errors:
            raise
        errors = dict(error.errors)
        errors["confidential_reason"] = errors.pop("reason")
        raise Invalid(errors) from error


def _apply_personal(complaint: Complaint, values: dict[str, str]) -> list[str]:
    consumer = complaint.consumer
    kept = {name: consumer.clear(name) for name in PERSONAL_FIELDS if name in values}
    changed = [name for name, old in kept.items() if values[name] != old]
    if changed:
        legal_hold.refuse_person(consumer)
    columns = consumer.fill({name: values[name] for name in changed})
    if values.get("protection", consumer.protection) != consumer.protection:
        consumer.protection = values["protection"]
        changed.append("protection")
    if values.get("language") not in ("", None, consumer.language):
        consumer.language = values["language"]
        changed.append("language")
    if changed:
        consumer.save(update_fields=[*columns, "protection", "language"])
    return [f"consumer.{name}" for name in changed]


def _apply_product(complaint: Complaint, values: dict[str, str]) -> list[str]:
    changed = [n for n, text in values.items() if getattr(complaint, f"product_{n}") != text]
    for name in changed:
        setattr(complaint, f"product_{name}", values[name])
    return [f"product.{name}" for name in changed]


def _apply_region(complaint: Complaint, data: Mapping[str, Any], *, moved: bool) -> list[str]:
    """A region that somebody chose stays; another follows the address that was changed. One that
    was only sent back as it was read is no choice.
    """
    stands = complaint.region if complaint.region_chosen else ""
    said = data.get("region", stands)
    if said in (stands, complaint.region):
        if not moved:
            return []
        said = stands
    before = complaint.region, complaint.region_chosen
    now = placed(said, complaint.consumer.clear("address"))
    complaint.region, complaint.region_chosen = now
    return ["region"] if now != before else []


def _same(old: Any, new: Any) -> bool:
    """Lists are sets of codes: another order is no change."""
    return sorted(old) == sorted(new) if isinstance(new, list) else bool(old == new)


def _apply(complaint: Complaint, data: dict[str, Any]) -> list[str]:
    """Set what differs; answers the names of the fields that changed."""
    changed = _apply_personal(complaint, data.get("consumer", {}))
    changed += _apply_product(complaint, data.get("product", {}))
    changed += _apply_region(complaint, data, moved="consumer.address" in changed)
    for name, value in data.items():
        if name in ("consumer", "product", "region") or (name == "title" and not value):
            continue
        if not _same(getattr(complaint, name), value):
            setattr(complaint, name, value)
            changed.append(name)
    return changed


def _save(complaint: Complaint, changed: list[str], now: datetime) -> None:
    """The next version of the case, with what rests on the changed fields: law and search."""
    if DECIDES_THE_LAW & set(changed):
        facts.note_change(complaint)
    complaint.version += 1
    complaint.updated_at = now
    complaint.save()
    search.index(complaint)


def _record(complaint: Complaint, changed: list[str], by: User, now: datetime) -> None:
    """The names of the fields, never what stands in them."""
    detail: dict[str, Any] = {"fields": changed}
    Event.objects.create(
        complaint=complaint, at=now, by=by, kind=Event.Kind.CHANGE, code="edited", detail=detail
    )
    detail = {**detail, "version": complaint.version}
    record("complaint.edited", complaint.subject, by, now, detail)
