"""Files on their way into a case: several at once, interrupted and going on, dropped and pasted."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from complaints.models import Draft
from evidence.models import Upload
from evidence.store import store
from tests import factories as f
from tests.browser.conftest import PHONE, Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble
from tests.evidence.test_kinds import PNG

RECORDING = b"RIFF\xff\xff\xff\x7fWAVEfmt " + os.urandom(9 * 1024 * 1024)
# A picture in the clipboard, or a file over the form: what the browser hands to the page.
HANDED = """([kind, name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, { lastModified: 1 }));
  const box = document.querySelector('[data-uploads]');
  const how = { bubbles: true, cancelable: true };
  if (kind === 'paste') box.dispatchEvent(new ClipboardEvent('paste', { ...how, clipboardData: files }));
  else for (const name of ['dragenter', 'dragover', 'drop']) box.dispatchEvent(new DragEvent(name, { ...how, dataTransfer: files }));
}"""  # noqa: E501 - a script


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def test_three_files_come_in_one_of_them_over_a_broken_line_and_one_is_refused(
    unwatched: Open, tmp_path: Path
) -> None:
    cast = assemble()
    case, page = f.investigating(cast), unwatched(cast.agent)
    for name, content in (("通话.wav", RECORDING), ("截图.png", PNG), ("假.pdf", b"MZ" * 9000)):
        (tmp_path / name).write_bytes(content)
    asked: list[str] = []

    def line(route: Route) -> None:
        """The second piece of the recording finds no network."""
        asked.append(route.request.headers["upload-offset"])
        if asked.count(str(8 * 1024 * 1024)) == 1 and asked[-1] != "0":
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(
        "**/evidence/uploads/*/",
        lambda r: line(r) if r.request.method == "PATCH" else r.continue_(),
    )
    page.goto(f"/complaints/{case.number}/?show=evidence")
    page.get_by_role("link", name="添加证据").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("文件")).to_be_visible()
    page.locator("[data-uploads]").evaluate("box => { box.dataset.piece = 8 * 1024 * 1024; }")
    sheet.get_by_label("文件").set_input_files(sorted(tmp_path.iterdir()))
    expect(page.locator(".upload.is-failed")).to_contain_text("不能接收这种类型的文件")
    expect(page.locator(".upload.is-done")).to_have_count(2)
    shot(page, "rows")
    assert shut_out(page) + too_wide(page) == []
    assert asked.count(str(8 * 1024 * 1024)) == 2  # once in vain, then from there
    sheet.get_by_label("名称").fill("三月材料")
    sheet.locator("[type=submit]").click()
    expect(page.locator(".upload.is-failed button").first).to_be_focused()
    page.locator(".upload.is-failed [data-remove]").click()
    with page.expect_navigation():
        sheet.locator("[type=submit]").click()
    shot(page, "added")
    expect(page.get_by_text("已添加 2 份证据")).to_be_visible()
    assert not Draft.objects.exists()  # typed a moment before: no late autosave brings it back
    items = list(case.folder.items.order_by("size"))
    assert [i.size for i in items] == [len(PNG), len(RECORDING)]
    with store().open(items[1].sha256) as file:
        assert file.read() == RECORDING


def test_a_picture_is_pasted_and_a_file_dropped_and_one_of_them_taken_back(
    signed_in: Open,
) -> None:
    cast = assemble()
    case, page = f.investigating(cast), signed_in(cast.agent, size=PHONE)
    page.goto(f"/complaints/{case.number}/evidence/")
    page.evaluate(HANDED, ["paste", "image.png", list(PNG)])
    page.evaluate(HANDED, ["drop", "付款.png", list(PNG)])
    expect(page.locator(".upload.is-done")).to_have_count(2)
    expect(page.locator(".upload__name").first).to_contain_text("截图-")
    shot(page, "phone")
    assert shut_out(page) + too_wide(page) == []
    with page.expect_response(lambda r: r.request.method == "DELETE"):
        page.get_by_role("button", name="取消 付款.png").click()
    expect(page.locator(".upload")).to_have_count(1)
    page.locator("main [type=submit]").click()
    expect(page.get_by_text("已添加证据 1：截图-").first).to_be_visible()
    assert case.folder.items.count() == 1
    assert Upload.objects.count() == 1
