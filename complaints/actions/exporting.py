"""Handing out the package of an archived case: for a stated purpose, to a named recipient, for a
week, a complete one with the consent of two others; and printing its dossier. All of it is on
record before anything leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import validation
from complaints.actions import export_consent
from complaints.actions.export_consent import KEPT
from complaints.advance import lock
from complaints.archive import dossier
from complaints.archive.case_file import CaseFile
from complaints.errors import CaseError, Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Edition, Export, ExportRequest, Package, Sealing
from complaints.signing_guards import REAUTHENTICATION_LASTS
from evidence.custody import note_all
from evidence.models import Custody, Item


class Expired(CaseError):
    """The week is over."""

    code = "expired"


class NotConfirmed(CaseError):
    """Who takes a complete package out has not just given the password."""

    code = "not_confirmed"


class NotSealed(CaseError):
    """There is no package yet."""

    code = "not_sealed"


def packages(complaint: Complaint) -> list[Package]:
    """The packages of the case, the newest first."""
    rows = Package.objects.filter(sealing__complaint=complaint)
    return list(rows.select_related("sealing__transition", "sealing__complaint").order_by("-id"))


def ask(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> Export | ExportRequest:
    """`{package, purpose, recipient}`: an export, or, of a complete package, a request to which two
    others have to agree. Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("export_packages"):
        raise NotAllowed(_("您的角色不能导出证据包；请交给主管、法务或者审计"))
    v = validation
    data = v.clean(
        {"package": None, "purpose": None, "recipient": None, **values},
        {
            "package": lambda x: v.plain(str(x or ""), 20),
            "purpose": lambda x: v.choice(x, Export.Purpose.values, required=True),
            "recipient": lambda x: v.text(x, 200, required=True),
        },
    )
    with transaction.atomic():
        complaint = lock(number, by)
        package = next((p for p in packages(complaint) if str(p.pk) == data["package"]), None)
        if package is None:
            raise Invalid({"package": [_("请选择一个已经生成的证据包")]})
        if package.sealing.edition == Edition.FULL:
            return export_consent.ask(complaint, package, data, by, now)
        export = Export.objects.create(
            package=package,
            by=by,
            at=now,
            purpose=data["purpose"],
            recipient=data["recipient"],
            expires_at=now + KEPT,
        )
        _note("package.export_asked", complaint, export, by, now)
    return export


def fetch(
    number: str,
    export_id: int,
    *,
    by: User,
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
) -> Export:
    """The export, on record as taken out by this person. Only who asked for it may; a complete one
    only with the password given a moment ago.

    Raises Complaint.DoesNotExist, Export.DoesNotExist, Expired, NotConfirmed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        rows = Export.objects.select_related(
            "by",
            "package__sealing__transition__by",
            "package__sealing__complaint__consumer",
            "package__sealing__complaint__owner",
            "package__sealing__complaint__team",
        )
        export = rows.get(pk=export_id, package__sealing__complaint=complaint, by=by)
        if export.expires_at <= now or (by.left_at is not None and by.left_at >= export.at):
            raise Expired(_("这次导出已经过期；仍然需要的，请重新说明用途和接收方"))
        if export.package.sealing.edition == Edition.FULL:
            _confirmed(reauthenticated_at, now)
        _note("package.exported", complaint, export, by, now)
        _handed_out(export.package, complaint, by, now)
    return export


def _confirmed(at: datetime | None, now: datetime) -> None:
    if at is None or now - at > REAUTHENTICATION_LASTS:
        raise NotConfirmed(_("取走完整版以前，请输入登录密码确认身份"))


def sealed(
    number: str, edition: str = Edition.FULL, *, by: User, now: datetime | None = None
) -> Package:
    """The newest package of the edition itself, for a program; on record first. A complete one only
    while an export of it stands open to which two others agreed for this person.

    Raises Complaint.DoesNotExist, NotAllowed, NotSealed.
    """
    now = now or timezone.now()
    if not by.may("export_packages"):
        raise NotAllowed(_("您的角色不能导出证据包；请交给主管、法务或者审计"))
    with transaction.atomic():
        complaint = lock(number, by)
        found = [p for p in packages(complaint) if p.sealing.edition == edition]
        if not found:
            raise NotSealed(_not_there(number, edition))
        if edition == Edition.FULL and not _granted(found[0], by, now):
            raise NotAllowed(
                _(
                    "完整版须先在档案页申请导出，经主管与法务同意后，七天内由申请人取走；"
                    "不须同意的脱敏版：?edition=redacted"
                )
            )
        detail = {"package": found[0].sealing.name, "sha256": found[0].sha256, "via": "api"}
        record("package.exported", complaint.subject, by, now, detail)
        _handed_out(found[0], complaint, by, now)
    return found[0]


def _not_there(number: str, edition: str) -> str:
    if edition == Edition.REDACTED:
        words = _("案件 {number} 还没有脱敏版；请在档案页生成")
    else:
        words = _("案件 {number} 还没有证据包；归档后自动生成")
    return words.format(number=number)


def _granted(package: Package, by: User, now: datetime) -> bool:
    rows = Export.objects.filter(export_consent.of_present(), package=package, by=by)
    return rows.filter(expires_at__gt=now).exists()


def _handed_out(package: Package, complaint: Complaint, by: User, now: datetime) -> None:
    """Every file of the evidence that goes along is in its custody too."""
    sealing = package.sealing
    items = Item.objects.filter(folder=complaint.folder_id, number__lte=sealing.cut.get("items", 0))
    if sealing.edition == Edition.REDACTED:
        items = items.filter(number__in=sealing.redactions["shown"])
    detail = {"package": sealing.name}
    note_all(list(items), complaint.subject, by, Custody.Act.EXPORTED, now, detail)


def printed(number: str, *, by: User, now: datetime | None = None) -> bytes:
    """The dossier as a copy that names who printed it; on record first. Of a case that is not
    archived it shows how the file stands, and says so. Raises Complaint.DoesNotExist.
    """
    now = now or timezone.now()
    with transaction.atomic():
        complaint = lock(number, by)
        file = _file(complaint, now)
        record("dossier.printed", complaint.subject, by, now, {"sealed": file.step is not None})
    mark = _("{name} 打印于 {time}").format(name=by.name, time=dossier.moment(now))
    return dossier.pdf(file, mark=mark)


def _file(complaint: Complaint, now: datetime) -> CaseFile:
    sealing = (
        Sealing.objects.filter(complaint=complaint, edition=Edition.FULL)
        .select_related("transition__by")
        .order_by("-number")
        .first()
    )
    if sealing is None or complaint.state != State.ARCHIVED:
        return CaseFile.standing(complaint, now)
    sealing.complaint = complaint
    return CaseFile(sealing)


def _note(verb: str, complaint: Complaint, export: Export, by: User, now: datetime) -> None:
    """Purpose and hash; the recipient may be a person, and stands in the export alone."""
    detail = {
        "export": export.pk,
        "package": export.package.sealing.name,
        "purpose": str(export.purpose),
        "sha256": export.package.sha256,
    }
    record(verb, complaint.subject, by, now, detail)
