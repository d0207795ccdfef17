"""A thousand random words: what the search finds is what LIKE finds in the texts, for three people
of different sight; and how the database fetches rare and common words among many cases, with its
planner left to itself.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from complaints import search
from complaints.actions import confidentiality
from complaints.finding import holding, matching
from complaints.finding.terms import asked
from complaints.models import Complaint
from complaints.views import queue_rows
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import Filters
from tests import factories as f
from tests.cast import Cast
from tests.search.many import copied, read, words_of, written

REAL = sorted(Path(settings.BASE_DIR).parent.glob("shared/data/real_complaints.csv"))
WORDS, COPIES = 1_000, 79


def real_texts() -> list[str]:
    """Of real complaints, where they are; they are not ours to keep."""
    if not REAL:
        return []
    with REAL[0].open(encoding="utf-8-sig", newline="") as file:
        return [row["内容"] for row in csv.DictReader(file)]


def of_three_sights(cast: Cast) -> None:
    """Cases of two teams, and a confidential one that only its owner and the lead see."""
    f.registered(cast, consumer={"name": "无此词"})
    f.registered(cast, by=cast.outsider, consumer={"name": "无此词"})
    kept_from = f.registered(cast, by=cast.colleague, consumer={"name": "无此词"})
    said = {"confidential": True, "reason": "涉及员工"}
    confidentiality.change(kept_from.number, said, by=cast.supervisor)


def seen_by(user: User) -> set[int]:
    """Told by columns alone, not by the vocabulary that is tested."""
    rows = Complaint.objects.values_list("pk", "team", "confidential", "owner")
    everything = "auditor" in user.roles
    return {
        pk
        for pk, team, confidential, owner in rows
        if everything or (team in user.team_ids and (not confidential or owner == user.pk))
    }


def truth(texts: dict[int, str], words: list[str]) -> dict[str, set[int]]:
    """Word → cases whose text it stands in, by LIKE over the texts as they were written."""
    found: dict[str, set[int]] = {word: set() for word in words}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE said (pk bigint, text text) ON COMMIT DROP")
        cursor.executemany("INSERT INTO said VALUES (%s, %s)", list(texts.items()))
        cursor.execute(
            "SELECT word, pk FROM unnest(%s::text[]) word "
            "JOIN said ON text LIKE '%%' || word || '%%'",
            [words],
        )
        for word, pk in cursor.fetchall():
            found[word].add(pk)
    return found


def test_a_thousand_random_words_are_found_where_like_finds_them(cast: Cast) -> None:
    dice = random.Random(20261127)  # noqa: S311 not secret
    of_three_sights(cast)
    copied(COPIES)
    cases = list(Complaint.objects.order_by("pk"))
    dice.shuffle(cases)
    own = [*real_texts(), written(dice, 40_000)]  # the last: longer than two passages
    texts = {c.pk: own[n] if n < len(own) else written(dice, 160) for n, c in enumerate(cases)}
    read(((case, texts[case.pk]) for case in cases), dice)
    words = list(words_of([*texts.values()], WORDS, dice))
    known = truth(texts, words)
    people = {user: seen_by(user) for user in (cast.auditor, cast.agent, cast.outsider)}
    assert len(people[cast.auditor]) == len(cases) > max(map(len, [*people.values()][1:])) > 50
    assert not people[cast.agent] & people[cast.outsider]
    wrong: list[str] = []
    for n, word in enumerate(words):
        others = [(cast.agent, cast.outsider)[n // 5 % 2]] if n % 5 == 0 else []
        for user in (cast.auditor, *others):
            visible = Complaint.objects.visible_to(user)
            hits = holding.holding(visible, asked(word).terms, {}, 2_000)
            got, wanted = set(hits.values_list("pk", flat=True)), known[word] & people[user]
            if got != wanted:
                wrong.append(f"{user} {word}: misses {wanted - got}, invents {got - wanted}")
    assert wrong == []
    sizes = [len(known[word]) for word in words]
    assert sizes.count(0) > 50
    assert sum(size > 10 for size in sizes) > 100
    # the same through both doors, and walked along the list of cases
    for word in dice.sample(words, 15):
        for user, seen in people.items():
            visible = Complaint.objects.visible_to(user)
            for most in (search.FETCHED, 0):
                found = holding.holding(visible, asked(word).terms, {}, most)
                assert set(found.values_list("pk", flat=True)) == known[word] & seen, word
            page = matching.found(visible, asked(word), {}, {})
            assert {hit.pk for hit in page.hits} == known[word] & seen, word


# --- how it is fetched

EACH = 1_600  # copies of each of five cases
MADE = """
INSERT INTO complaints_passage (complaint_id, part, number, position, text, plain, words)
SELECT c.id, 'narrative', 0, 0, p.text, p.plain, p.words FROM complaints_complaint c
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, * FROM complaints_passage) p
    ON p.n = (c.id / 1000000) % 8
