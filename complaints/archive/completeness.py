"""Whether the file of a case lacks anything: line by line, for the page and for the guard of the
step that archives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import delivery, retention, rights
from complaints.guards import Situation
from complaints.leaving import LETTERS
from complaints.models import Complaint, Opinion, Outbox, RightsRequest
from complaints.signing import differences, verify
from evidence.models import Item
from evidence.store import store

Title = str | Promise


@dataclass(frozen=True)
class Line:
    """One thing that the file needs. `lacking`: what is missing, "" where nothing is; `show`: the
    part of the case's page where it is mended.
    """

    code: str
    title: Title
    lacking: str
    show: str = ""


def lines(situation: Situation) -> list[Line]:
    """Every line, in the order in which one looks."""
    return [
        Line(code, title, _("、").join(look(situation)), show) for code, title, show, look in _LINES
    ]


def _outcome(s: Situation) -> Iterator[str]:
    if not s.complaint.outcome:
        yield _("处理结果")


def _points(s: Situation) -> Iterator[str]:
    """Of the version that counts, where counsel signed it."""
    signed = s.resolution is not None and s.resolution.status == "signed"
    if signed and (open_ones := s.resolution.unfound):
        yield _("争点“{title}”的认定").format(title=open_ones[0])


def _promises(s: Situation) -> Iterator[str]:
    if s.open_commitments or s.unproven_commitments:
        yield _("承诺的兑现凭证")


def _letters(s: Situation) -> Iterator[str]:
    unsent, back = unsent_letters(s.complaint), undelivered(s.complaint)
    if unsent:
        yield _("{count} 封尚未发出的函件").format(count=unsent)
    if back:
        yield _("{count} 封没有送达的函件").format(count=back)


def unsent_letters(complaint: Complaint) -> int:
    """Letters that wait to leave the house."""
    rows = Outbox.objects.filter(complaint=complaint, effect__in=LETTERS)
    return rows.filter(done_at=None, cancelled_at=None).count()


def undelivered(complaint: Complaint) -> int:
    """Letters that came back, or that a person still has to bring, and that nobody sent again."""
    rows = [row for row in delivery.letters(complaint) if row.done_at is not None]
    again = {row.payload.get("again") for row in rows}
    found = 0
    for row in rows:
        told = delivery.of_row(row)
        written = {each.notice.pk for each in told if each.notice is not None}
        open_ = told[0].state in (delivery.BOUNCED, delivery.BY_HAND)
        found += open_ and row.effect in LETTERS and not written & again
    return found


def _evidence(s: Situation) -> Iterator[str]:
    """Every file is there in its length. That it has its hash is worked out when it is sealed."""
    place = store()
    for number, sha256, size in Item.objects.filter(folder=s.complaint.folder_id).values_list(
        "number", "sha256", "size"
    ):
        if not place.exists(sha256) or place.size(sha256) != size:
            yield _("证据 {number} 的文件").format(number=number)


def _signatures(s: Situation) -> Iterator[str]:
    signed = (
        Opinion.objects.filter(resolution__complaint=s.complaint, signed=True)
        .select_related("by", "analysis", "voided", "resolution__analysis")
        .prefetch_related("resolution__measures", "resolution__points")
        .order_by("-id")
        .first()
    )
    if signed is None:
        return
    signed.resolution.complaint = s.complaint
    if faults := verify.faults(signed):
        yield _("有效的签署（{what}）").format(what=differences.in_words(faults))


def _kept(s: Situation) -> Iterator[str]:
    """One is always proposed from the category; archiving sets it."""
    if not retention.of(s.complaint).code:
        yield _("保管类别")


def _pending(s: Situation) -> Iterator[str]:
    if RightsRequest.objects.filter(rights.is_open(), complaint=s.complaint).exists():
        yield _("对个人信息权利请求的答复")
    if s.open_consults:
        yield _("加签的答复")
    if s.complaint.withdrawal_requested_by_id and s.complaint.outcome != "withdrawn":
        yield _("对撤回请求的确认")


_Look = Callable[[Any], Iterator[str]]
_LINES: tuple[tuple[str, Title, str, _Look], ...] = (
    ("outcome", gettext_lazy("处理结果已记载"), "", _outcome),
    ("points", gettext_lazy("争点均已认定"), "", _points),
    ("promises", gettext_lazy("承诺均有兑现凭证"), "promises", _promises),
    ("letters", gettext_lazy("函件均已送达"), "told", _letters),
    ("evidence", gettext_lazy("证据文件齐全"), "evidence", _evidence),
    ("signatures", gettext_lazy("签署经复算有效"), "", _signatures),
    ("retention", gettext_lazy("保管类别已定"), "", _kept),
    ("pending", gettext_lazy("没有未了事项"), "", _pending),
)


def at_a_glance(outcome: str, promised: bool, unsent: int) -> list[Line]:
    """The lines that a page can tell which has read the case alone; all of them are on the page of
    its file, and the step asks them all.
    """
    known = {
        "outcome": "" if outcome else _("处理结果"),
        "promises": _("承诺的兑现凭证") if promised else "",
        "letters": _("{count} 封尚未发出的函件").format(count=unsent) if unsent else "",
    }
    return [
        Line(code, title, known[code], show) for code, title, show, _look in _LINES if code in known
    ]
