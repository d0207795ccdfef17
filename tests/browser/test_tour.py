"""The strip of the tour takes room of its own: over no button and over nothing it speaks of."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from config import tour
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.watch import hidden_stops, shut_out, too_wide
from tests.cast import assemble

# what the box of the strip covers of the elements, read where each is scrolled to
COVERED = """(found) => {
  const over = document.querySelector('.tour').getBoundingClientRect();
  return found.filter((one) => {
    one.scrollIntoView({ block: 'nearest' });
    const box = one.getBoundingClientRect();
    return box.height && box.bottom > over.top + 1 && box.top < over.bottom - 1;
  }).map((one) => one.textContent.trim());
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_strip_covers_neither_the_buttons_of_the_page_nor_what_is_outlined(
    signed_in: Open, size: dict[str, int]
) -> None:
    cast = assemble()
    page = signed_in(cast.agent, size=size)
    for number, stop in enumerate(tour.stops(cast.agent), start=1):
        page.goto(tour.address(cast.agent, number))
        expect(page.locator(".tour")).to_be_in_viewport(ratio=1)
        spoken_of = page.locator("main .btn--primary, main :target")
        assert spoken_of.evaluate_all(COVERED) == [], stop.page
        assert (shut_out(page), too_wide(page)) == ([], []), stop.page
        if stop.page == "intake":
            assert hidden_stops(page) == []
