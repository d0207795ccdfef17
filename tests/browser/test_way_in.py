"""The way in through the browser: signing in, being refused, and the policy against scripts."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.watch import hidden_stops, shut_out
from tests.cast import PASSWORD, assemble
from tests.live import eventually


def test_a_person_signs_in_by_keyboard_and_lands_on_the_own_list(visitor: Page) -> None:
    cast = assemble()
    visitor.goto("/complaints/")
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    visitor.get_by_label("用户名").focus()
    visitor.keyboard.type(cast.agent.username)
    visitor.keyboard.press("Tab")
    visitor.keyboard.type(PASSWORD)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("我的待办")
    assert visitor.url.endswith("/complaints/")


def test_an_address_with_the_longest_search_leads_over_the_sign_in(visitor: Page) -> None:
    answer = visitor.goto("/complaints/?q=" + "字" * 400)
    assert answer is not None
    assert answer.status == 200
    expect(visitor.get_by_label("用户名")).to_be_visible()


def test_a_wrong_password_is_told_on_the_same_page_and_keeps_the_name(visitor: Page) -> None:
    cast = assemble()
    visitor.goto("/login/")
    visitor.get_by_label("用户名").fill(cast.agent.username)
    visitor.get_by_label("密码").fill("wrong")
    visitor.keyboard.press("Enter")
    expect(visitor.locator(".err, .banner--danger").first).to_be_visible()
    expect(visitor.get_by_label("用户名")).to_have_value(cast.agent.username)
    assert shut_out(visitor) == []
    assert hidden_stops(visitor) == []


def test_the_rail_of_a_supervisor_is_whole_on_a_small_screen(signed_in: Open) -> None:
    page = signed_in(assemble().supervisor, size={"width": 1366, "height": 625})
    page.goto("/settings/")
    rail = page.locator(".rail")
    assert rail.evaluate("rail => rail.scrollHeight <= rail.clientHeight")
    entries = rail.locator("a, button").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(entries) == 15
    assert min(entries) >= 36
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_the_policy_lets_no_inline_script_and_no_foreign_one_run(unwatched: Open) -> None:
    page = unwatched(assemble().agent)
    page.goto("/complaints/")
    page.evaluate(
        """() => {
          window.refused = [];
          document.addEventListener('securitypolicyviolation',
            e => window.refused.push(e.effectiveDirective));
          document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ran = 1">');
          const inline = document.createElement('script');
          inline.textContent = 'window.ran = 1';
          document.body.append(inline);
          const foreign = document.createElement('script');
          foreign.src = 'https://example.invalid/x.js';
          document.body.append(foreign);
          const style = document.createElement('style');
          style.textContent = 'body { display: none }';
          document.head.append(style);
        }"""
    )
    page.wait_for_function("() => window.refused.length >= 4")
    assert page.evaluate("() => window.ran") is None
    assert set(page.evaluate("() => window.refused")) == {
        "script-src-attr",
        "script-src-elem",
        "style-src-elem",
    }
    assert page.locator("body").is_visible()


def test_a_page_that_asks_by_itself_does_not_say_that_somebody_sits_there(
    signed_in: Open,
) -> None:
    page = signed_in(assemble().agent)
    page.goto("/settings/")
    page.evaluate(
        """() => {
          const poll = document.createElement('p');
          poll.innerHTML = '<i hx-get="/settings/" hx-trigger="every 500ms" hx-swap="none"></i>';
          document.querySelector('main').append(poll);
          window.htmx.process(poll);
        }"""
    )

    def says_so() -> bool:
        with page.expect_request(lambda asked: "hx-request" in asked.headers) as poll:
            pass
        return "x-by-hand" in poll.value.headers

    assert not says_so()
    page.keyboard.press("Shift")
    assert says_so()
    assert not eventually(says_so, lambda said: not said)
