"""Alarms on made-up rows: what raises one, what does not, and what is refused."""

import datetime as dt
import json
import re

import numpy as np
import pytest

from analytics.detection.alarm import Alarm
from analytics.detection.budget import STANDARD, STRICT
from analytics.detection.watch import find_alarms, watch
from benchmarks import outbreak_scores
from benchmarks.outbreak_world import World, made

LENGTH, ONSET = 480, 452
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(n) for n in range(LENGTH)]
ORDERS = np.full((12, LENGTH), 200.0)
TREE = [(f"c{n // 6}", f"p{n // 3}", f"r{n % 3}") for n in range(12)]
RATES = np.array([0.3, 1, 4] * 4)[:, None] * np.ones((12, LENGTH))


def drawn(seed, lifted=(), times=1.0):
    """Complaints of twelve series; those of `lifted` are `times` as many from ONSET on."""
    rates = RATES.copy()
    rates[list(lifted), ONSET:] *= times
    return np.random.default_rng(seed).poisson(rates).astype(float)


def paths(counts, budget=0.1, **more):
    return {alarm.path for alarm in find_alarms(DAYS, counts, ORDERS, budget, TREE, **more)}


def test_finds_planted_outbreaks_within_the_budget_and_the_usual_methods_do_not():
    """Half the company of the benchmark, on one seed. The benchmark has ten."""
    world = made(World(series=120), 4711)
    usual = outbreak_scores.judged(world, outbreak_scores.ours(world, STANDARD))
    strict = outbreak_scores.judged(world, outbreak_scores.ours(world, STRICT))
    assert usual.found >= 0.75
    assert usual.false <= 1.2
    assert usual.delay <= 5
    assert strict.found >= 0.60
    assert strict.false <= 0.30
    for scored, as_used in outbreak_scores.NAIVE.values():
        scores = scored(world)
        assert outbreak_scores.judged(world, outbreak_scores.above(scores, as_used)).false > 5
        assert outbreak_scores.moved(world, scores, usual.false).found < 0.5


def test_orders_explain_twice_the_complaints():
    counts = drawn(0, range(12), 2.0)
    doubled = ORDERS.copy()
    doubled[:, ONSET:] *= 2
    assert find_alarms(DAYS, counts, doubled, 0.01, TREE) == []
    assert paths(counts, 0.01) == {("c0",), ("c1",)}  # nothing explains it: both categories
    without = find_alarms(DAYS, counts, None, 0.01, TREE)
    assert {alarm.path for alarm in without} == {("c0",), ("c1",)}
    assert {(alarm.orders, alarm.orders_before) for alarm in without} == {(None, None)}


@pytest.mark.parametrize(
    ("lifted", "times", "named"),
    [
        ([], 1.0, set()),
        ([2], 4.0, {("c0", "p0", "r2")}),
        ([0, 1, 2], 3.5, {("c0", "p0")}),
        (range(6), 3.5, {("c0",)}),
        ([2, 11], 4.0, {("c0", "p0", "r2"), ("c1", "p3", "r2")}),
    ],
)
def test_names_the_most_specific_level_that_explains_the_excess(lifted, times, named):
    assert paths(drawn(3, lifted, times)) == named


def test_a_rare_series_takes_longer_and_comes():
    """0.3 a day, then 1.5: no single day says anything."""
    counts = drawn(5, [0], 5.0)
    assert counts[0, ONSET:].max() <= 5
    alarms = find_alarms(DAYS, counts, ORDERS, 0.05, TREE)
    assert {alarm.path for alarm in alarms} == {TREE[0]}
    assert (alarms[0].day - DAYS[ONSET]).days > 2


def test_an_alarm_can_be_worked_out_again_from_its_own_numbers():
    counts = drawn(3, [2], 4.0)
    (alarm,) = find_alarms(DAYS, counts, ORDERS, 0.1, TREE)
    assert [alarm] == find_alarms(DAYS, counts, ORDERS, 0.1, TREE)
    read = Alarm.from_dict(json.loads(json.dumps(alarm.as_dict())))
    assert read == alarm
    assert read.recomputed() == pytest.approx(alarm.statistic)
    assert read.recomputed() >= read.threshold
    assert read.observed == sum(day.observed for day in read.daily)
    assert (
        read.observed
        == counts[2, read.daily[0].day.toordinal() - DAYS[0].toordinal() :][: len(read.daily)].sum()
    )
    assert read.expected == pytest.approx(sum(day.expected for day in read.daily))
    assert 1 < read.ratio_low < read.ratio < read.ratio_high
    assert read.orders == 200 * len(read.daily)
    assert read.orders_before == 200
    assert read.baseline_from == DAYS[0]
    assert read.baseline_until < read.started <= read.day <= read.ended
    assert read.day.toordinal() - DAYS[ONSET].toordinal() <= 5


