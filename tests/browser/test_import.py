"""导入 in a browser, with a worker that does the work: from the file to the list of cases."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from complaints.actions import importing
from complaints.models import Complaint
from tests.browser.conftest import PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import assemble
from tests.importing.files import ROWS, as_csv
from tests.live import Worker

BAD = ("W-9", "03/04/2026", "日期不清", "日期可以读成两种。", "热线")


def file_of(folder: Path, rows: list[tuple[str, ...]], name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(as_csv(rows, encoding="gb18030"))
    return path


def usable(page: Page) -> None:
    assert shut_out(page) + too_wide(page) + headings(page) == []


def look_through(page: Page, path: Path) -> None:
    """The whole way, with a look at every page on it."""
    page.goto("/import/")
    usable(page)
    page.get_by_label("投诉清单").set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("对应列，看预览")
    expect(page.get_by_text("可登记 3")).to_be_visible()
    usable(page)
    page.get_by_label("标题").select_option("narrative")
    expect(page.get_by_text("都对应“经过”；请只留一列")).to_be_visible()
    usable(page)
    page.get_by_label("标题").select_option("title")
    expect(page.get_by_text("都对应“经过”；请只留一列")).to_have_count(0)
    expect(page.get_by_text("可登记 3")).to_be_visible()
    assert hidden_stops(page) == []
    page.get_by_role("button", name="开始导入 4 行").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入结果", timeout=60_000)
    expect(page.get_by_text("1 行退回，其余已处理")).to_be_visible()
    usable(page)


def test_a_list_is_imported_by_the_worker_while_the_page_watches(
    signed_in: Open, worker: Worker, tmp_path: Path
) -> None:
    cast = assemble()
    page = signed_in(cast.agent)
    look_through(page, file_of(tmp_path, [*ROWS, BAD]))
    assert Complaint.objects.count() == 3
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载退回的行").click()
    mended = tmp_path / "mended.csv"
    text = downloading.value.path().read_text("utf-8-sig")
    mended.write_text(text.replace("03/04/2026", "2026-03-04"), "utf-8")
    page.get_by_role("link", name="再导入一个文件").click()
    page.get_by_label("投诉清单").set_input_files(mended)
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="开始导入 1 行").click()
    expect(page.get_by_text("1 行全部处理完毕，没有退回。")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name=Complaint.objects.latest("id").number).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("日期不清")


def test_the_way_is_usable_on_a_phone_in_the_dark(
    signed_in: Open, worker: Worker, tmp_path: Path
) -> None:
    cast = assemble()
    page = signed_in(cast.agent, size=PHONE, theme="dark")
    look_through(page, file_of(tmp_path, [*ROWS, BAD]))


def test_an_import_that_waits_for_a_worker_shows_so_and_can_be_stopped(signed_in: Open) -> None:
    cast = assemble()
    run = importing.upload([as_csv(ROWS)], "list.csv", by=cast.agent)
    importing.start(run, by=cast.agent, enqueue=False)
    page = signed_in(cast.agent)
    page.goto(f"/import/{run.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("导入中")
    expect(page.get_by_text("已处理 0 / 3 行")).to_be_visible()
    usable(page)
    page.get_by_role("button", name="停止").click()
    page.locator("[data-confirm-yes]").click()
    expect(page.get_by_text("还有 3 行没有处理")).to_be_visible()
    usable(page)
    run.refresh_from_db()
    assert run.state == "failed"
