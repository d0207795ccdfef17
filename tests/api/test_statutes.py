"""Laws and articles for programs: the text of a day, its relatives, and clear refusals."""

from __future__ import annotations

import pytest

from tests.api.conftest import program
from tests.cast import Cast
from tests.reading_room.files import CORPUS, NEW_55, OLD_49, imported, statute

BASE = "legal/statutes/"


@pytest.fixture
def caller(cast: Cast):
    return program(cast.counsel)


@pytest.fixture
def corpus(db, tmp_path) -> None:
    imported(tmp_path / "law", *CORPUS)


@pytest.mark.parametrize(
    ("day", "instrument", "article", "text"),
    [
        ("2014-03-14", "cpl_1993", "49", OLD_49),
        ("2014-03-15", "cpl_2013", "55", NEW_55),
        (None, "cpl_2013", "55", NEW_55),
    ],
)
def test_the_text_in_force_on_a_day_is_answered(
    caller, corpus, day, instrument, article, text
) -> None:
    answer = caller.get(f"{BASE}cpl_2013/55/" + (f"?on={day}" if day else ""))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["instrument"], found["article"], found["text"]) == (instrument, article, text)
    assert found["asked"] == {"instrument": "cpl_2013", "article": "55"}
    assert (found["on"], found["extent"], found["note"]) == (day, "all", "")
    assert [place["article"] for place in found["texts"]] == ["49", "55"]


def test_dates_source_changes_and_rules_come_with_the_text(caller, corpus) -> None:
    found = caller.get(f"{BASE}cpl_2013/55/?on=2026-01-01").json()
    assert found["in_force"] == {"from": "2014-03-15", "until": None}
    assert found["state"] == "in_force"
    assert found["text_source"] == "repository"
    assert found["citation"] == "《消费者权益保护法》第五十五条"
    since = found["changed_since"]
    assert (since["from"]["article"], since["to"]["article"], since["same"]) == ("49", "55", False)
    assert {"kind": "del", "text": "一倍"} in since["pieces"]
    assert found["changed_later"] is None
    assert {"cpl.55.1"} <= {rule["rule"] for rule in found["rules"] if rule["quotes_agree"]}
    old = caller.get(f"{BASE}cpl_1993/49/").json()
    assert old["in_force"] == {"from": "1994-01-01", "until": "2014-03-14"}
    assert (old["state"], old["text_source"]) == ("ended", "memory")
    assert old["changed_later"] == since


