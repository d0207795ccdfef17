"""Handing over several cases by a program: the same as on the page."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.models import Complaint
from tests import factories as f
from tests.api.conftest import Caller, ok, program
from tests.cast import Cast


@pytest.fixture
def lead(cast: Cast) -> Caller:
    return program(cast.supervisor)


def test_looked_at_handed_over_and_given_back(cast: Cast, lead: Caller) -> None:
    mine, other = f.registered(cast), f.registered(cast, by=cast.outsider)
    sent: dict[str, Any] = {
        "cases": [{"number": mine.number, "version": 1}, {"number": other.number}],
        "user": "colleague",
        "note": "请接手",
    }
    looked = ok(lead.post("complaints/bulk/", {**sent, "dry_run": True}))
    assert (looked["id"], [row["possible"] for row in looked["rows"]]) == (None, [True, False])
    assert "不在您的范围内" in looked["rows"][1]["why"]
    assert Complaint.objects.get(pk=mine.pk).owner == cast.agent
    done = ok(lead.post("complaints/bulk/", sent))
    assert [row["done"] for row in done["rows"]] == [True, False]
    assert Complaint.objects.get(pk=mine.pk).owner == cast.colleague
    address = f"complaints/bulk/{done['id']}/"
    assert ok(lead.get(address)) == done
    for user, status in ((cast.supervisor2, 404), (cast.agent, 403)):
        assert program(user).get(address).status_code == status
        assert program(user).post(f"{address}undo/", {}).status_code == status
    back = ok(lead.post(f"{address}undo/", {}))
    assert [row["undone"] for row in back["rows"]] == [True, False]
    assert Complaint.objects.get(pk=mine.pk).owner == cast.agent


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cases": []}, "cases"),
        ({"cases": "TS26-000001"}, "cases"),
        ({"cases": [{"number": 7}]}, "cases"),
        ({"cases": [{"number": "x", "version": 1}]}, "cases"),
        ({"cases": [{"number": "TS26-000001", "version": "1"}]}, "cases"),
        ({"cases": [{"number": "TS26-000001", "owner": "x"}]}, "cases"),
        ({"note": ""}, "note"),
        ({"note": 7}, "note"),
        ({"user": "nobody"}, "user"),
        ({"team": "没有"}, "team"),
        ({"act": "close"}, "act"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_the_field(
    lead: Caller, changes: dict[str, Any], field: str
) -> None:
    sent = {"cases": [{"number": "TS26-000001"}], "user": "colleague", "note": "请接手"}
    answer: Any = lead.post("complaints/bulk/", {**sent, **changes})
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (400, [field])
