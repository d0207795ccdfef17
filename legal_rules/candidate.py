"""A rulebook as it would be: the running one with rules replaced or added from files that counsel
or a developer wrote. The running one stays as it is.

    candidate = read({"cpl/55_1.yaml": text}, rulebook.current())
    candidate.mistakes or candidate.failures or candidate.book

Pure Python; usable without Django and without a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from legal_rules import examples, text_diff
from legal_rules.reasoning import load, source
from legal_rules.reasoning.rules import Rule
from legal_rules.reasoning.source import LawError, Table
from legal_rules.reasoning.telling import lines
from legal_rules.rulebook import Rulebook
from legal_rules.text_diff import Piece

MOST_FILES = 300
MOST_BYTES = 400_000  # of one file; the largest of ours has a quarter


@dataclass(frozen=True)
class Candidate:
    """What came of the files. `book` is there when `mistakes` is empty.

    `failures`: examples that do not hold under it, of any rule that could be touched.
    """

    base: Rulebook
    mistakes: tuple[LawError, ...]
    book: Rulebook | None = None
    rules: tuple[Rule, ...] = ()
    failures: tuple[LawError, ...] = ()

    @property
    def sound(self) -> bool:
        """It could run: no mistake, and every example holds."""
        return self.book is not None and not self.failures

    @property
    def added(self) -> list[Rule]:
        """Rules that the running rulebook does not have."""
        return [rule for rule in self.rules if rule.id not in self.base.rules]

    @property
    def replaced(self) -> list[Rule]:
        """Rules that say something else than the running ones of that id."""
        old = self.base.rules
        return [r for r in self.rules if r.id in old and old[r.id].sha256 != r.sha256]

    @property
    def unchanged(self) -> list[Rule]:
        """Rules that say what the running ones say."""
        old = self.base.rules
        return [r for r in self.rules if r.id in old and old[r.id].sha256 == r.sha256]

    def changes(self, rule: Rule, lang: str) -> list[Piece]:
        """What a replaced rule says otherwise, word by word; empty where only its examples, the
        other language or the meaning of a fact changed.
        """
        assert self.book is not None  # noqa: S101  # there are no rules without a book
        old = "\n".join(lines(self.base.rules[rule.id], self.base.rules, lang))
        new = "\n".join(lines(rule, self.book.rules, lang))
        return text_diff.compare(old, new) if old != new else []

    def rewritten(self, rule: Rule) -> list[str]:
        """The first days of versions in force that the files change or drop, though an old version
        is closed with `until`, never edited.
        """
        old = self.base.rules.get(rule.id)
        new = {version.start: version for version in rule.versions}
        touched = []
        for version in old.versions if old else ():
            here = new.get(version.start)
            kept = here and replace(here, until=version.until)
            if kept is None or _said(rule, kept) != _said(rule, version):
                touched.append(version.start.isoformat())
        return touched


def _said(rule: Rule, version: object) -> list[str]:
    return lines(replace(rule, versions=(version,)), {}, "zh-hans")  # type: ignore[arg-type]


def read(files: Mapping[str, bytes], base: Rulebook) -> Candidate:
    """The candidate that the files (name → content) make of `base`. Raises nothing."""
    pages, mistakes = _pages(files)
    rules: dict[str, Rule] = {}
    broken = {(each.file, each.line) for each in mistakes}
    for page in pages:
        found = load.mistakes_in(page)
        mistakes += [each for each in found if (each.file, each.line) not in broken]
        if found or any(file == page.file for file, _line in broken):
            continue
        rule = load.read_rule(page)
        if rule.id in rules:
            other = rules[rule.id].file
            mistakes.append(page.error("same_rule", "id", rule=rule.id, other=other))
        rules[rule.id] = rule
    merged = {**base.rules, **rules}
    if not mistakes:
        mistakes += load.mistakes_between(rules.values(), merged)
    if mistakes:
        return Candidate(base, tuple(sorted(mistakes, key=lambda m: (m.file, m.line))))
    book = replace(base, rules=merged, sha256=_sha256(base, rules.values()))
    touched = touched_by(rules, merged)
    failures = [each for name in touched for each in _failures(book, merged[name])]
    return Candidate(base, (), book, tuple(rules.values()), tuple(failures))


def _pages(files: Mapping[str, bytes]) -> tuple[list[Table], list[LawError]]:
    pages, mistakes = [], []
    if not files:
        mistakes.append(LawError("", 0, "no_file"))
    if len(files) > MOST_FILES:
        mistakes.append(LawError("", 0, "too_many_files", most=MOST_FILES, count=len(files)))
        return [], mistakes
    for name, content in files.items():
        try:
            if len(content) > MOST_BYTES:
                raise LawError(name, 1, "too_large", most=MOST_BYTES // 1000)
            pages.append(source.parse_bytes(content, name, mistakes))
        except LawError as mistake:
            mistakes.append(mistake)
    return pages, mistakes


def touched_by(changed: Iterable[str], rules: Mapping[str, Rule]) -> list[str]:
    """The changed rules and all that yield to them, also by way of others."""
    touched = set(changed)
    grown = True
    while grown:
        more = {n for n, r in rules.items() if n not in touched and touched & set(r.yields_to)}
        grown, touched = bool(more), touched | more
    return [name for name in rules if name in touched]


def _failures(book: Rulebook, rule: Rule) -> list[LawError]:
    near = replace(book, rules=examples.neighbours(book, rule))
    return [
        LawError(
            rule.file,
            example.line,
            "example_fails",
            name=example.name,
            key=key,
            wanted=wanted,
            found=found,
        )
        for example in rule.examples
        for key, wanted, found in examples.differences(near, rule, example)
    ]


def _sha256(base: Rulebook, rules: Iterable[Rule]) -> str:
    digest = hashlib.sha256(base.sha256.encode())
    for content in sorted(rule.content for rule in rules):
        digest.update(content.encode())
    return digest.hexdigest()


def in_words(mistakes: Sequence[LawError], lang: str) -> list[str]:
    """甲.yaml:12: what is wrong; what to do."""
    return [
        f"{m.file}:{m.line}: {m.message_for(lang)}" if m.file else m.message_for(lang)
        for m in mistakes
    ]
