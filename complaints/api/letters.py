"""Letters to the consumer over HTTP: what became of each, taking one back, telling again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body
from accounts.api.paging import PARAMS, page
from accounts.models import User
from complaints import delivery, validation
from complaints.actions import letters, retelling, withholding
from complaints.api import letter_shapes as shapes
from complaints.api.base import READ, WRITE, CaseView, bare, caller
from complaints.errors import Invalid, StepRefused, Unmet
from complaints.models import Complaint, Outbox

Act = Callable[[str, Outbox, User, dict[str, Any]], None]


class LettersView(CaseView):
    """Everything that was written to the consumer, and whether it arrived."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = PARAMS

    @extend_schema(**shapes.LIST)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        return page(request, delivery.letters(case).order_by(), shapes.BY_ID, shapes.letter)


def _withhold(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    if not withholding.withhold(number, row.pk, by=by):
        words = _("来不及撤回：撤回时间已过，函件已经发出，或者马上就会发出")
        raise StepRefused(words, [Unmet("too_late", words)])


def _release(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    withholding.release(number, row.pk, by=by)


def _discard(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    withholding.discard(number, row.pk, sent.get("reason"), by=by)


def _again(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    retelling.send_again(number, _latest(row), by=by)


def _by_hand(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    if row.done_at is not None:
        retelling.by_hand(number, _latest(row), by=by)
    elif not retelling.bring_instead(number, row.pk, by=by):
        words = _("来不及更换：函件已经发出，或者正在交给邮件服务器")
        raise StepRefused(words, [Unmet("too_late", words)])


def _delivered(number: str, row: Outbox, by: User, sent: dict[str, Any]) -> None:
    how, reference = sent.get("how", ""), sent.get("reference", "")
    letters.delivered(number, _latest(row), sent.get("note"), by=by, how=how, reference=reference)


def _latest(row: Any) -> int:
    found = row.notices.filter(user=None).order_by("-pk").first()
    if found is None:
        raise Invalid({"letter": [_("这封函件还没有发出")]})
    return int(found.pk)


# name in the address → (what it does, the fields it knows)
ACTS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "withhold": (_withhold, ()),
    "release": (_release, ()),
    "discard": (_discard, ("reason",)),
    "again": (_again, ()),
    "by-hand": (_by_hand, ()),
    "delivered": (_delivered, ("note", "how", "reference")),
}


class LetterActView(CaseView):
    """Take a letter back, let it go, drop it; once more, by hand; it was brought."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.ACT)
    def post(self, request: Request, number: str, outgoing: int, act: str) -> Response:
        by, data = caller(request), body(request)
        case = bare(number, by)
        row = delivery.letters(case).get(pk=outgoing)
        if act not in ACTS:
            raise Complaint.DoesNotExist
        does, known = ACTS[act]
        sent = validation.clean(data, dict.fromkeys(known, lambda x: x))
        does(number, row, by, sent)
        return Response(shapes.letter(delivery.letters(case).get(pk=outgoing)))
