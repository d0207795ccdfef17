"""法规 in a browser: from the list by words to an article, to the text of another day and back."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Open
from tests.browser.watch import headings, hidden_stops, shut_out, too_wide
from tests.cast import assemble
from tests.reading_room.files import CORPUS, imported


def usable(page: Page) -> None:
    assert shut_out(page) + too_wide(page) + headings(page) + hidden_stops(page) == []


def test_counsel_finds_an_article_and_reads_the_law_of_another_day(
    signed_in: Open, tmp_path: Path
) -> None:
    imported(tmp_path / "law", *CORPUS)
    page = signed_in(assemble().counsel, refusals=(404,))
    page.goto("/complaints/")
    page.get_by_role("link", name="法规").click()
    words = page.get_by_label("名称、条文里的词、条号")
    expect(words).to_be_visible()
    usable(page)
    words.fill("欺诈 三倍")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text(["欺诈", "三倍"])
    usable(page)
    page.get_by_role("link", name="《消费者权益保护法》第五十五条").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("《消费者权益保护法》第五十五条")
    expect(page.locator("ins").first).to_contain_text("三倍；增加赔偿的金额不足五百元")
    expect(page.locator("del").first).to_contain_text("一倍")
    usable(page)
    page.get_by_label("查看某日有效的文本").fill("2014-03-14")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "《消费者权益保护法（1993年）》第四十九条"
    )
    expect(page.get_by_text("2014-03-14 当日有效的是")).to_be_visible()
    usable(page)
    page.get_by_role("complementary").get_by_role(
        "link", name="消费者权益保护法", exact=True
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("《消费者权益保护法》第五十五条")
    page.goto("/law/cpl_2013/99/")
    usable(page)


def test_a_comparison_of_two_texts_is_usable_on_a_phone_in_the_dark_and_in_english(
    signed_in: Open, tmp_path: Path
) -> None:
    imported(tmp_path / "law", *CORPUS)
    counsel = assemble().counsel
    for more in ({"theme": "dark"}, {"language": "en"}):
        page = signed_in(counsel, size=PHONE, **more)
        for address in (
            "/law/",
            "/law/?find=告知",
            "/law/samr_complaints_2025/?tab=changes",
            "/law/samr_complaints_2025/15/?on=2020-01-01",
        ):
            page.goto(address)
            usable(page)


def test_the_list_is_read_by_keyboard(signed_in: Open, tmp_path: Path) -> None:
    imported(tmp_path / "law", *CORPUS)
    page = signed_in(assemble().agent)
    page.goto("/law/?state=ended")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/law/\w+_\w+/$"))


def test_what_only_rules_quote_is_usable_without_an_import(signed_in: Open) -> None:
    page = signed_in(assemble().auditor)
    for address in ("/law/", "/law/?find=欺诈", "/law/cpl_2013/", "/law/cpl_2013/55/"):
        page.goto(address)
        usable(page)
