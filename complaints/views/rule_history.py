"""What counsel did with a rule or with deadlines, and when their words changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from legal_rules import text_diff
from legal_rules.models import RuleSignature, RuleText
from legal_rules.text_diff import Piece

Paragraphs = list[list[Piece]]


@dataclass(frozen=True)
class Act:
    """One line of a history: a signature, a revocation, or that it says something new."""

    at: datetime
    signature: RuleSignature | None
    text: RuleText | None
    first: bool = False
    changed: Paragraphs | None = None


def history(name: str, lang: str) -> list[Act]:
    """Acts of counsel and changes of content under that name, the newest first: two queries."""
    signed = RuleSignature.objects.filter(rule=name).select_related("by")
    acts = [Act(s.at, s, None) for s in signed.order_by("id")]
    before: RuleText | None = None
    for text in RuleText.objects.filter(rule=name).order_by("id"):
        changed = _between(before, text, lang) if before else None
        acts.append(Act(text.at, None, text, before is None, changed))
        before = text
    return sorted(acts, key=lambda act: (act.at, act.signature is not None), reverse=True)


def _between(old: RuleText, new: RuleText, lang: str) -> Paragraphs:
    before, after = ("\n".join(t.lines.get(lang, t.lines["zh-hans"])) for t in (old, new))
    return only_changes(text_diff.compare(before, after)) if before != after else []


def only_changes(pieces: Sequence[Piece]) -> Paragraphs:
    """The paragraphs in which something was added or left out."""
    return [
        [Piece(p.kind, p.text.lstrip("　") if n == 0 else p.text) for n, p in enumerate(one)]
        for one in text_diff.paragraphs(list(pieces))
        if any(p.kind != "same" for p in one)
    ]
