"""Legal holds, disposal and who read, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts import reauthentication
from audit.models import Entry, Reading
from audit.record import broken_links
from complaints.actions import disposal, shredding
from complaints.models import DisposalReview, LegalHold, Retention
from tests import factories as f
from tests.api.conftest import Caller, ok, person, program
from tests.cast import Cast
from tests.complaints.test_disposal import later
from tests.complaints.test_legal_hold import MATTER, shared
from tests.walks.ask import browser


def confirmed(user: Any) -> Caller:
    """In a browser session, who gave the password just now."""
    made = person(user)
    session = made.client.session
    session[reauthentication.KEY] = timezone.now().isoformat()
    session.save()
    return made


def wanted(*numbers: str) -> dict[str, Any]:
    return {"matter": MATTER, "reason": "已起诉", "numbers": list(numbers)}


def test_counsel_places_a_hold_in_a_session_and_never_with_a_key(cast: Cast) -> None:
    case = shared(cast)
    assert program(cast.counsel).post("legal-holds/", wanted(case.number)).status_code == 403
    assert person(cast.counsel).post("legal-holds/", wanted(case.number)).status_code == 403
    assert confirmed(cast.supervisor).post("legal-holds/", wanted(case.number)).status_code == 403
    counsel = confirmed(cast.counsel)
    for wrong in (case.number, [], [1], [" "], None):
        refused = counsel.post("legal-holds/", {**wanted(), "numbers": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "numbers")
    unseen = f.registered(cast).number
    assert counsel.post("legal-holds/", wanted(case.number, unseen)).status_code == 400
    assert not LegalHold.objects.exists()
    key = {"Idempotency_Key": "hold-1"}
    made = ok(counsel.post("legal-holds/", wanted(case.number), **key), 201)
    assert ok(counsel.post("legal-holds/", wanted(case.number), **key), 201) == made
    assert LegalHold.objects.count() == 1
    assert (made["state"], made["cases"], made["placed_by"]["username"]) == (
        "in_force",
        1,
        "counsel",
    )
    refused = program(cast.agent)("patch", f"complaints/{case.number}/", {"title": "改"})
    assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
    assert MATTER in refused.json()["detail"]
    note = {"kind": "internal_note", "text": "仍可备注"}
    path = f"complaints/{case.number}/communications/"
    assert program(cast.agent).post(path, note).status_code == 201


def test_a_hold_is_widened_and_released_by_two(cast: Cast) -> None:
    case, other = shared(cast), shared(cast, order_number="SO-2")
    counsel, second = confirmed(cast.counsel), confirmed(cast.counsel2)
    pk = ok(counsel.post("legal-holds/", wanted(case.number)), 201)["id"]
    path = f"legal-holds/{pk}/"
    added = ok(second.post(f"{path}cases/", {"numbers": [case.number, other.number]}), 201)
    assert added == {"added": [other.number]}
    found = ok(program(cast.auditor).get(f"{path}cases/"))["results"]
    assert [row["complaint"] for row in found] == [case.number, other.number]
    row = Reading.objects.filter(page="api-held-cases").latest("pk")
    assert row.subjects == [case.subject, other.subject]
    assert second.post(f"{path}release/").status_code == 409  # nobody asked
    asked = ok(program(cast.counsel).post(f"{path}ask-release/", {"reason": "已结案"}))
    assert (asked["state"], asked["release_reason"]) == ("release_asked", "已结案")
    assert ok(second.post(f"{path}keep/"))["state"] == "in_force"
    ok(program(cast.counsel).post(f"{path}ask-release/", {"reason": "已结案"}))
    assert counsel.post(f"{path}release/").status_code == 403  # not the same person
    assert program(cast.counsel2).post(f"{path}release/").status_code == 403  # no key
    assert ok(second.post(f"{path}release/"))["state"] == "released"
    assert second.post(f"{path}release/").status_code == 409
    shown = {
        show: [row["id"] for row in ok(counsel.get(f"legal-holds/?show={show}"))["results"]]
        for show in ("all", "in_force", "release_asked", "released")
    }
    assert shown == {"all": [pk], "in_force": [], "release_asked": [], "released": [pk]}
    assert counsel.get("legal-holds/?show=x").status_code == 400
    for stranger in (cast.outside_supervisor, cast.agent):
        assert program(stranger).get(path).status_code in (403, 404)
    assert counsel.get("legal-holds/99999/").status_code == 404
    assert Entry.objects.filter(subject=f"legal_hold:{pk}").count() == 6
    assert broken_links(f"legal_hold:{pk}") == []


def test_batches_are_reviewed_and_the_register_is_read(cast: Cast) -> None:
    case = f.archived(cast)
    from complaints.actions import sealing
    from complaints.models import Sealing

    sealing.seal(Sealing.objects.get(complaint=case).pk)
    Retention.objects.update(until="2020-01-01")
    batch = disposal.propose(timezone.now())
    assert batch is not None
    first, second = program(cast.supervisor2), program(cast.counsel2)
    [listed] = ok(first.get("disposal-batches/"))["results"]
    assert (listed["id"], listed["files"], listed["waiting"]) == (batch.pk, 1, 1)
    path = f"disposal-batches/{batch.pk}/"
    assert ok(first.get(path)) == listed
    [row] = ok(first.get(f"{path}rows/"))["results"]
    assert (row["complaint"], row["reviews"], row["class"]) == (case.number, [], "general")
    for wrong in ([], "1", [True], [0], [2**70], None):
        refused = first.post(f"{path}review/", {"rows": wrong, "approve": True})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "rows")
    refused = first.post(f"{path}review/", {"rows": [row["id"]], "approve": False})
    assert refused.json()["errors"][0]["field"] == "reason"
    said = {"rows": [row["id"]], "approve": True}
    assert ok(first.post(f"{path}review/", said)) == {"reviewed": 1, "refused": []}
    again = ok(first.post(f"{path}review/", said))
    assert (again["reviewed"], "您已经复核过" in again["refused"][0]) == (0, True)
    handler = ok(program(cast.counsel).post(f"{path}review/", said))  # signed it
    assert "您办理过" in handler["refused"][0]
    assert program(cast.auditor).post(f"{path}review/", said).status_code == 403
    assert program(cast.outside_supervisor).get(path).status_code == 404
    assert program(cast.outside_supervisor).post(f"{path}review/", said).status_code == 404
    assert ok(second.post(f"{path}review/", said))["reviewed"] == 1
    assert DisposalReview.objects.count() == 2
    assert shredding.run(later()) == 1
    [entry] = ok(program(cast.auditor).get("disposal-register/"))["results"]
    assert (entry["complaint"], len(entry["files"]), entry["key_destroyed"]) == (
        case.number,
        2,
        True,
    )
    note = {"kind": "internal_note", "text": "x"}
    refused = program(cast.agent).post(f"complaints/{case.number}/communications/", note)
    assert (refused.status_code, refused.json()["code"]) == (409, "destroyed")
    assert ok(program(cast.outside_supervisor).get("disposal-register/"))["results"] == []


def test_who_read_a_case_and_the_data_of_its_person(cast: Cast) -> None:
    case, other = f.registered(cast), f.registered(cast, order_number="SO-2")
    ok(program(cast.agent).get(f"complaints/{case.number}/"))
    ok(program(cast.colleague).get(f"complaints/{other.number}/"))
    path = f"complaints/{case.number}/readings/"
    found = ok(program(cast.supervisor).get(path))["results"]
    assert [(r["username"], r["page"], r["about"]) for r in found] == [
        ("agent", "api-complaint", case.subject)
    ]
    # the page of another case shows this one too, and stays unnamed to whoever may not see it
    browser(cast.colleague).get(reverse("case", args=[other.number]))
    page = ok(program(cast.supervisor).get(path))["results"][0]
    assert (page["username"], page["page"], page["about"]) == ("colleague", "case", "")
    of_person = ok(program(cast.auditor).get(f"{path}of-person/"))["results"]
    assert {r["username"] for r in of_person} == {"agent", "colleague", "supervisor"}
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert ok(program(cast.auditor).get(f"{path}?until=2020-01-01"))["results"] == []
    for wrong in (
        "since=soon",
        f"since={tomorrow}",
        "until=soon",
        f"since={tomorrow}&until=2020-01-01",
    ):
        assert program(cast.auditor).get(f"{path}?{wrong}").status_code == 400
    assert program(cast.agent).get(path).status_code == 403
    assert program(cast.supervisor).get(f"{path}of-person/").status_code == 403
    assert program(cast.outside_supervisor).get(path).status_code == 404
    kept = Reading.objects.filter(page="api-person-readings").latest("pk")
    assert {case.subject, other.subject} <= set(kept.subjects)
