"""The charts: where marks stand, what they say in words, and that every number is in the table as
well.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from analytics.charts.bars import Row, bars
from analytics.charts.control import LEAST, limits
from analytics.charts.heat import heat, level
from analytics.charts.pareto import Slice, pareto
from analytics.charts.scale import clipped, spread, ticks, width_of
from analytics.charts.trend import Observed, trend
from config.numerals import short

QUIET = [23, 21, 25, 20, 24, 22, 24, 26, 22, 21, 24, 25, 21, 23, 25, 23, 27, 25, 22, 24]


def days(values: list[float | None], apart: set[int] | None = None) -> list[Observed]:
    return [
        Observed(f"11-{i:02}", f"2026-11-{i:02}", value, f"/rows/?d={i}", i in (apart or set()))
        for i, value in enumerate(values, 1)
    ]


def drawn(name: str, chart: Any, language: str = "zh-hans", **more: Any) -> str:
    context = {
        "chart": chart,
        "id": "c1",
        "title": "每日新增",
        "what": "件",
        "kind": "类别",
        **more,
    }
    with translation.override(language):
        return render_to_string(f"analytics/charts/{name}.html", context)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (-0.04, "0", "0"),
        (1234, "1,234", "1,234"),
        (9_999_999.0, "1,000万", "10m"),
        (12_345_678, "1,235万", "12.3m"),
        (1_234_567_890, "12.3亿", "1.2bn"),
        (-12_345_678, "-1,235万", "-12.3m"),
        (2.45, "2.5", "2.5"),
    ],
)
def test_a_number_is_short_and_of_the_language(value: float, chinese: str, english: str) -> None:
    places = 1 if abs(value) < 10 else 0
    assert short(value, "zh-hans", places) == chinese
    assert short(value, "en", places) == english


def test_an_axis_has_few_round_numbers_and_holds_the_largest() -> None:
    chance = random.Random(7)  # noqa: S311 - numbers to draw
    for largest in [0, 1, 2, 3, 7, 60, 99, 100, 1e9, *(chance.random() * 10**n for n in range(9))]:
        found = ticks(largest)
        assert found[0] == 0
        assert found[-1] >= largest
        assert 2 <= len(found) <= 6
        assert all(tick == int(tick) for tick in found)


def test_labels_keep_apart_and_in_order() -> None:
    found = spread([50.0, 48.0, 47.0], 14)
    assert found[2] < found[1] < found[0]
    assert found[1] - found[2] >= 14 - 1e-9
    assert found[0] - found[1] >= 14 - 1e-9


def test_a_long_name_is_cut_where_it_no_longer_fits() -> None:
    assert clipped("虚假宣传", 100) == "虚假宣传"
    cut = clipped("一种很长很长的商品名称益元胶囊六十粒装", 100)
    assert cut.endswith("…")
    assert width_of(cut) <= 100


def test_limits_do_not_follow_the_spike_that_they_show() -> None:
    found = limits([*QUIET, 41, 47, 42])
    assert found is not None
    assert found.days == len(QUIET)
    assert 22 < found.mean < 25
    assert found.upper < 40
    assert [found.mark(v) for v in (47, 24, 3)] == ["above", "", "below"]


@pytest.mark.parametrize("values", [[], [5.0] * 30, [3.0, 9.0] * (LEAST // 2 - 1)])
def test_nothing_is_usual_without_enough_days_or_without_change(values: list[float]) -> None:
    assert limits(values) is None


def test_a_few_changes_among_equal_days_still_give_limits() -> None:
    found = limits([0.0] * 20 + [1.0] + [0.0] * 9)
    assert found is not None
    assert found.lower == 0


def test_the_trend_says_in_words_and_by_shape_what_is_beyond() -> None:
    chart = trend(days([*QUIET, 41, 47, 42]))
    assert [(run.beyond, run.count) for run in chart.runs] == [("above", 3)]
    text = drawn("trend", chart)
    assert text.count('class="spike"') == 3
    assert "11-21 至 11-23 连续 3 次超上限" in text
    assert "均值 23.4，控制限" in text
    assert len(re.findall(r'href="/rows/\?d=\d+" data-n="\d+" class="chart__at"', text)) == 23
    table = text[text.index("<table") : text.index("</table>")]
    assert len(re.findall(r'href="/rows/\?d=\d+"', table)) == 23  # the same, as a table
    assert table.count("超上限") == 3
    assert 'aria-label="2026-11-22：47，超上限"' in text


@pytest.mark.parametrize("values", [[41, 47, 42, *QUIET], [*QUIET, 41, 47, 42]])
def test_what_is_said_of_a_run_stands_over_no_point(values: list[float | None]) -> None:
    chart = trend(days(values))
    assert chart.told
    assert chart.told_down is not None
    side = chart.told.first.x, chart.told.first.x + (-40 if chart.told_anchor == "end" else 40)
    beside = [mark.y for mark in chart.marks if min(side) <= mark.x <= max(side)]
    assert all(abs(y - chart.told_down) >= 14 for y in beside)
    assert 0 < chart.told_down < chart.floor
    assert f'y="{chart.told_down}" dy="4"' in drawn("trend", chart)
    full = trend(days(values), height=40.0)
    assert full.told_down is None  # no room over or under: it is said below the chart only
    assert "chart__said" not in drawn("trend", full)


def test_a_quiet_rest_day_is_no_news_but_a_loud_one_is() -> None:
    values: list[float | None] = [*QUIET]
    chart = trend(days([*values, 5, 60, 5], apart={21, 22}))
    assert [mark.beyond for mark in chart.marks[-3:]] == ["", "above", "below"]
    assert chart.limits
    assert chart.limits.days == len(QUIET)


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_known_is_said_and_not_drawn(values: list[float | None]) -> None:
    text = drawn("trend", trend(days(values)))
    assert "没有数据" in text
    assert '<svg class="chart' not in text


def test_one_value_gaps_and_huge_values_stand_on_the_paper() -> None:
    one = trend(days([5]))
    assert [(mark.x, one.segments) for mark in one.marks] == [(50.0, [])]
    for values in ([1.0, None, 3.0, 4.0], [1e12, 2e12, 5e11], [0.0, 0.0]):
        chart = trend(days(values))
        assert all(0 <= mark.x <= 100 and 0 <= mark.y <= chart.floor for mark in chart.marks)
    gap = trend(days([1, 2, None, 3, 4]))
    assert [(a.observed.label, b.observed.label) for a, b in gap.segments] == [
        ("11-01", "11-02"),
        ("11-04", "11-05"),
    ]
    assert "没有数据" in drawn("trend", gap)
    assert "万亿" not in drawn("trend", trend(days([1e12])))


def test_pareto_sums_up_to_everything_and_names_the_few_that_matter() -> None:
    counts = {"虚假宣传": 212, "退款拖延": 168, "服务承诺": 121, "商品质量": 96, "格式条款": 58}
    rest = {"个人信息": 41, "强制搭售": 33, "其他": 47, "最少": 3, "没有": 0}
    slices = [Slice(name, n, f"/rows/?k={name}") for name, n in {**rest, **counts}.items()]
    chart = pareto(slices, most=8)
    assert [bar.slice.label for bar in chart.bars][:2] == ["虚假宣传", "退款拖延"]
    assert chart.total == 779
    assert chart.rest == 1
    assert chart.bars[-1].sum == pytest.approx(100 * 776 / 779, abs=0.01)
    assert chart.few_count == 5
    text = drawn("pareto", chart)
    assert "前 5 项共占 84.1%" in text
    assert "另有 1 项较少" in text
    assert text.count("/rows/?k=") == 8 + 9  # the bars drawn, and all in the table


def test_pareto_of_one_or_none_or_equal_ones() -> None:
    assert pareto([Slice("一", 0)]).empty
    one = pareto([Slice("唯一", 1, "/rows/")])
    assert one.bars[0].sum == 100
    assert one.few is None
    assert "没有数据" in drawn("pareto", pareto([]))


def test_bars_say_who_is_over_the_limit() -> None:
    chart = bars([Row("何静", 17, "/h/", limit=15), Row("马骁", 9, "/m/", limit=15), Row("空", 0)])
    assert [(row.label, row.over) for row in chart.over] == [("何静", 2)]
    assert chart.most == 17
    assert drawn("bars", chart).count("bar--danger") == 1
    assert bars([Row("零", 0)]).empty


def test_a_heat_map_is_a_table_with_links() -> None:
    rows = [("a", "虚假宣传"), ("b", "退款拖延")]
    columns = [("1", "华东"), ("2", "华南")]
    chart = heat(rows, columns, {("a", "1"): (71, "/a1/"), ("b", "2"): (1, "/b2/")})
    text = drawn("heat", chart)
    assert 'aria-label="虚假宣传 × 华东：71"' in text
    assert text.count("<td") == 4
    assert [cell.level for row in chart.rows for cell in row.cells] == [6, 0, 0, 1]
    assert heat(rows, columns, {}).empty
    assert [level(v, 100) for v in (0, 1, 100)] == [0, 1, 6]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_chart_brings_its_own_colours_or_styles(language: str) -> None:
    charts = [
        drawn("trend", trend(days([*QUIET, 60])), language),
        drawn("pareto", pareto([Slice("<b>", 3, "/?a=1&b=2")]), language),
        drawn("bars", bars([Row("<i>", 3, "/")]), language),
        drawn("heat", heat([("a", "<i>")], [("1", "<u>")], {("a", "1"): (1, "/")}), language),
    ]
    for text in charts:
        assert not re.search(r'style=|fill="|stroke="|#[0-9a-f]{6}|<script|on\w+="', text)
        assert not re.search(r"<[biu]>", text)
