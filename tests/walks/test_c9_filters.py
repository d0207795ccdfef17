"""C9: no filter of any list tells a part of what is a person's from anything else that is typed."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from complaints.models import Complaint
from tests import factories as f
from tests.api.contract import description
from tests.cast import Cast
from tests.walks.ask import ENDS_THE_SESSION, browser
from tests.walks.routes import all_routes

PERSON = {
    "name": "欧阳检索",
    "phone": "12098765432",
    "id_number": "990101199001011234",
    "bank_account": "6200000000000007788",
    "email": "li.ming@example.com",
}
# Parts of what is stored, and what is stored nowhere.
PARTS, NOTHING = ("1209876", "0119900101", "欧阳"), "1309999"  # none of them is a day
_FIELD = re.compile(r'<(?:input|select)\b[^>]*?\bname="(\w+)"')


def doors(client: Client, case: Complaint) -> list[tuple[str, set[str]]]:
    """(address, what it can be asked for) of every list on which the case stands."""
    found = []
    for route in all_routes():
        below = route.view.__module__.split(".")[0] in ("legal_rules", "letters", "reading_room")
        if route.gaps or below or route.name in ENDS_THE_SESSION:
            continue  # storeys below the cases show none
        answer = client.get(route.pattern)
        text = answer.getvalue().decode("utf-8", "replace") if answer.status_code == 200 else ""
        if case.number not in text:
            continue
        asked = description()["paths"].get(route.pattern, {}).get("get", {})
        names = {p["name"] for p in asked.get("parameters", ()) if p["in"] == "query"}
        found.append((route.pattern, names or set(_FIELD.findall(text)) - {"csrfmiddlewaretoken"}))
    return found


def differs(client: Client, address: str, name: str, case: Complaint) -> bool:
    """Whether the list tells a part from what is stored nowhere."""
    pages = [client.get(address, {name: each}) for each in (NOTHING, *PARTS)]
    return len({case.number in page.getvalue().decode() for page in pages}) > 1


def test_c9_no_filter_of_any_list_tells_a_part_of_a_number_from_another(
    cast: Cast, settings: Any
) -> None:
    settings.PERSON_SEARCH_MISSES = settings.PERSON_SEARCH_MISSES_PER_DAY = 10_000
    case = f.investigating(cast, consumer=PERSON)
    told, asked = [], set()
    for user in (cast.agent, cast.auditor):
        client = browser(user)
        for address, names in doors(client, case):
            for name in {n for n in names if (address, n) not in asked}:
                asked.add((address, name))
                # asked twice, because the record grows meanwhile and shows its newest page
                if differs(client, address, name, case) and differs(client, address, name, case):
                    told.append(f"{user.username} {address}?{name}=")
    assert told == []
    assert {"/complaints/", "/api/v1/complaints/"} <= {address for address, _name in asked}
    assert len(asked) > 30, asked
