"""Money from the keyboard: paid on the case, entered from a list, reconciled."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from complaints import tasks
from complaints.models import Commitment, Payment, PaymentFile
from tests import factories as f
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import too_wide
from tests.cast import assemble
from tests.complaints.test_payment_files import HEADINGS, row
from tests.complaints.test_payments import executing
from tests.importing.files import as_csv


def picture(page: Page, name: str) -> None:
    """Kept where somebody asks for it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_money_is_paid_in_part_and_reversed_on_the_case(signed_in: Open) -> None:
    cast = assemble()
    case = executing(
        cast,
        {"kind": "refund", "amount": "3980.00", "description": "退还价款"},
        {"kind": "increased_damages", "amount": "11940.00", "description": "增加赔偿价款三倍"},
        {"kind": "apology", "description": "书面致歉"},
    )
    page = signed_in(cast.agent)
    page.goto(f"/complaints/{case.number}/#promises")
    pane = page.locator("#promises")
    pane.get_by_role("link", name="登记付款").first.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("实付金额（元）")).to_have_value("3980.00")
    sheet.get_by_label("实付金额（元）").fill("1000")
    sheet.get_by_label("流水号").fill("20261126000831")
    picture(page, "pay-sheet")
    sheet.get_by_role("button", name="登记付款").press("Enter")
    expect(page.locator("#promises")).to_contain_text("部分支付")
    picture(page, "pay-case")
    assert too_wide(page) == []
    page.locator("#promises").get_by_role("link", name="冲正流水号 20261126000831").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("冲正的理由").fill("银行退票")
    sheet.get_by_role("button", name="冲正付款").click()
    expect(page.locator("#promises")).to_contain_text("已冲正：银行退票")
    assert Payment.objects.get().reversed_reason == "银行退票"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_list_is_uploaded_looked_at_paid_and_reconciled(
    signed_in: Open, size: dict[str, int]
) -> None:
    cast = assemble()
    cases = [f.executing(cast) for _ in range(3)]
    rows = [row(c, "3980.00", f"B-{n}") for n, c in enumerate(cases[:2])]
    rows += [row("TS26-999999", "5", "B-8"), row(cases[0], "9", "B-9"), row(cases[2], "80", "B-7")]
    page = signed_in(cast.supervisor, size=size)
    page.goto("/payments/files/")
    picture(page, f"files-{size['width']}")
    assert not too_wide(page)
    data = {"name": "付款.csv", "mimeType": "text/csv", "buffer": as_csv(rows, HEADINGS)}
    page.get_by_label("付款清单").set_input_files(data)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("可登记 3 行")).to_be_visible()
    picture(page, f"file-checked-{size['width']}")
    assert not too_wide(page)
    page.get_by_role("button", name="登记 3 笔付款").click()
    expect(page.get_by_role("button", name="停止")).to_be_visible()
    tasks.run_payments(PaymentFile.objects.get().pk)
    expect(page.get_by_text("已登记 3 行")).to_be_visible()
    picture(page, f"file-done-{size['width']}")
    assert Commitment.objects.filter(state="kept").count() == 2
    page.goto("/payments/")
    expect(page.get_by_role("heading", name="付款对账")).to_be_visible()
    picture(page, f"reconcile-{size['width']}")
    assert not too_wide(page)
    page.get_by_role("link", name="部分支付").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("¥3,900.00")
