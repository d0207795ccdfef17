"""The money of a promise as pages show it: owed, paid, open, and each payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints.choices import PaymentWay
from complaints.models import Payment
from complaints.paying import proof
from complaints.paying.sums import NOTHING, Standing

Text = str | Promise
# How money stands: its word and how the word is drawn.
STANDINGS: dict[str, tuple[Text, str]] = {
    "unpaid": (pgettext_lazy("money", "未付"), ""),
    "part": (gettext_lazy("部分支付"), "warn"),
    "paid": (gettext_lazy("已付清"), "ok"),
    "over": (gettext_lazy("多付"), "danger"),
}


def payments_column() -> ArraySubquery:
    """The payments of each case, for the statement of its page."""
    rows = Payment.objects.filter(commitment__complaint=OuterRef("pk")).order_by("id")
    return ArraySubquery(
        rows.values(
            as_json=JSONObject(
                id="pk",
                commitment="commitment",
                amount="amount",
                paid_on="paid_on",
                way="way",
                reference="reference",
                evidence="evidence_number",
                note="note",
                by="by__name",
                file="file_row__file__file_name",
                reversed="reversed_reason",
            )
        )
    )


@dataclass(frozen=True)
class PaymentShown:
    """One payment: `row` are its columns; where it is reversed, "" for those who may not."""

    row: Mapping[str, Any]
    way: Text
    reverse: str = ""


@dataclass(frozen=True)
class Money:
    """What is owed for a promise, and what was paid."""

    standing: Standing
    payments: list[PaymentShown] = field(default_factory=list)

    @property
    def word(self) -> Text:
        """未付, 部分支付, 已付清, 多付."""
        return STANDINGS[self.standing.code][0]

    @property
    def kind(self) -> str:
        """How the word is drawn."""
        return STANDINGS[self.standing.code][1]


def asks_for(row: Mapping[str, Any]) -> str:
    """Which proof a promise needs, from its columns."""
    return proof.asked_for(row["kind"] or "", _yuan(row["amount"]))


def money_of(
    row: Mapping[str, Any], payments: list[Mapping[str, Any]], number: str, *, may_end: bool
) -> Money | None:
    """None for a promise that is not one of money."""
    if asks_for(row) != proof.PAYMENT:
        return None
    own = [p for p in payments if p["commitment"] == row["id"]]
    shown = [
        PaymentShown(
            p,
            PaymentWay(p["way"]).label,
            reverse("reverse_payment", args=[number, p["id"]])
            if may_end and not p["reversed"]
            else "",
        )
        for p in own
    ]
    return Money(Standing(_yuan(row["amount"]), _yuan(row["paid"])), shown)


def _yuan(value: Any) -> Decimal:
    return Decimal(str(value)) if value is not None else NOTHING
