"""The dashboard in a browser: every number opens as many rows as it says, charts without a mouse,
and a page that refreshes itself without taking anything from under the hands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from complaints.models import Complaint
from tests import factories as f
from tests.browser.conftest import Open
from tests.cast import Cast, assemble
from tests.walks.world import _in_a_signal

# Asks all addresses by themselves as the person, a few at a time: {address: how many are listed}.
ASK = """async (addresses) => {
  const found = {};
  for (let at = 0; at < addresses.length; at += 6) {
    await Promise.all(addresses.slice(at, at + 6).map(async (address) => {
      const text = await (await fetch(address)).text();
      const page = new DOMParser().parseFromString(text, 'text/html');
      found[address] = Number(page.querySelector('[data-number]')?.dataset.number ?? -1);
    }));
  }
  return found;
}"""
ALL = "els => els.map(e => [e.getAttribute('href'), Number(e.dataset.n)])"
# One of each kind of place at which a number stands, to be clicked for real.
PLACES = {
    "a figure on top": ".kpi__a",
    "a point of the line": "[data-points].chart--trend a[data-n]:not([data-n='0'])",
    "a bar of the distribution": ".chart--pareto a",
    "a cell of the heat map": ".heat td a",
    "a right": "[aria-labelledby=c-rights] a[data-n]",
    "a person": ".load__n a",
    "a finding": ".insight a[data-n]",
    "another figure": "[aria-labelledby=c-more] a[data-n]",
}


FILTERED = "/analytics/?span=90d&channel=phone&by=product&category=telesales_fraud"


def some_cases(cast: Cast) -> None:
    """Cases in all states, of two teams, some of them late."""
    now = timezone.now()
    for state in ("in_review", "offered", "closed"):
        f.IN_STATE[state](cast, order_number=f"SO-{state}")
    f.registered(cast, by=cast.colleague, now=now - timedelta(days=12), title="早就该办的")
    f.registered(cast, by=cast.outsider, now=now - timedelta(days=5), title="另一组的")
    f.external(cast, now=now - timedelta(days=20), order_number="SO-outside")


def clicked(page: Page, place: str, selector: str) -> str:
    """Opens the first number of the place and goes back: "" if the list has as many rows."""
    link = page.locator(selector).first
    number = int(link.get_attribute("data-n") or -1)
    link.focus()
    page.keyboard.press("Enter")
    rows = page.locator("[data-number]")
    expect(rows).to_be_visible()
    listed = int(rows.get_attribute("data-number") or -2)
    page.go_back()
    expect(page.locator("#dash")).to_be_visible()
    return "" if listed == number else f"{place}: {number}, listed {listed}"


def all_open_their_rows(page: Page, address: str) -> int:
    """Every number of the page is asked for; answers how many there are."""
    page.goto(address)
    numbers: list[list[Any]] = page.locator("a[data-n]").evaluate_all(ALL)
    listed = page.evaluate(ASK, sorted({each for each, _n in numbers}))
    assert [(address, a, n, listed[a]) for a, n in numbers if listed[a] != n] == []
    return len(numbers)


def test_every_number_opens_exactly_its_rows(signed_in: Open) -> None:
    """As a supervisor, as the lead of another team and as an auditor; one of each kind by key."""
    cast = assemble()
    some_cases(cast)
    signal = _in_a_signal(*Complaint.objects.filter(category="telesales_fraud"))
    for user in (cast.supervisor, cast.outside_supervisor, cast.auditor):
        page = signed_in(user)
        if user == cast.supervisor:
            assert all_open_their_rows(page, FILTERED) > 20
        of_people = all_open_their_rows(page, "/analytics/people/?thing=reopened")
        assert all_open_their_rows(page, reverse("signals")) > 0
        assert all_open_their_rows(page, reverse("signal", args=[signal.pk])) > 1
        assert all_open_their_rows(page, "/analytics/") > 60
        there = {place: css for place, css in PLACES.items() if page.locator(css).count()}
        lines = [clicked(page, place, css) for place, css in there.items()]
        assert [line for line in lines if line] == []
    assert (there.keys(), of_people > 0) == (PLACES.keys(), True)  # the auditor has them all


def test_charts_without_a_mouse_and_a_refresh_that_takes_nothing_away(signed_in: Open) -> None:
    cast = assemble()
    some_cases(cast)
    page = signed_in(cast.supervisor)
    page.goto("/analytics/")
    line = page.locator(".chart--trend a")
    line.first.focus()
    page.keyboard.press("End")
    expect(line.last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(line.nth(line.count() - 2)).to_be_focused()
    page.keyboard.press("Tab")  # one stop per chart
    expect(page.locator(".chart--trend a:focus")).to_have_count(0)

    meaning = page.locator("#m-repeat")
    meaning.focus()
    expect(page.locator("#p-repeat")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#p-repeat")).to_be_hidden()

    page.locator("#parts-s").click()
    point = line.nth(3)
    point.focus()
    page.locator("#main").evaluate("e => e.scrollTo(0, 120)")
    before = point.evaluate("e => e.getBoundingClientRect().top")
    f.registered(cast, title="刚刚登记的")
    with page.expect_response(lambda answer: "/analytics/" in answer.url):
        page.evaluate(
            "htmx.ajax('GET', document.getElementById('dash').getAttribute('hx-get'),"
            " {source: '#dash', target: '#dash', swap: 'outerHTML'})"
        )
    expect(page.locator("#k-received")).to_have_attribute("data-n", "6")
    expect(line.nth(3)).to_be_focused()
    assert abs(line.nth(3).evaluate("e => e.getBoundingClientRect().top") - before) <= 1
    assert page.locator("#parts-data").evaluate("e => e.open")
    expect(page.locator("#parts-table")).to_be_visible()
