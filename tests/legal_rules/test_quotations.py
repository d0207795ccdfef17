"""The words of the law in the rules: each is the promulgated text, and equal citations agree.

Where the reference texts lie beside the project (`../shared/law`), every quotation is compared with
them. Everywhere, what two rules quote of the same article is compared with each other.
"""

import re
import subprocess
import sys
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import yaml
from django.conf import settings

from legal_rules import rulebook
from legal_rules.vocabulary import FACTS, INSTRUMENTS, STATUTES

BOOK = rulebook.current()
PAGES = sorted(STATUTES.glob("*/*.yaml"))
REFERENCE = Path(settings.BASE_DIR).parent / "shared/law"
SAME_PASSAGE = 30  # characters in common: the two speak of the same sentence
PUNCTUATION = str.maketrans(",;:()?", "，；：（）？")


def quotes():
    """(rule id, quotation) of every version of every rule."""
    for rule in BOOK.rules.values():
        for version in rule.versions:
            for quote in version.quotes():
                yield rule.id, quote


def normal(text):
    return re.sub(r"\s+", "", text).translate(PUNCTUATION)


def disagree(one, other):
    """Whether two quotations share a passage and differ inside it.

    Both are runs of the same article, so a passage in common ends only where one of them ends.
    """
    a, b = normal(one), normal(other)
    i, j, n = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    ends = (i == 0 or j == 0) and (i + n == len(a) or j + n == len(b))
    return n >= SAME_PASSAGE and not ends


def test_every_quotation_is_the_text_of_the_law():
    compare = REFERENCE / "tools/compare_text.py"
    if not compare.exists():  # then at least: nothing is empty, and every page is read
        assert all(len(normal(quote.text)) > 5 for _rule, quote in quotes())
        assert {rule.file for rule in BOOK.rules.values()} == {
            path.relative_to(STATUTES.parent).as_posix() for path in PAGES
        }
        return
    said = subprocess.run(  # noqa: S603
        [sys.executable, compare, *PAGES], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout
    count = sum(1 for _ in quotes())
    assert f"{count} quotations compared, 0 differ" in said.stdout


def test_every_article_that_a_derived_fact_cites_is_there():
    cited = [fact.citation for fact in FACTS.values() if fact.citation]
    assert cited
    assert [c for c in cited if c[0] not in INSTRUMENTS] == []
    missing = []
    for instrument, article in cited:
        page = REFERENCE / "statutes" / f"{instrument}.yaml"
        if page.exists():
            held = {row["no"] for row in yaml.safe_load(page.read_text("utf-8"))["articles"]}
            missing += [] if article in held else [(instrument, article)]
    assert missing == []


def test_what_two_rules_quote_of_an_article_agrees():
    of = defaultdict(set)
    for rule, quote in quotes():
        of[quote.instrument, quote.article].add((quote.text, rule, quote.paragraph))
    wrong = [
        f"{where}: {one[1]} and {other[1]} differ"
        for where, found in of.items()
        for one, other in combinations(sorted(found, key=str), 2)
        if (one[2] is None or other[2] is None or one[2] == other[2])  # else two paragraphs
        and disagree(one[0], other[0])
    ]
    assert wrong == []


def test_a_slip_of_the_pen_in_one_of_two_quotations_is_noticed():
    text = next(quote.text for _rule, quote in quotes() if len(quote.text) > 100)
    middle = len(text) // 2
    assert not disagree(text, text)
    assert not disagree(text, text[10:])
    assert not disagree(text[:-20], text[20:])
    assert disagree(text, text[:middle] + "误" + text[middle:])
    assert disagree(text, text[: middle - 1] + text[middle:])


def test_the_words_quoted_were_in_force_or_the_rule_says_why_it_reaches_further_back():
    for rule in BOOK.rules.values():
        for version in rule.versions:
            for quote in version.quotes():
                law = INSTRUMENTS[quote.instrument]
                assert version.start >= law.start or law.named_in(version.basis), rule.id
                assert law.until is None or (version.until and version.until <= law.until), rule.id