def test_an_article_that_only_a_rule_quotes_is_answered_as_such(caller) -> None:
    found = caller.get(f"{BASE}cpl_2013/55/").json()
    assert (found["extent"], found["text_source"]) == ("quoted", None)
    assert found["note"] == "全文没有导入，这里只有规则引用的部分，可能不是整条。"
    assert "五百元" in found["text"]
    assert found["rules"][0]["quotes_agree"] is None


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("no_such_law/55/", "unknown_instrument", "没有编号为“no_such_law”的法规"),
        ("no_such_law/", "unknown_instrument", "legal/statutes/"),
        ("CPL-2013/55/", "unknown_instrument", "CPL-2013"),
        ("cpl_2013/99/", "unknown_article", "没有载入第 99 条"),
        ("cpl_2013/五十五/", "unknown_article", "编号写成 55 或 253-1"),
        ("cpl_2013/055/", "unknown_article", "055"),
        ("cpl_2013/55/?on=1990-01-01", "no_text_on_day", "cpl_1993 1994-01-01 – 2014-03-14"),
        ("cpl_2013/54/?on=2014-03-14", "text_not_held", "当日有效的是 cpl_1993"),
        ("samr_complaints_2025/7/?on=2026-04-14", "text_not_held", "没有与本条对应的条文"),
        ("cybersecurity_law_2025/44/?on=2025-12-31", "unknown_article", "第 44 条"),
    ],
)
def test_what_is_not_there_is_a_404_that_says_why(caller, corpus, path, code, says) -> None:
    answer = caller.get(BASE + path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("cpl_2013/55/?on=2026-02-30", "on"),
        ("cpl_2013/55/?on=", "on"),
        ("cpl_2013/55/?on=2026", "on"),
        ("cpl_2013/55/?day=2026-01-01", "day"),
        ("?state=dead", "state"),
        ("?cursor=x", "cursor"),
        ("?page_size=0", "page_size"),
        ("?page_size=201", "page_size"),
        ("?ordering=title", "ordering"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(caller, corpus, path, field) -> None:
    answer = caller.get(BASE + path)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_list_is_paged_by_key_and_holds_stored_and_quoted_laws(caller, corpus) -> None:
    found, address = [], f"{BASE}?page_size=10"
    while address:
        page = caller.get(address).json()
        found += page["results"]
        address = page["next"]
    codes = [row["instrument"] for row in found]
    assert len(codes) == len(set(codes)) > 20
    by_code = {row["instrument"]: row for row in found}
    assert by_code["cpl_2013"]["extent"] == "selected"
    assert by_code["samr_complaints_2025"]["extent"] == "all"
    assert by_code["pipl_2021"]["extent"] == "quoted"
    assert by_code["pipl_2021"]["kind"] is None
    first = caller.get(f"{BASE}?page_size=10").json()
    second = caller.get(first["next"]).json()
    assert caller.get(second["previous"]).json()["results"] == first["results"]


def test_the_list_can_be_narrowed_to_what_is_in_force(caller, corpus) -> None:
    rows = caller.get(f"{BASE}?state=ended").json()["results"]
    assert "cpl_1993" in {row["instrument"] for row in rows}
    assert {row["state"] for row in rows} == {"ended"}


def test_a_law_names_its_articles_its_texts_and_its_imports(caller, corpus) -> None:
    found = caller.get(f"{BASE}samr_complaints_2025/").json()
    assert found["article_numbers"] == ["7", "15", "18", "35"]
    assert [text["instrument"] for text in found["texts"]] == [
        "samr_complaints_interim_2019",
        "samr_complaints_2025",
    ]
    assert [(one["number"], one["current"]) for one in found["imports"]] == [(1, True)]
    quoted = caller.get(f"{BASE}pipl_2021/").json()
    assert quoted["imports"] == []
    assert "69" in quoted["article_numbers"]


def test_a_key_needs_the_scope_for_the_law(cast: Cast, corpus) -> None:
    other = program(cast.counsel, "complaints:read")
    for path in ("", "cpl_2013/", "cpl_2013/55/"):
        assert other.get(BASE + path).status_code == 403
        for method in ("post", "put", "patch", "delete"):
            answer = program(cast.counsel)(method, BASE + path, {})
            assert answer.status_code == 405


def test_every_role_may_read(cast: Cast, corpus) -> None:
    for name in ("agent", "supervisor", "counsel", "auditor", "administrator"):
        assert program(getattr(cast, name)).get(f"{BASE}cpl_2013/55/").status_code == 200


def test_the_answer_speaks_the_language_of_the_caller(caller, corpus) -> None:
    found = caller.get(f"{BASE}cpl_2013/55/", Accept_Language="en").json()
    assert found["citation"] == "Consumer Law, Article 55"
    assert found["text"] == NEW_55


@pytest.mark.parametrize(
    ("path", "most"),
    [("?page_size=200", 6), ("samr_complaints_2025/", 7), ("samr_complaints_2025/15/", 7)],
)
def test_the_number_of_statements_does_not_grow(
    caller, corpus, tmp_path, path, most, django_assert_max_num_queries
) -> None:
    caller.get(BASE)
    with django_assert_max_num_queries(most):
        caller.get(BASE + path)
    imported(tmp_path / "more", *[statute(f"law_{n}", {"1": "甲"}) for n in range(9)])
    with django_assert_max_num_queries(most):
        assert caller.get(BASE + path).status_code == 200
