"""A list of order volumes is taken whole or not at all, and says which row is wrong and why."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest

from analytics import denominators
from analytics.denominators import Volume, Volumes
from evidence.receive import FileRefused

TODAY = date(2026, 11, 27)
HEAD = "日期,商品,地区,订单量"


def read(*lines: str, head: str = HEAD) -> Volumes:
    return denominators.read("\n".join((head, *lines)).encode(), TODAY)


def faults(found: Volumes) -> list[tuple[int | None, str]]:
    return [(fault.row, fault.message) for fault in found.faults]


def test_a_sound_list_becomes_volumes_in_one_order_from_csv_and_workbook() -> None:
    found = read(
        '2026-03-02,青禾养生壶,浙江,"1,200"',
        "2026/3/1,青禾养生壶,33,１２０ 单",
        "20260302,,全国,0",
        "2026年3月1日,全部商品,,9000.0",
        "合计,,,10320",
    )
    assert found.sound, faults(found)
    one, two = date(2026, 3, 1), date(2026, 3, 2)
    expected = [
        Volume(one, "", "", 9000, 5),
        Volume(two, "", "", 0, 4),
        Volume(one, "青禾养生壶", "33", 120, 3),
        Volume(two, "青禾养生壶", "33", 1200, 2),
    ]
    assert found.volumes == expected
    assert (found.since, found.until, found.rows) == (one, two, 5)
    assert found.series == [("", ""), ("青禾养生壶", "33")]
    assert [note.message for note in found.notes] == ["合计行没有导入"]
    book, into = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["销售统计"])
    book.active.append(["商品名称", "统计日期", "订单数", "省份", "备注"])
    for v in reversed(expected):
        book.active.append([v.product, v.day, v.orders, v.region, "x"])
    book.save(into)
    again = denominators.read(into.getvalue(), TODAY)
    assert [(v.day, v.product, v.region, v.orders) for v in again.volumes] == [
        (v.day, v.product, v.region, v.orders) for v in expected
    ]
    assert [note.message for note in again.notes] == ["没有导入的列：备注"]
    assert denominators.template_columns() == HEAD.split(",")


def test_a_total_of_several_days_is_spread_and_nothing_is_lost() -> None:
    head = "开始日期,结束日期,订单量"
    found = read("2026-03-02,2026-03-08,100", "2026-03-01,2026-03-01,5", head=head)
    assert [v.orders for v in found.volumes] == [5, 15, 15, 14, 14, 14, 14, 14]
    assert [note.message for note in found.notes] == ["7 天的合计按日平均"]
    wrong = read(
        "2026-03-08,2026-03-02,100",
        "2026-01-01,2026-02-01,100",
        "2026-04-01,2026-04-02,1",
        "2026-04-02,2026-04-03,1",
        head=head,
    )
    assert [row for row, _message in faults(wrong)] == [2, 3, 5]
    for said, (_row, message) in zip(("早于", "32 天", "第 4 行"), faults(wrong), strict=True):
        assert said in message
    assert wrong.volumes == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-03-02,a,浙江,-5", "不能是负数"),
        ("2026-03-02,a,浙江,(5)", "不能是负数"),
        ("2026-03-02,a,浙江,−5", "不能是负数"),
        ("2026-03-02,a,浙江,12.5", "不是整数"),
        ("2026-03-02,a,浙江,1.2万", "不是整数"),
        ("2026-03-02,a,浙江,1.2E+05", "不是整数"),
        ("2026-03-02,a,浙江,许多", "不是整数"),
        ("2026-03-02,a,浙江,", "填 0"),
        ("2026-03-02,a,浙江,99999999999999999999999", "过大"),
        ("2026-03-02,a,余杭,5", "不是省级行政区"),
        ("2026-03-02,a,华东,5", "按省填写"),
        ("2026-03-02,a,99,5", "不是省级行政区"),
        (f"2026-03-02,{'长' * 201},浙江,5", "最多 200 字"),
        ("2026-02-30,a,浙江,5", "2026-02-30"),
        ("03/04/2026,a,浙江,5", "03/04/2026"),
        (",a,浙江,5", "没有日期"),
        ("2026-11-28,a,浙江,5", "晚于今天"),
        ("1999-01-01,a,浙江,5", "过早"),
        ("2026-03-01,a,33,7", "第 2 行已经有 a（浙江） 2026-03-01"),
    ],
)
def test_a_wrong_row_is_named_with_what_to_do_and_nothing_is_taken(line: str, said: str) -> None:
    found = read("2026-03-01,a,浙江,4", line)
    assert [row for row, _message in faults(found)] == [3]
    assert said in found.faults[0].message
    assert not found.sound
    assert found.volumes == []


def test_missing_days_are_named_and_later_beginnings_are_only_noted() -> None:
    start = date(2026, 3, 1)
    lines = [f"{start + timedelta(days=n)},a,浙江,1" for n in (0, 1, 4, 5, 7)]
    found = read(*lines, "2026-03-03,b,浙江,1")
    sentence = (
        "a（浙江） 缺少 2026-03-03 至 2026-03-04、2026-03-07 的订单量；请补上，没有订单的日子填 0"
    )
    assert faults(found) == [(4, sentence)]
    assert found.notes[0].message == "b（浙江） 只有 2026-03-03 至 2026-03-03 的订单量"
    unread = read(*lines[:2], "2026-3-x,a,浙江,1", *lines[2:])  # it may be the missing one
    assert [row for row, _message in faults(unread)] == [4]
    negative = read(*lines[:2], "2026-03-03,a,浙江,-1", "2026-03-04,a,浙江,1", *lines[2:])
    assert [(row, "缺少" in said) for row, said in faults(negative)] == [(4, False), (8, True)]
    many = [f"{start + timedelta(days=2 * n)},a,浙江,1" for n in range(6)]
    assert "等 5 段" in read(*many).faults[0].message
    assert denominators.gaps([start, start, start + timedelta(days=1)]) == []
    new = read("2026-03-10,a,浙江,1", "2026-03-11,a,浙江,1", "2026-03-10,b,浙江,1")
    stored = [("a", "33", date(2026, 3, d)) for d in (1, 2, 4, 5)]
    [fault] = denominators.joint(stored, new)
    assert "a（浙江） 缺少 2026-03-06 至 2026-03-09" in fault.message
    assert denominators.joint([("a", "33", date(2026, 3, 9))], new) == []


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("商品,地区,订单量", "缺少“日期”列"),
        ("日期,商品,地区", "缺少“订单量”列"),
        ("开始日期,订单量", "缺少“结束日期”列"),
        ("日期,开始日期,结束日期,订单量", "只能用一种"),
        ("日期,下单日期,订单量", "日期、下单日期 都是“日期”"),
    ],
)
def test_columns_that_are_missing_or_stand_twice_are_named(head: str, said: str) -> None:
    found = read(",".join(["2026-03-01"] * (head.count(",") + 1)), head=head)
    assert [row for row, _message in faults(found)] == [None]
    assert said in found.faults[0].message


def test_what_is_no_list_is_refused_and_very_many_faults_are_counted() -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n\0\0", HEAD.encode()):
        with pytest.raises(FileRefused):
            denominators.read(data, TODAY)
    found = read(*("2026-03-01,a,浙江,x" for _n in range(300)))
    assert len(found.faults) == denominators.MOST_FAULTS
    assert found.more == 599 - denominators.MOST_FAULTS
    totals = read("合计,,,5")
    assert "没有订单量" in totals.faults[0].message
