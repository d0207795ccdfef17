"""Files that prove corrective actions (证据文件): taken in by the rules of evidence, read by
whoever may read the action, withdrawn by whom it concerns.

Nothing of them is about one case. Withdrawn, the content is destroyed, because what was put there
by mistake may be of a person; that it was there, its hash, who took it away and why stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import acting, curing
from analytics.models import ActionFile, CorrectiveAction
from audit.record import record
from complaints import validation
from complaints.actions.receiving import is_needed, received
from complaints.errors import Invalid
from evidence import holding
from evidence.receive import Stored, clean_name, hold, no_room_is_said
from evidence.store import Incoming, store

A = CorrectiveAction.State
MOST = 30  # files of one action
REASON = 500


def takes(action: CorrectiveAction, by: User) -> bool:
    """Whether the person may add files now: until the effect was checked, or it was cancelled."""
    return action.state in (A.OPEN, A.DONE) and curing.concerns(action, by)


def add(
    pk: int,
    content: Iterable[bytes] | Incoming,
    name: str,
    *,
    by: User,
    now: datetime | None = None,
) -> ActionFile:
    """One file for an action that is open, or done and not yet checked.

    Raises CorrectiveAction.DoesNotExist, NotAllowed, Invalid, FileRefused.
    """
    now = now or timezone.now()
    action = _taking(pk, by)  # refuse before a large file is read
    with received(action, content, name, by, now) as stored, transaction.atomic():
        action = _taking(pk, by, held=True)
        _room(action, stored)
        hold(stored)
        file = ActionFile.objects.create(
            action=action,
            file_name=clean_name(name),
            content_type=stored.content_type,
            size=stored.size,
            sha256=stored.sha256,
            scan=stored.scan,
            by=by,
            at=now,
        )
        detail = {"file": file.pk, "sha256": file.sha256, "scan": file.scan}
        record("action.file_added", action.subject, by, now, detail)
    return file


def _taking(pk: int, by: User, *, held: bool = False) -> CorrectiveAction:
    """The action, which takes files of this person."""
    acting.allowed(by)
    action = curing.find(pk, by, held=held)
    curing.check_concerned(action, by)
    if action.state not in (A.OPEN, A.DONE):
        words = _("这项措施现在是“{state}”，不能再添加证据文件")
        raise Invalid({"file": [words.format(state=action.get_state_display())]})
    return action


def _room(action: CorrectiveAction, stored: Stored) -> None:
    """A double click adds one; and there are not too many. Raises Invalid."""
    there = ActionFile.objects.filter(action=action, withdrawn_at=None)
    if there.filter(sha256=stored.sha256).exists():
        raise Invalid({"file": [_("这份文件已经是这项措施的证据，没有重复添加")]})
    if there.count() >= MOST:
        words = _("一项措施最多 {n} 个证据文件；请合并或者压缩后再添加")
        raise Invalid({"file": [words.format(n=MOST)]})


def find(pk: int, file: int, by: User) -> ActionFile:
    """A file of an action that the person may see.

    Raises CorrectiveAction.DoesNotExist, ActionFile.DoesNotExist.
    """
    return ActionFile.objects.select_related("action").get(action=curing.find(pk, by), pk=file)


def hand_out(pk: int, file: int, *, by: User, now: datetime | None = None) -> ActionFile:
    """Its row, once the record says who had it. Raises as `find`, for a withdrawn one too."""
    now = now or timezone.now()
    with transaction.atomic():
        found = find(pk, file, by)
        if found.withdrawn_at is not None:
            raise ActionFile.DoesNotExist
        detail = {"file": found.pk, "sha256": found.sha256}
        record("action.file_taken", found.action.subject, by, now, detail)
    return found


def withdraw(
    pk: int, file: int, reason: Any, *, by: User, now: datetime | None = None
) -> ActionFile:
    """Strike it out for a reason and destroy the content, unless something else needs the very same
    file. Whoever it concerns, in every state: what is of a person may have to go at any time.

    Raises as `find`, NotAllowed, Invalid, FileRefused (the store is away: nothing has changed).
    """
    now = now or timezone.now()
    cleaners: dict[str, validation.Cleaner] = {
        "reason": lambda x: validation.text(x, REASON, required=True, lines=True)
    }
    with transaction.atomic():
        acting.allowed(by)
        action = curing.find(pk, by, held=True)
        curing.check_concerned(action, by)
        found = ActionFile.objects.get(action=action, pk=file)
        if found.withdrawn_at is not None:
            raise Invalid({"reason": [_("这份文件刚才已经撤回，没有重复撤回")]})
        said = validation.clean({"reason": reason}, cleaners)["reason"]
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_why = now, by, said
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        detail = {"file": found.pk, "sha256": found.sha256}
        record("action.file_withdrawn", action.subject, by, now, detail)
        # Last: whoever is killed before the commit finds a file that is gone, and withdraws again.
        holding.goes(found.sha256)
        if not is_needed(found.sha256):
            with no_room_is_said():
                store().discard(found.sha256)
    return found


def needs(sha256: str) -> bool:
    """Whether a file of this hash proves an action."""
    return ActionFile.objects.filter(sha256=sha256, withdrawn_at=None).exists()


def named() -> Iterator[tuple[str, str, int]]:
    """The files that are there: SHA-256, kind, id of the row that names it."""
    rows = ActionFile.objects.filter(withdrawn_at=None).order_by("sha256", "pk")
    for sha256, pk in rows.distinct("sha256").values_list("sha256", "pk").iterator():
        yield sha256, "action_file", pk
