"""What the story of a case says of money."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from complaints.models import Event
from complaints.views.words import Words
from config.tags import money


def payment(event: Event) -> Words:
    """Paid or reversed: how much, for what, under which reference, what is open after it."""
    detail = event.detail
    amount = money(detail.get("amount"))
    values = {"what": detail.get("text", ""), "amount": amount, "ref": detail.get("reference", "")}
    if event.code == "payment_reversed":
        title = _("冲正付款 {amount}，流水号 {ref}").format(**values)
        return Words(title, event.text, tone="warn")
    title = _("付款 {amount}，“{what}”，流水号 {ref}").format(**values)
    if Decimal(detail.get("over", "0")):
        title = _("{title}，多付 {over}").format(title=title, over=money(detail["over"]))
        return Words(title, event.text, tone="warn")
    if Decimal(detail.get("open", "0")):
        title = _("{title}，还差 {open}").format(title=title, open=money(detail["open"]))
    return Words(title, event.text)
