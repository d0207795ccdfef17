"""What a letter says of a case: complaint, resolution, promises and clocks as the values of
letters/variables.yaml, in the language of the letter.

A value that is not known is not in the answer, so that its variable stays open. Of the person only
the masked name (for the salutation) and the last digits of the account are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import clock_words, deadlines, letter_sets, proofs, regimes
from complaints.choices import Channel, Claim, DeadlineState, MeasureKind
from complaints.models import Complaint, Deadline, Resolution
from complaints.validation import Refused, money
from complaints.validation import day as a_day
from complaints.workdays import SHANGHAI
from letters.values import Measure, Point, salutation
from letters.values import day as said

Values = dict[str, Any]
DEFAULT = "zh"
MOST_EVIDENCE = 12
# With the name of the law: Article 148 of the Civil Code is about rescission for fraud.
FRAUD = re.compile(r"(?:消费者权益保护法|消法)》?[^《]*?第(?:五十五|55)条|Consumer[^;\n]*\b55\b")
FOOD = re.compile(r"食品安全法》?[^《]*?第(?:一百四十八|148)条|Food Safety Law[^;\n]*\b148\b")
_WITH_A_DAY: dict[str, str] = {
    MeasureKind.STOP_CALLS: "stop_calls_from",
    MeasureKind.DELETE_DATA: "data_deleted_by",
}


def locale_of(lang: str) -> str:
    """The language of the catalogue of words for the language of a letter."""
    return "en" if lang.startswith("en") else "zh-hans"


def known(values: Mapping[str, Any]) -> Values:
    """Without what says nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


def of_case(complaint: Complaint, lang: str = DEFAULT, now: datetime | None = None) -> Values:
    """What every letter about the case may name. One statement, for the clock of the answer."""
    now, consumer = now or timezone.now(), complaint.consumer
    with translation.override(locale_of(lang)):
        return known(
            {
                "salutation": salutation(consumer.name_masked, lang),
                "number": complaint.number,
                "matter": complaint.title,
                "received_on": complaint.received_at,
                "channel": str(Channel(complaint.channel).label),
                "requests": _named(Claim, complaint.claims),
                "enterprise": settings.ENTERPRISE_NAME,
                "letter_date": now.astimezone(SHANGHAI).date(),
                "contact": contact(),
                "data_contact": settings.ENTERPRISE_DATA_CONTACT,
                "handler": complaint.owner.name if complaint.owner else None,
                "reply_by": reply_by(complaint, now, lang),
                "goods": complaint.product_name,
                "price": complaint.price_paid,
                "payee": _account(consumer.bank_account_masked),
            }
        )


def contact() -> str:
    """How the consumer reaches us, as the enterprise set it; else the way that is always there."""
    return settings.ENTERPRISE_CONTACT or _("直接回复，或者通过您反映问题时的渠道")


def _named(choices: Any, codes: Iterable[str]) -> list[str]:
    """The words of codes; 其他 says nothing in a letter."""
    return [
        str(choices(code).label) for code in codes if code in choices.values and code != "other"
    ]


def _account(masked: str) -> str:
    """您本人名下尾号 0417 的账户, from **** 0417."""
    digits = masked.replace("*", "").strip()
    return _("您本人名下尾号 {digits} 的账户").format(digits=digits) if digits else ""


def reply_by(complaint: Complaint, now: datetime, lang: str = DEFAULT) -> str:
    """The day by which the case is answered: its clock; of one that is only registered the day on
    which that clock would end if it began at the latest moment. "" where no clock is set.
    """
    clocks = {row.kind: row for row in _clocks(complaint, "general_reply", "accept")}
    if (reply := clocks.get("general_reply")) is not None:
        return due_words(reply, lang)
    accept = clocks.get("accept")
    start = max(accept.due_at, now) if accept is not None else now
    foreseen = _foreseen(complaint, "general_reply", start)
    return due_words(foreseen, lang) if foreseen is not None else ""


def _clocks(complaint: Complaint, *kinds: str) -> list[Deadline]:
    """Its clocks of these kinds that were not cancelled, in order; read before where many letters
    are written at once (`letter_sets`).
    """
    read = letter_sets.rows(complaint, letter_sets.CLOCKS)
    rows = Deadline.objects.filter(complaint=complaint, kind__in=kinds).order_by("id")
    asked = list(rows) if read is None else read
    return [row for row in asked if row.kind in kinds and row.state != DeadlineState.CANCELLED]


def _foreseen(complaint: Complaint, kind: str, start: datetime) -> Deadline | None:
    """The clock of that kind as it would run if it began then; not saved."""
    on = start.astimezone(SHANGHAI).date()
    row = regimes.row_for(kind, on, regimes.traits(complaint))
    return deadlines.new(complaint, row, start) if row is not None else None


