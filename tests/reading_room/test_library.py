"""Which text was law on a day, and where an article is found in it."""

from __future__ import annotations

from datetime import date

import pytest

from reading_room import library
from reading_room.article_page import ArticlePage
from tests.reading_room.files import CPL_2013, NEW_55, OLD_49, SAMR_NEW, imported, statute

pytestmark = pytest.mark.django_db


def on(code: str, no: str, day: str) -> ArticlePage:
    law = library.find(code)
    assert law
    return ArticlePage(law, no, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "code", "no", "text"),
    [
        ("1994-01-01", "cpl_1993", "49", OLD_49),
        ("2014-03-14", "cpl_1993", "49", OLD_49),
        ("2014-03-15", "cpl_2013", "55", NEW_55),
        ("2099-01-01", "cpl_2013", "55", NEW_55),
    ],
)
@pytest.mark.parametrize("asked", [("cpl_2013", "55"), ("cpl_1993", "49")])
def test_the_text_of_a_day_is_found_from_either_text(corpus, asked, day, code, no, text):
    page = on(*asked, day)
    assert page.shown
    assert (page.shown.law.code, page.shown.no, page.shown.text) == (code, no, text)


@pytest.mark.parametrize("day", ["1993-12-31", "1949-10-01"])
def test_before_the_first_text_there_is_none(corpus, day):
    page = on("cpl_2013", "55", day)
    assert (page.target, page.shown, page.found) == (None, None, None)
    assert (page.since, page.until, page.neighbours, page.stored) == (None, None, ("", ""), [])


def test_a_law_that_ended_and_was_not_followed_is_no_law_any_more(db, tmp_path):
    ended = {"status_on_2026_11_23": "repealed", "effective_to": "2022-06-30"}
    imported(tmp_path / "law", statute("gone_law", {"1": "甲"}, **ended))
    assert on("gone_law", "1", "2022-06-30").shown
    assert on("gone_law", "1", "2022-07-01").shown is None


def test_a_law_that_has_not_begun_is_no_law_yet(db, tmp_path):
    imported(tmp_path / "law", statute("new_law", {"1": "甲"}, effective_date="2090-12-01"))
    assert on("new_law", "1", "2090-11-30").shown is None
    assert on("new_law", "1", "2090-12-01").shown
    law = library.find("new_law")
    assert law
    assert law.state == "not_yet"


def test_an_article_without_a_counterpart_says_so(corpus):
    page = on("samr_complaints_2025", "7", "2026-04-14")
    assert page.found
    assert (page.found.no, page.found.how) == (None, "none")
    assert page.shown is None
    page = on("cpl_2013", "54", "2014-03-14")
    assert page.found
    assert (page.found.no, page.found.how) == (None, "unknown")


def test_texts_that_our_table_does_not_know_keep_their_numbers_and_say_so(db, tmp_path):
    imported(
        tmp_path / "law",
        statute("a_law", {"1": "甲", "2": "乙"}, title="示例法（旧）"),
        statute("b_law", {"1": "甲新"}, title="示例法", effective_date="2024-07-01"),
    )
    page = on("b_law", "1", "2023-01-01")
    assert page.shown
    assert (page.shown.law.code, page.shown.text, page.shown.how) == ("a_law", "甲", "by_number")
    page = on("a_law", "2", "2025-01-01")
    assert page.found
    assert (page.found.no, page.shown) == ("2", None)


def test_what_changed_is_compared_with_the_text_before_and_the_text_after(corpus):
    new, old = on("cpl_2013", "55", "2020-01-01"), on("cpl_2013", "55", "2010-01-01")
    assert new.until is None
    assert old.since is None
    for compared in (new.since, old.until):
        assert compared
        assert (compared.older.no, compared.newer.no) == ("49", "55")
        assert compared.counts == (1, 1)
        words = {p.kind: p.text for line in compared.paragraphs for p in line if p.kind != "same"}
        assert "一倍" in words["del"]
        assert words["ins"].startswith("三倍；增加赔偿的金额不足五百元")


def test_an_article_that_kept_its_words_is_the_same(corpus):
    page = on("samr_complaints_2025", "18", "2026-05-01")
    assert page.since
    assert page.since.same
    assert (page.since.older.no, page.since.newer.no) == ("16", "18")


def test_without_an_import_the_quoted_part_is_read(db):
    law = library.find("cpl_2013")
    assert law
    page = ArticlePage(law, "55")
    assert page.shown
    assert not page.shown.whole
    assert page.shown.text.startswith("经营者提供商品或者服务有欺诈行为的")
    assert page.rules[0].rule.id == "cpl.55.1"
    assert page.rules[0].quotes[0][1] is None
    assert on("cpl_2013", "55", "2014-03-14").shown.law.code == "cpl_1993"


def test_a_text_that_is_known_but_not_here_is_named_with_the_number_in_it(db):
    page = on("cybersecurity_law_2025", "44", "2025-12-31")
    assert page.found
    assert (page.found.law.code, page.found.no, page.found.how) == (
        "cybersecurity_law_2016",
        "42",
        "known",
    )
    assert page.shown is None
    assert page.heading == "《网络安全法（2016年）》第四十二条"


def proved() -> bool:
    """Whether the rule on fraud quotes what the stored Article 55 says."""
    law = library.find("cpl_2013")
    assert law
    rules = {one.rule.id: one for one in ArticlePage(law, "55").rules}
    return rules["cpl.55.1"].proved


def test_a_rule_whose_words_differ_from_the_text_is_told(db, tmp_path):
    wrong = [{**one, "text": one["text"].replace("三倍", "四倍")} for one in CPL_2013["articles"]]
    imported(tmp_path / "law", {**CPL_2013, "articles": wrong})
    assert proved() is False
    imported(tmp_path / "law", CPL_2013)
    assert proved() is True


def test_an_article_knows_its_neighbours(corpus):
    law = library.find("cpl_2013")
    assert law
    assert ArticlePage(law, "1").neighbours == ("", "54")
    assert ArticlePage(law, "54").neighbours == ("1", "55")
    assert ArticlePage(law, "55").neighbours == ("54", "")


def test_what_a_later_import_corrected_can_be_read(corpus):
    mended = [
        {**SAMR_NEW["articles"][1], "text": "七个工作日内告知是否受理投诉。"},
        *SAMR_NEW["articles"][2:],
    ]
    more = {"articles": mended, "articles_included": 3, "articles_in_instrument": 3}
    imported(corpus, {**SAMR_NEW, **more})
    law = library.find("samr_complaints_2025")
    assert law
    made = ArticlePage(law, "15", number=2).correction
    assert made
    assert made.older
    assert made.newer
    assert [p.text for line in made.paragraphs for p in line if p.kind == "ins"] == ["投诉"]
    assert ArticlePage(law, "15", number=1).correction is None
    assert ArticlePage(law, "15", number=99).correction is None
    gone = ArticlePage(law, "7", number=2).correction
    assert gone
    assert gone.newer is None


def test_nobody_knows_a_law_that_is_neither_stored_nor_quoted(db):
    assert library.find("no_such_law") is None
