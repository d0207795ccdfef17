"""The planted cause is the first of the list, and nothing is named where nothing is."""

import pytest

from analytics.detection.causes import LUCK, scan
from benchmarks.causes import SIZES, WINDOW, a_pair, a_rare_value, world

ATTRIBUTES = tuple(SIZES)
PLAIN = {"product": "洗衣机", "batch": "A1", "channel": "电话"}


@pytest.mark.parametrize("nested", [False, True])
def test_the_planted_product_and_batch_come_first(nested: bool) -> None:
    firsts = []
    for seed in range(8):
        there = world(seed, nested)
        planted = a_pair(there)
        window, history = there.cases(WINDOW) + there.cases(40, planted), there.cases(2000)
        found = scan(window, history, ATTRIBUTES)
        firsts.append(found[0].values == planted)
        assert found[0].chance < LUCK
        assert found[0].low < found[0].ratio < found[0].high
        # What overlaps with it is told apart from a second cause.
        assert all(one.within == 0 for one in found[1:] if one.chance < LUCK)
    assert sum(firsts) >= 7


def test_two_causes_are_two_findings_and_a_window_without_one_has_none() -> None:
    there = world(77, False)
    pair, rare = a_pair(there), a_rare_value(there)
    window = there.cases(WINDOW) + there.cases(50, pair) + there.cases(30, rare)
    found = scan(window, there.cases(4000), ATTRIBUTES)
    alone = [one.values for one in found if one.within is None and one.chance < LUCK]
    assert sorted(alone) == sorted([pair, rare])
    for seed in range(10):
        there = world(seed, seed % 2 == 0)
        found = scan(there.cases(WINDOW), there.cases(2000), ATTRIBUTES)
        assert all(one.chance > LUCK for one in found)


def test_the_numbers_are_those_of_the_cases() -> None:
    history = [PLAIN] * 60 + [PLAIN | {"batch": "B2"}] * 40
    window = [PLAIN] * 12 + [PLAIN | {"batch": "B2"}] * 28
    found = scan(window, history, ("product", "batch", "channel"))
    # Everything is a washing machine and told by telephone: that would say nothing.
    assert found[0].values == (("batch", "B2"),)
    assert (found[0].observed, found[0].seen_before) == (28, 40)
    assert found[0].expected == pytest.approx(16, abs=0.2)
    # A baseline that expected as many cases in all as there are of B2: nothing is left to explain.
    assert all(one.chance > 0.01 for one in scan(window, history, ("batch",), expected_total=70))


def test_missing_values_and_small_windows_say_nothing() -> None:
    history = [PLAIN] * 50
    unknown = [PLAIN | {"batch": None, "channel": ""}] * 30
    empty = [{"product": "", "batch": None}] * 30
    for window, before in (
        ([], history),
        ([PLAIN], []),
        ([], []),
        ([PLAIN | {"batch": "new"}], history),
        (empty, history),
        (history, empty),
        ([{}] * 9, [{}] * 9),
        (unknown, history),
    ):
        assert scan(window, before, ("product", "batch", "channel")) == ()
    for window, before in (([], []), ([PLAIN], [])):  # a new house expects nothing
        assert scan(window, before, ("product",), expected_total=0.0) == ()
    assert scan(history, history, ()) == ()
    new = scan([PLAIN] * 20 + [PLAIN | {"batch": "new"}] * 20, history, ("batch",))
    assert new[0].values == (("batch", "new"),)
    assert (new[0].seen_before, new[0].chance < LUCK) == (0, True)
    with pytest.raises(ValueError, match="baseline"):
        scan(history, history, ("batch",), expected_total=0)
