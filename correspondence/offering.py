"""The link by which the consumer answers an offer, under the letter that counsel signed.

The letter itself stays as it was signed, in the text, on the page and on paper. The link is a key:
it leaves with the letter and stands in nothing that we keep or show.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.actions import offer_answer
from complaints.models import Outbox
from complaints.workdays import SHANGHAI
from correspondence.letter import Letter

MACHINES = ("email", "sms")


def with_link(letter: Letter, outbox: Outbox, way: str, now: datetime) -> Letter:
    """The letter and under it the link; the letter alone where a person brings it, because whoever
    brings a letter reads it.
    """
    made = offer_answer.link_for(outbox.complaint, now) if way in MACHINES else None
    if made is None:
        return letter
    link, token = made
    address = f"{settings.SITE_URL}{reverse('offer', args=[token])}"
    if get_language() == "en":
        address += "?lang=en"  # the page in the language of the letter
    last = (link.expires_at - timedelta(seconds=1)).astimezone(SHANGHAI).date().isoformat()
    words = _(
        "您可以在 {day}（含当日）以前在网上答复是否接受这份方案"
        "（打开链接不算答复，须在页面上确认）："
    )
    said = words.format(day=last)
    line = f'<hr><p>{escape(said)}<br><a href="{escape(address)}">{escape(address)}</a></p>'
    return replace(
        letter,
        text=f"{letter.text}\n\n{said}\n{address}\n",
        html=letter.html.replace("\n</body>", f"\n{line}\n</body>") if letter.html else "",
        made_of={**letter.made_of, "answer_until": last},
    )
