"""C3, C5, C11 in the browser: what for, a number in its place for a minute, and whose screen."""

from __future__ import annotations

import pypdfium2
from playwright.sync_api import Page, expect

from complaints.models import Complaint, Reveal, TailCheck
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out
from tests.cast import PASSWORD, assemble

PERSON = {**f.CONSUMER, "id_number": "110101197001010011", "bank_account": "6200000000000007788"}


def at_case(page: Page, case: Complaint) -> None:
    page.goto(f"/complaints/{case.number}/")


def ask(page: Page, label: str) -> None:
    """Open the dialog of a field by keyboard."""
    page.get_by_role("link", name=f"查看{label}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_visible()


def test_c5_a_number_is_shown_for_a_purpose_and_goes_after_a_minute_or_sooner(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast, consumer=dict(PERSON))
    page = signed_in(cast.agent)
    page.clock.install()
    at_case(page, case)
    masked = page.locator("#pii-phone")
    expect(masked).to_contain_text("120****5678")
    ask(page, "电话")
    expect(page.locator("#sheet input[name=purpose]").first).to_be_focused()
    assert shut_out(page) == []
    page.get_by_label("回访联系").check()
    page.get_by_label("登录密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_contain_text("密码不正确，没有显示")
    expect(page.get_by_label("回访联系")).to_be_checked()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_hidden()
    expect(masked.locator(".pii__value")).to_have_text(PERSON["phone"])
    expect(masked.get_by_role("link", name="拨打")).to_have_attribute("href", "tel:12012345678")
    expect(masked.get_by_role("button", name="隐藏")).to_be_focused()
    assert shut_out(page) == []
    assert Reveal.objects.count() == 1
    page.clock.run_for(61_000)
    gone(page)
    ask(page, "证件")  # the password was given in these minutes
    expect(page.get_by_label("核对身份")).to_be_visible()
    expect(page.get_by_label("登录密码")).to_have_count(0)
    page.get_by_label("核对身份").check()
    page.get_by_role("button", name="查看 60 秒").click()
    expect(page.locator("#pii-id_number .pii__value")).to_have_text(PERSON["id_number"])
    expect(page.get_by_role("button", name="隐藏")).to_be_focused()
    page.keyboard.press("Enter")
    gone(page)
    expect(page.get_by_role("link", name="查看证件")).to_be_focused()
    ask(page, "证件")
    page.get_by_label("核对身份").check()
    page.get_by_role("button", name="查看 60 秒").click()
    expect(page.locator("#pii-id_number .pii__value")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    gone(page)
    assert Reveal.objects.count() == 3


def gone(page: Page) -> None:
    """Nothing of any number is left in the page."""
    expect(page.locator("[data-clear]")).to_have_count(0)
    html = page.content()
    assert not [clear for clear in (PERSON["phone"], PERSON["id_number"]) if clear in html]


def test_c3_last_digits_are_compared_without_seeing_them(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, consumer=dict(PERSON))
    page = signed_in(cast.agent)
    at_case(page, case)
    page.get_by_role("link", name="核对尾号").click()
    page.get_by_label("对方说的最后四位").fill("1111")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_contain_text("尾号不一致")
    page.get_by_label("对方说的最后四位").fill("5678")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_contain_text("尾号一致")
    assert TailCheck.objects.count() == 2
    assert not Reveal.objects.exists()


def test_c5_without_scripts_the_number_has_a_page_that_leaves(
    signed_in: Open,
) -> None:
    cast = assemble()
    case = f.investigating(cast, consumer=dict(PERSON))
    page = signed_in(cast.agent, java_script_enabled=False)
    at_case(page, case)
    page.get_by_role("link", name="查看电话").click()
    page.get_by_label("回访联系").check()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="查看 60 秒").click()
    expect(page.locator(".pii__value")).to_have_text(PERSON["phone"])
    expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute(
        "content", f"60;url=/complaints/{case.number}/"
    )


def test_c11_every_page_and_every_sheet_of_paper_says_whose_screen_it_was(signed_in: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, consumer=dict(PERSON))
    page = signed_in(cast.agent)
    for address in (f"/complaints/{case.number}/", "/complaints/"):
        page.goto(address)
        mark = page.locator(".watermark")
        expect(mark).to_contain_text("agent 陈晓雨 20")
        box = mark.bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1366, "height": 768}
        # it darkens the pixels, and the pointer goes through it
        with_mark = page.screenshot()
        mark.evaluate("mark => mark.remove()")
        assert page.screenshot() != with_mark
    page.goto(f"/complaints/{case.number}/")
    # on paper, as the browser prints it: every sheet has it
    with_mark = sheets(page)
    page.locator(".watermark").evaluate("mark => mark.remove()")
    without = sheets(page)
    assert len(with_mark) == len(without) > 1
    assert [a != b for a, b in zip(with_mark, without, strict=True)] == [True] * len(without)


def sheets(page: Page) -> list[bytes]:
    """What stands on each sheet when the page is printed, as pixels."""
    paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
    return [bytes(sheet.render(scale=0.5).buffer) for sheet in paper]
