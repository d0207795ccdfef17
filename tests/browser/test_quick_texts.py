"""常用语 by keyboard: in the composer, with an input method, on the registration, and from the list
with a search.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Route, expect

from complaints.actions import half_typed, quick_texts
from complaints.models import Complaint
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import Cast, assemble
from tests.live import eventually

COMPOSING = """(text) => {
  const field = document.getElementById('text-note');
  field.focus();
  field.dispatchEvent(new CompositionEvent('compositionstart'));
  field.value += text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }));
}"""


def _texts(cast: Cast) -> None:
    said = {"name": "请补充票据", "abbreviation": "bcpj"}
    text = "{称呼}：案件 {案件编号} 还缺付款凭证，\n请在 {答复期限} 前寄来。价款 {价款} 元。"
    quick_texts.save({**said, "text": text, "scope": "all"}, by=cast.supervisor)
    other = {"name": "已收到材料", "abbreviation": "ysd", "text": "已收到您寄来的材料。"}
    quick_texts.save({**other, "scope": f"team:{cast.team.pk}"}, by=cast.supervisor)


def _list(page: Page) -> None:
    expect(page.locator("#quick-pop")).to_be_visible()


def test_a_text_is_put_in_by_its_abbreviation_while_one_writes(unwatched: Open) -> None:
    cast = assemble()
    case = f.investigating(cast, price_paid=None)
    _texts(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/?compose=note")
    note = page.locator("#text-note")
    note.press_sequentially("前文；；")
    _list(page)
    expect(page.locator("#quick-pop [role=option]")).to_have_count(2)
    note.press_sequentially("bc")
    expect(page.locator("#quick-pop [role=option]")).to_have_count(1)
    expect(page.locator("#quick-pop .unset")).to_contain_text("{价款}")
    note.press("Enter")
    expect(page.locator("#quick-pop")).to_be_hidden()
    expect(note).to_have_value(
        re.compile(f"^前文尊敬的王先生/女士：案件 {case.number} 还缺付款凭证")
    )
    assert "None" not in note.input_value()
    note.press_sequentially("后文")
    eventually(lambda: half_typed.load_draft(cast.agent, f"case:{case.number}:note") is not None)
    note.press("Control+z")
    # Escape leaves what was typed; without a hit Enter is a line
    note.fill("")
    note.press_sequentially(";;ysd")
    _list(page)
    note.press("Escape")
    expect(page.locator("#quick-pop")).to_be_hidden()
    note.press("Enter")
    expect(note).to_have_value(";;ysd\n")
    # an input method that composes: nothing happens before the words stand there
    note.fill("")
    page.evaluate(COMPOSING, "；；ysd")
    page.wait_for_timeout(400)
    expect(page.locator("#quick-pop")).to_be_hidden()
    page.evaluate(
        "document.getElementById('text-note').dispatchEvent("
        "new CompositionEvent('compositionend', { bubbles: true }))"
    )
    _list(page)
    note.press("Tab")
    expect(note).to_have_value("已收到您寄来的材料。")


def _noting(unwatched: Open) -> tuple[Complaint, Page, Locator]:
    """A note on a case that is about to be written."""
    cast = assemble()
    case = f.investigating(cast)
    _texts(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/?compose=note")
    return case, page, page.locator("#text-note")


def test_enter_before_the_list_has_followed_waits_for_it_and_takes_no_other_text(
    unwatched: Open,
) -> None:
    case, page, note = _noting(unwatched)
    note.press_sequentially("；；")
    _list(page)  # of all texts, this one second
    _at_once(page, "bcpj")
    expect(note).to_have_value(re.compile(rf"^尊敬的.*{case.number}.*元。后文$", re.DOTALL))
    note.fill("")
    _at_once(page, ";;ysd")
    expect(note).to_have_value("已收到您寄来的材料。后文")
    _at_once(page, "；；xyz")
    expect(note).to_have_value("已收到您寄来的材料。后文；；xyz\n后文")


def test_enter_takes_no_text_that_nobody_has_seen(unwatched: Open) -> None:
    _case, page, note = _noting(unwatched)
    note.focus()
    for words in ("说完；；", "；；材料"):  # all texts; one that only holds the word
        note.fill("")
        _at_once(page, words)
        expect(note).to_have_value(f"{words}\n后文")
    # of a list that stands there another text is shown before it is taken
    note.fill("")
    page.keyboard.insert_text("；；")
    _list(page)
    page.keyboard.insert_text("材料")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-pop [role=option]")).to_have_count(1)
    expect(note).to_have_value("；；材料")
    page.keyboard.press("Enter")
    expect(note).to_have_value("已收到您寄来的材料。")
    # where the caret went on, Enter is a line there
    note.fill("第二行")
    page.keyboard.press("Home")
    page.keyboard.insert_text("；；ysd")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(note).to_have_value("；；ysd第二行\n")


def test_who_writes_on_while_the_list_does_not_come_loses_no_line(unwatched: Open) -> None:
    _case, page, note = _noting(unwatched)
    asked: list[Route] = []
    page.route("**/quick-texts/**", lambda route: asked.append(route))  # never answered
    note.focus()
    _at_once(page, "；；xyz")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("再写")
    expect(note).to_have_value("；；xyz后文\n再写")
    expect(note).to_have_value("；；xyz\n后文\n再写")  # in the end it is no abbreviation
    assert len(asked) == 1
    note.fill("")
    _at_once(page, "；；xyz")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(note).to_have_value("；；xyz后文\n")
    note.fill("")
    _at_once(page, "；；ysd")
    page.get_by_role("tab").first.focus()
    expect(note).to_have_value("；；ysd\n后文")


def _at_once(page: Page, words: str) -> None:
    """Faster than the list follows: the words, Enter, and what is written next."""
    page.keyboard.insert_text(words)
    page.keyboard.press("Enter")
    page.keyboard.insert_text("后文")


def test_the_list_with_a_search_and_on_the_registration(unwatched: Open) -> None:
    cast = assemble()
    case = f.investigating(cast)
    _texts(cast)
    page = unwatched(cast.agent)
    page.goto(f"/complaints/{case.number}/?compose=reply")
    reply = page.locator("#text-reply")
    reply.fill("您好。")
    page.locator("#compose-reply").get_by_role("button", name="常用语").click()
    search = page.locator("#quick-search")
    expect(search).to_be_focused()
    expect(page.locator("#quick-dialog [role=option]")).to_have_count(2)
    search.press("ArrowDown")
    search.press_sequentially("材料")
    expect(page.locator("#quick-dialog [role=option]")).to_have_count(1)
    search.press("Enter")
    expect(page.locator("#quick-dialog")).to_be_hidden()
    expect(reply).to_have_value("您好。已收到您寄来的材料。")
    expect(reply).to_be_focused()
    page.goto("/complaints/new/")
    told = page.locator("#id_narrative")
    told.press_sequentially(";;")
    _list(page)
    told.press("Escape")
    told.fill("")
    told.press_sequentially(";;ysd")
    expect(page.locator("#quick-pop [role=option]")).to_have_count(1)
    told.press("Enter")
    expect(told).to_have_value("已收到您寄来的材料。")
