"""C8 over HTTP: asking with a key, deciding and reviewing in a person's session alone."""

from __future__ import annotations

from tests import factories as f
from tests.api.conftest import ok, person, program
from tests.cast import Cast

GLASS = {"kind": "emergency", "why": "safety", "reason": "消费者称要自伤"}


def test_c8_asked_with_a_key_approved_and_reviewed_by_people(cast: Cast) -> None:
    case = f.investigating(cast)
    asker, missing = program(cast.outsider), {"number": "TS26-999999", **GLASS}
    made = ok(asker.post("access-requests/", {"number": case.number, **GLASS}), 201)
    same = ok(asker.post("access-requests/", missing), 201)
    place = f"access-requests/{made['id']}/"
    own = ("id", "number", "at", "expires_at")
    told = [{k: v for k, v in each.items() if k not in own} for each in (made, same)]
    assert told[0] == told[1]
    assert asker.get(f"complaints/{case.number}/").status_code == 404
    assert program(cast.supervisor).post(f"{place}decide/", {"agree": True}).status_code == 403
    assert (
        person(cast.outside_supervisor).post(f"{place}decide/", {"agree": True}).status_code == 403
    )
    assert person(cast.agent).get(place).status_code == 404
    listed = ok(person(cast.supervisor).get("access-requests/?show=decide"))["results"]
    assert [row["number"] for row in listed] == [case.number]
    word = ok(person(cast.supervisor).post(f"{place}decide/", {"agree": True}))
    assert (word["state"], word["decided_by"]["username"]) == ("running", "supervisor")
    assert person(cast.supervisor).post(f"{place}decide/", {"agree": True}).status_code == 409
    ok(asker.get(f"complaints/{case.number}/"))
    found = ok(person(cast.auditor).post(f"{place}review/", {"justified": True}))
    assert found["justified"] is True
    assert ok(asker.post(f"{place}end/", {}))["state"] == "ended"
    assert asker.get(f"complaints/{case.number}/").status_code == 404
    assert person(cast.administrator).get("access-requests/").status_code == 403
    refused = asker.post("access-requests/", {**GLASS, "number": "12", "hours": 99})
    assert refused.status_code == 400
    assert {e["field"] for e in refused.json()["errors"]} == {"number", "hours"}
