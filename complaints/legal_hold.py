"""Whether a case is under a legal hold 诉讼保留, and the sentence that says so.

Refused: changing what was registered, merging, splitting, one act over many cases, disposal.
Possible: notes, new evidence, facts, letters, payments and the steps of the case, which only add.
The triggers of `models/held.py` refuse the same whoever asks.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.errors import Held
from complaints.models import Complaint, Consumer, LegalHold


def in_force(complaint: Complaint) -> list[LegalHold]:
    """The holds on a case, the oldest first; no statement where there is none."""
    if not complaint.legal_hold:
        return []
    live = LegalHold.objects.in_force().filter(cases__complaint=complaint)
    return list(live.select_related("placed_by").order_by("placed_at", "pk"))


def why(complaint: Complaint) -> str:
    """Why the case has to stay as it is, and what is still possible; "" where nothing holds it."""
    holds = in_force(complaint)
    if not holds:
        return ""
    return _(
        "案件 {number} 处于诉讼保留（{holds}），登记的内容不能修改、并案、拆案或销毁；"
        "备注、新证据和办理步骤仍可进行，需要解除请找法务"
    ).format(number=complaint.number, holds=_("；").join(map(_words, holds)))


def _words(hold: LegalHold) -> str:
    return _("{matter}：{reason}，{name} {day} 设置").format(
        matter=hold.matter,
        reason=hold.reason[:80],
        name=hold.placed_by.name,
        day=timezone.localdate(hold.placed_at).isoformat(),
    )


def why_not_among_many(complaint: Complaint) -> str:
    """Why one act over many cases passes this one by; "" where nothing holds it."""
    holds = in_force(complaint)
    if not holds:
        return ""
    return _("处于诉讼保留（{holds}），不参加批量操作；请打开案件单独办理").format(
        holds=_("；").join(map(_words, holds))
    )


def refuse(complaint: Complaint) -> None:
    """Raises Held."""
    if sentence := why(complaint):
        raise Held({"legal_hold": [sentence]})


def refuse_bulk(complaint: Complaint) -> None:
    """Raises Held."""
    if sentence := why_not_among_many(complaint):
        raise Held({"legal_hold": [sentence]})


def refuse_person(consumer: Consumer) -> None:
    """Raises Held where another case of the person is held: the data of both are the same."""
    held = consumer.complaints.filter(legal_hold=True).order_by("pk").first()
    if held is not None:
        raise Held({"consumer": [why(held)]})
