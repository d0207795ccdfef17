"""One trial of rules for counsel: what the files change, how far it is, which cases change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.actions import trials
from complaints.models import Trial, TrialResult
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from complaints.views.rule_history import Paragraphs, only_changes
from legal_rules import candidate, rulebook
from legal_rules.candidate import Candidate
from legal_rules.reasoning.telling import lines

PAGE_SIZE = 25
NAME = 120  # characters of a file's name


def files_of(text: str, uploaded: list[UploadedFile[Any]]) -> dict[str, bytes]:
    """Name → content of what was pasted and uploaded; equal names are told apart."""
    found: dict[str, bytes] = {}
    if text.strip():
        found[_("粘贴的规则.yaml")] = text.replace("\r\n", "\n").encode()
    for file in uploaded:
        name = PurePath(str(file.name or "").replace("\\", "/")).name[-NAME:] or "?.yaml"
        while name in found:
            name = f"+{name}"
        found[name] = file.read(candidate.MOST_BYTES + 1)
    return found


@dataclass(frozen=True)
class Changed:
    """What a candidate's rule is beside the running ones: in words, and old versions it edits."""

    id: str
    title: str
    new: bool
    words: Paragraphs
    lines: list[str]
    rewritten: list[str]


@dataclass(frozen=True)
class Row:
    """One case that comes out otherwise."""

    result: TrialResult
    words: list[str]


class TrialPage:
    """Everything is read when it is first asked for."""

    def __init__(self, trial: Trial, user: User, lang: str, asked: Mapping[str, str]) -> None:
        self.trial, self.user, self.lang = trial, user, lang
        self._after = int(a) if (a := asked.get("after", "")).isdecimal() and len(a) < 19 else 0
        self._before = int(b) if (b := asked.get("before", "")).isdecimal() and len(b) < 19 else 0

    @cached_property
    def progress(self) -> trials.Progress:
        """How far it is."""
        return trials.progress(self.trial)

    @property
    def outdated(self) -> bool:
        """The candidate was read beside another rulebook than the present one."""
        upgrade = self.trial.kind == Trial.Kind.UPGRADE
        return not upgrade and self.trial.base_sha256 != rulebook.current().sha256

    @cached_property
    def changes(self) -> list[Changed]:
        """What the files change; [] after an upgrade, which the files would be read beside."""
        if self.trial.kind == Trial.Kind.UPGRADE or self.outdated:
            return []
        found = _read(self.trial.pk)
        return [
            Changed(
                rule.id,
                rule.title.in_(self.lang),
                rule in found.added,
                [] if rule in found.added else only_changes(found.changes(rule, self.lang)),
                lines(rule, found.book.rules, self.lang)[1:] if found.book else [],
                found.rewritten(rule),
            )
            for rule in (*found.added, *found.replaced)
        ]

    # --- the cases

    @cached_property
    def _visible(self) -> Any:
        rows = TrialResult.objects.filter(scope_of(self.user, "complaint__"), trial=self.trial)
        return rows.select_related("complaint__consumer")

    @cached_property
    def _page(self) -> tuple[list[TrialResult], bool, bool]:
        """(rows, whether there are earlier ones, whether there are later ones)."""
        if self._before:
            found = list(self._visible.filter(pk__lt=self._before).order_by("-pk")[: PAGE_SIZE + 1])
            return found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE, True
        found = list(self._visible.filter(pk__gt=self._after).order_by("pk")[: PAGE_SIZE + 1])
        return found[:PAGE_SIZE], self._after > 0, len(found) > PAGE_SIZE

    @property
    def rows(self) -> list[Row]:
        """One page of changed cases that the person may see."""
        saw_cases(*(each.complaint.number for each in self._page[0]))
        return [
            Row(each, each.words.get(self.lang) or each.words["zh-hans"]) for each in self._page[0]
        ]

    @property
    def previous(self) -> int:
        """Before which row the earlier page ends; 0 for none."""
        rows, earlier, _later = self._page
        return rows[0].pk if rows and earlier else 0

    @property
    def next(self) -> int:
        """After which row the later page begins; 0 for none."""
        rows, _earlier, later = self._page
        return rows[-1].pk if rows and later else 0


@lru_cache(maxsize=8)
def _read(trial_id: int) -> Candidate:
    """The candidate again; its files never change."""
    files = Trial.objects.values_list("files", flat=True).get(pk=trial_id)
    return candidate.read({n: text.encode() for n, text in files.items()}, rulebook.current())
