"""One defect, many consumers: opening a mass case, its finding, counsel's opinion, joining and
leaving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import legal_hold, validation
from complaints.advance import check_version, lock
from complaints.errors import CaseError, ContentChanged, Invalid, NotAllowed, StaleVersion
from complaints.mass_guards import barred
from complaints.models import (
    Complaint,
    Event,
    MassCase,
    MassMember,
    MassOpinion,
)
from complaints.signing import mass as signing
from complaints.signing.canonical import hash_of
from complaints.signing_guards import REAUTHENTICATION_LASTS
from legal_rules.vocabulary import CATEGORIES

LONGEST = 20_000
_CLEANERS: dict[str, validation.Cleaner] = {
    "title": lambda x: validation.text(x, 120, required=True),
    "product_name": lambda x: validation.text(x, 200),
    "category": lambda x: validation.choice(x, CATEGORIES, required=True),
    "defect": lambda x: validation.text(x, LONGEST, required=True, lines=True),
    "finding": lambda x: validation.text(x, LONGEST, lines=True),
}
COVERED = tuple(_CLEANERS)


def _allowed(by: User) -> None:
    if not by.may("manage_mass"):
        raise NotAllowed(_("只有主管可以建立和管理群体性案件"))


def find(pk: int, by: User, *, held: bool = False) -> MassCase:
    """Raises MassCase.DoesNotExist for a missing and for a foreign one alike."""
    visible = MassCase.objects.visible_to(by)
    if held:
        visible = visible.select_for_update(of=("self",), no_key=True)
    found: MassCase = visible.get(pk=pk)
    return found


def open_one(values: Mapping[str, Any], *, by: User, now: datetime | None = None) -> MassCase:
    """`{title, category, defect, product_name?, finding?}`. Raises NotAllowed, Invalid."""
    now = now or timezone.now()
    _allowed(by)
    required = dict.fromkeys(("title", "category", "defect"))
    data = validation.clean({**required, **values}, _CLEANERS)
    with transaction.atomic():
        mass = MassCase(opened_by=by, opened_at=now, **data)
        if mass.finding:
            mass.finding_by, mass.finding_at = by, now
        mass.save(force_insert=True)
        record("mass.opened", mass.subject, by, now, {"title": mass.title})
    return mass


def write(
    pk: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> MassCase:
    """Change what it says. A signature over something else holds no more from then on.

    Raises MassCase.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    _allowed(by)
    data = validation.clean(values, _CLEANERS)
    with transaction.atomic():
        mass = find(pk, by, held=True)
        _check(mass, version)
        changed = [name for name, value in data.items() if getattr(mass, name) != value]
        if not changed:
            return mass
        signed = signing.live(mass)
        for name in changed:
            setattr(mass, name, data[name])
        if "finding" in changed:
            mass.finding_by, mass.finding_at = by, now
        mass.version += 1
        mass.save()
        record("mass.changed", mass.subject, by, now, {"fields": changed, "version": mass.version})
        if signed is not None:
            detail = {"opinion": signed.pk, "changed": changed}
            record("mass.opinion_voided", mass.subject, by, now, detail)
    return mass


def _check(mass: MassCase, version: int | None) -> None:
    if version is not None and version != mass.version:
        words = _("群体性案件已被他人更新；您填写的内容没有丢失，请核对后再提交")
        raise StaleVersion(words, mass.version)


