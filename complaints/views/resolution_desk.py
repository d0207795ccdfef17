"""Everything that lies on the desk of a person who drafts a resolution. Read when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Team, User
from complaints import facts, letter_writing, quoting, snapshots, suggestion, sums
from complaints.actions import half_typed
from complaints.actions import resolution as resolutions
from complaints.advance import unmet
from complaints.choices import MeasureKind, Payee
from complaints.errors import Unmet
from complaints.letter_writing import Written
from complaints.lifecycle import STEPS, State
from complaints.models import Complaint, Resolution, Transition
from complaints.quoting import Placed
from complaints.situation import CaseSituation
from complaints.suggestion import amount_of
from complaints.views import changes
from complaints.views.point_desk import PointDesk
from complaints.views.resolution_form import Proposal
from complaints.views.staleness import Stale, stale
from legal_rules import signatures, text_diff

RETURNED_BY = ("send_back", "consumer_declines", "reinvestigate", "external_decision")


class Desk(PointDesk):
    """One case with its proposal, its frozen analysis and what was said about the last version."""

    kinds = MeasureKind.choices
    payees = Payee.choices

    def __init__(self, complaint: Complaint, user: User) -> None:
        self.complaint, self.user = complaint, user
        self.draft_key = f"resolution:{complaint.number}"
        self.draft_at: datetime | None = None
        self.draft_is_older = False
        self.happened: list[changes.Change] = []
        self.differences: list[dict[str, Any]] = []

    @property
    def may_draft(self) -> bool:
        """Whether the person's role drafts at all."""
        return self.user.may("draft_resolutions")

    @property
    def editable(self) -> bool:
        """Only while the case is with those who draft."""
        return self.complaint.state == State.RESOLVING and self.may_draft

    @cached_property
    def resolution(self) -> Resolution | None:
        """The version that counts now."""
        return resolutions.current(self.complaint)

    @property
    def next_version(self) -> int:
        """The number under which a save will stand."""
        if self.resolution is None:
            return 1
        fresh = self.resolution.status != Resolution.Status.DRAFT
        return self.resolution.version + fresh

    @cached_property
    def base(self) -> str:
        """What identifies the saved content that the page started from."""
        r = self.resolution
        return f"{r.version} {r.proposed_at.isoformat()}" if r else ""

    @cached_property
    def seen(self) -> int:
        """The newest event that the page knows."""
        return changes.latest(self.complaint)

    # --- the law

    @cached_property
    def analysis(self) -> Any:
        """The analysis frozen last; None before the first."""
        return snapshots.latest(self.complaint)

    @cached_property
    def stale(self) -> Stale | None:
        """What changed since it was frozen; None while it holds."""
        return stale(self.complaint, self.analysis, self.user) if self.editable else None

    @cached_property
    def result(self) -> dict[str, Any]:
        """The frozen analysis in the language of the screen."""
        return self._in(get_language() or "zh-hans")

    @cached_property
    def in_chinese(self) -> dict[str, Any]:
        """The frozen analysis in the language of the file."""
        return self.result if get_language() == "zh-hans" else self._in("zh-hans")

    def _in(self, lang: str) -> dict[str, Any]:
        found = snapshots.in_language(self.analysis, lang) if self.analysis else {}
        return signatures.mark(found)

    @cached_property
    def bases(self) -> list[suggestion.Basis]:
        """The articles that apply."""
        return suggestion.bases(self.in_chinese)

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What the consumer may claim, with its sum and formula where there is one."""
        taken = {r["remedy"] for r in suggestion.owed(self.result)}
        return [
            {**r, "taken": r["remedy"] in taken}
            for r in self.result.get("remedies", [])
            if suggestion.is_claim(r)
        ]

    @property
    def either(self) -> list[list[dict[str, Any]]]:
        """Claims that exclude one another: which is given is counsel's choice."""
        return facts.one_of([r for r in self.claims if r["amount"] or r["bounds"]])

    @cached_property
    def owed(self) -> Decimal:
        """What the law says is owed, in yuan."""
        return facts.owed_by_law(self.result)

    @property
    def awaiting(self) -> list[suggestion.Awaited]:
        """What only counsel's findings still decide."""
        return suggestion.awaiting_counsel(self.result)

    # --- the letter

    def fresh_letter(
        self, form: Proposal, lang: str, options: Sequence[str] | None = None
    ) -> Written:
        """The letter as the template says it of what stands on the page."""
        return suggestion.letter(
            self.complaint,
            [form.rows[n] for n in form.filled],
            form.basis_lines,
            form.explanation,
            lang="en" if lang == "en" else "zh",
            options=options,
            points=form.points.said(lang),
        )

    def letter_language(self, form: Proposal) -> str:
        """zh or en: of the letter that stands there."""
        return letter_writing.language_of(form.template)

    # --- where a measure comes from, and who carries it out

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """The claims of the analysis from which a measure can be taken, by their id."""
        result = self.result
        rows = [*result.get("remedies", []), *result.get("possible_remedies", [])]
        return {row["remedy"]: row for row in reversed(rows) if suggestion.is_claim(row)}

    @cached_property
    def teams(self) -> list[tuple[str, str]]:
        """Units at work: number and name."""
        found = Team.objects.filter(is_active=True).order_by("name")
        return [(str(pk), name) for pk, name in found.values_list("pk", "name")]

    def rows(self, form: Proposal) -> list[dict[str, Any]]:
        """The rows of the form, each with its claim in the analysis and the name of its unit."""
        names = dict(self.teams)
        return [
            {
                **row,
                "source": self.sources.get(row["cells"]["remedy"]["value"]),
                "unit": names.get(row["cells"]["unit"]["value"], ""),
                "payee": dict(Payee.choices).get(row["cells"]["payee"]["value"], ""),
                "moved": _moved(row, self.sources.get(row["cells"]["remedy"]["value"])),
            }
            for row in form.shown()
        ]

    # --- what was said, and what is missing

    @cached_property
    def returned(self) -> Transition | None:
        """Why the case came back to drafting, with the words of whoever sent it back."""
        last = (
            Transition.objects.filter(complaint=self.complaint, step__in=(*RETURNED_BY, "submit"))
            .select_related("by")
            .order_by("-id")
            .first()
        )
        return last if last is not None and last.step != "submit" else None

    @property
    def returned_words(self) -> str:
        """Counsel's comments, or the consumer's reason."""
        if self.returned is None:
            return ""
        fields = self.returned.fields
        return str(fields.get("comments") or fields.get("reason") or fields.get("note") or "")

    @cached_property
    def comments(self) -> list[Placed]:
        """Counsel's unresolved comments, while somebody may act on them."""
        if self.resolution is None or not self.editable:
            return []
        if self.next_version == 1:  # nobody has read it yet
            return []
        return quoting.placed(self.resolution)

    @cached_property
    def missing(self) -> list[Unmet]:
        """What keeps the saved version from going to counsel."""
        situation = CaseSituation(self.complaint, self.user, timezone.now())
        situation.resolution = self.resolution
        situation.given_by_law = sums.given(self.result)  # of older facts: stale, which is said
        situation.analysis_is_stale = snapshots.is_stale(self.complaint, self.analysis)
        return unmet(STEPS["submit"], situation, asking=True)

    # --- what is being typed

    def as_left(self) -> Proposal:
        """The fields as the person left them: the autosaved draft, else the saved version."""
        draft = half_typed.load_draft(self.user, self.draft_key) if self.editable else None
        if draft is None:
            return self.as_saved()
        data, self.draft_at = draft
        self.draft_is_older = str(data.get("base", "")) != self.base
        form = Proposal.drafted(data)
        form.number = self.complaint.number
        if self.draft_is_older:
            self.differences = self._compared(form)
        return form

    def as_saved(self) -> Proposal:
        """The fields as they were saved."""
        form = Proposal.saved(self.resolution, [b.text for b in self.bases])
        form.number = self.complaint.number
        return form

    def compare(self, form: Proposal, *, seen: str, base: str) -> None:
        """After a refused save: what happened meanwhile, and how the saved text differs."""
        self.happened = changes.since(self.complaint, seen)
        if base != self.base:
            self.differences = self._compared(form)

    def _compared(self, mine: Proposal) -> list[dict[str, Any]]:
        theirs = self.as_saved()
        pairs = (
            ("measures", _in_lines(theirs), _in_lines(mine)),
            ("points", theirs.points.in_lines, mine.points.in_lines),
            ("explanation", theirs.explanation, mine.explanation),
            ("legal_basis", "\n".join(theirs.basis_lines), "\n".join(mine.basis_lines)),
            ("below_reason", theirs.below_reason, mine.below_reason),
            ("letter", theirs.letter, mine.letter),
        )
        return [
            {"what": what, "paragraphs": text_diff.paragraphs(text_diff.compare(old, new))}
            for what, old, new in pairs
            if old.strip() != new.strip()
        ]


def _moved(row: Mapping[str, Any], source: Mapping[str, Any] | None) -> bool:
    """Whether another sum stands there than the analysis gave."""
    amount = amount_of({"amount": row["cells"]["amount"]["value"]})
    return source is not None and bool(source["amount"]) and amount != Decimal(source["amount"])


def _in_lines(form: Proposal) -> str:
    kinds, payees = dict(MeasureKind.choices), dict(Payee.choices)
    said = ("amount", "formula", "description", "due", "basis", "payee_words")
    return "\n".join(
        " · ".join(
            str(text)
            for text in (
                kinds.get(row["kind"], ""),
                *(row[name] for name in said),
                payees.get(row["payee"], ""),
            )
            if text
        )
        for row in (form.rows[n] for n in form.filled)
    )
