"""The walk knows every address."""

from tests.walks.routes import all_routes, gaps


def test_every_gap_of_every_address_can_be_filled() -> None:
    assert gaps(all_routes()) == []


def test_the_walk_meets_pages_and_addresses_of_programs() -> None:
    routes = {route.pattern for route in all_routes()}
    assert {"/complaints/", "/complaints/{number}/peek/", "/users/{pk}/", "/login/"} <= routes


def test_every_page_has_a_name_by_which_links_find_it() -> None:
    nameless = [r.pattern for r in all_routes() if not r.name and not r.is_api]
    assert nameless == ["/favicon.ico"]
