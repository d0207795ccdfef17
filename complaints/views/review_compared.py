"""The texts of a proposal beside those that counsel read before, with the comments in them."""

from __future__ import annotations

from functools import cached_property

from complaints import quoting
from complaints.models import Comment, Consult, Resolution
from complaints.quoting import Placed
from complaints.views.review_marks import Run, marked
from complaints.views.review_said import Said
from legal_rules import text_diff


class Compared(Said):
    """Of the version before counsel. Everything is read when first asked for."""

    read_before: int | None  # version that was read before the content changed

    @cached_property
    def versions(self) -> list[Resolution]:
        """Every version, newest first."""
        rows = Resolution.objects.filter(complaint=self.complaint).select_related("proposed_by")
        found = list(rows.prefetch_related("measures", "points").order_by("-version"))
        for each in found:
            each.complaint = self.complaint
        return found

    @property
    def compared_with(self) -> Resolution | None:
        """What the letter is compared with: the version read before, else the one before."""
        if self.resolution is None:
            return None
        older = [v for v in self.versions if v.version < self.resolution.version]
        return next((v for v in older if v.version == self.read_before), next(iter(older), None))

    @cached_property
    def _pieces(self) -> list[text_diff.Piece]:
        old, new = self.compared_with, self.resolution
        return text_diff.compare(old.letter, new.letter) if old and new else []

    @property
    def diff(self) -> list[list[Run]]:
        """The letter with what was added and left out and the comments in it, in paragraphs."""
        return marked(self._pieces, self._in("letter"))

    @property
    def diff_counts(self) -> tuple[int, int]:
        """(places added, places left out)."""
        return text_diff.counts(self._pieces)

    @property
    def letter_title(self) -> str:
        """Under which the letter leaves; Chinese like the letter itself."""
        return f"关于您投诉事项的处理意见（{self.complaint.number}）"

    @property
    def clean(self) -> list[list[Run]]:
        """The letter as it will leave, in paragraphs."""
        return self._unchanged("letter", self.resolution.letter if self.resolution else "")

    @property
    def explanation(self) -> list[list[Run]]:
        """The explanation with the comments in it, in paragraphs."""
        text = self.resolution.explanation if self.resolution else ""
        return self._unchanged("explanation", text)

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
