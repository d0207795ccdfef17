"""Is a new word found, and is nothing found where nothing is new?

    python -m benchmarks.terms [SEEDS] [FIRST SEED]

Assumed: invented complaints (`benchmarks/words.py`, some 2,500 words with a long tail), 4,000 of
them before and 400 in the window. For each seed twenty windows are drawn by shuffling all of them,
so that no word is new; then a sentence with a word that the dictionary lacks (指纹锁, 充电宝) is
written into 1, 2, 4 and 8 % of the texts of one window. Beside ours: the rank of the planted word
by mere count and by the rise of its share; and in how many of the shuffled windows a word of five
cases or more is above the mean of ten earlier windows by three standard deviations, or 50 % above
the window before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from statistics import mean

import numpy as np

from analytics.detection.terms import Counts, Term, Words, emerging
from benchmarks.words import complaints
from quickstart.terminal import say, table, tolerate_any_encoding

HISTORY, WINDOW, SEEDS, SHUFFLED = 4000, 400, 10, 20
SHARES = (0.01, 0.02, 0.04, 0.08)
PLANTED = (("指纹锁", "指纹锁突然打不开，"), ("充电宝", "充电宝鼓得很厉害，"))
Text = set[str]


def cut(words: Words, texts: list[str]) -> list[Text]:
    """Each text once, as its words: windows are drawn from the same texts again and again."""
    return [words.of(text) for text in texts]


def counts(texts: list[Text]) -> Counts:
    """As `Words.count`."""
    answer = Counts(len(texts))
    for text in texts:
        answer.by_word.update(text)
    return answer


def shuffled(
    random: np.random.Generator, texts: list[Text], words: Words
) -> Iterator[tuple[list[Term], bool, bool]]:
    """What is said of windows in which nothing is new; whether the two usual rules name a word."""
    for _ in range(SHUFFLED):
        order = random.permutation(len(texts))
        window = counts([texts[at] for at in order[:WINDOW]])
        history = counts([texts[at] for at in order[WINDOW:]])
        yield list(emerging(window, history, words)), *usual(window, texts, order[WINDOW:])


def usual(window: Counts, texts: list[Text], before: np.ndarray) -> tuple[bool, bool]:
    """Whether "mean + 3 SD" of the windows before, and "+ 50 %" of the last, name a word."""
    known = [word for word, count in window.by_word.items() if count >= 5]
    earlier = [
        counts([texts[at] for at in before[start : start + WINDOW]])
        for start in range(0, len(before), WINDOW)
    ]
    table = np.array([[one.by_word[word] for word in known] for one in earlier], dtype=float)
    now = np.array([window.by_word[word] for word in known], dtype=float)
    above = now > table.mean(axis=0) + 3 * table.std(axis=0, ddof=1)
    return bool(above.any()), bool((now > 1.5 * table[0]).any())


def ranks(word: str, window: Counts, history: Counts) -> tuple[int, int]:
    """The place of a word by its count and by the rise of its share, of those with five cases."""
    known = [each for each, count in window.by_word.items() if count >= 5]
    rises = {each: window.by_word[each] / (history.by_word[each] or 0.1) for each in known}
    by_count = sum(window.by_word[each] > window.by_word[word] for each in known)
    return by_count + 1, sum(rises[each] > rises.get(word, 0) for each in known) + 1


def planted(
    random: np.random.Generator, share: float, words: Words
) -> list[tuple[bool, int, int, int]]:
    """For each planted word whether there is an alarm, and its rank by z, count and rise."""
    window, history = complaints(random, WINDOW), complaints(random, HISTORY)
    for _, sentence in PLANTED:
        for at in random.choice(WINDOW, size=round(share * WINDOW), replace=False):
            window[at] = sentence + window[at]
    now, before = words.count(window), words.count(history)
    terms = emerging(now, before, words)
    places = {term.word: at for at, term in enumerate(terms, 1)}
    alarms = {term.word for term in terms if term.alarm}
    return [(word in alarms, places.get(word, 0), *ranks(word, now, before)) for word, _ in PLANTED]


def main() -> int:
    """1 if a shuffled window has a new word, or a planted one is missed at 4 %; else 0."""
    tolerate_any_encoding()
    count, first = [*map(int, sys.argv[1:]), *(SEEDS, 0)[len(sys.argv) - 1 :]]
    words = Words()
    false, deviating, rising, largest = 0, 0, 0, 0.0
    for seed in range(first, first + count):
        random = np.random.default_rng(seed)
        texts = cut(words, complaints(random, HISTORY + WINDOW))
        for terms, deviates, rises in shuffled(random, texts, words):
            false += any(term.alarm for term in terms)
            deviating, rising = deviating + deviates, rising + rises
            largest = max([largest, *(term.z for term in terms)])
    windows = count * SHUFFLED
    say(
        f"{windows} shuffled windows, those with a new word: ours {false} (goal 0; largest z "
        f"{largest:.2f}), mean + 3 SD {deviating}, week over week + 50 % {rising}",
        timed=False,
    )
    rows: list[tuple[str, ...]] = [("of the texts", "found", "rank by z", "by count", "by rise")]
    missed = false > 0
    for share in SHARES:
        found = [
            one
            for seed in range(first, first + count)
            for one in planted(np.random.default_rng(seed + 10**6), share, words)
        ]
        hits, *places = ([one[at] for one in found] for at in range(4))
        rows.append(
            (f"{share:.0%}", f"{mean(hits):.2f}", *(f"{mean(each):.0f}" for each in places))
        )
        missed |= share >= 0.04 and mean(hits) < 1
    say(f"planted words\n{table(rows)}", timed=False)
    texts_read = complaints(np.random.default_rng(first), 2000)
    began = time.process_time()
    words.count(texts_read)
    speed = len(texts_read) / (time.process_time() - began)
    say(f"{speed:,.0f} texts a second of one processor", timed=False)
    say(
        "missed" if missed else "held: nothing new where nothing is, all found from 4 %",
        timed=False,
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
