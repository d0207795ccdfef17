"""The texts of a proposal beside those that counsel read before, with the comments in them."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts.models import User
from complaints import letter_writing, quoting
from complaints.models import Comment, Consult, Measure, Resolution, SeenVersion
from complaints.quoting import Placed
from complaints.signing import differences, parts
from complaints.views.review_markdown import Paragraph, drawn
from complaints.views.review_marks import Run, marked
from complaints.views.review_said import Said
from legal_rules import text_diff


class Compared(Said):
    """Of the version before counsel. Everything is read when first asked for."""

    user: User
    read_before: int | None  # version that was read before the content changed

    @property
    @abstractmethod
    def read(self) -> str:
        """The fingerprint of what stands on the page."""

    @property
    @abstractmethod
    def covered(self) -> dict[str, Any]:
        """What a signature on it would cover."""

    @cached_property
    def versions(self) -> list[Resolution]:
        """Every version, newest first."""
        rows = Resolution.objects.filter(complaint=self.complaint).select_related("proposed_by")
        found = list(rows.prefetch_related("measures", "points").order_by("-version"))
        for each in found:
            each.complaint = self.complaint
        return found

    @cached_property
    def seen_before(self) -> list[SeenVersion]:
        """What this person read of the case, the newest first."""
        rows = SeenVersion.objects.filter(user=self.user, resolution__complaint=self.complaint)
        return list(rows.order_by("-at", "-id"))

    @property
    def read_at(self) -> datetime | None:
        """When this person read exactly what stands on the page to its end."""
        return next((s.at for s in self.seen_before if s.content_hash == self.read), None)

    @property
    def last_read(self) -> SeenVersion | None:
        """What this person read last before what stands on the page."""
        return next((s for s in self.seen_before if s.content_hash != self.read), None)

    @property
    def changed_since_read(self) -> str:
        """The parts that changed since, in words; "" where nothing else was read."""
        last = self.last_read
        if last is None or self.read_at is not None:
            return ""
        return differences.in_words(parts.changed(last.parts, parts.parts_of(self.covered)))

    @property
    def compared_with(self) -> Resolution | None:
        """The older version with which the texts are compared: the one that the page showed this
        person a moment ago, else the last one that the person read, else the one before.
        """
        if self.resolution is None:
            return None
        older = [v for v in self.versions if v.version < self.resolution.version]
        shown = [v for v in older if v.version == self.read_before]
        return next(iter([*shown, *(v for v in older if self._knows(v)), *older]), None)

    @property
    def knows_compared(self) -> bool:
        """Whether this person read that version."""
        old = self.compared_with
        return old is not None and (old.version == self.read_before or self._knows(old))

    def _knows(self, version: Resolution) -> bool:
        """Whoever judged a version has read it."""
        seen = {s.resolution_id for s in self.seen_before}
        judged = {o.resolution_id for o in self.opinions if o.by_id == self.user.pk}
        return version.pk in seen | judged

    @cached_property
    def _pieces(self) -> list[text_diff.Piece]:
        old, new = self.compared_with, self.resolution
        return text_diff.compare(old.letter, new.letter) if old and new else []

    @property
    def diff(self) -> list[Paragraph]:
        """The letter with what was added and left out and the comments in it, in paragraphs."""
        return drawn(marked(self._pieces, self._in("letter")))

    @property
    def diff_counts(self) -> tuple[int, int]:
        """(places added, places left out)."""
        return text_diff.counts(self._pieces)

    @property
    def letter_title(self) -> tuple[str, str]:
        """(what stands above the letter, the subject of its e-mail), in the letter's language."""
        template = self.resolution.template if self.resolution else ""
        return letter_writing.title_of(template, self.complaint.number)

    @property
    def letter_lang(self) -> str:
        """For readers aloud: `en` or `zh-CN`."""
        template = self.resolution.template if self.resolution else ""
        return "en" if letter_writing.language_of(template) == "en" else "zh-CN"

    @property
    def clean(self) -> list[Paragraph]:
        """The letter as it will leave, in paragraphs."""
        return drawn(self._unchanged("letter", self.resolution.letter if self.resolution else ""))

    @property
    def explanation(self) -> list[list[Run]]:
        """The explanation with the comments in it, in paragraphs."""
        text = self.resolution.explanation if self.resolution else ""
        return self._unchanged("explanation", text)

    @property
    def explanation_diff(self) -> list[list[Run]]:
        """The explanation with what was added and left out besides."""
        old, new = self.compared_with, self.resolution
        if old is None or new is None:
            return self.explanation
        pieces = text_diff.compare(old.explanation, new.explanation)
        return marked(pieces, self._in("explanation"))

    @property
    def measures_diff(self) -> list[list[text_diff.Piece]]:
        """The measures that changed, each in one line."""
        old, new = self.compared_with, self.resolution
        if old is None or new is None:
            return []
        lines = text_diff.paragraphs(text_diff.compare(in_lines(old), in_lines(new)))
        return [line for line in lines if any(p.kind != "same" for p in line)]

    def _unchanged(self, part: str, text: str) -> list[list[Run]]:
        return marked([text_diff.Piece("same", text)], self._in(part))

    def _in(self, part: str) -> list[Placed]:
        return [p for p in self.placed if p.comment.part == part]

    # --- what counsel says of them

    @cached_property
    def comments(self) -> list[Comment]:
        """All comments on this version and those before, settled ones too."""
        if self.resolution is None:
            return []
        return quoting.list_of(self.resolution)

    @cached_property
    def placed(self) -> list[Placed]:
        """The unresolved ones, where they stand."""
        return quoting.placed(self.resolution, self.comments) if self.resolution else []

    @property
    def settled(self) -> list[tuple[Comment, str]]:
        """The settled ones, each with its part in words."""
        return [(c, quoting.named(c.part)) for c in self.comments if c.resolved_at is not None]

    @cached_property
    def consults(self) -> list[Consult]:
        """Other counsel who were asked about any version, newest first."""
        rows = Consult.objects.filter(resolution__complaint=self.complaint)
        return list(rows.select_related("user", "asked_by").order_by("-id"))

    @property
    def waited_for(self) -> list[Consult]:
        """Those whose word is waited for before anybody signs the version before counsel."""
        asked = [
            c for c in self.consults if self.resolution and c.resolution_id == self.resolution.pk
        ]
        return [c for c in asked if c.answered_at is None and c.withdrawn_at is None]


def in_lines(resolution: Resolution) -> str:
    """The measures, each in one line."""
    return "\n".join(_line(measure) for measure in resolution.measures.all())


def _line(m: Measure) -> str:
    texts = (
        m.get_kind_display(),
        m.description,
        m.formula,
        f"{m.amount:,.2f}" if m.amount is not None else "",
        m.due.isoformat() if m.due else "",
        m.basis,
    )
    return " · ".join(text for text in texts if text)
