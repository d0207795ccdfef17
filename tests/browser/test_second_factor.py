"""C-login in a real browser: an app and a passkey are set up, each signs in, a recovery code does
so once, and the dialog on an open page goes through the second step too; before a number in clear
the passkey confirms as well as the password.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories as f
from tests.accounts.factors import code_of, secret_on
from tests.browser.conftest import context_of
from tests.browser.watch import Watch, shut_out
from tests.cast import PASSWORD, assemble
from tests.live import Site

HOME = "/complaints/"


@pytest.fixture
def page(browser: Browser, transactional_db: None, tmp_path: Path) -> Iterator[Page]:
    """A browser with a built-in authenticator, on a site whose supervisors need two steps."""
    with Site(tmp_path, SECOND_FACTOR_ROLES="supervisor") as site:
        # browsers take no passkey for an address in numbers
        site.url = site.url.replace("127.0.0.1", "localhost")
        context = context_of(browser, site)
        opened = context.new_page()
        watch = Watch(opened, (401,))
        built_in = context.new_cdp_session(opened)
        built_in.send("WebAuthn.enable")
        how = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
        can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        built_in.send("WebAuthn.addVirtualAuthenticator", {"options": {**how, **can}})
        yield opened
        context.close()
        assert watch.said == []


def signed_out(page: Page) -> None:
    """As after closing the browser: an answer on its way must not bring the cookie back."""
    page.goto("about:blank")
    page.context.clear_cookies(name="sessionid")


def with_password(page: Page) -> None:
    signed_out(page)
    page.goto(f"/login/?next={HOME}")
    page.get_by_label("用户名").fill("supervisor")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def is_in(page: Page) -> None:
    # the address of signing in ends with that of the way on, too
    page.wait_for_url(lambda url: urlsplit(url).path == HOME)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def with_code(page: Page, code: str) -> None:
    with_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("两步验证")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")


def test_login_app_and_passkey_are_set_up_and_each_signs_in_and_a_recovery_code_once(
    page: Page,
) -> None:
    case = f.investigating(assemble())
    with_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("设置两步验证")
    assert shut_out(page) == []
    assert page.locator("img.qr").evaluate("img => img.complete && img.naturalWidth > 0")
    secret = secret_on(page.content())
    page.locator("#code").fill(code_of(secret))
    page.get_by_role("button", name="验证并添加").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("请保存恢复码")
    codes = page.locator(".codes li")
    expect(codes).to_have_count(10)
    spare = codes.all_inner_texts()
    page.get_by_role("button", name="已经保存").click()
    is_in(page)

    page.goto("/settings/factors/passkey/")
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="验证并继续").click()
    page.get_by_label("名称").fill("办公电脑")
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.get_by_role("button", name="改名")).to_be_visible()
    assert shut_out(page) == []

    signed_out(page)
    page.goto(f"/login/?next={HOME}")
    page.get_by_role("button", name="用通行密钥登录").click()
    is_in(page)
    with_password(page)
    page.get_by_role("button", name="使用通行密钥").click()
    is_in(page)
    with_code(page, code_of(secret, later=1))
    is_in(page)
    with_code(page, spare[0])
    is_in(page)
    with_code(page, spare[0])
    expect(page.get_by_role("alert")).to_contain_text("已经用过")
    assert shut_out(page) == []
    page.locator("#code").fill(spare[1])
    page.keyboard.press("Enter")
    is_in(page)

    page.goto("/settings/confirm/?next=/settings/factors/")
    page.get_by_role("button", name="用通行密钥验证").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("两步验证")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("document.dispatchEvent(new CustomEvent('kesu:signed-out'))")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("周启明 的密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    dialog.get_by_label("动态口令或恢复码").fill(spare[2])
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.goto(f"/complaints/{case.number}/")
    page.get_by_role("link", name="查看电话").click()
    sheet = page.locator("#sheet")
    expect(sheet.get_by_label("登录密码或动态口令")).to_be_visible()
    sheet.get_by_role("button", name="用通行密钥验证").click()
    expect(sheet.get_by_text("身份已验证，请继续")).to_be_visible()
    sheet.get_by_label("回访联系").check()
    sheet.get_by_role("button", name="查看 60 秒").click()
    expect(page.locator("#pii-phone .pii__value")).to_have_text(f.CONSUMER["phone"])
