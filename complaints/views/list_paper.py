"""A list of cases as a document: its filters as they stand over it, its rows, how many there are
in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import masking
from accounts.models import User
from complaints import sight
from complaints.archive.dossier import moment
from complaints.models import Complaint
from complaints.views.case_paper import language, mark_of
from complaints.views.queue_filters import Filters
from complaints.views.queue_lines import rows_of
from complaints.views.queue_row import Row
from complaints.views.queue_rows import list_order
from letters.dossier import Section, Table, Words
from letters.printout import Printout, printed

MOST = 500


@dataclass(frozen=True)
class Listed:
    """The cases of the list, in its order: those that are printed, and how many there are."""

    rows: list[Row]
    total: int
    now: datetime


def cases_of(user: User, filters: Filters, now: datetime) -> Listed:
    """The first of them and their number. Only cases of one's own: what is lent for a time, or
    about which a team is only asked, is read and not taken away.
    """
    own = Complaint.objects.visible_to(user).filter(sight.scope_of(user, own=True))
    found = filters.apply(own, now)
    if filters.problems:
        return Listed([], 0, now)
    rows = rows_of(found, list_order(filters.values), now, MOST)
    total = len(rows) if len(rows) < MOST else found.count()
    return Listed(rows, total, now)


def pages(user: User, filters: Filters, title: str, purpose: str, listed: Listed) -> bytes:
    """The PDF of the list at that moment."""
    out = Printout(
        title=_("案件列表"),
        heading=title,
        number="",
        enterprise=settings.ENTERPRISE_NAME,
        mark=mark_of(user.name, listed.now),
        lang=language(),
        facts=_facts(filters, purpose, listed),
        sections=[Section("", [Words(how_many(filters, listed), "quiet"), _table(listed)])],
    )
    return printed(out, listed.now)


def conditions(filters: Filters) -> str:
    """The chips over the list, in words; numbers of persons in what was searched for are masked."""
    said = [
        _("{what}：{value}").format(what=chip.label, value=masking.masked(str(chip.value)))
        for chip in filters.chips
    ]
    if filters.hides_snoozed:
        said.append(_("不含搁置中的"))
    return _("；").join(said) or _("没有筛选")


def how_many(filters: Filters, listed: Listed) -> str:
    """All of them, or the first of how many."""
    shown = len(listed.rows)
    if shown < listed.total:
        words = _("共 {total} 件，只印了排在最前的 {n} 件；其余的请再筛选后另外打印。")
        return words.format(total=listed.total, n=shown)
    return ngettext("共 {n} 件，全部印出。", "共 {n} 件，全部印出。", shown).format(n=shown)


def _facts(filters: Filters, purpose: str, listed: Listed) -> list[tuple[str, str, str, str]]:
    return [
        (_("筛选"), conditions(filters), _("件数"), str(listed.total)),
        (_("用途"), purpose, _("截至"), moment(listed.now)),
    ]


def _table(listed: Listed) -> Table:
    head = (_("编号"), _("消费者"), _("事由"), _("状态"), _("责任人"), _("期限"))
    return Table(head, (0, 0, 3, 0, 0, 1.4), [_row(row) for row in listed.rows])


def _row(row: Row) -> list[str]:
    about = _("；").join(filter(None, (row.category, row.risk_words)))
    return [
        row.number,
        row.who or "—",
        "\n".join(filter(None, (row.title, about))),
        str(row.state),
        row.line.owner or _("待分配"),
        _due(row),
    ]


def _due(row: Row) -> str:
    """The next clock, why all stand still, or how the case ended."""
    line = row.line
    if not line.is_open:
        said = str(row.clock.get("left", ""))
        return f"{said}\n{timezone.localdate(line.closed_at)}" if line.closed_at else said
    if row.hold:
        return _("中止：{why}").format(why=row.hold)
    return f"{moment(line.next_due_at)}\n{row.clock.get('basis', '')}" if line.next_due_at else "—"