def test_what_is_judged_later_does_not_change_what_was_found():
    counts = drawn(3, [2], 4.0)
    (later,) = find_alarms(DAYS, counts, ORDERS, 0.1, TREE, since=DAYS[-28])
    until = (later.day - DAYS[0]).days + 1
    earlier = find_alarms(
        DAYS[:until], counts[:, :until], ORDERS[:, :until], 0.1, TREE, since=DAYS[-28]
    )
    assert [(one.started, one.day, one.observed) for one in earlier] == [
        (later.started, later.day, later.observed)
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "what", "said"),
    [
        (1, 5, np.nan, "orders", "c0 / p0 / r1, 2024-01-06: the order volume is missing"),
        (1, 5, -3, "orders", "c0 / p0 / r1, 2024-01-06: the order volume is negative"),
        (1, 5, np.inf, "orders", "c0 / p0 / r1, 2024-01-06: the order volume is infinite"),
        (2, 9, np.nan, "counts", "c0 / p0 / r2, 2024-01-10: the number of complaints is missing"),
        (2, 9, -1, "counts", "c0 / p0 / r2, 2024-01-10: the number of complaints is negative"),
        (2, 9, 0.5, "counts", "2024-01-10: the number of complaints is no whole number"),
    ],
)
def test_says_which_series_and_day_cannot_be(row, column, value, what, said):
    given = {"counts": drawn(1), "orders": ORDERS.copy()}
    given[what][row, column] = value
    with pytest.raises(ValueError, match=re.escape(said)):
        find_alarms(DAYS, given["counts"], given["orders"], 1.0, TREE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"days": DAYS[:9] + DAYS[10:] + [DAYS[-1] + dt.timedelta(1)]}, "2024-01-09 is followed"),
        ({"days": []}, "there are no days"),
        ({"counts": np.zeros((12, 3))}, "series × 480 days"),
        ({"orders": np.ones((2, LENGTH))}, "the shape of counts"),
        ({"tree": TREE[:3]}, "the tree names 3 series, counts has 12"),
        ({"tree": [("a",)] * 12}, "series a is there twice"),
        ({"tree": [*TREE[:11], ("short",)]}, "the same depth"),
        ({"budget": 0}, "budget must be above 0"),
        ({"since": dt.date(2020, 1, 1)}, "2020-01-01 is not among the days"),
    ],
)
def test_refuses_what_does_not_fit_together(change, said):
    given = {"days": DAYS, "counts": drawn(1), "orders": ORDERS, "tree": TREE} | change
    with pytest.raises(ValueError, match=re.escape(said)):
        find_alarms(**given)


def test_empty_new_and_huge_series():
    assert watch(DAYS, np.zeros((2, LENGTH))).unjudged == [
        (("0",), "no complaint and no order yet"),
        (("1",), "no complaint and no order yet"),
    ]
    assert watch(DAYS, np.zeros((2, LENGTH)), ORDERS[:2]).alarms == []
    assert watch(DAYS[:1], [[5], [5]]).unjudged[0] == (("0",), "less than 56 days of history")
    assert watch(DAYS, np.zeros((0, LENGTH))).alarms == []
    late = drawn(1)
    late[0, :450] = np.nan  # not there yet, then too short to judge
    late[1, :200] = np.nan  # late, but long enough
    late[1, ONSET:] += 8
    late[3, LENGTH - 1] = 1e12
    seen = watch(DAYS, late, ORDERS, 0.1, TREE)
    assert seen.unjudged == [(TREE[0], "less than 56 days of history")]
    by_path = {alarm.path: alarm for alarm in seen.alarms}
    assert by_path[TREE[1]].baseline_from == DAYS[200]
    assert by_path[TREE[3]].day == DAYS[-1]
    some = ORDERS.copy()
    some[0] = np.nan  # one series without denominators among others
    (alarm,) = find_alarms(DAYS, drawn(3, [0], 9.0), some, 0.1, TREE)
    assert (alarm.path, alarm.orders) == (TREE[0], None)
