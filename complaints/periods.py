"""期间: the windows of the law that run from the dates of one case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints import calendars, facts, regimes
from complaints.models import Complaint, FactAnswer
from legal_rules import windows

STATES: dict[str, tuple[str | Promise, str]] = {  # word and tone
    "open": (_("期间内"), "info"),
    "kept": (_("已在期间内提出"), "ok"),
    "over": (_("已届满"), "warn"),
    "unknown": (_("待查明"), "line"),
}


def periods(
    complaint: Complaint, answers: Sequence[FactAnswer], on: date | None = None
) -> list[dict[str, Any]]:
    """The windows of the case in plain JSON, in the active language; as of today in Shanghai."""
    spans = windows.windows(
        facts.values_for_law(complaint, answers),
        on or timezone.localdate(),
        regimes.traits(complaint),
        calendars.holidays(),
    )
    lang = get_language() or "zh-hans"
    return [{**span.as_json(lang), "words": str(STATES[span.state][0])} for span in spans]
