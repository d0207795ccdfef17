"""The letter that asks the consumer after the case was closed, from the template `satisfaction`.

Its link is a key. It leaves with the letter and stands in nothing that we keep or show.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.actions import satisfaction
from complaints.models import Invitation, Outbox, Transition
from correspondence.letter import Letter
from letters import library, rendering

EFFECT = "ask_satisfaction"
CHANNELS = {"email": Invitation.Channel.EMAIL, "sms": Invitation.Channel.SMS}


def letter(outbox: Outbox, way: str, now: datetime) -> Letter:
    """By e-mail or text message with a link of its own; else a colleague calls, and no link is
    made, because whoever brings a letter reads it.
    """
    closing = outbox.transition
    if closing is None:
        raise ValueError(f"{outbox.key} belongs to no step")
    channel = CHANNELS.get(way, Invitation.Channel.CALL)
    invitation, token = satisfaction.invite(outbox.complaint, closing, channel, now)
    link = f"{settings.SITE_URL}{reverse('feedback', args=[token])}" if token else ""
    if link and get_language() == "en":
        link += "?lang=en"  # the page in the language of the letter
    written = _rendered(invitation, closing, link, now)
    text = written.sms if way == "sms" else written.text
    kept = text.replace(link, _("（链接只在发出的函件里）")) if link else text
    return Letter(written.subject[:200], text, kept)


def _rendered(
    invitation: Invitation, closing: Transition, link: str, now: datetime
) -> rendering.Rendered:
    template = library.current().template("satisfaction", get_language() or "zh")
    complaint = invitation.complaint
    values = {
        "number": complaint.number,
        "matter": complaint.title,
        "closed_on": timezone.localdate(closing.at),
        "feedback_link": link,
        "feedback_until": timezone.localdate(invitation.expires_at),
        "contact": _("直接回复本函，或者拨打您投诉时的电话"),
        "enterprise": settings.ENTERPRISE_NAME,
        "letter_date": timezone.localdate(now),
    }
    return rendering.render(template, values, {"link"} if link else {"call"})
