"""A notice in words again: in the language in which it is read, and as its clock stands now.

What was said when it was written stays stored; a person who reads it hours later needs to know how
much time is left then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from complaints.choices import DeadlineState
from complaints.models import Deadline, Outbox
from correspondence import told_consults, told_return, told_together, words
from correspondence.models import Notice
from correspondence.staff import REASONS
from correspondence.who_is_told import TABLE

RUNS = (DeadlineState.RUNNING, DeadlineState.HELD)


@dataclass(frozen=True)
class Said:
    """Subject, text and why one gets it; `clock` is the clock that a warning is about. `over`: it
    is no more so.
    """

    notice: Notice
    subject: str
    text: str
    reason: str
    clock: Deadline | None = None
    over: bool = False


def clocks_of(notices: Iterable[Notice]) -> dict[int, Deadline]:
    """The clocks that warnings are about, by id. One statement."""
    asked = {notice.outbox.payload.get("deadline") for notice in notices} - {None}
    return Deadline.objects.in_bulk(asked) if asked else {}


def again(notices: list[Notice], now: datetime) -> list[Said]:
    """The notices in the active language; each with its case and step at hand."""
    clocks, over = clocks_of(notices), told_together.over(n.outbox for n in notices)
    found = [_said(n, clocks.get(n.outbox.payload.get("deadline")), now) for n in notices]
    return [replace(each, over=each.notice.outbox_id in over) for each in found]


def _said(notice: Notice, clock: Deadline | None, now: datetime) -> Said:
    outbox, subject, text = notice.outbox, notice.subject, notice.body
    if clock is not None:
        case = outbox.complaint
        subject, text = words.of_clock(case.number, case.title, clock, now)
    elif words.speaks_of_the_case_alone(outbox.effect):
        row, values = TABLE[outbox.effect], words.of_case(outbox)
        subject, text = words.fill(row.subject, values), words.fill(row.body, values)
    return Said(notice, subject, text, reason_of(notice), clock)


def reason_of(notice: Notice) -> str:
    """Why the person gets it; for whom, when standing in."""
    row = TABLE.get(notice.outbox.effect)
    reasons = {**REASONS, **told_consults.REASONS}
    reason = str(reasons.get(notice.level) or (row.reason if row else "") or notice.reason)
    if notice.behalf_of is None:
        return reason
    return _("代 {name} 收到：{reason}").format(name=notice.behalf_of.name, reason=reason)


def page_of(outbox: Outbox) -> str:
    """The page that a notice is about; "" where it is the case."""
    return told_return.page_of(outbox) or told_consults.page_of(outbox)


def address_of(outbox: Outbox) -> str:
    """The same as it stands in an e-mail."""
    page = page_of(outbox)
    return f"{settings.SITE_URL}{page}" if page else ""
