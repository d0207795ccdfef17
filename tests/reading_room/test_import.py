"""`manage.py import_statutes DIR`: what is stored, what is kept, and what is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from reading_room import statute_file, storing
from reading_room.models import Article, StatuteText
from tests.cast import Cast
from tests.reading_room.files import CORPUS, CPL_1993, CPL_2013, NEW_55, statute, write

pytestmark = pytest.mark.django_db


def run(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_statutes", folder, *options, stdout=out)
    return out.getvalue()


def failed(folder: Path, *options: str) -> tuple[str, str]:
    """(what was said, why it failed)."""
    out = StringIO()
    with pytest.raises(CommandError) as bad:
        call_command("import_statutes", folder, *options, stdout=out)
    return out.getvalue(), str(bad.value)


def test_a_folder_is_stored_once_and_the_second_time_nothing_changes(tmp_path):
    folder = write(tmp_path / "law", *CORPUS)
    assert "4 个文件：新存入 4，更新 0，没有变化 0，退回 0；共 11 条" in run(folder)
    before = list(StatuteText.objects.order_by("pk").values())
    said = run(folder)
    assert "新存入 0，更新 0，没有变化 4，退回 0" in said
    assert "cpl_2013.yaml 没有变化：中华人民共和国消费者权益保护法" in said
    assert list(StatuteText.objects.order_by("pk").values()) == before
    assert Article.objects.count() == 11


def test_a_changed_text_becomes_the_next_one_and_the_old_one_stays(tmp_path, cast: Cast):
    folder = write(tmp_path / "law", CPL_2013)
    run(folder)
    changed = {
        **CPL_2013,
        "notes": "校对",
        "articles": [
            {**CPL_2013["articles"][0], "text": "为保护消费者的合法权益，修订本法。"},
            CPL_2013["articles"][2],
            {"no": "56", "label": "第五十六条", "chapter": None, "text": "新的一条。"},
        ],
    }
    write(folder, changed)
    said = run(folder, "--as", "counsel")
    assert "有改动，存为第 2 份" in said
    assert "改动 1；新增 56；删去 54；条文以外 notes" in said
    first, second = StatuteText.objects.order_by("number")
    assert (first.current, second.current) == (False, True)
    assert second.changes == {
        "changed": ["1"],
        "added": ["56"],
        "removed": ["54"],
        "about": ["notes"],
    }
    assert first.articles.get(no="1").text == "为保护消费者的合法权益，制定本法。"
    assert second.imported_by == "counsel"
    entries = Entry.objects.filter(subject="statute:cpl_2013").order_by("sequence")
    assert [e.actor for e in entries] == ["system", "counsel"]
    assert entries[1].detail["number"] == 2
    assert entries[1].detail["changed"] == ["1"]


def test_going_back_to_an_earlier_text_is_a_change_like_any_other(tmp_path):
    folder = write(tmp_path / "law", CPL_1993)
    run(folder)
    write(folder, {**CPL_1993, "notes": "甲"})
    run(folder)
    write(folder, CPL_1993)
    run(folder)
    numbers = StatuteText.objects.order_by("number").values_list("number", "current")
    assert list(numbers) == [(1, False), (2, False), (3, True)]


def test_an_article_that_is_stored_can_neither_be_changed_nor_deleted(corpus):
    article = Article.objects.get(statute__code="cpl_2013", no="55")
    article.text = "改"
    for act in (article.save, article.delete):
        with pytest.raises(InternalError, match="articles_are_kept"), transaction.atomic():
            act()
    assert Article.objects.get(pk=article.pk).text == NEW_55


def test_a_file_with_a_mistake_is_left_out_whole_and_the_others_are_stored(tmp_path):
    folder = write(tmp_path / "law", CPL_1993, CPL_2013)
    broken = {**CPL_2013, "articles": [*CPL_2013["articles"][:2], CPL_2013["articles"][1]]}
    write(folder, broken)
    said, why = failed(folder)
    assert "× cpl_2013.yaml:" in said
    assert "已经有编号“54”的条文" in said
    assert "新存入 1，更新 0，没有变化 0，退回 1" in said
    assert why == "1 个文件没有存入，原因见上；改正后再运行一次"
    assert list(StatuteText.objects.values_list("code", flat=True)) == ["cpl_1993"]


def test_a_failure_in_the_middle_of_a_file_leaves_nothing_of_it(tmp_path, monkeypatch):
    folder = write(tmp_path / "law", CPL_2013)

    def broken(*_args):
        raise OSError("the plug")

    monkeypatch.setattr(storing, "record", broken)
    with pytest.raises(OSError, match="plug"):
        run(folder)
    assert not StatuteText.objects.exists()
    assert not Article.objects.exists()


def test_a_dry_run_checks_and_writes_nothing(tmp_path):
    folder = write(tmp_path / "law", CPL_1993, CPL_2013)
    assert "试运行，没有写入：2 个文件，2 个可以存入，0 个有误；共 4 条" in run(folder, "--dry-run")
    (folder / "zz.yaml").write_text("id: [", "utf-8")
    said, _why = failed(folder, "--dry-run")
    assert "2 个可以存入，1 个有误" in said
    assert not StatuteText.objects.exists()


def test_two_files_of_one_law_are_refused_by_name(tmp_path):
    folder = write(tmp_path / "law", CPL_1993)
    text = (folder / "cpl_1993.yaml").read_text("utf-8")
    (folder / "z.yaml").write_text(text, "utf-8")
    said, _why = failed(folder)
    assert "× z.yaml:1 “cpl_1993”已在 cpl_1993.yaml 里；一部法规只放一个文件" in said
    assert StatuteText.objects.count() == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "打不开文件夹"),
        (lambda path: path.write_text("x"), "不是文件夹"),
        (lambda path: path.mkdir(), "没有 .yaml 文件"),
    ],
)
def test_a_folder_that_is_none_is_said(tmp_path, make, words):
    make(tmp_path / "law")
    assert words in failed(tmp_path / "law")[1]


def test_a_person_who_is_none_is_said(tmp_path):
    folder = write(tmp_path / "law", CPL_1993)
    assert "没有“nobody”这个用户" in failed(folder, "--as", "nobody")[1]


def test_texts_of_one_law_belong_together_by_name_by_what_they_replace_and_by_our_table(corpus):
    works = dict(StatuteText.objects.values_list("code", "work"))
    assert works["cpl_1993"] == works["cpl_2013"]
    assert works["samr_complaints_2025"] == works["samr_complaints_interim_2019"]
    assert works["cpl_2013"] != works["samr_complaints_2025"]


def test_a_text_ends_on_the_day_before_the_next_began_in_whatever_order_they_come(tmp_path):
    newer = statute("b_law", {"1": "乙"}, title="示例法", effective_date="2024-07-01")
    older = statute("a_law", {"1": "甲"}, title="中华人民共和国示例法（旧）")
    run(write(tmp_path / "new", newer))
    assert StatuteText.objects.get(code="b_law").until is None
    run(write(tmp_path / "old", older))
    first = StatuteText.objects.get(code="a_law")
    assert first.until.isoformat() == "2024-06-30"
    assert first.stated_until is None
    assert first.work == StatuteText.objects.get(code="b_law").work


def test_the_import_says_whether_the_rules_quote_what_was_stored(tmp_path):
    folder = write(tmp_path / "law", CPL_2013, CPL_1993)
    assert "! 规则 cpl.55.1 " not in run(folder)
    wrong = [{**one, "text": one["text"].replace("三倍", "四倍")} for one in CPL_2013["articles"]]
    write(folder, {**CPL_2013, "articles": wrong})
    said = run(folder)
    assert "! 规则 cpl.55.1 所引与 cpl_2013 第 55 条的条文不一致；请法务核对" in said


def test_two_thousand_articles_are_stored_in_a_few_seconds(tmp_path, django_assert_max_num_queries):
    many = [
        statute(f"law_{n}", {str(i): f"第 {i} 条的文字，" * 12 for i in range(1, 101)})
        for n in range(24)
    ]
    folder = write(tmp_path / "law", *many)
    with django_assert_max_num_queries(24 * 12 + 10):
        said = run(folder)
    assert "新存入 24" in said
    assert "共 2400 条" in said
    assert float(said.split("条；")[1].split(" 秒")[0]) < 20


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_store_a_text_once(tmp_path):
    folder = write(tmp_path / "law", CPL_2013)
    statute = statute_file.read(folder / "cpl_2013.yaml")

    def store(_n: int) -> str:
        try:
            return storing.store(statute, "cpl_2013.yaml", None, timezone.now()).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(store, range(4)))
    assert outcomes == ["new", "unchanged", "unchanged", "unchanged"]
    assert StatuteText.objects.count() == 1
