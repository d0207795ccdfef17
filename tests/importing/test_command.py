"""`manage.py import_complaints`: what it says, writes and answers to the shell."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from complaints.models import Complaint, ImportRun, ImportTemplate
from tests.cast import Cast
from tests.importing.files import ROWS, as_csv, many

BAD = ("W-9", "03/04/2026", "日期不清", "日期可以读成两种。", "热线")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "list.csv").write_bytes(as_csv([*ROWS, BAD]))
    return tmp_path


def run(path: Path, *options: str, by: str = "agent") -> str:
    out = io.StringIO()
    call_command(
        "import_complaints", str(path), "--as", by, *options, stdout=out, stderr=io.StringIO()
    )
    return out.getvalue()


def refusal(path: Path, *options: str, by: str = "agent") -> str:
    with pytest.raises(CommandError) as refused:
        run(path, *options, by=by)
    assert refused.value.returncode == 1
    return str(refused.value)


def test_it_takes_the_good_rows_and_writes_the_others_beside_the_file(
    cast: Cast, folder: Path
) -> None:
    said = run(folder / "list.csv")
    assert "CSV，UTF-8 编码，以逗号分隔；4 行" in said
    assert "内容 → 经过（narrative）" in said
    assert "第 5 行 日期：“03/04/2026”可能是 3 月 4 日" in said
    assert "已登记 3，已有，无变化 0，已有，内容不同 0，退回 1" in said
    rejected = folder / "list.rejected.csv"
    assert str(rejected) in said
    assert rejected.read_bytes().startswith(b"\xef\xbb\xbf")
    assert Complaint.objects.count() == 3
    again = run(folder / "list.csv")
    assert "已登记 0，已有，无变化 3" in again
    assert (folder / "list.2.rejected.csv").read_bytes() == rejected.read_bytes()
    mended = rejected.read_text("utf-8-sig").replace("03/04/2026", "2026-03-04")
    rejected.write_text(mended, "utf-8")
    assert "已登记 1" in run(rejected)
    assert Complaint.objects.count() == 4


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast, folder: Path) -> None:
    said = run(folder / "list.csv", "--dry-run")
    assert "试运行，没有写入：可登记 3" in said
    assert "第 5 行 日期" in said
    assert not Complaint.objects.exists()
    assert not ImportRun.objects.exists()
    assert not ImportTemplate.objects.exists()
    assert [path.name for path in folder.iterdir()] == ["list.csv"]


def test_columns_can_be_named_and_are_remembered(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([("1", "红色", "内容")], ("编号", "颜色", "别的")))
    assert "请指定哪一列是投诉的“经过”" in refusal(path)
    run(path, "--map", "别的=narrative", "--map", "颜色=商品或服务")
    assert Complaint.objects.get().product_name == "红色"
    assert "无变化 1" in run(path)


def test_the_team_can_be_named(cast: Cast, folder: Path) -> None:
    cast.agent.membership_set.create(team=cast.other_team)
    run(folder / "list.csv", "--team", "客服二组")
    assert set(Complaint.objects.values_list("team", flat=True)) == {cast.other_team.pk}
    assert "不属于“三组”；可用：客服一组、客服二组" in refusal(
        folder / "list.csv", "--team", "三组"
    )


def test_what_cannot_be_done_is_said_in_a_sentence(cast: Cast, folder: Path) -> None:
    path = folder / "list.csv"
    assert "没有“nobody”这个用户" in refusal(path, by="nobody")
    assert "“counsel”不能导入投诉；需要客服坐席或主管的角色" in refusal(path, by="counsel")
    assert "没有“story”这个字段；可用：" in refusal(path, "--map", "内容=story")
    assert "文件里没有“正文”这一列；有：外部编号" in refusal(path, "--map", "正文=narrative")
    assert "打不开" in refusal(folder / "missing.csv")
    assert "打不开" in refusal(folder)
    (folder / "empty.csv").write_bytes(b"")
    assert "文件是空的" in refusal(folder / "empty.csv")
    (folder / "letter.csv").write_bytes(b"%PDF-1.7\n")
    assert "application/pdf" in refusal(folder / "letter.csv")
    assert not Complaint.objects.exists()


def test_interrupting_it_stops_cleanly(cast: Cast, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(many(2)))

    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("complaints.actions.import_run._finish", interrupted)
    with pytest.raises(CommandError) as refused:
        run(path)
    assert refused.value.returncode == 130
    assert ImportRun.objects.get().state == "failed"
    assert Complaint.objects.count() == 2
