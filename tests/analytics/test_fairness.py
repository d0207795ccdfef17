"""Nobody is blamed for a hard queue, and nobody with too little to say anything."""

import pytest

from analytics.detection import fairness
from analytics.detection.fairness import Tally, compare
from benchmarks.fairness import BAD, INNOCENT, world


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_few_innocent_people_are_flagged_and_bad_ones_are(seed: int) -> None:
    flagged = [one.person for one in compare(world(seed).tallies) if one.flagged]
    assert sum(int(person) >= BAD for person in flagged) <= INNOCENT
    assert sum(int(person) < BAD for person in flagged) >= 4


def test_a_hard_queue_is_no_fault() -> None:
    tallies = [Tally(f"easy {at}", ("easy", ""), 1000, 50) for at in range(20)]
    tallies += [Tally(f"hard {at}", ("hard", ""), 1000, 300) for at in range(3)]
    tallies += [Tally("bad", ("easy", ""), 1000, 130)]
    standings = compare(tallies)
    assert [one.person for one in standings] == sorted(str(one.person) for one in standings)
    assert [one.person for one in standings if one.flagged] == ["bad"]
    hard = next(one for one in standings if one.person == "hard 1")
    assert (hard.observed, hard.comparable) == (300, 1000)
    assert hard.expected == pytest.approx(300, rel=0.05)
    assert hard.low is not None
    assert hard.high is not None
    assert hard.low < 1 < hard.high


def test_little_and_incomparable_work_says_nothing() -> None:
    tallies = [Tally(at, ("common", "a"), 600, 60) for at in range(5)]
    tallies += [Tally(5, ("common", "a"), 290, 250), Tally(6, ("own", "a"), 900, 800)]
    *_, few, alone = compare(tallies)
    for one in (few, alone):
        assert not one.enough
        assert not one.flagged
        assert one.ratio is one.low is one.high is one.probability is None
    assert few.expected == pytest.approx(29, abs=1)
    assert (alone.cases, alone.comparable, alone.expected) == (900, 0, 0)
    more = compare([*tallies, Tally(5, ("common", "b"), 30, 25)])
    assert more[5].enough
    assert more[5].flagged


def test_odd_tallies() -> None:
    assert compare([]) == ()
    (one,) = compare([Tally("a", (), 0, 0)])
    assert (one.enough, one.expected) == (False, 0)
    assert not any(one.flagged for one in compare([Tally(at, (), 500, 0) for at in range(9)]))
    assert not any(one.flagged for one in compare([Tally(at, (), 500, 500) for at in range(9)]))
    both = compare([Tally("b", ("x",), 1, 1), Tally(2, ("x",), 1, 0), Tally(1, ("x",), 1, 0)])
    assert [one.person for one in both] == [1, 2, "b"]
    for cases, events in ((1, 2), (-1, -1), (3, -1)):
        with pytest.raises(ValueError, match="events"):
            compare([Tally(1, (), cases, events)])


def test_no_order_by_rate_is_offered() -> None:
    with pytest.raises(TypeError):
        sorted(compare([Tally(1, (), 9, 1), Tally(2, (), 9, 2)]))  # type: ignore[type-var]
    assert fairness.ENOUGH == 30