def sign(
    pk: int,
    text: Any,
    *,
    read: str,
    by: User,
    reauthenticated_at: datetime | None,
    now: datetime | None = None,
) -> MassOpinion:
    """Counsel's opinion over the finding as it was `read` (hash of the content).

    Raises MassCase.DoesNotExist, NotAllowed, ContentChanged, Invalid.
    """
    now = now or timezone.now()
    if not by.may("sign_resolutions"):
        raise NotAllowed(_("只有法务可以签署共同认定"))
    if reauthenticated_at is None or now - reauthenticated_at > REAUTHENTICATION_LASTS:
        raise Invalid({"password": [_("请先输入密码确认身份，再签署")]})
    said = validation.clean(
        {"text": text}, {"text": lambda x: validation.text(x, 5000, required=True, lines=True)}
    )
    with transaction.atomic():
        mass = find(pk, by, held=True)
        if not mass.finding:
            raise Invalid({"state": [_("还没有写共同认定，不能签署")]})
        if why := barred(mass, by, now):
            raise NotAllowed(why)
        if signed := signing.live(mass):
            words = _("{name}已经签署了这份共同认定，不必再签")
            raise Invalid({"state": [words.format(name=signed.by.name)]})
        if read != hash_of(signing.content(mass)):
            words = _("共同认定在您阅读之后有改动；没有签署，请重新阅读")
            raise ContentChanged(words, mass.version)
        opinion = MassOpinion(
            mass=mass, by=by, at=now, reauthenticated_at=reauthenticated_at, text=said["text"]
        )
        signing.seal(opinion, now)
        detail = {"opinion": opinion.pk, "content": opinion.content_hash, "key": opinion.key_id}
        record("mass.signed", mass.subject, by, now, detail)
    return opinion


# --- acts of a case


def join(
    number: str,
    pk: int,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
    one_of_many: bool = False,
) -> MassMember:
    """The case belongs to the mass case from now on. `one_of_many`: in one act over many cases,
    which passes by those under a legal hold.

    Raises Complaint.DoesNotExist, MassCase.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    _allowed(by)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        mass = find(pk, by)
        earlier = MassMember.objects.filter(complaint=complaint).select_related("mass").first()
        if earlier is not None:
            words = _("案件 {number} 已属于群体性案件“{title}”；请先移出")
            title = earlier.mass.title
            raise Invalid({"mass": [words.format(number=number, title=title)]})
        if not complaint.is_open:
            raise Invalid({"state": [_("案件 {number} 已经办结").format(number=number)]})
        if one_of_many:
            legal_hold.refuse_bulk(complaint)
        member = MassMember.objects.create(mass=mass, complaint=complaint, by=by, at=now)
        _written(complaint, "mass_joined", mass, by, now)
    return member


def join_many(
    pk: int, numbers: Iterable[str], *, by: User, now: datetime | None = None
) -> tuple[list[str], dict[str, str]]:
    """Each case by itself: (those that joined, number → why another did not)."""
    joined, refused, chosen = [], {}, list(numbers)
    for number in chosen:
        try:
            join(number, pk, by=by, now=now, one_of_many=len(chosen) > 1)
            joined.append(number)
        except CaseError as error:
            refused[number] = error.message
        except Complaint.DoesNotExist:
            refused[number[:20]] = _("没有这件案件")
    return joined, refused


def leave(
    number: str,
    reason: Any,
    *,
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> None:
    """The case is not of that defect after all.

    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid.
    """
    now = now or timezone.now()
    _allowed(by)
    said = validation.clean(
        {"reason": reason},
        {"reason": lambda x: validation.text(x, 2000, required=True, lines=True)},
    )
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        member = MassMember.objects.filter(complaint=complaint).select_related("mass").first()
        if member is None:
            raise Invalid({"mass": [_("案件 {number} 不属于群体性案件").format(number=number)]})
        member.delete()
        _written(complaint, "mass_left", member.mass, by, now, said["reason"])


def _written(
    complaint: Complaint, code: str, mass: MassCase, by: User, now: datetime, text: str = ""
) -> None:
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["version", "updated_at"])
    detail = {"mass": mass.pk, "title": mass.title}
    Event.objects.create(
        complaint=complaint,
        at=now,
        by=by,
        kind=Event.Kind.ASSIGNMENT,
        code=code,
        text=text,
        detail=detail,
    )
    more = {**detail, "version": complaint.version}
    record(f"complaint.{code}", complaint.subject, by, now, more)
