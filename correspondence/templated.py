"""The letters to the consumer that are written from a template: one row per effect.

One that leaves something open is not sent: the row is tried again, and health says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from complaints import letter_occasions, letter_values, letter_writing, rights_letter
from complaints.letter_writing import Written, written
from complaints.models import Outbox, RightsLetter
from complaints.signing import liveness
from correspondence.letter import File, Letter
from letters import html
from letters.rendering import Rendered
from letters.signatures import TEMPLATES

RESOLUTION = liveness.LETTER


class OpenLetter(ValueError):
    """The letter does not say everything; `args` are the variables without a value."""


def _lang(outbox: Outbox) -> str:
    """The consumer's language."""
    return str(outbox.complaint.consumer.language)


def _said(outbox: Outbox, name: str) -> str:
    """What was sent with the step."""
    return str(outbox.transition.fields.get(name, "")) if outbox.transition else ""


def _accepted(outbox: Outbox, now: datetime) -> Written:
    values = letter_values.of_case(outbox.complaint, _lang(outbox), now)
    return written("acceptance", values, lang=_lang(outbox))


def _received(outbox: Outbox, now: datetime) -> Written:
    values = letter_values.of_case(outbox.complaint, _lang(outbox), now)
    return written("acknowledgement", values, lang=_lang(outbox))


def _declined(outbox: Outbox, now: datetime) -> Written:
    why = _said(outbox, "explanation")
    values = letter_occasions.of_decline(outbox.complaint, why, _lang(outbox), now)
    return written("non_acceptance", values, lang=_lang(outbox))


def _answer(outbox: Outbox, now: datetime) -> Written:
    values = letter_occasions.of_reminder(outbox.complaint, _lang(outbox), now)
    return written("reminder", values, lang=_lang(outbox), also=["answer"])


def _documents(outbox: Outbox, now: datetime) -> Written:
    values = letter_occasions.of_waiting(outbox.complaint, _lang(outbox), now)
    return written("reminder", values, lang=_lang(outbox), also=["documents"], without=["answer"])


def _withdrawn(outbox: Outbox, now: datetime) -> Written:
    values = letter_occasions.of_closing(outbox.complaint, _lang(outbox), now)
    return written("closing", values, lang=_lang(outbox), also=["withdrawn"], without=["performed"])


def _closed(outbox: Outbox, now: datetime) -> Written:
    values = letter_occasions.of_closing(outbox.complaint, _lang(outbox), now)
    return written("closing", values, lang=_lang(outbox))


WRITTEN: dict[str, Callable[[Outbox, datetime], Written]] = {
    "acknowledge_receipt": _received,
    "acknowledge_consumer": _accepted,
    "tell_consumer_declined": _declined,
    "remind_consumer": _answer,
    "remind_documents": _documents,
    "confirm_withdrawal": _withdrawn,
    "tell_consumer_closed": _closed,
}
EFFECTS = frozenset({*WRITTEN, RESOLUTION})


def letter(outbox: Outbox, way: str, now: datetime) -> Letter:
    """As it leaves by that way. Raises OpenLetter; NotLive for the letter that counsel signed."""
    if outbox.effect == RESOLUTION:
        return _signed(outbox, way, now)
    found = WRITTEN[outbox.effect](outbox, now)
    return _as_letter(found.letter, way, found.made_of)


def rights(outbox: Outbox, way: str, now: datetime) -> Letter:
    """A letter about personal data exactly as it was written; with an e-mail goes the page."""
    payload = outbox.payload
    kept = RightsLetter.objects.get(request=payload["rights"], number=payload["letter"])
    number = outbox.complaint.number
    found = rights_letter.as_kept(kept, number)
    made_of: dict[str, Any] = {"template": kept.template, "sha256": kept.template_sha256}
    made_of |= {"options": kept.options, "draft": kept.template not in TEMPLATES.signed()}
    return _as_letter(found, way, made_of, _page(found, way, number, now))


def _page(found: Rendered, way: str, number: str, now: datetime) -> tuple[File, ...]:
    """On paper, with an e-mail."""
    if way != "email":
        return ()
    pdf = letter_writing.on_paper(found, number, now)
    return (File(f"{found.title}-{number}.pdf", "application/pdf", pdf),)


def _as_letter(
    found: Rendered, way: str, made_of: dict[str, Any], files: tuple[File, ...] = ()
) -> Letter:
    if found.unresolved:
        raise OpenLetter(*found.unresolved)
    text = found.sms if way == "sms" and found.sms else found.text
    page = html.page(found) if way == "email" else ""
    return Letter(found.subject[:200], text, text, page, files, made_of)


def _signed(outbox: Outbox, way: str, now: datetime) -> Letter:
    """The resolution exactly as it was signed; with an e-mail goes the page on paper."""
    covered, complaint = liveness.covered_of(outbox.complaint), outbox.complaint
    template = covered.get("template") or {}
    name = str(template.get("id", ""))
    found = letter_writing.as_kept(str(covered["letter"]), name, complaint.number)
    files = _page(found, way, complaint.number, now)
    made_of = {"template": name, "sha256": template["sha256"]} if name else {}
    return _as_letter(found, way, made_of, files)
