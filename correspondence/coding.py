"""The message with the one-time code (`complaints/identity_code.py`): by machine to the number or
address on file, or not at all. The code leaves with it and stands in nothing that we keep or show.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from complaints import identity_code
from complaints.models import IdentityCode, Outbox
from complaints.workdays import SHANGHAI
from correspondence.letter import Letter
from correspondence.transports import Refused

HIDDEN = "······"


def refuse(outbox: Outbox, way: str, now: datetime) -> None:
    """Raises Refused where no machine brings it, or where it would come too late."""
    if way == "manual":
        raise Refused("no machine")
    if now >= _code(outbox).ends_at:
        raise Refused("too late")


def letter(outbox: Outbox, way: str, now: datetime) -> Letter:
    """What the consumer reads out to a colleague."""
    code, number = _code(outbox), outbox.complaint.number
    words = _(
        "【{enterprise}】验证码 {code}，{time} 以前有效。用于核验就个人信息提出的请求（{number}）。"
        "只在您与我们通话办理时念给工作人员，不要转发；不是您提出的，请告知我们。"
    )
    said = {
        "enterprise": settings.ENTERPRISE_NAME,
        "time": f"{code.ends_at.astimezone(SHANGHAI):%H:%M}",
        "number": number,
    }
    text = words.format(code=identity_code.digits_of(code), **said)
    kept = words.format(code=HIDDEN, **said)
    return Letter(_("身份验证码（{number}）").format(number=number), text, kept)


def _code(outbox: Outbox) -> IdentityCode:
    return IdentityCode.objects.get(outbox=outbox)
