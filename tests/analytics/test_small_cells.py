"""Small cells: nothing that is hidden can be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from time import process_time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analytics.small_cells import LEAST, Mark, Marks, alone, of_list, of_table


def from_nought(groups: list[int]) -> list[int]:
    """The same groups, numbered without a gap."""
    return [sorted(set(groups)).index(group) for group in groups]


COUNTS = st.one_of(st.integers(0, 28), st.sampled_from([0, 1, LEAST - 1, LEAST, LEAST + 1]))
WIDE = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=4),
        st.lists(st.integers(0, 2), min_size=width, max_size=width).map(from_nought),
    )
)
MOST = 1e4


def bounds(n: int, mark: Mark) -> tuple[float, float]:
    """What a reader knows of a count before looking at any total."""
    return {Mark.SHOWN: (n, n), Mark.SMALL: (1, LEAST - 1), Mark.APART: (LEAST, MOST)}[mark]


def given_away(counts: Sequence[int], marks: Sequence[Mark], sums: np.ndarray) -> list[int]:
    """Positions of hidden counts that can be one number alone. `sums`: what a total comes to is the
    same whatever the hidden counts are. Whole numbers because sums of tables are unimodular.
    """
    limits = [bounds(n, mark) for n, mark in zip(counts, marks, strict=True)]
    fixed = sums @ np.array(counts)
    unsure = {place for place, mark in enumerate(marks) if mark is not Mark.SHOWN}
    random = np.random.default_rng(1)
    known = []
    while unsure:  # those that move along with one another are tried together first
        place = min(unsure)
        goal = np.where([n in unsure for n in range(len(counts))], random.uniform(-1, 1), 0)
        for tried in (goal * random.uniform(-1, 1, len(counts)), np.eye(len(counts))[place]):
            ends = [linprog(sign * tried, A_eq=sums, b_eq=fixed, bounds=limits) for sign in (1, -1)]
            assert all(end.success for end in ends), ends[0].message
            unsure -= set(np.flatnonzero(abs(ends[0].x - ends[1].x) > 0.5).tolist())
            if place not in unsure:
                break
        else:
            known.append(place)
            unsure.discard(place)
    return known


@settings(max_examples=60, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=8))
@example([1, 10])  # 1 is what is left
@example([3, 40])
@example([9, 9, 60])  # 18 of two that are 9 at most
@example([2])
def test_of_a_list_with_its_sum_nothing_can_be_worked_out(counts: list[int]) -> None:
    marks = of_list(counts)
    if marks is None:  # rather nothing
        assert any(alone(n) is Mark.SMALL for n in counts)
        return
    for n, mark in zip(counts, marks, strict=True):
        assert (mark is Mark.SMALL) == (0 < n < LEAST)
        assert mark is not Mark.APART or n >= LEAST
    if not any(alone(n) is Mark.SMALL for n in counts):
        assert not any(marks)
    assert not given_away(counts, marks, np.ones((1, len(counts))))


def flat(
    counts: list[list[int]], groups: list[int], marks: Marks
) -> tuple[list[int], list[Mark], np.ndarray]:
    """Everything that stands in the table by province and in that by large region, in a line, and
    how it belongs together, as a reader puts it down: not as the network that hides it.
    """
    values: list[int] = []
    said: list[Mark] = []

    def take(numbers: list[int], of: Sequence[Mark]) -> list[int]:
        places = list(range(len(values), len(values) + len(numbers)))
        values.extend(numbers)
        said.extend(of)
        return places

    number = range(max(groups) + 1)
    within = [[j for j, g in enumerate(groups) if g == one] for one in number]
    cells = [take(row, of) for row, of in zip(counts, marks.cells, strict=True)]
    by_group = [
        take([sum(row[j] for j in some) for some in within], of)
        for row, of in zip(counts, marks.of_groups, strict=True)
    ]
    rows = take([sum(row) for row in counts], marks.rows)
    across = [sum(column) for column in zip(*counts, strict=True)]
    columns = take(across, marks.columns)
    below = take([sum(across[j] for j in some) for some in within], marks.groups)
    whole = take([sum(across)], [Mark.SHOWN])
    sums = [*zip(rows, cells, strict=True), *zip(rows, by_group, strict=True)]
    sums += zip(columns, map(list, zip(*cells, strict=True)), strict=True)
    sums += zip(below, map(list, zip(*by_group, strict=True)), strict=True)
    sums += [(below[g], [columns[j] for j in within[g]]) for g in number]
    sums += [
        (of_row[g], [row[j] for j in within[g]])
        for row, of_row in zip(cells, by_group, strict=True)
        for g in number
    ]
    sums += [(whole[0], parts) for parts in (rows, columns, below)]
    equations = np.zeros((len(sums), len(values)))
    for line, (total, parts) in enumerate(sums):
        equations[line, total] = -1
        equations[line, parts] = 1
    return values, said, equations


@settings(max_examples=60, deadline=None)
@given(WIDE)
@example(([[19, 3], [18, 17]], [0, 0]))
@example(([[15, 1], [0, 15]], [0, 1]))
@example(([[16, 0, 0], [0, 2, 0], [0, 0, 19]], [0, 1, 1]))
@example(([[24, 24, 24, 24], [24, 1, 24, 24], [24, 24, 24, 24]], [0, 0, 1, 1]))
@example(([[24, 24, 24], [24, 24, 1], [24, 24, 24]], [0, 0, 1]))  # a region of one province
@example(([[24, 4, 24, 6], [24, 24, 24, 24]], [0, 0, 1, 1]))  # within a region each
def test_of_a_table_with_its_totals_nothing_can_be_worked_out(
    table: tuple[list[list[int]], list[int]],
) -> None:
    counts, groups = table
    marks = of_table(counts, groups)
    if marks is None:
        assert any(alone(n) is Mark.SMALL for row in counts for n in row)
        return
    values, said, sums = flat(counts, groups, marks)
    for n, mark in zip(values, said, strict=True):
        assert (mark is Mark.SMALL) == (0 < n < LEAST)
        assert mark is not Mark.APART or n >= LEAST
    assert not given_away(values, said, sums)


def test_no_more_is_hidden_than_is_needed() -> None:
    assert of_list([40, 3, 19, 0]) == [Mark.SHOWN, Mark.SMALL, Mark.APART, Mark.SHOWN]
    assert of_list([40, 3, 2]) == [Mark.SHOWN, Mark.SMALL, Mark.SMALL]
    assert of_list([]) == []
    assert of_list([10, 0, 17]) == [Mark.SHOWN] * 3
    assert of_list([1, 10]) is None
    assert of_list([8]) is None
    marks = of_table([[3, 20, 19], [20, 30, 40], [18, 50, 60]])
    assert marks is not None
    assert [[str(mark) for mark in row] for row in marks.cells] == [
        ["<10", "*", ""],
        ["*", "*", ""],
        ["", "", ""],
    ]
    assert not any([*marks.rows, *marks.columns, *marks.groups])
    # 4 needs another within its large region, whose totals then hide nothing
    marks = of_table([[4, 30, 40, 50], [20, 30, 40, 50]], [0, 0, 1, 1])
    assert marks is not None
    assert [[str(mark) for mark in row] for row in marks.cells] == [
        ["<10", "*", "", ""],
        ["*", "*", "", ""],
    ]
    assert not any([*chain(*marks.of_groups), *marks.rows, *marks.columns, *marks.groups])
    for nothing in (of_list, lambda row: of_table([row])):
        with pytest.raises(ValueError, match="below nought"):
            nothing([-1, 19])


def test_a_grid_as_large_as_they_come_takes_no_time() -> None:
    """20 categories in 35 provinces of 9 large regions, most of them small."""
    counts = [[(7 * i + 11 * j) % 23 for j in range(35)] for i in range(20)]
    start = process_time()
    assert of_table(counts, [j // 4 for j in range(35)]) is not None
    assert process_time() - start < 2  # s; a request waits for it
