"""Whoever is not signed in reaches the way in and the probes, and nothing else."""

import pytest

from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import ask, browser, methods, undone
from tests.walks.routes import Route, all_routes
from tests.walks.world import example

# Open on purpose: the way in, appearance, and what the operator's machinery asks.
OPEN = {"login", "logout", "setup", "set_language", "set_theme", "healthz", "readyz", "metrics"}
# The link in an e-mail, which is signed.
OPEN |= {"mail_wishes"}
# The other steps of the way in; who has not come so far is sent back to the first.
OPEN |= {"second_step", "enrol", "passkey", "begin_anew"}
# The consumer's link after the case was closed, whose token nobody guesses.
OPEN |= {"feedback", "offer"}
# The description of the API, which is the same for everybody.
OPEN |= {"api-schema", "api-docs"}
# To the enterprise's provider of identities and back.
OPEN |= {"oidc_login", "oidc_callback"}
OPEN_PATTERNS = {"/favicon.ico"}


def is_open(route: Route) -> bool:
    return route.name in OPEN or route.pattern in OPEN_PATTERNS


def test_every_other_address_sends_a_visitor_to_the_login_and_a_program_401(cast: Cast) -> None:
    found = example(cast, f.investigating(cast))
    wrong = []
    for route in all_routes():
        if is_open(route):
            continue
        for method in methods(route):
            with undone():
                answer = ask(browser(None), method, route, found.of(route))
            told = answer.status_code == 401 if route.is_api else _to_login(answer)
            if not told:
                wrong.append(f"{method} {route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def _to_login(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/login/?next=")


def test_a_pane_of_an_ended_session_gets_401_so_that_the_page_can_ask_for_the_password(
    cast: Cast,
) -> None:
    found = example(cast, f.investigating(cast))
    client = browser(None)
    wrong = [
        str(route)
        for route in all_routes()
        if not is_open(route)
        and client.get(route.address(found.of(route)), headers={"HX-Request": "true"}).status_code
        != 401
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(OPEN))
def test_an_open_address_exists(name: str) -> None:
    assert any(route.name == name for route in all_routes())


def test_open_addresses_say_nothing_about_cases(cast: Cast) -> None:
    case = f.investigating(cast, title="玄九标题")
    found = example(cast, case)
    for route in filter(is_open, all_routes()):
        answer = browser(None).get(route.address(found.of(route)))
        text = answer.content.decode("utf-8", "replace")
        assert "玄九" not in text, route
        assert case.number not in text, route
