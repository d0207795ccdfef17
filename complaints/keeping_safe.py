"""Whether the installation could be brought back: the last backup, and the last time that somebody
restored one elsewhere to see that it works (恢复演练). Both stand in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Entry
from audit.record import record
from complaints.errors import Invalid, NotAllowed

SUBJECT = "installation"
BACKED_UP, REHEARSED = "installation.backed_up", "installation.rehearsed"
BACKUP_EVERY = timedelta(days=7)
REHEARSE_EVERY = timedelta(days=183)


@dataclass(frozen=True)
class Safety:
    """When each was done last; None: never. `worked`: what the last rehearsal showed."""

    backed_up: datetime | None
    not_in_order: int
    rehearsed: date | None
    worked: bool

    def backup_is_late(self, now: datetime) -> bool:
        """No backup within a week, or one that found something missing."""
        return self.backed_up is None or now - self.backed_up > BACKUP_EVERY

    def rehearsal_is_late(self, today: date) -> bool:
        """Nobody tried within half a year."""
        return self.rehearsed is None or today - self.rehearsed > REHEARSE_EVERY


def safety() -> Safety:
    """As the record says. Two look-ups by index."""
    backup, tried = _last(BACKED_UP), _last(REHEARSED)
    return Safety(
        backup.at if backup else None,
        int(backup.detail.get("not_in_order", 0)) if backup else 0,
        date.fromisoformat(tried.detail["day"]) if tried else None,
        bool(tried.detail["worked"]) if tried else False,
    )


def _last(verb: str) -> Entry | None:
    return Entry.objects.filter(subject=SUBJECT, verb=verb).order_by("-sequence").first()


def note_rehearsal(
    day: date | None, worked: bool, *, by: User, now: datetime | None = None
) -> None:
    """Record that a backup was restored elsewhere on a day and whether everything was there.
    Raises NotAllowed, Invalid ({day: sentences}).
    """
    now = now or timezone.now()
    if not by.may("manage_users"):
        raise NotAllowed(_("只有系统管理员可以登记恢复演练"))
    if day is None:
        raise Invalid({"day": [_("请填写演练的日期")]})
    if day > timezone.localdate(now):
        raise Invalid({"day": [_("演练日期在今天之后；请在演练以后再登记")]})
    record(REHEARSED, SUBJECT, by, now, {"day": day.isoformat(), "worked": worked})
