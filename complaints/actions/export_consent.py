"""A complete package leaves the house when a supervisor of the case and counsel agree, two people
and neither of them whoever asked. Each word is a row of its own and stands in the audit record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.record import record
from complaints import validation
from complaints.advance import lock
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.models import (
    Complaint,
    Export,
    ExportConsent,
    ExportRequest,
    Outbox,
    Package,
)

ANSWER_WITHIN = timedelta(days=7)
KEPT = timedelta(days=7)
LONGEST = 2000
Side = ExportConsent.Side


class Settled(CaseError):
    """Nothing is left to answer."""

    code = "settled"


def ask(
    complaint: Complaint, package: Package, data: Mapping[str, Any], by: User, now: datetime
) -> ExportRequest:
    """Under the lock of the case. The same once more, while it waits, is the same request.

    Raises Invalid where nobody could agree.
    """
    words = {"purpose": data["purpose"], "recipient": data["recipient"]}
    waiting = ExportRequest.objects.filter(package=package, by=by, expires_at__gt=now, **words)
    waiting = waiting.filter(of_present())
    same = waiting.filter(unanswered()).first()
    if same is not None:
        return same
    _share_with_counsel(complaint, by, now)
    if lacking := _nobody(complaint, by):
        raise Invalid({"package": [lacking]})
    asked = ExportRequest.objects.create(
        package=package, by=by, at=now, expires_at=now + ANSWER_WITHIN, **words
    )
    _note("package.export_asked", complaint, asked, by, now)
    _tell(complaint, asked, "tell_export_asked", now)
    return asked


def of_present(prefix: str = "by") -> Q:
    """Condition on requests and exports: whoever asked has not left since, even to come back."""
    stays = Q(**{f"{prefix}__left_at": None}) | Q(**{f"{prefix}__left_at__lt": F("at")})
    return stays & Q(**{f"{prefix}__is_active": True})


def unanswered() -> Q:
    """Condition on requests: nobody has refused, and it has not been granted."""
    refused = ExportConsent.objects.filter(request=OuterRef("pk"), agreed=False)
    granted = Export.objects.filter(request=OuterRef("pk"))
    return Q(~Exists(refused), ~Exists(granted))


def _share_with_counsel(complaint: Complaint, by: User, now: datetime) -> None:
    """Who is to agree has to see the case."""
    if complaint.shared_with_counsel:
        return
    complaint.shared_with_counsel = True
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(update_fields=["shared_with_counsel", "version", "updated_at"])
    detail = {"version": complaint.version}
    record("complaint.shared_with_counsel", complaint.subject, by, now, detail)


def able(complaint: Complaint, but: int) -> dict[str, list[User]]:
    """Who may answer for each side: those who see the case, without the person `but`."""
    people = User.objects.filter(is_active=True).exclude(pk=but)
    people = people.exclude(named_in__complaint=complaint).order_by("pk")
    leads = people.filter(
        roles__contains=[Role.SUPERVISOR],
        membership__team=complaint.team_id,
        membership__leads=True,
    )
    counsel = people.filter(roles__contains=[Role.COUNSEL])
    return {Side.SUPERVISOR: list(leads.distinct()), Side.COUNSEL: list(counsel)}


def _nobody(complaint: Complaint, by: User) -> str:
    """Why it could never be granted; "" where two people may."""
    found = able(complaint, by.pk)
    leads, counsel = found[Side.SUPERVISOR], found[Side.COUNSEL]
    if not leads:
        return _("除您以外没有负责该团队的主管可以同意；请由法务或者审计申请导出，或者改用脱敏版")
    if not counsel:
        return _("除您以外没有法务可以同意；请由主管或者审计申请导出，或者改用脱敏版")
    if len({user.pk for user in [*leads, *counsel]}) < 2:
        return _("主管与法务须是两个人，现在只有一位同事可以同意；请改用脱敏版")
    return ""


def may_answer(complaint: Complaint, asked: ExportRequest, by: User) -> list[str]:
    """The sides for which the person may answer now; [] where none. Reads the answers."""
    given = list(asked.consents.all())
    if asked.by_id == by.pk or any(each.by_id == by.pk or not each.agreed for each in given):
        return []
    sides = {
        Side.SUPERVISOR: by.is_(Role.SUPERVISOR) and complaint.team_id in by.led_team_ids,
        Side.COUNSEL: by.is_(Role.COUNSEL),
    }
    done = {each.side for each in given}
    return [str(side) for side, has in sides.items() if has and side not in done]


def decide(
    number: str,
    asked_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
) -> ExportConsent:
    """`{agree, reason}`: one of the two; the second one lets the package go. Refusing needs words.
    Saying the same again writes nothing.

    Raises Complaint.DoesNotExist, ExportRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    data = _cleaned(values)
    with transaction.atomic():
        complaint = lock(number, by)
        rows = ExportRequest.objects.select_related("package__sealing__complaint", "by")
        asked = rows.get(pk=asked_id, package__sealing__complaint=complaint)
        said = asked.consents.filter(by=by, agreed=data["agree"]).first()
        if said is not None:
            return said
        side = _side(complaint, asked, by, now)
        consent = ExportConsent.objects.create(
            request=asked, side=side, by=by, at=now, agreed=data["agree"], reason=data["reason"]
        )
        verb = "package.export_agreed" if data["agree"] else "package.export_refused"
        _note(verb, complaint, asked, by, now)
        if not data["agree"] or _granted(asked, now):
            _tell(complaint, asked, "tell_export_decided", now)
    return consent


