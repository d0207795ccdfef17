"""A page that looks again by itself when something is done: it does not take away where somebody is
just going.
"""

from __future__ import annotations

import re
import time

from playwright.sync_api import Route, expect

from complaints.models import Sealing
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import assemble


def test_the_next_page_comes_although_the_package_is_ready_at_that_moment(signed_in: Open) -> None:
    cast = assemble()
    case = f.archived(cast)  # no worker runs: its package waits
    page = signed_in(cast.supervisor)
    page.goto(f"/archive/{case.number}/")
    expect(page.get_by_text("正在生成证据包")).to_be_visible()
    slow: list[Route] = []

    def hold(route: Route) -> None:
        slow.append(route)

    page.route(f"**/complaints/{case.number}/", hold)
    with page.expect_response(lambda answer: answer.headers.get("hx-refresh") == "true"):
        with page.expect_request(f"**/complaints/{case.number}/"):
            page.evaluate("address => { location.assign(address) }", f"/complaints/{case.number}/")
        Sealing.objects.filter(complaint=case).update(problem="存储没有应答")
    time.sleep(0.5)  # in which the page would look again; it answers nobody while it is left
    slow[0].continue_()
    expect(page).to_have_url(re.compile(f"/complaints/{case.number}/$"))
