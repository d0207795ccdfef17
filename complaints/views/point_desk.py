"""Points at issue on the desk of whoever drafts: proposed, with their evidence and their burden."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from complaints import facts, points, proofs
from complaints.models import Complaint, Point, Resolution
from complaints.views.resolution_form import Proposal
from evidence.models import Item


class PointDesk(ABC):
    """Of the case and its proposal. Everything is read when first asked for."""

    complaint: Complaint
    burdens = Point.Burden.choices
    findings = Point.Finding.choices

    @property
    @abstractmethod
    def resolution(self) -> Resolution | None:
        """The version that counts now."""

    @property
    @abstractmethod
    def result(self) -> dict[str, Any]:
        """The frozen analysis in the language of the screen."""

    @property
    @abstractmethod
    def in_chinese(self) -> dict[str, Any]:
        """The frozen analysis in the language of the file."""

    @cached_property
    def disputed(self) -> list[dict[str, Any]]:
        """What the analysis and the answers propose as points."""
        return points.proposed(self.in_chinese, facts.all_answers(self.complaint))

    @cached_property
    def evidence(self) -> list[Item]:
        """What points may name by its number."""
        items = proofs.usable(self.complaint.folder_id)
        return list(items.only("number", "title", "file_name"))

    def points_in(self, form: Proposal) -> list[dict[str, Any]]:
        """The rows of the page, each with the rule on its burden of proof."""
        lang = get_language() or "zh-hans"
        return [
            {**row, "basis": points.basis(self.result, fact, lang) if fact else None}
            for row in form.points.shown()
            for fact in (row["v"]["fact"],)
        ]

    @property
    def at_issue(self) -> list[points.Shown]:
        """Those of the saved version, to read."""
        return points.shown(self.resolution, self.result, get_language() or "zh-hans")
