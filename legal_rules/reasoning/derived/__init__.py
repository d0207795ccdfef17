"""Facts that are computed: comparisons, dates and counting, one small named function each.

Each takes `get` (normal value of a fact, or None) and answers a normal value, or None while its
inputs do not decide it. A function named `dv_…` in one of these files is the fact of that name in
facts.yaml; they are computed in this order, so that a later one may read an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from legal_rules.reasoning.derived import (
    cars,
    contracts,
    goods,
    harm,
    parties,
    penalties,
    people,
    personal_info,
    sums,
)
from legal_rules.reasoning.derived.inputs import Get, months_after

__all__ = ["DERIVED", "Get", "months_after"]

DERIVED: Mapping[str, Callable[[Get], object | None]] = {
    name: function
    for part in (parties, goods, cars, harm, contracts, people, penalties, sums, personal_info)
    for name, function in vars(part).items()
    if name.startswith("dv_")
}
