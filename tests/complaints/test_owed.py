"""What the law firmly owes: only what may be claimed together is added."""

from decimal import Decimal
from typing import Any

import pytest

from complaints.facts import owed_by_law


def remedy(name: str, amount: str | None, **more: Any) -> dict[str, Any]:
    return {"remedy": name, "amount": amount, "certain": True, **more}


PRICE = remedy("rescind_fraud", "3980.00", cumulates_with=["fraud_triple"])
TRIPLE = remedy("fraud_triple", "11940.00", alternatives=["food_ten_times"])
TEN = remedy("food_ten_times", "39800.00", cumulates_with=["food_refund"])
REFUND = remedy("food_refund", "3980.00", cumulates_with=["food_ten_times", "fraud_triple"])


@pytest.mark.parametrize(
    ("remedies", "owed"),
    [
        ([], "0.00"),
        ([PRICE], "3980.00"),
        ([PRICE, TRIPLE], "15920.00"),
        ([TRIPLE, PRICE], "15920.00"),  # one of the two rules says so
        ([TRIPLE, TEN], "39800.00"),
        ([TRIPLE, TEN, REFUND], "43780.00"),  # alternatives are not added by way of a third
        ([PRICE, REFUND], "3980.00"),
        ([{**TRIPLE, "certain": False}, PRICE], "3980.00"),
        ([remedy("repair", None), PRICE], "3980.00"),
    ],
)
def test_alternatives_are_never_added(remedies: list[dict[str, Any]], owed: str) -> None:
    assert owed_by_law({"remedies": remedies}) == Decimal(owed)
