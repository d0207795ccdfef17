"""The answer to a request about personal data: a reply of the case, which ends the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import rights_words, validation
from complaints.actions import communication
from complaints.actions.rights import Settled, held, met, permitted, told
from complaints.choices import CommunicationKind
from complaints.errors import Invalid
from complaints.models import RightsAnswer
from complaints.models.rights import Outcome

OPEN = "〔待填〕"


def answer(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsAnswer:
    """`{text, channel}`: leaves like every reply. What was granted has to be carried out before;
    whoever is refused hears of the court (PIPL Art. 50(2)).

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    v = validation
    data = v.clean(
        {"text": None, "channel": "", **values},
        {
            "text": lambda x: v.text(x, v.TEXT_LIMIT, required=True, lines=True),
            "channel": lambda x: v.choice(x, communication.REPLY_CHANNELS),
        },
    )
    with transaction.atomic():
        row, case = held(pk, by)
        if not hasattr(row, "decision"):
            raise Settled(_("法务还没有决定，决定以后才能答复"))
        if hasattr(row, "answer") or row.decision.outcome == Outcome.WITHDRAWN:
            raise Settled(_("这件请求已经了结，不再答复"))
        if row.decision.outcome != Outcome.REFUSED and (missing := rights_words.missing(row)):
            words = _("同意办理的还没有办：{what}；请先办理，再答复")
            raise Invalid({"text": [words.format(what=_("、").join(missing))]})
        _refuse_incomplete(data["text"], row.decision.outcome)
        kind, channel = CommunicationKind.REPLY, data["channel"]
        sent = communication.put(case, kind, data["text"], by=by, now=now, channel=channel)
        found = RightsAnswer.objects.create(request=row, communication=sent, by=by, at=now)
        met(case, by, now)
        told(case, row, "answered", by, now, detail={"communication": sent.pk})
    return found


def _refuse_incomplete(text: str, outcome: str) -> None:
    """Raises Invalid."""
    if OPEN in text or "[to be filled in]" in text:
        raise Invalid({"text": [_("答复里还有“待填”的地方，请先写上")]})
    if outcome != Outcome.GRANTED and not rights_words.names_the_court(text):
        words = _("不予办理或者只部分办理的，答复里须告诉请求人可以依法向人民法院提起诉讼")
        raise Invalid({"text": [words]})
