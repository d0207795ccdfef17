"""What is said of an action is true of the weeks after it, and never measured from its alarm."""

from datetime import date, timedelta

import pytest

from analytics.detection.effect import Effect, Verdict, Week, effect
from benchmarks.effects import run

MONDAY = date(2026, 1, 5)


def weeks(*observed: int, exposure: float = 1000) -> list[Week]:
    return [
        Week(MONDAY + timedelta(weeks=at), count, exposure) for at, count in enumerate(observed)
    ]


def told(*observed: int, alarm: int = 8, lasts: int = 2, action: int = 10) -> Effect:
    """The weeks `alarm` and after are of the alarm; the action is the first day of its week."""
    given = weeks(*observed)
    day = given[alarm].start
    ends = day + timedelta(weeks=lasts, days=-1)
    return effect(given, alarm=(day, ends), action=MONDAY + timedelta(weeks=action))


def test_a_halving_has_fallen_and_nothing_is_undecided() -> None:
    fell = told(*[50, 48, 53, 49, 51, 50, 47, 52], 90, 88, *[25, 24, 27, 26])
    assert (fell.verdict, fell.reason, fell.against) == (Verdict.FELL, "", "usual")
    assert fell.low is not None
    assert fell.high is not None
    assert fell.low < 0.51 < fell.high < 1
    assert (fell.observed, fell.expected) == (102, pytest.approx(200))
    # The same weeks after an alarm that was nothing but chance: no praise for the fall from it.
    same = told(*[50, 48, 53, 49, 51, 50, 47, 52], 90, 88, *[50, 49, 51, 50])
    assert (same.verdict, same.reason) == (Verdict.UNDECIDED, "within_chance")
    assert same.ratio == pytest.approx(1, abs=0.05)


def test_the_simulated_runs_say_what_is_true() -> None:
    said = {
        changed: [run(seed, 0.1, changed)[0] for seed in range(40)] for changed in (0.5, 1.0, 2.0)
    }
    assert said[0.5].count("下降") >= 38
    assert said[1.0].count("无法判断") >= 36
    assert said[1.0].count("下降") <= 2
    assert said[2.0].count("上升") >= 36


def test_the_problem_itself_is_the_baseline_where_it_went_on() -> None:
    usual, high = [50, 48, 53, 49, 51, 50, 47, 52], [100, 98, 103, 99, 101]
    fell = told(*usual, *high, *[70, 68, 71, 69], action=13)
    assert (fell.verdict, fell.against) == (Verdict.FELL, "problem")
    assert fell.usual is not None
    assert fell.usual.low > 1  # and not back to what was usual
    goes_on = told(*usual, *high, *[99, 102, 100, 97], action=13)
    assert (goes_on.verdict, goes_on.reason) == (Verdict.UNDECIDED, "still_high")
    at_once = told(*usual, 100, 98, *[99, 102, 100, 97])
    assert (at_once.verdict, at_once.reason) == (Verdict.UNDECIDED, "still_high")
    worse = told(*usual, 100, 98, *[199, 202, 200, 197])
    assert worse.verdict == Verdict.ROSE


def test_fewer_orders_are_no_success() -> None:
    given = weeks(*[50, 48, 53, 49, 51, 50, 47, 52], 90, 88)
    after = [Week(week.start + timedelta(weeks=10), 25, 500) for week in given[:4]]
    alarm = (given[8].start, given[9].start + timedelta(days=6))
    found = effect([*given, *after], alarm=alarm, action=after[0].start)
    assert found.verdict == Verdict.UNDECIDED
    assert found.ratio == pytest.approx(1, abs=0.05)


def test_too_little_is_said_to_be_too_little() -> None:
    usual = [50, 48, 53, 49, 51, 50, 47, 52]
    for found, reason in (
        (told(*usual, 90, 88, 20), "too_early"),
        (told(*usual, 90, 88), "too_early"),
        (told(50, 90, 88, 20, 20, 20, alarm=1, action=3), "no_baseline"),
        (told(*[0, 1] * 4, 9, 8, *[0] * 4), "too_few"),
        (told(*[0] * 8, 0, 0, *[0] * 4), "too_few"),
        (effect([], alarm=(MONDAY, MONDAY), action=MONDAY), "too_early"),
    ):
        assert (found.verdict, found.reason) == (Verdict.UNDECIDED, reason)
    settling = effect(
        weeks(*usual, 90, 88, 60, 24, 25, 26),
        alarm=(MONDAY + timedelta(weeks=8), MONDAY + timedelta(weeks=10, days=-1)),
        action=MONDAY + timedelta(weeks=10),
        settling_days=7,
    )
    assert (settling.weeks_after, settling.observed) == (3, 75)
    with pytest.raises(ValueError, match="below nought"):
        effect(weeks(-1), alarm=(MONDAY, MONDAY), action=MONDAY)
    with pytest.raises(ValueError, match="alarm"):
        effect([], alarm=(MONDAY, MONDAY - timedelta(days=1)), action=MONDAY)
    unknown = [Week(week.start, week.observed, 0) for week in weeks(*usual, 90, 88, 20, 20, 20)]
    assert effect(unknown, alarm=(MONDAY, MONDAY), action=MONDAY).reason == "too_early"
