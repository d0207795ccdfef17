"""A file of a statute: what it says, and every mistake with its line, article and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reading_room import statute_file
from reading_room.statute_file import Refused
from tests.reading_room.files import CPL_1993, CPL_2013, SAMR_OLD, statute

TEXT = yaml.safe_dump(CPL_1993, allow_unicode=True, sort_keys=False)


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "law.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return statute_file.read(path)


def refused(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(Refused) as bad:
        read(tmp_path, text)
    return [str(mistake) for mistake in bad.value.mistakes]


def test_a_sound_file_is_read(tmp_path):
    found = read(tmp_path, TEXT)
    assert found.code == "cpl_1993"
    assert found.texts["issuing_body"] == "示例委员会"
    assert found.dates.effective == found.dates.start == date(1994, 1, 1)
    assert found.dates.until == date(2014, 3, 14)
    assert (found.status, found.status_day) == ("superseded", date(2026, 11, 23))
    assert [one.no for one in found.articles] == ["49"]
    assert found.articles[0].text.endswith("一倍。")


def test_the_wording_begins_with_the_last_amendment(tmp_path):
    found = read(tmp_path, yaml.safe_dump(SAMR_OLD, allow_unicode=True))
    assert found.dates.effective == date(2020, 1, 1)
    assert found.dates.start == date(2022, 9, 29)


def test_the_wording_begins_no_earlier_than_the_rules_say(tmp_path):
    law = statute("online_trading_2025", {"18": "提请注意。"}, amendments=["2025-03-18 令第101号"])
    assert read(tmp_path, yaml.safe_dump(law, allow_unicode=True)).dates.start == date(2025, 5, 1)


def test_layout_and_comments_do_not_change_the_hash_but_a_character_does(tmp_path):
    first = read(tmp_path, TEXT).sha256
    assert read(tmp_path, "# 注\n" + TEXT.replace("\n", "\r\n")).sha256 == first
    assert read(tmp_path, TEXT.replace("一倍", "二倍")).sha256 != first
    assert read(tmp_path, TEXT.replace("invented", "checked")).sha256 != first


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("id: cpl_1993", "id: CPL 1993", 1, "小写字母"),
        ("id: cpl_1993", "id: rules", 1, "不能是 rules"),
        ("id: cpl_1993", "id: deadlines", 1, "不能是 rules、deadlines"),
        ("id: cpl_1993", "id: [a]", 1, "小写字母"),
        ("short_name:", "shortname:", 3, "不认识“shortname”"),
        ("short_name: 消法（旧）\n", "", 1, "缺少“short_name”"),
        ("short_name: 消法（旧）", "short_name: ''", 3, "不能为空"),
        ("short_name: 消法（旧）", "short_name: 7", 3, "应为文字"),
        ("title: 中", f"title: {'长' * 200}中", 2, "最多 200 字"),
        ("number: null", "number: 7", 6, "应为文字或 null"),
        ("'1994-01-01'", "'1994-02-30'", 9, "没有“1994-02-30”这一天"),
        ("'1994-01-01'", "1994-02-30", 9, "1994-02-30"),
        ("'1994-01-01'", "'1894-01-01'", 9, "不是可能的日期"),
        ("'1994-01-01'", "tomorrow", 9, "不是可能的日期"),
        ("'1994-01-01'", "null", 9, "请写施行日期"),
        ("'2014-03-14'", "'1993-12-31'", 0, "早于文本开始有效的 1994-01-01"),
        ("effective_to: '2014-03-14'\n", "", 1, "最后有效的一天"),
        ("status_on_2026_11_23: superseded", "status_on_2026_11_23: dead", 10, "in_force"),
        ("status_on_2026_11_23", "status_on_2026_13_40", 10, "没有这一天"),
        ("status_on_2026_11_23: superseded\n", "", 1, "有且只有一个 status_on"),
        ("articles_included: 1", "articles_included: 2", 15, "写的是收入 2 条，文件里有 1 条"),
        ("completeness: selected", "completeness: most", 16, "all（全部）或 selected"),
        ("articles_in_instrument: null", "articles_in_instrument: many", 14, "整数"),
        ("sources: []", "sources: none", 13, "应为列表"),
        ("'no': '49'", "no: 49", 18, "加引号的数字"),
        ("'no': '49'", "no: 四十九", 18, "加引号的数字"),
        ("label: 第49条", "name: 第49条", 19, "条文只有 no、label、chapter、text"),
        ("- 'no': '49'\n  label: 第49条\n", "- label: 第49条\n", 18, "缺少“no”"),
        ("chapter: null", "chapter: [1]", 20, "应为文字或 null"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(tmp_path, old, new, line, words):
    assert old in TEXT
    found = refused(tmp_path, TEXT.replace(old, new, 1))
    named = [said for said in found if words in said]
    assert named, found
    if line:
        assert named[0].startswith(f"law.yaml:{line}")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "NUL"),
        (TEXT.encode("gb18030"), "UTF-8"),
        (TEXT.replace("一倍", "一\0倍"), ":21 有空字符（NUL）"),
        ("id: [a", "law.yaml:2"),
        ("- a\n- b\n", "law.yaml:1"),
        ("", "law.yaml:1"),
        ("id: a\nid: b\n", "law.yaml:2"),
        ("a: &x [1]\nb: *x\n", "缺少“title”"),
        ("[" * 100_000, "law.yaml:1"),
        ("a:\n" + "".join(f"{' ' * n}- \n" for n in range(1, 200)), "law.yaml"),
        ('title: "\\0"', "不能保存的字符"),
        ('title: "\\ud800"', "law.yaml"),
        ("title: 3.5", "law.yaml:1"),
    ],
)
def test_what_is_no_statute_is_refused_with_the_reason(tmp_path, content, words):
    assert words in "\n".join(refused(tmp_path, content))


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(statute_file, "LARGEST", 100)
    assert "一个文件只放一部法规" in refused(tmp_path, TEXT)[0]


def test_a_file_that_cannot_be_opened_is_said(tmp_path):
    (tmp_path / "law.yaml").mkdir()
    with pytest.raises(Refused, match="打不开"):
        statute_file.read(tmp_path / "law.yaml")


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_the_lines(tmp_path):
    law = statute("a_law", {"1": "甲", "2": " ", "3": "丙"}, number=3)
    law["articles"].append({"no": "1", "label": "第一条", "chapter": None, "text": "又甲"})
    law["articles_included"] = 5
    said = refused(tmp_path, yaml.safe_dump(law, allow_unicode=True, sort_keys=False))
    assert [line.split(":")[1].split("（")[0].split(" ")[0] for line in said] == sorted(
        (line.split(":")[1].split("（")[0].split(" ")[0] for line in said), key=int
    )
    text = "\n".join(said)
    assert "（第2条） 条文是空的；请写入条文，或者删去这一条" in text
    assert "（第一条） 第 18 行已经有编号“1”的条文" in text
    assert "写的是收入 5 条，文件里有 4 条" in text
    assert "“number”应为文字或 null" in text


def test_a_whole_law_has_all_its_articles(tmp_path):
    law = statute("a_law", {"1": "甲"}, articles_in_instrument=2)
    said = refused(tmp_path, yaml.safe_dump(law, allow_unicode=True))
    assert "写的是全部（共 2 条），文件里有 1 条；请补全，或者写 selected" in said[0]


def test_an_article_may_not_be_endless(tmp_path):
    law = statute("a_law", {"1": "长" * 60_001})
    said = refused(tmp_path, yaml.safe_dump(law, allow_unicode=True))
    assert "最多 60000 字" in said[0]


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 40),
    st.text(alphabet="'\"[]{}:-&*!|>%@`#\n\t \\0x\ud7ff\x85é条1", max_size=6),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path_factory, at, gone, put):
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_text(TEXT[:at] + put + TEXT[at + gone :], "utf-8")
    try:
        found = statute_file.read(path)
    except Refused as bad:
        assert all(m.line >= 1 and m.what for m in bad.mistakes)  # noqa: PT017
    else:
        assert found.articles
        assert found.dates.start >= found.dates.effective


def test_the_reference_laws_of_the_tests_are_sound(tmp_path):
    for law in (CPL_1993, CPL_2013, SAMR_OLD):
        assert read(tmp_path, yaml.safe_dump(law, allow_unicode=True)).code == law["id"]
