"""Letters to the consumer: by e-mail, by text message when that is all there is, else by a person.

Every letter is a `Notice` with the masked address; the clear one is read from the vault at the
moment of sending.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from complaints import identity_code, public_promises
from complaints.choices import Limited
from complaints.models import Consumer, Event, Outbox
from complaints.signing.liveness import LETTER
from correspondence import asking, coding, offering, templated, words
from correspondence.bounces import TOKEN_HEADER, token_of
from correspondence.letter import Letter
from correspondence.mail_folder import HOLDS_A_CODE
from correspondence.models import Notice
from correspondence.row import Row
from correspondence.transports import Message, Refused, Transport

logger = logging.getLogger(__name__)
ADDRESS = {"email": "email", "sms": "phone", "manual": "phone"}  # way → field of the consumer


def send(outbox: Outbox, row: Row, now: datetime, ways: dict[str, Transport]) -> None:
    """Write and hand over the letter. What a machine's other side refuses, a person brings."""
    consumer = outbox.complaint.consumer
    if not_to_be_written(consumer, outbox.effect):
        raise Refused("limited")
    way = _way(consumer, row, outbox, ways)
    if outbox.effect == identity_code.EFFECT:
        coding.refuse(outbox, way, now)
    if row.only_before and (outbox.complaint.state != row.only_before or way == "manual"):
        return  # what followed said more; and nobody is sent out with a mere receipt
    letter = _written(outbox, row, way, now)
    sent, cause = False, ""
    try:
        message = _message(outbox, way, letter)
        sent = ways[way].deliver(message, f"{outbox.key}.consumer").sent
    except Refused as refused:
        if outbox.effect == identity_code.EFFECT:
            raise  # no person brings a code
        logger.warning("letter of %s was refused (%s); a person brings it", outbox.key, refused)
        way, cause = Notice.Way.MANUAL.value, str(refused)[:60]
        letter = _written(outbox, row, way, now)
    notice = Notice.objects.create(
        key=f"{outbox.key}.consumer",
        outbox=outbox,
        way=way,
        to=getattr(consumer, f"{ADDRESS[way]}_masked"),
        created_at=now,
        subject=letter.subject,
        body=letter.kept,
        sent_at=now if sent else None,
        cause=cause,
    )
    Event.objects.create(
        complaint=outbox.complaint,
        at=now,
        by=None,
        kind=Event.Kind.NOTICE,
        code=outbox.effect,
        text=notice.subject,
        detail={"way": way, "to": notice.to, "notice": notice.pk, **_made_of(letter)},
        visible_to_consumer=True,
    )
    if sent:
        public_promises.letter_left(outbox, now)


def not_to_be_written(consumer: Consumer, effect: str) -> bool:
    """Whether the person wants no such letter (PIPL Arts. 15, 47(2)): one whose data is only stored
    gets nothing but what a colleague answers by hand and the code before it, one who withdrew
    consent is not asked for an opinion.
    """
    if consumer.limited == Limited.STORAGE:
        return effect not in ("reply_to_consumer", identity_code.EFFECT)
    return consumer.limited == Limited.CONSENT and effect == asking.EFFECT


def _written(outbox: Outbox, row: Row, way: str, now: datetime) -> Letter:
    if outbox.effect == asking.EFFECT:
        return asking.letter(outbox, way, now)
    if "rights" in outbox.payload:
        return templated.rights(outbox, way, now)
    if outbox.effect == identity_code.EFFECT:
        return coding.letter(outbox, way, now)
    if "again" in outbox.payload and outbox.effect != LETTER:
        return _again(outbox)
    if outbox.effect in templated.EFFECTS:
        letter = templated.letter(outbox, way, now)
        return offering.with_link(letter, outbox, way, now) if outbox.effect == LETTER else letter
    values = words.of_case(outbox)
    text = words.fill(row.body, values)
    return Letter(words.fill(row.subject, values)[:200], text, text)


def _made_of(letter: Letter) -> dict[str, Any]:
    """The template in the timeline; a draft says so there."""
    return {"letter": dict(letter.made_of)} if letter.made_of else {}


def _again(outbox: Outbox) -> Letter:
    """The words of before. What counsel signed is verified and written like the first time."""
    earlier = Notice.objects.get(pk=outbox.payload["again"], outbox__complaint=outbox.complaint_id)
    return Letter(earlier.subject, earlier.body, earlier.body)


def _way(consumer: Consumer, row: Row, outbox: Outbox, ways: dict[str, Transport]) -> str:
    asked = outbox.payload.get("channel", "email")
    if "email" in ways and consumer.email_masked and asked == "email":
        return "email"
    by_sms = asked == "sms" or (asked == "email" and row.by_sms)
    return "sms" if "sms" in ways and by_sms and consumer.phone_masked else "manual"


def _message(outbox: Outbox, way: str, letter: Letter) -> Message:
    complaint = outbox.complaint
    return Message(
        event=outbox.effect,
        at=outbox.created_at,
        to=complaint.consumer.clear(ADDRESS[way]) if way != "manual" else "",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        files=letter.files,
        number=complaint.number,
        state=complaint.state,
        headers={
            "X-Kesu-For": "consumer",
            "X-Kesu-Cases": complaint.number,
            TOKEN_HEADER: token_of(outbox),
            **({HOLDS_A_CODE: "1"} if outbox.effect == identity_code.EFFECT else {}),
        },
    )
