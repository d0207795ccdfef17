"""日历 in a browser, with a worker: without next year's notice a date is provisional everywhere;
the notice is loaded from a file, and the page says what moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from complaints import calendars
from complaints.models import CalendarChange, Complaint
from tests import notices
from tests.browser.conftest import PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import assemble
from tests.complaints.test_calendar import accepted
from tests.live import Site, Worker

MARK = "（暂定）"
CLOCK = "全国12315平台在线消费纠纷解决"
UNKNOWN = {"YEARS_NOT_PUBLISHED": "2027 2028"}


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A web server that does not know 2027."""
    with Site(tmp_path_factory.mktemp("site"), **UNKNOWN) as running:
        yield running


@pytest.fixture(scope="module")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker that does not know 2027."""
    with Worker(tmp_path_factory.mktemp("worker"), **UNKNOWN) as running:
        yield running


@pytest.fixture(autouse=True)
def _nobody_knows_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "STATE", notices.UNPUBLISHED)
    monkeypatch.setattr(calendars, "_kept", calendars.Kept(calendar=notices.UNPUBLISHED))


def usable(page: Page) -> None:
    assert shut_out(page) + too_wide(page) + headings(page) == []


def written(folder: Path, data: bytes, name: str = "2027.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def clocks(page: Page, case: Complaint) -> str:
    page.goto(f"/complaints/{case.number}/")
    shown = page.locator("#clock-pane .cl", has_text=CLOCK)
    expect(shown).to_be_visible()
    return shown.inner_text()


def test_loading_the_notice_moves_the_date_says_so_and_keeps_the_old_one(
    signed_in: Open, worker: Worker, tmp_path: Path
) -> None:
    cast = assemble()
    case = accepted(cast)  # on 25 December 2026: ten working days
    page = signed_in(cast.supervisor)
    assert f"2027-01-11 18:00{MARK}" in clocks(page, case)
    page.goto("/complaints/?state=open")
    expect(page.get_by_text(MARK).first).to_be_visible()
    usable(page)
    page.goto("/calendar/?month=2027-01")
    expect(page.get_by_role("heading", name="2027 年 1 月")).to_be_visible()
    expect(page.get_by_text("按周末和法定节假日推算")).to_be_visible()
    usable(page)
    page.get_by_role("link", name="载入放假通知").click()
    wrong = notices.changed(x=("2027-01-02", "补班", ""))
    page.locator("#file").set_input_files(written(tmp_path, wrong, "wrong.csv"))
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("第 38 行：2027-01-02 在第 3 行已经写过")).to_be_visible()
    usable(page)
    page.locator("#file").set_input_files(written(tmp_path, notices.as_csv()))
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("尚未载入")).to_be_visible()
    usable(page)
    assert hidden_stops(page) == []
    page.get_by_role("button", name="载入并重算期限").click()
    expect(page.get_by_text("已重算", exact=True)).to_be_visible(timeout=60_000)
    row = page.get_by_role("row", name=CLOCK)
    expect(row).to_contain_text(f"2027-01-11 18:00{MARK}")
    expect(row).to_contain_text("2027-01-12 18:00")
    usable(page)
    assert MARK not in clocks(page, case)
    kept = f"2027-01-11 18:00{MARK} → 2027-01-12 18:00"
    expect(page.get_by_text(kept)).to_be_visible()
    why = page.locator("#clock-pane .cl", has_text=CLOCK).get_by_role("link", name="为什么是这一天")
    why.click()
    expect(page.get_by_role("dialog").get_by_text(kept)).to_be_visible()


def test_the_calendar_is_usable_on_a_phone_in_the_dark_and_by_keyboard(signed_in: Open) -> None:
    cast = assemble()
    accepted(cast)
    page = signed_in(cast.supervisor, size=PHONE, theme="dark")
    for address in ("/calendar/?month=2026-10", "/calendar/?year=2026", "/calendar/targets/"):
        page.goto(address)
        usable(page)
    page.goto("/calendar/?month=2026-12")
    page.locator("summary", has_text="登记日期").click()
    page.get_by_label("自", exact=True).fill("2026-12-31")
    page.get_by_label("名称").fill("年会")
    usable(page)
    page.get_by_role("button", name="登记日期", exact=True).click()
    expect(page.get_by_role("button", name="取消“年会”")).to_be_visible()
    usable(page)
    page.reload()  # without the notice at the lower edge
    assert hidden_stops(page) == []
    assert CalendarChange.objects.get().kind == "own_days"
    wide = signed_in(cast.agent)
    wide.goto("/calendar/?month=2026-12")
    wide.keyboard.press("]")
    expect(wide.get_by_role("heading", name="2027 年 1 月")).to_be_visible()
    wide.keyboard.press("[")
    expect(wide.get_by_role("heading", name="2026 年 12 月")).to_be_visible()
