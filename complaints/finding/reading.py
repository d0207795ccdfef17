"""What the file of a case says, part by part, and its passages for the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from complaints.finding.masking import masked
from complaints.finding.terms import plain, spelled, vector
from complaints.leaving import TO_CONSUMER
from complaints.models import Communication, Complaint, Outbox, Passage, Resolution
from evidence.models import Item

LONG = 16_000  # characters of a passage
OVERLAP = 240  # of two neighbours: no phrase is cut
_Part = Passage.Part


@dataclass(frozen=True)
class Said:
    """One part of the file as it stands there."""

    part: str
    number: int
    text: str
    item: int | None = None


def said(complaint: Complaint) -> list[Said]:
    """Every part except the words of files. Four statements."""
    parts = [
        Said(_Part.NARRATIVE, 0, _lines(complaint.title, complaint.narrative, _about(complaint))),
        Said(_Part.FINDINGS, 0, _lines(complaint.findings, complaint.no_evidence_reason)),
        *_resolved(complaint),
        *_letters(complaint),
    ]
    for talk in Communication.objects.filter(complaint=complaint).order_by("id"):
        parts.append(Said(_Part.TALK, talk.pk, talk.text))
    for item in Item.objects.filter(folder=complaint.folder_id).order_by("number"):
        words = _lines(item.title, item.file_name, item.obtained_from, item.proves)
        parts.append(Said(_Part.ITEM, item.number, words, item.pk))
    return [part for part in parts if part.text.strip()]


def _about(complaint: Complaint) -> str:
    return _lines(
        complaint.product_name,
        complaint.brand,
        complaint.batch,
        complaint.supplier,
        complaint.script_version,
        complaint.order_number,
        complaint.external_reference,
        complaint.source,
        complaint.withdrawal_words,
    )


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _resolved(complaint: Complaint) -> Iterator[Said]:
    """The newest version: what it says, its letter, its measures and points at issue."""
    rows = Resolution.objects.filter(complaint=complaint).prefetch_related("points", "measures")
    last = rows.order_by("-version").first()
    if last is None:
        return
    given: Any = last.measures
    measures = (m.description for m in given.all())
    yield Said(_Part.RESOLUTION, 0, _lines(last.explanation, *measures, last.below_reason))
    yield Said(_Part.LETTER, 0, last.letter)
    points: Any = last.points
    for point in points.all():
        words = _lines(point.title, point.consumer_says, point.we_found, point.finding_words)
        yield Said(_Part.POINT, point.position + 1, words)


def _letters(complaint: Complaint) -> Iterator[Said]:
    """What left for the consumer; a reply stands among the talks already."""
    rows = Outbox.objects.filter(
        complaint=complaint, effect__in=TO_CONSUMER - {"reply_to_consumer"}, done_at__isnull=False
    )
    for row in rows.order_by("id").prefetch_related("notices"):
        notices: Any = row.notices  # of correspondence, above us
        written = sorted((n.pk, n) for n in notices.all() if n.user_id is None)
        for _pk, notice in written[:1]:  # the other ways say the same
            yield Said(_Part.LETTER, notice.pk, _lines(notice.subject, notice.body))


def passages(complaint: Complaint, parts: Iterable[Said]) -> list[Passage]:
    """The rows for these parts, numbers of persons masked."""
    found = []
    for one in parts:
        text = masked(spelled(one.text.replace("\0", " ")))
        for position, stretch in enumerate(_stretches(text)):
            found.append(
                Passage(
                    complaint=complaint,
                    part=one.part,
                    number=one.number,
                    position=position,
                    item_id=one.item,
                    text=stretch,
                    plain=plain(stretch),
                    words=vector(stretch),
                )
            )
    return found


def _stretches(text: str) -> Iterator[str]:
    for start in range(0, max(len(text) - OVERLAP, 1), LONG - OVERLAP):
        yield text[start : start + LONG]
