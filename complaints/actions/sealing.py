"""Making the sealed package of an archived case: asked for with the step, made by a task, once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.proofs import NotSealed
from audit.record import record
from audit.seal import seal as seal_record
from complaints import validation
from complaints.advance import lock
from complaints.archive import package, stamped
from complaints.archive.case_file import CaseFile, cut_of
from complaints.archive.view import View
from complaints.errors import Invalid, NotAllowed
from complaints.lifecycle import State
from complaints.models import Complaint, Edition, Package, Sealing, Transition
from complaints.signing import keys
from evidence import holding
from evidence.bag import PIECE, DoesNotMatch, Member
from evidence.store import store

logger = logging.getLogger(__name__)
SHORTEST = 2  # characters of a word that is blacked out
AGAIN = timedelta(minutes=10)  # after a package could not be made


def archived(complaint: Complaint, transition: Transition) -> None:
    """Ask for the package, in the transaction of the step; under the lock of the case."""
    sealing = _asked(complaint, transition, transition.at, transition.by)
    transaction.on_commit(lambda: enqueue(sealing.pk))


def _asked(
    complaint: Complaint, transition: Transition, now: datetime, by: User | None = None
) -> Sealing:
    last = Sealing.objects.filter(complaint=complaint).aggregate(last=Max("number"))["last"]
    return Sealing.objects.create(
        complaint=complaint,
        transition=transition,
        number=(last or 0) + 1,
        asked_at=now,
        asked_by=by,
        cut=cut_of(complaint),
    )


def ask(number: str, *, by: User, now: datetime | None = None) -> Sealing:
    """A package for a case that was archived before there were any, or once more for one that could
    not be made. Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("export_packages"):
        raise NotAllowed(_("您的角色不能导出证据包；请交给主管、法务或者审计"))
    with transaction.atomic():
        complaint = lock(number, by)
        if complaint.state != State.ARCHIVED:
            raise Invalid({"": [_("案件还没有归档；归档后自动生成证据包")]})
        step = Transition.objects.filter(complaint=complaint, step="archive").latest("pk")
        sealing = Sealing.objects.filter(transition=step, edition=Edition.FULL).first()
        if sealing is None:
            sealing = _asked(complaint, step, now, by)
            record("package.asked", complaint.subject, by, now, {"package": sealing.name})
        transaction.on_commit(lambda: enqueue(sealing.pk))
    return sealing


