"""Which rulebooks this installation has run, and what each rule said under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from legal_rules import rulebook
from legal_rules.models import Edition, RuleText, StoredRulebook
from legal_rules.reasoning.rules import Rule
from legal_rules.reasoning.telling import lines
from legal_rules.rulebook import Rulebook

LANGUAGES = ("zh-hans", "en")


def note(now: datetime, book: Rulebook | None = None) -> bool:
    """Write down the rulebook that runs here, with every rule that says something new.

    True when it replaced another one; idempotent.
    """
    book = book or rulebook.current()
    if running() == book.sha256:
        return False
    with transaction.atomic():
        hold()
        last = running()
        if last == book.sha256:
            return False
        StoredRulebook.keep(book)
        edition = Edition.objects.create(rulebook_id=book.sha256, at=now)
        known = latest()
        fresh = [rule for rule in book.rules.values() if known.get(rule.id) != rule.sha256]
        RuleText.objects.bulk_create(_text(rule, book, edition, now) for rule in fresh)
    return last is not None


def running() -> str | None:
    """SHA-256 of the rulebook noted last; None on a new installation."""
    return Edition.objects.order_by("-id").values_list("rulebook", flat=True).first()


def hold() -> None:
    """Whoever writes about rules waits for the others, until the end of the transaction.

    So the rows become visible in the order of their ids.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('legal_rules', 0))")


def latest(names: Sequence[str] = ()) -> dict[str, str]:
    """Rule → SHA-256 of what it said last; of all, or of those named."""
    rows = RuleText.objects.order_by("rule", "-id").distinct("rule")
    rows = rows.filter(rule__in=names) if names else rows
    return dict(rows.values_list("rule", "sha256"))


def texts_of(wanted: Mapping[str, str]) -> dict[str, int]:
    """Name → primary key of its latest text, of those (name → SHA-256) that say that in it."""
    rows = RuleText.objects.filter(rule__in=wanted).order_by("rule", "-id").distinct("rule")
    found = rows.values_list("rule", "pk", "sha256")
    return {name: pk for name, pk, said in found if wanted[name] == said}


def _text(rule: Rule, book: Rulebook, edition: Edition, now: datetime) -> RuleText:
    said = {lang: lines(rule, book.rules, lang) for lang in LANGUAGES}
    return RuleText(
        edition=edition,
        rule=rule.id,
        sha256=rule.sha256,
        content=rule.content,
        lines=said,
        at=now,
    )
