"""try_rules and reevaluate on the command line: mistakes by line, progress, and cases in words."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from complaints.models import Trial
from legal_rules import candidate, rulebook
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_trials import HONEST, NEW, OVERPAID
from tests.crowd import crowd
from tests.legal_rules.books import text_of

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "新规则.yaml"
    path.write_text(NEW, "utf-8")
    return path


def test_a_file_is_tried_on_the_open_cases_without_any_worker(cast: Cast, file: Path) -> None:
    crowd(cast, 60, [OVERPAID, OVERPAID, HONEST])
    told = run("try_rules", file)
    assert "新增  test.1  多收加倍退还" in told
    assert "已算 61 / 61 件（100%），结果改变 40 件" in told
    assert told.count("CR") == 40
    assert "多收加倍退还：" in told
    assert Trial.objects.get().state == "done"
    assert "test.1" not in rulebook.current().rules


def test_more_than_fifty_cases_are_counted_and_listed_on_demand(cast: Cast, file: Path) -> None:
    crowd(cast, 55, [OVERPAID])
    told = run("try_rules", file, lang="en")
    assert told.count("CR") == 50
    assert "--all" in told
    assert run("try_rules", file, "--all").count("CR") == 55


def test_a_changed_rule_says_what_changes_and_points_at_an_edited_old_version(
    cast: Cast, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text_of("price_law.41").replace("text: {zh: ", "text: {zh: 立即", 1), "utf-8")
    told = run("try_rules", path, "--check")
    assert "替换  price_law.41" in told
    assert "+ 立即" in told
    assert "起的旧版本被改动" in told
    assert not Trial.objects.exists()


def test_every_mistake_is_named_by_file_line_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "law").mkdir(parents=True)
    (folder / "law" / "a.yaml").write_text(NEW.replace("2014-03-15", "tomorrow"), "utf-8")
    (folder / "b.yaml").write_bytes(b"\xff")
    with pytest.raises(CommandError) as refused:
        run("try_rules", folder)
    told = str(refused.value)
    assert "law/a.yaml:8: “from”应是日期；写成 2026-03-01" in told
    assert "b.yaml:1: 文件不是 UTF-8 编码" in told
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="must be a date; write it like"):
        run("try_rules", folder, lang="en")


@pytest.mark.parametrize("name", ["", "nothing.yaml"])
def test_a_path_with_nothing_in_it_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match=r"没有规则文件|没有文件"):
        run("try_rules", tmp_path / name)


def test_a_file_that_changes_nothing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text_of("price_law.41"), "utf-8")
    with pytest.raises(CommandError, match="与现行规则相同"):
        run("try_rules", path)


def test_reevaluate_lists_the_cases_that_an_upgrade_changed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **OVERPAID)
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    assert "结果改变 0 件" in run("reevaluate")
    read = candidate.read({"new.yaml": NEW.encode()}, rulebook.current())
    monkeypatch.setattr(rulebook, "current", lambda: read.book)
    told = run("reevaluate")
    assert "结果改变 1 件" in told
    assert f"{case.number}  46.00 → " in told
    assert "多收加倍退还" in told