def due_words(deadline: Deadline, lang: str) -> str:
    """The day on which a clock ends, marked where it may still move."""
    with translation.override(locale_of(lang)):
        words = said(deadline.due_at, lang)
        return clock_words.marked(words, provisional=deadline.provisional)


# --- the resolution


def of_proposal(
    complaint: Complaint,
    rows: Sequence[Mapping[str, str]],
    basis: Sequence[str],
    explanation: str,
    *,
    lang: str = DEFAULT,
    points: Sequence[Point] = (),
    now: datetime | None = None,
) -> Values:
    """What the resolution letter says; `rows` are measures as a form holds them (kind, amount,
    formula, description, due, and basis where there is one).
    """
    now = now or timezone.now()
    values = of_case(complaint, lang, now)
    with translation.override(locale_of(lang)):
        measures = [_measure(row) for row in rows if row.get("kind") in MeasureKind.values]
    amounts = [m.amount for m in measures if m.amount is not None]
    days = [m.due for m in measures if m.due is not None and m.amount is not None]
    values |= known(
        {
            "measures": measures,
            "total": sum(amounts, Decimal(0)) if amounts else None,
            "pay_by": max(days, default=None),
            "legal_basis": list(basis),
            "findings": explanation.strip(),
            "evidence": _evidence(complaint),
            "points": list(points),
            "answer_by": answer_by(complaint, now),
            **_increased(rows, basis),
            **_days_of(rows),
        }
    )
    return values


def rows_of(resolution: Resolution) -> list[dict[str, str]]:
    """The measures of a saved version as a form holds them."""
    return [
        {
            "kind": m.kind,
            "amount": f"{m.amount:.2f}" if m.amount is not None else "",
            "formula": m.formula,
            "description": m.description,
            "due": m.due.isoformat() if m.due else "",
            "basis": getattr(m, "basis", ""),
        }
        for m in resolution.measures.all()
    ]


def _measure(row: Mapping[str, str]) -> Measure:
    return Measure(
        what=str(MeasureKind(row["kind"]).label),
        amount=amount_of(row),
        note=row.get("description", "").strip(),
        formula=_formula(row),
        basis=row.get("basis", "").strip(),
        due=due_of(row),
    )


def _formula(row: Mapping[str, str]) -> str:
    """How the sum was reckoned; "" where that only says the sum once more."""
    formula = row.get("formula", "").strip()
    plain = formula.replace(",", "").replace(" ", "")
    return "" if plain == row.get("amount", "").strip().replace(",", "") else formula


def amount_of(row: Mapping[str, str]) -> Decimal | None:
    """The row's sum in yuan, None when there is none or it cannot be read (the form says so)."""
    try:
        return money(row.get("amount", ""))
    except Refused:
        return None


def due_of(row: Mapping[str, str]) -> date | None:
    """The row's day, None when there is none or it cannot be read."""
    try:
        return a_day(row.get("due", ""), future=True)
    except Refused:
        return None


def _increased(rows: Sequence[Mapping[str, str]], basis: Sequence[str]) -> Values:
    """Increased damages and how they were worked out, under the name of the law they rest on: of
    food they are punitive (Food Safety Law, Article 148(2)), else of Consumer Law, Article 55(1).
    """
    for row in rows:
        if row.get("kind") == MeasureKind.INCREASED_DAMAGES and (amount := amount_of(row)):
            name = "punitive" if _of_food(row.get("basis", "").strip(), basis) else "increased"
            formula = row.get("formula", "").strip()
            return {f"{name}_damages": amount, f"{name}_formula": formula}
    return {}


def _of_food(own: str, basis: Sequence[str]) -> bool:
    """Whether damages rest on the Food Safety Law: by their own basis, else by the letter's."""
    named = own or "\n".join(basis)
    return bool(FOOD.search(named)) and not FRAUD.search(named)


def _days_of(rows: Sequence[Mapping[str, str]]) -> Values:
    """The days of measures that a sentence of their own names."""
    found = ((_WITH_A_DAY.get(row.get("kind", "")), due_of(row)) for row in rows)
    return {name: due for name, due in found if name}


def _evidence(complaint: Complaint) -> list[str]:
    """The names of what was looked at, each once."""
    titles = proofs.usable(complaint.folder_id).values_list("title", flat=True)[: 4 * MOST_EVIDENCE]
    return list(dict.fromkeys(titles))[:MOST_EVIDENCE]


def answer_by(complaint: Complaint, now: datetime) -> date | None:
    """The consumer's time to answer if the letter left today; it leaves no sooner, so that no clock
    ends before the day that stands in the letter.
    """
    clocks = _clocks(complaint, "consumer_reply")
    running = next((row for row in clocks if row.state == DeadlineState.RUNNING), None)
    clock = running or _foreseen(complaint, "consumer_reply", now)
    return clock.due_at.astimezone(SHANGHAI).date() if clock is not None else None
