"""Targets that people set: from a day on, refused in words, shown wherever the figure is, and kept
for what is past.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from analytics import targets
from analytics.asking import asked
from analytics.half_year import half_year
from analytics.models import Target
from analytics.overview import overview
from analytics.papers import of_half_year, of_overview
from analytics.papers.tables import Cell
from analytics.periods import Half
from audit.models import Entry
from complaints.errors import Invalid, NotAllowed
from tests import factories as f
from tests.cast import Cast
from tests.days import in_days, today, told
from tests.walks.ask import browser

DAY = timedelta(days=1)
WHY = {"reason": "年初会议决定"}


def said(code: str, value: str, **more: Any) -> dict[str, Any]:
    return {"measure": code, "value": value, **WHY, **more}


def cell_of(value: Any) -> Any:
    return value.value if isinstance(value, Cell) else value


REFUSED = [
    (said("clocks_kept", "90"), "measure", ""),  # the law is not ours to loosen
    (said("paid", "5"), "measure", ""),
    (said("satisfaction", "100.1"), "value", "0 到 100"),
    (said("satisfaction", "many"), "value", "不是数字"),
    (said("satisfaction", "1e9"), "value", "不是数字"),
    (said("satisfaction", "85.123"), "value", "两位小数"),
    (said("satisfaction", "-1"), "value", "负数"),
    (said("open", "1.5"), "value", "整数"),
    (said("first_response", "9999999999"), "value", "太大"),
    (said("first_response", ""), "value", "请填写目标"),
    (said("first_response", "3", none="1"), "value", "只能选一样"),
    (said("first_response", "4"), "value", "已经是这个值"),  # what the product brings
    (said("first_response", "3", valid_from=partial(in_days, -1)), "valid_from", "不能早于今天"),
    (said("first_response", "3", valid_from="2026-02-30"), "valid_from", ""),
    ({**said("first_response", "3"), "reason": " "}, "reason", "请填写此项"),
]


def test_a_target_holds_from_its_day_on_and_the_past_keeps_the_one_it_had(cast: Cast) -> None:
    by = cast.supervisor
    for values, field, why in REFUSED:
        with pytest.raises(Invalid) as refused:
            targets.set_target(told(values), by=by)
        assert list(refused.value.errors) == [field], values
        if why:
            assert any(w in refused.value.errors[field][0] for w in why.split("|")), values
    for person in (cast.auditor, cast.agent, cast.administrator):
        with pytest.raises(NotAllowed):
            targets.set_target(said("first_response", "3"), by=person)
    assert not Target.objects.exists()

    f.registered(cast)
    targets.set_target(said("first_response", "２.5"), by=by)
    targets.set_target(said("satisfaction", "90%", valid_from=str(today() + DAY)), by=by)
    targets.set_target({"measure": "repeat", "none": "1", **WHY}, by=by)
    targets.set_target(said("received", "0"), by=by)
    held = {day: targets.on(day) for day in (today() - DAY, today(), today() + DAY)}
    codes = ("first_response", "satisfaction", "repeat", "received", "clocks_kept")
    assert [[held[day][code].target for code in codes] for day in held] == [
        [4, 85, 5, None, 100],
        [Decimal("2.5"), 85, None, 0, 100],
        [Decimal("2.5"), 90, None, 0, 100],
    ]
    now = timezone.now()

    def looked(until: Any) -> Any:
        days = {"from": str(until - 6 * DAY), "to": str(until)}
        return overview(by, asked(days, by, today()), now)

    new, old = looked(today()), looked(today() - DAY)
    assert [new.figures[c].target for c in codes] == [Decimal("2.5"), 85, None, 0, 100]
    assert [old.figures[c].target for c in codes] == [4, 85, 5, None, 100]
    assert new.figures["received"].met is False
    table = {row[0]: [*row] for row in of_overview.tables(new)[0].rows}
    assert cell_of(table["首次响应"][3]) == Decimal("2.5")
    past = half_year(by, Half.of(today()).before, "", now)
    kept = {row[0]: row for row in of_half_year.figures(past).rows}
    assert cell_of(kept["首次响应"][4]) == 4
    # the word that was said later counts, and nothing is taken back
    targets.set_target(said("first_response", "3"), by=by)
    assert targets.on(today())["first_response"].target == 3
    for change in (Target.objects.all().delete, lambda: Target.objects.update(value=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    entry = Entry.objects.filter(verb="target.set", subject="measure:first_response").latest("pk")
    assert entry.detail == {"value": "3.00", "from": str(today())}


def test_the_page_of_targets_says_what_holds_and_keeps_what_was_refused(cast: Cast) -> None:
    boss, url = browser(cast.supervisor), "/analytics/targets/"
    answer = boss.post(url, said("satisfaction", "101"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "0 到 100" in text
    assert "年初会议决定" in text
    assert boss.post(url, said("satisfaction", "90")).headers["Location"] == url
    assert "已经是这个值" in boss.post(url, said("satisfaction", "90")).content.decode()
    reader = browser(cast.auditor)
    text = reader.get(url).content.decode()
    assert "≥ 90" in text
    assert 'name="measure"' not in text
    assert reader.post(url, said("satisfaction", "80")).status_code == 403
    assert browser(cast.agent).get(url).status_code == 403
    assert "≥ 90" in reader.get("/analytics/measures/").content.decode()
    assert "/analytics/targets/" in boss.get("/analytics/").content.decode()
    assert Target.objects.count() == 1
