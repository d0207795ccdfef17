"""Which columns of the list a view shows. Number and subject always stand; the order is fixed.

The rows are drawn with all of them and kept so (`config/tags.py`); what a view does not show is
hidden by the style sheet, by one attribute of the table (`static/css/screens/queue.css`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy

COLUMNS: dict[str, Any] = {
    "who": gettext_lazy("消费者"),
    "rights": gettext_lazy("涉及权益"),
    "stage": gettext_lazy("阶段"),
    "own": gettext_lazy("责任人"),
    "due": gettext_lazy("期限"),
    "risk": gettext_lazy("风险"),
}


def known(codes: Iterable[Any]) -> list[str]:
    """Those of the codes that there are, in the order of the list."""
    given = set(map(str, codes))
    return [code for code in COLUMNS if code in given]


def hidden(shown: Iterable[Any]) -> str:
    """What is not shown, for the table; nothing where no column was chosen."""
    chosen = known(shown)
    return " ".join(code for code in COLUMNS if code not in chosen) if chosen else ""
