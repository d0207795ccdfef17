"""Finding articles by their words, and the list of laws page by page."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from reading_room import search
from reading_room.names import sort_key
from reading_room.paging import BadCursor, Cursor
from reading_room.search_page import SearchPage
from reading_room.shelf import Shelf
from tests.reading_room.files import CORPUS, imported, statute

TODAY = date(2026, 11, 26)


def found(query: str, state=None) -> list[str]:
    page = SearchPage(query, Shelf(TODAY, state)).page
    return [f"{hit.law.code} {hit.no}" for hit in page.rows]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("欺诈", ["cpl_1993 49", "cpl_2013 55"]),
        ("欺诈 三倍", ["cpl_2013 55"]),
        ("三倍 欺诈", ["cpl_2013 55"]),
        ("诈欺", []),
        ("行为 费用的一倍", ["cpl_1993 49"]),
        ("倍", ["cpl_1993 49", "cpl_2013 55"]),
        ("消费者权益保护法 退货", ["cpl_2013 54"]),
        ("消法 55", ["cpl_2013 55"]),
        ("保护法 第54条", ["cpl_2013 54"]),
        ("投诉举报处理办法 15", ["samr_complaints_2025 15"]),
        ("  欺诈\u3000三倍  ", ["cpl_2013 55"]),
        ("费用；三倍", []),
        ("三倍；增加", ["cpl_2013 55"]),
        ("三倍;增加", ["cpl_2013 55"]),
        ("没有这样的词", []),
        ("'); DROP TABLE--", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("🙂", []),
        ("\0", []),
    ],
)
def test_articles_are_found_by_every_word_in_them(corpus, query, wanted):
    assert found(query) == wanted


def test_only_the_laws_in_a_state_are_searched(corpus):
    assert found("欺诈", "in_force") == ["cpl_2013 55"]
    assert found("欺诈", "ended") == ["cpl_1993 49"]
    assert found("欺诈", "not_yet") == []


def test_a_replaced_stored_text_is_not_found_any_more(corpus):
    changed = {**CORPUS[1], "articles_included": 1}
    changed["articles"] = [{**CORPUS[1]["articles"][0], "text": "全文改写。"}]
    imported(corpus, changed)
    assert found("三倍") == []
    assert found("全文改写") == ["cpl_2013 1"]


def test_what_only_rules_quote_is_found_too(db):
    page = SearchPage("欺诈 三倍", Shelf(TODAY))
    assert page.page.rows == []
    assert ("cpl_2013", "55") in [(one.law.code, one.article) for one in page.quoted]


def test_a_law_is_found_by_its_name(corpus):
    page = SearchPage("投诉举报", Shelf(TODAY))
    assert [row.law.code for row in page.laws] == [
        "samr_complaints_2025",
        "samr_complaints_interim_2019",
    ]


def test_the_search_goes_through_the_index(db, tmp_path):
    many = [
        statute(f"law_{n}", {str(i): f"{'同样的词' * 20}第{n}部" for i in range(1, 101)})
        for n in range(20)
    ]
    imported(tmp_path / "law", statute("rare_law", {"1": "罕见之词"}), *many)
    sql, params = search.matching(["罕见"]).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reading_room_article, reading_room_statutetext")
        cursor.execute("SET LOCAL enable_seqscan = off")  # two thousand rows are quicker read
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "article_words" in plan, plan
    assert found("罕见") == ["rare_law 1"]


def test_the_words_found_are_marked_where_they_stand():
    text = "甲" * 200 + "欺诈行为" + "乙" * 200
    parts = search.excerpt(text, ["欺诈"])
    assert [part.text for part in parts if part.hit] == ["欺诈"]
    assert parts[0].text == parts[-1].text == "…"
    assert len("".join(part.text for part in parts)) == search.SHOWN + 2
    assert [p.text for p in search.excerpt("Ａbc", ["abc"]) if p.hit] == ["Ａbc"]


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=4), max_size=4))
def test_an_excerpt_is_a_piece_of_the_text_whatever_is_looked_for(text, words):
    parts = search.excerpt(text, words)
    shown = "".join(part.text for part in parts)
    assert shown.strip("…") in " ".join(text.split())


def test_results_are_paged_forwards_and_backwards(db, tmp_path):
    many = [statute(f"law_{n}", {str(i): "同样的词" for i in range(1, 24)}) for n in (1, 2)]
    imported(tmp_path / "law", *many)
    first = SearchPage("同样的词", Shelf(TODAY)).page
    second = SearchPage("同样的词", Shelf(TODAY), Cursor.read(first.next)).page
    third = SearchPage("同样的词", Shelf(TODAY), Cursor.read(second.next)).page
    keys = [(hit.law.code, hit.no) for page in (first, second, third) for hit in page.rows]
    assert len(keys) == len(set(keys)) == 46
    assert keys == sorted(keys, key=lambda key: (key[0], int(key[1])))
    assert (first.previous, third.next) == ("", "")
    back = SearchPage("同样的词", Shelf(TODAY), Cursor.read(second.previous)).page
    assert [hit.no for hit in back.rows] == [hit.no for hit in first.rows]
    assert back.previous == ""


def test_the_list_holds_stored_and_quoted_laws_in_one_order_and_pages_both_ways(corpus):
    shelf = Shelf(TODAY)
    rows, cursor = [], None
    while True:
        page = shelf.page(cursor, size=7)
        rows += page.rows
        if not page.next:
            break
        cursor = Cursor.read(page.next)
    codes = [row.law.code for row in rows]
    assert len(codes) == len(set(codes)) > 20
    assert [row.law.sort_key for row in rows] == sorted(row.law.sort_key for row in rows)
    assert {one["id"] for one in CORPUS} <= set(codes)
    assert "pipl_2021" in codes
    back = shelf.page(Cursor.read(page.previous), size=7)
    assert [row.law.code for row in back.rows] == codes[-len(page.rows) - 7 : -len(page.rows)]


def test_the_list_can_be_narrowed_to_a_state(corpus):
    for state, code in (("in_force", "cpl_2013"), ("ended", "cpl_1993")):
        rows = Shelf(TODAY, state).page(None, 200).rows
        assert code in [row.law.code for row in rows]
        assert {row.state for row in rows} == {state}


def test_laws_stand_before_regulations_interpretations_and_measures():
    titles = ["侵害消费者权益行为处罚办法", "最高人民法院关于解释", "征信业管理条例"]
    titles += ["中华人民共和国价格法", "全国人民代表大会常务委员会关于网络的决定"]
    ranks = [sort_key(title, "x")[0] for title in titles]
    assert ranks == ["4", "3", "2", "1", "1"]


@pytest.mark.parametrize("text", ["", "x", "W10", "bnVsbA", "WyJhIl0", "é", "WyJhXHUwMDAwIiwwLDBd"])
def test_a_cursor_that_is_not_ours_is_refused(text):
    with pytest.raises(BadCursor):
        Cursor.read(text)


def test_a_cursor_is_read_as_it_was_written():
    for cursor in (Cursor("1 价格法 x", 7), Cursor("", 0, backwards=True)):
        assert Cursor.read(str(cursor)) == cursor
