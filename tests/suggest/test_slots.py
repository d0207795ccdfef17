"""Numbers and days of a text, read to their value or to none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from legal_rules.suggest import amounts, dates, slots, text
from legal_rules.suggest.numbers import number

ON = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3980", 3980),
        ("3,980.00", 3980),
        ("3.98万", 39_800),
        ("三千九百八十", 3980),
        ("三千九百八", 3980),
        ("两千八", 2800),
        ("两千零八", 2008),
        ("一万五", 15_000),
        ("3万5千", 35_000),
        ("三万五千二", 35_200),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零五", 105),
        ("一百五", 150),
        ("两亿", 200_000_000),
        ("1千", 1000),
        ("5k", 5000),
        ("2w", 20_000),
        ("二〇二六", 2026),
        ("壹仟贰佰", 1200),
        ("零", 0),
        ("两三百", None),
        ("七八", None),
        ("百", None),
        ("万", None),
        ("12345678901234567", None),
    ],
)
def test_a_number_has_one_value_or_none(written: str, value: int | None) -> None:
    assert number(written) == (None if value is None else Decimal(value))


def day(written: str) -> date | None:
    [slot] = dates.days(text.fold(written), ON)
    return slot.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026年3月1日", "2026-03-01"),
        ("2026 年 3 月 1 日", "2026-03-01"),
        ("２０２６年３月１号", "2026-03-01"),
        ("二〇二六年三月一日", "2026-03-01"),
        ("2026-3-1", "2026-03-01"),
        ("2026/03/01", "2026-03-01"),
        ("2026.3.1", "2026-03-01"),
        ("3月1日", "2026-03-01"),
        ("十一月九号", "2026-11-09"),
        ("12月31日", "2025-12-31"),
        ("去年6月19号", "2025-06-19"),
        ("18年2月6日", "2018-02-06"),
        ("今天", "2026-11-25"),
        ("昨天", "2026-11-24"),
        ("前天", "2026-11-23"),
        ("大前天", "2026-11-22"),
        ("上周三", "2026-11-18"),
        ("上个星期天", "2026-11-22"),
        ("上上周五", "2026-11-13"),
        ("周一", "2026-11-23"),
        ("周四", "2026-11-19"),
        ("三天前", "2026-11-22"),
        ("2周前", "2026-11-11"),
        ("三月份", None),
        ("2026年3月", None),
        ("半个月前", None),
        ("2026年2月30日", None),
        ("2027年1月1日", None),
        ("12月3日", None),
        ("当天", None),
        ("本周五", None),
    ],
)
def test_a_day_is_certain_or_none(written: str, value: str | None) -> None:
    assert day(written) == (date.fromisoformat(value) if value else None)


def test_what_was_said_before_helps_to_understand_a_day() -> None:
    said = "2018年12月买的，次年，6月3日退的，当天没到账，第二天再问"
    values = [s.value for s in dates.days(said, ON)]
    assert values == [None, date(2019, 6, 3), date(2019, 6, 3), date(2019, 6, 4)]


def kinds(written: str) -> list[tuple[str, object]]:
    return [(s.kind, s.value) for s in amounts.numbers(text.fold(written))]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3,980.00元", [("money", Decimal("3980.00"))]),
        ("¥99", [("money", Decimal(99))]),
        ("三块五", [("money", Decimal("3.5"))]),
        ("充值680送680", [("money", Decimal(680)), ("money", Decimal(680))]),
        ("近7000元", [("about", None)]),
        ("5600元多", [("about", None)]),
        ("十几块", [("about", None)]),
        ("25元/月", [("rate", None)]),
        ("每盒450元", [("rate", None)]),
        ("13800001234", [("code", None)]),
        ("修了三次", [("times", 3)]),
        ("10岁", [("age", 10)]),
        ("1001公里", [("km", 1001)]),
        ("过期两天", [("days", 2)]),
        ("两周", [("days", 14)]),
        ("三个月", [("span", 3)]),
        ("620人", [("people", 620)]),
        ("三倍", [("multiple", 3)]),
        ("第三次", []),
        ("两台", []),
        ("3号楼", []),
        ("元旦", []),
    ],
)
def test_a_number_is_what_stands_behind_it(
    written: str, expected: list[tuple[str, object]]
) -> None:
    assert kinds(written) == expected


def test_covering_keeps_every_place() -> None:
    written = "3月1日花了3,980.00元，😀修了三次"
    found = dates.days(written, ON)
    covered = slots.cover(written, found)
    again = slots.cover(covered, amounts.numbers(covered))
    assert len(again) == len(written)
    assert again.index("😀") == written.index("😀")