def _granted(asked: ExportRequest, now: datetime) -> bool:
    """Let it go where both have agreed; answers whether that is now."""
    if asked.consents.filter(agreed=True).count() < len(Side.values):
        return False
    Export.objects.create(
        package=asked.package,
        by=asked.by,
        at=now,
        purpose=asked.purpose,
        recipient=asked.recipient,
        expires_at=now + KEPT,
        request=asked,
    )
    return True


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"agree": None, "reason": "", **values},
        {"agree": _yes_or_no, "reason": lambda x: v.text(x, LONGEST, lines=True)},
    )
    if not data["agree"] and not data["reason"]:
        raise Invalid({"reason": [_("不同意的，请说明理由")]})
    return data


def _yes_or_no(value: Any) -> bool:
    if value in (None, ""):
        raise validation.Refused(_("请选择同意或者不同意"))
    return validation.flag(value)


def _side(complaint: Complaint, asked: ExportRequest, by: User, now: datetime) -> str:
    """For which side the person answers. Raises NotAllowed, Settled."""
    if why := closed(asked, by, now):
        raise Settled(why)
    if asked.by_id == by.pk:
        raise NotAllowed(_("这是您自己的申请，须由另外两位同事（主管与法务）同意"))
    sides = may_answer(complaint, asked, by)
    if not sides:
        raise NotAllowed(_("须由负责该团队的主管和法务各一位同意；这里不需要您的答复"))
    return sides[0]


def closed(asked: ExportRequest, by: User, now: datetime) -> str:
    """Why nothing is left to answer for the person; "" while something may be."""
    given = list(asked.consents.all())
    if any(not each.agreed for each in given):
        return _("这份申请已经有人不同意，已结束")
    if len(given) >= len(Side.values):
        return _("两位都已同意，申请人可以下载了")
    if any(each.by_id == by.pk for each in given):
        return _("您已经同意过，还等另一位答复")
    left = asked.by.left_at
    if not asked.by.is_active or (left is not None and left >= asked.at):
        return _("申请人的账号已停用，这份申请已结束")
    if asked.expires_at <= now:
        return _("这份申请七天内没有得到两位同意，已过期；仍然需要的，请申请人重新提出")
    return ""


def waiting_for(user: User, now: datetime) -> QuerySet[ExportRequest]:
    """Requests that wait for an answer of this person, whatever the case (ask for that, too)."""
    rows = ExportRequest.objects.filter(unanswered(), of_present(), expires_at__gt=now)
    rows = rows.exclude(by=user)
    given = ExportConsent.objects.filter(request=OuterRef("pk"))
    rows = rows.filter(~Exists(given.filter(by=user)))
    mine = Q(pk__in=[])
    if user.is_(Role.SUPERVISOR):
        led = Q(package__sealing__complaint__team__in=user.led_team_ids)
        mine |= led & Q(~Exists(given.filter(side=Side.SUPERVISOR)))
    if user.is_(Role.COUNSEL):
        mine |= Q(~Exists(given.filter(side=Side.COUNSEL)))
    return rows.filter(mine)


def _tell(complaint: Complaint, asked: ExportRequest, effect: str, now: datetime) -> None:
    Outbox.objects.create(
        complaint=complaint,
        effect=effect,
        key=f"{complaint.number}.export{asked.pk}.{effect}",
        payload={"request": asked.pk},
        created_at=now,
        not_before=now,
    )


def _note(verb: str, complaint: Complaint, asked: ExportRequest, by: User, now: datetime) -> None:
    """Purpose and hash; the recipient may be a person, and stands in the request alone."""
    detail = {
        "request": asked.pk,
        "package": asked.package.sealing.name,
        "purpose": str(asked.purpose),
        "sha256": asked.package.sha256,
    }
    record(verb, complaint.subject, by, now, detail)