def ask_redacted(
    number: str, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> Sealing:
    """`{words, shown}`: a further edition of the newest package: `words` are blacked out, one a
    line; of the evidence only the files whose numbers are `shown` go in. The complete one stays as
    it is. Raises Complaint.DoesNotExist, NotAllowed, Invalid.
    """
    now = now or timezone.now()
    if not by.may("export_packages"):
        raise NotAllowed(_("您的角色不能导出证据包；请交给主管、法务或者审计"))
    words = _words(values.get("words"))
    with transaction.atomic():
        complaint = lock(number, by)
        rows = Sealing.objects.filter(complaint=complaint)
        full = rows.filter(edition=Edition.FULL, done_at__isnull=False).last()
        if full is None:
            raise Invalid({"": [_("还没有完整的证据包；归档后自动生成")]})
        known = range(1, full.cut.get("items", 0) + 1)
        shown = sorted({int(n) for n in values.get("shown", []) if str(n).isdecimal()})
        if set(shown) - set(known):
            raise Invalid({"shown": [_("案卷里没有这件证据；请重新选择")]})
        redacted = rows.filter(number=full.number, edition=Edition.REDACTED)
        sealing = Sealing.objects.create(
            complaint=complaint,
            transition_id=full.transition_id,
            number=full.number,
            edition=Edition.REDACTED,
            revision=redacted.count() + 1,
            redactions={"words": words, "shown": shown},
            asked_at=now,
            asked_by=by,
            cut=full.cut,
        )
        detail = {"package": sealing.name, "words": len(words), "shown": shown}
        record("package.asked", complaint.subject, by, now, detail)
        transaction.on_commit(lambda: enqueue(sealing.pk))
    return sealing


def _words(value: Any) -> list[str]:
    """One a line, each of at least two characters. Raises Invalid."""
    try:
        text = validation.text(value, 4000, lines=True)
    except validation.Refused as refused:
        raise Invalid({"words": [str(refused)]}) from refused
    words = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if any(len(word) < SHORTEST for word in words):
        raise Invalid({"words": [_("遮盖的词至少两个字，一行一个；单个字会遮盖太多无关内容")]})
    return words


def enqueue(sealing_id: int) -> None:
    """Call a worker; when the broker is away the sweep does."""
    try:
        current_app.send_task("complaints.tasks.seal_package", [sealing_id])
    except (OperationalError, OSError) as error:
        logger.warning("package %s waits for the broker: %s", sealing_id, type(error).__name__)


def resume(now: datetime, most: int = 20) -> int:
    """Call workers for packages that wait a minute, or failed ten ago; answers for how many."""
    untried = Q(tried_at=None, asked_at__lte=now - timedelta(minutes=1))
    failed = Q(tried_at__lte=now - AGAIN)
    waiting = Sealing.objects.filter(
        untried | failed, done_at=None, complaint__destroyed=None
    ).order_by("id")
    found = list(waiting.values_list("pk", flat=True)[:most])
    for pk in found:
        enqueue(pk)
    return len(found)


def seal(sealing_id: int, now: datetime | None = None) -> Package | None:
    """Make the package; None where another worker is at it, it is there, or it cannot be made: then
    the sealing says why, and it is tried again.

    One transaction: whoever is killed in it leaves nothing but the sealing as it was.
    """
    now = now or timezone.now()
    try:
        seal_record(now)
        with transaction.atomic():
            sealing = _claimed(sealing_id)
            return None if sealing is None else _made(sealing, now)
    except NotSealed:  # another worker is at the blocks: the sweep calls again
        return None
    except (DoesNotMatch, FileNotFoundError, OSError) as error:
        logger.error("package %s was not made: %s", sealing_id, type(error).__name__)
        Sealing.objects.filter(pk=sealing_id, done_at=None).update(
            tried_at=now, attempts=F("attempts") + 1, problem=_why(error)
        )
        return None


def _claimed(sealing_id: int) -> Sealing | None:
    rows = Sealing.objects.select_for_update(of=("self",), skip_locked=True)
    return (
        rows.filter(pk=sealing_id, done_at=None, complaint__destroyed=None)
        .select_related(
            "complaint__consumer", "complaint__owner", "complaint__team", "transition__by"
        )
        .first()
    )


def _made(sealing: Sealing, now: datetime) -> Package:
    """The file lies in the store before the row is written; a crash in between leaves a file that
    the next go finds to be the same.
    """
    keys.keep(now)
    file = CaseFile(sealing)
    with package.written(file, View.of(sealing)) as (source, members):
        sha256, size = _kept(source)
    lock(sealing.complaint.number, None)
    made = Package.objects.create(
        sealing=sealing,
        made_at=now,
        sha256=sha256,
        size=size,
        audit_head=file.audit_head,
        contents=[[m.path, m.size, m.sha256] for m in _in_order(members)],
    )
    detail = {"package": sealing.name, "sha256": sha256, "size": size}
    record("package.sealed", sealing.complaint.subject, None, now, detail)
    stamped.ask(made, now)
    sealing.done_at, sealing.tried_at, sealing.problem = now, now, ""
    sealing.attempts += 1
    sealing.save(update_fields=["done_at", "tried_at", "problem", "attempts"])
    return made


def _kept(source: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and size of the file, which lies in the store now."""
    place = store()
    with place.incoming() as incoming:
        while piece := source.read(PIECE):
            incoming.write(piece)
        holding.stays(incoming.sha256)
        return place.keep(incoming), incoming.size


def _in_order(members: list[Member]) -> list[Member]:
    """As one looks for them: the dossier, the evidence, the letters, then the rest."""
    first = ("data/dossier.pdf", "data/evidence/", "data/letters/")

    def rank(member: Member) -> int:
        found = [n for n, start in enumerate(first) if member.path.startswith(start)]
        return found[0] if found else len(first)

    return sorted(members, key=rank)


def _why(error: Exception) -> str:
    """A code, and the file; no path of this machine."""
    if isinstance(error, DoesNotMatch):
        return f"altered:{str(error).removeprefix('data/evidence/')}"[:300]
    return "missing" if isinstance(error, FileNotFoundError) else "store"


def why(sealing: Sealing) -> str:
    """Why the package could not be made, in a sentence; "" where nothing is wrong."""
    code, _colon, file = sealing.problem.partition(":")
    if code == "altered":
        return _("证据文件与收到时的哈希不符：{file}；请由审计核查存储").format(file=file)
    if code == "missing":
        return _("有一件证据的文件不在存储中；请由管理员核查存储")
    return _("存储空间不足或不可写；稍后会自动重试") if code else ""
