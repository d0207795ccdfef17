"""Puts a statute into the reading room: once, never over an older text, beside its relatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection, transaction

from audit.record import Actor, record
from config.bigrams import plain, vector
from legal_rules.succession import SUCCESSIONS
from reading_room import names
from reading_room.models import Article, StatuteText
from reading_room.statute_file import Statute
from reading_room.statute_rows import ArticleRow

ONE_AT_A_TIME = 734_120_251  # of the advisory lock: two imports do not number the same text
BATCH = 500
Changes = dict[str, list[str]]


@dataclass(frozen=True)
class Stored:
    """What became of a statute. `changes`: article numbers added, removed, changed, and the names
    of other fields (`about`) that differ from the text before.
    """

    outcome: Literal["new", "changed", "unchanged"]
    number: int
    changes: Changes


def store(statute: Statute, file_name: str, by: Actor | None, at: datetime) -> Stored:
    """All of it or nothing, in one transaction; a text that is there already stays untouched."""
    digest = statute.sha256
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        before = StatuteText.objects.filter(code=statute.code, current=True).first()
        if before is not None and before.sha256 == digest:
            return Stored("unchanged", before.number, {})
        row = _row(statute, file_name, digest, by, at)
        if before is not None:
            row.number, row.changes = before.number + 1, _changes(before, row, statute.articles)
            before.current = False
            before.save(update_fields=["current"])
        row.save(force_insert=True)
        _write_articles(row, statute.articles)
        detail = {"number": row.number, "sha256": digest, "articles": row.article_count}
        record("statute.imported", f"statute:{row.code}", by, at, detail | row.changes)
    return Stored("changed" if before else "new", row.number, row.changes)


def _row(
    statute: Statute, file_name: str, digest: str, by: Actor | None, at: datetime
) -> StatuteText:
    texts, dates = statute.texts, statute.dates
    return StatuteText(
        code=statute.code,
        number=1,
        sha256=digest,
        imported_at=at,
        imported_by=by.username if by else "system",
        file_name=file_name[:200],
        title=texts["title"],
        short_name=texts["short_name"],
        body=texts["issuing_body"],
        kind=texts["instrument_type"],
        document_number=texts["number"],
        adopted=dates.adopted,
        promulgated=dates.promulgated,
        effective=dates.effective,
        start=dates.start,
        stated_until=dates.until,
        until=dates.until,
        status=statute.status,
        status_day=statute.status_day,
        status_basis=texts["status_basis"],
        text_source=texts["text_source"],
        complete=statute.complete,
        articles_in_instrument=statute.articles_in_instrument,
        article_count=len(statute.articles),
        notes=texts["notes"],
        details=statute.details
        | ({"consolidated_to": c} if (c := texts["consolidated_to"]) else {}),
        replaces=statute.replaces,
        work=statute.code,
        sort_key=names.sort_key(texts["title"], statute.code),
    )


# What is compared besides the articles: what a reader of the law sees of it.
ABOUT = (
    *("title", "short_name", "body", "kind", "document_number", "adopted", "promulgated"),
    *("effective", "start", "stated_until", "status", "status_day", "status_basis", "text_source"),
    *("complete", "articles_in_instrument", "notes", "details", "replaces"),
)


def _changes(before: StatuteText, row: StatuteText, rows: Iterable[ArticleRow]) -> Changes:
    old = {one.no: (one.label, one.chapter, one.text) for one in before.articles.all()}
    new = {one.no: (one.label, one.chapter, one.text) for one in rows}
    found: Changes = {
        "added": [no for no in new if no not in old],
        "removed": [no for no in old if no not in new],
        "changed": [no for no in new if no in old and new[no] != old[no]],
        "about": [name for name in ABOUT if getattr(before, name) != getattr(row, name)],
    }
    return {kind: what for kind, what in found.items() if what}


def _write_articles(row: StatuteText, rows: Iterable[ArticleRow]) -> None:
    name = f"{row.title} {row.short_name}"
    Article.objects.bulk_create(
        (
            Article(
                statute=row,
                no=one.no,
                position=position,
                label=one.label,
                chapter=one.chapter,
                text=one.text,
                plain=(searched := plain(f"{name} {one.label} {one.chapter}\n{one.text}")),
                words=vector(searched),
            )
            for position, one in enumerate(rows, start=1)
        ),
        batch_size=BATCH,
    )


def relate() -> None:
    """Bring the texts of one law together, and end each on the day before the next began.

    They belong together by name, by what a file says that it `replaces`, and by `succession.yaml`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        texts = list(StatuteText.objects.filter(current=True).order_by("start", "code"))
        moved = []
        for work in _works(texts):
            for text, following in zip(work, [*work[1:], None], strict=True):
                until = _until(text, following)
                if (text.work, text.until) != (work[0].code, until):
                    text.work, text.until = work[0].code, until
                    moved.append(text)
        StatuteText.objects.bulk_update(moved, ["work", "until"])


def _until(text: StatuteText, following: StatuteText | None) -> Any:
    ends = [text.stated_until] if text.stated_until else []
    if following is not None and following.start > text.start:
        ends.append(following.start - timedelta(days=1))
    return min(ends, default=None)


def _works(texts: list[StatuteText]) -> list[list[StatuteText]]:
    """The texts in groups, each in order of time."""
    at = {text.code: text.code for text in texts}

    def root(code: str) -> str:
        while at[code] != code:
            code = at[code]
        return code

    pairs = [(each.older, each.newer) for each in SUCCESSIONS]
    pairs += [(text.replaces, text.code) for text in texts]
    first: dict[str, str] = {}
    pairs += [(first.setdefault(names.of_the_work(t.title), t.code), t.code) for t in texts]
    for one, other in pairs:
        if one in at and other in at:
            at[root(other)] = root(one)
    groups: dict[str, list[StatuteText]] = defaultdict(list)
    for text in texts:
        groups[root(text.code)].append(text)
    return list(groups.values())