WHERE c.id >= 1000000
"""
PLANTED = """
UPDATE complaints_passage SET plain = plain || '蟑螂', words = words || '''蟑螂'':1'::tsvector
WHERE complaint_id IN (SELECT id FROM complaints_complaint ORDER BY id LIMIT 20 OFFSET 1000)
"""


@pytest.fixture
def many(cast: Cast) -> Cast:
    """Eight thousand cases; 退款 stands in one of eight, 蟑螂 in twenty."""
    cases = [f.registered(cast) for _ in range(3)]
    cases += [f.registered(cast, by=cast.outsider), f.closed(cast)]
    copied(EACH)
    dice = random.Random(8)  # noqa: S311 not secret
    told = [
        "外箱破损，一直推脱，要求退款",
        *(f"{written(dice, 90)}".replace("退款", "") for _ in range(7)),
    ]
    templates = [f.registered(cast) for _ in told]
    read(zip(templates, told, strict=True), dice)
    with connection.cursor() as cursor:
        cursor.execute(MADE)
        cursor.execute(PLANTED)
        for index in ("passage_words", "search_words"):  # as the vacuum of the database does
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        for table in ("complaint", "passage", "searchdocument", "wordschanged"):
            cursor.execute(f"ANALYZE complaints_{table}")
    return cast


def explained(sql: str, values: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_rare_and_common_words_are_fetched_by_index_with_the_planner_free(
    many: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FETCHED", 200)  # of eight thousand; 2,000 of a million
    read_whole = [f"Seq Scan on complaints_{t}" for t in ("complaint", "passage", "searchdocument")]
    for word, rare in (("蟑螂", True), ("退款", False), ("没有这个", True)):
        terms = asked(word).terms
        assert (holding.stands_in(terms[0]) < 1) is rare, word
        plan = explained(*holding.probe(terms, {}, search.FETCHED))
        assert "passage_words" in plan, plan
        assert not [way for way in read_whole if way in plan], plan
        keys = holding._keys(terms, {}, search.FETCHED)
        assert (keys is not None) is rare, word
        for user in (many.auditor, many.agent):
            for values, order in (
                ({"q": word}, "by_receipt"),
                ({"q": word, "state": "open"}, "by_team_and_due|open_by_due|by_due"),
            ):
                filters = Filters(user, values, Directory(user))
                cases = filters.apply(Complaint.objects.visible_to(user), timezone.now())
                page = queue_rows.order_of(values).sort(cases, backwards=False)[:51]
                plan = page.explain()
                assert not [way for way in read_whole if way in plan], f"{user} {word}\n{plan}"
                if not rare:  # walked in the order of the list, and stopped
                    assert "Sort Key: complaints_complaint" not in plan, f"{user} {word}\n{plan}"
                    assert any(name in plan for name in order.split("|")), f"{user}\n{plan}"
