"""The table of deadlines by program: every entry, what it rests on, and whether counsel signed."""

from __future__ import annotations

import pytest

from legal_rules import deadline_table
from legal_rules.regime_signatures import REGIMES
from tests.api.conftest import ok, program
from tests.cast import Cast


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_entry_of_the_table_is_listed_in_its_regime(cast: Cast, lang: str) -> None:
    found = ok(program(cast.agent).get("legal/deadlines/", Accept_Language=lang))["regimes"]
    table = deadline_table.current()
    assert {r["id"]: [d["id"] for d in r["deadlines"]] for r in found} == {
        name: list(regime.entries) for name, regime in table.regimes.items()
    }
    entries = {d["id"]: d for r in found for d in r["deadlines"]}
    refund = entries["cpl25_refund_7d"]
    assert (refund["length"], refund["unit"], refund["use"]) == (7, "calendar_day", "clock")
    assert refund["figure"] == {"zh-hans": "7 日", "en": "7 days"}[lang]
    assert refund["sources"][0]["citation"] == {
        "instrument": "cpl_2013",
        "article": "25",
        "paragraph": 3,
    }
    assert all(d["title"] and d["text"] and d["sources"] for d in entries.values())


def test_what_counsel_signed_is_said(cast: Cast) -> None:
    caller = program(cast.agent)
    regime = deadline_table.current().regimes["general"]
    REGIMES.sign("general", read=regime.sha256, by=cast.counsel, comment="已核对")
    found = {r["id"]: r for r in ok(caller.get("legal/deadlines/"))["regimes"]}
    assert found["general"]["signed"] is True
    assert found["general"]["signature"]["by"] == cast.counsel.name
    assert found["finance"]["signed"] is False
    assert found["finance"]["signature"] is None


def test_a_key_for_complaints_alone_does_not_read_it(cast: Cast) -> None:
    assert program(cast.agent, "complaints:read").get("legal/deadlines/").status_code == 403
