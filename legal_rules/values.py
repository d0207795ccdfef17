"""What counts as an answer to a fact: plain JSON in, a normal form out, or a refusal with reason.

Normal forms (all can be stored as JSON): boolean → bool; enum → the value; multi → list in the
order of the vocabulary; money → "3980.00" (yuan, two decimals); integer → int; date → "2026-03-01";
datetime → ISO 8601 with offset; text → str.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from legal_rules.terms import Fact

TEXT_LIMIT = 2000
EARLIEST, LATEST = date(1949, 10, 1), date(2199, 12, 31)
_BEIJING = timezone(timedelta(hours=8))
_MONEY = re.compile(r"(\d{1,3}(,\d{3})+|\d{1,12})(\.\d{1,2})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def has_control(text: str) -> bool:
    """True for characters that no text keeps; line ends and tabs are kept."""
    return bool(_CONTROL.search(text))


SENTENCES: dict[str, tuple[str, str]] = {
    "unknown_fact": (
        "没有名为“{given}”的事实；编号见事实词汇表。",
        "There is no fact named “{given}”; the vocabulary of facts lists them.",
    ),
    "not_boolean": ("请答“是”或“否”（true 或 false）。", "Answer yes or no (true or false)."),
    "not_text": ("请填写文字。", "Please give a text."),
    "not_listed": (
        "“{given}”不在可选答案之中。可选：{values}。",
        "“{given}” is not one of the possible answers: {values}.",
    ),
    "not_list": ("请给出答案的列表。", "Please give a list of answers."),
    "conflicting": (
        "“{given}”不能与其他答案同时选择；请删去其中一方。",
        "“{given}” cannot be chosen together with other answers; remove one side.",
    ),
    "float_money": (
        '金额请以文字给出，例如 "3980.00"，不接受浮点数。',
        'Give money as text, such as "3980.00"; a floating-point number is not accepted.',
    ),
    "not_money": (
        "“{given}”不是金额，请写成 3980.00 这样的数字。",
        "“{given}” is not an amount; write it like 3980.00.",
    ),
    "negative": ("不能为负数。", "It must not be negative."),
    "too_precise": ("金额最多两位小数。", "An amount has at most two decimals."),
    "too_large": ("数值过大。", "The number is too large."),
    "not_integer": ("“{given}”不是整数。", "“{given}” is not a whole number."),
    "not_date": (
        "“{given}”不是日期，请写成 2026-03-01。",
        "“{given}” is not a date; write it like 2026-03-01.",
    ),
    "not_datetime": (
        "“{given}”不是日期时间，请写成 2026-03-01T09:30。",
        "“{given}” is not a date and time; write it like 2026-03-01T09:30.",
    ),
    "too_early": ("日期早于 1949-10-01。", "The date is before 1949-10-01."),
    "too_late": ("日期晚于 2199-12-31；请核对。", "The date is after 2199-12-31; please check it."),
    "in_future": ("日期晚于今天。", "The date is later than today."),
    "empty": ("内容不能为空。", "It must not be empty."),
    "too_long": ("内容过长，最多 2000 字。", "The text is too long; 2,000 characters at most."),
    "control_character": (
        "内容含有不能保存的控制字符。",
        "The text contains control characters that cannot be stored.",
    ),
}


class FactError(ValueError):
    """An answer that cannot be taken. `str()` is Chinese, `sentence_for("en")` English."""

    def __init__(self, fact_id: str, code: str, given: object = "") -> None:
        self.fact_id, self.code = fact_id, code
        text = "…" if isinstance(given, int) and abs(given) >= 10**40 else str(given)
        shown = _CONTROL.sub("�", text)
        self._given = shown if len(shown) <= 40 else shown[:39] + "…"
        super().__init__(self.sentence_for("zh-hans"))

    def sentence_for(self, lang: str) -> str:
        """What is wrong and what to do, in "zh-hans" or "en"."""
        return SENTENCES[self.code][lang.startswith("en")].format(given=self._given)


class UnknownFact(FactError):
    """The vocabulary has no fact of this id. `meant`: the id that is most like it."""

    def __init__(self, fact_id: object) -> None:
        self.meant: str | None = None
        super().__init__(str(fact_id)[:100], "unknown_fact", fact_id)

    def sentence_for(self, lang: str) -> str:
        sentence = super().sentence_for(lang)
        if self.meant is None:
            return sentence
        english = lang.startswith("en")
        return sentence + (f" Did you mean {self.meant}?" if english else f"是否指 {self.meant}？")


class WrongValue(FactError):
    """The value is not an answer that this fact can have; the sentence names those it can."""

    def __init__(self, fact: Fact, code: str, given: object) -> None:
        self.fact = fact
        super().__init__(fact.id, code, given)

    def sentence_for(self, lang: str) -> str:
        """After the question that was asked."""
        english, fact = lang.startswith("en"), self.fact
        listed = [f"{v} ({label})" if english else v for v, label in fact.values.items()]
        values = ("; " if english else "、").join(listed)
        sentence = SENTENCES[self.code][english].format(given=self._given, values=values)
        question = fact.question_for(lang)
        return f"{question} {sentence}" if english else f"{question}{sentence}"


def normal_value(fact: Fact, value: object, today: date | None) -> object:
    """The normal form of `value`. Raises WrongValue; with `today`, also for a later date."""

    def refuse(code: str, given: object = value) -> WrongValue:
        return WrongValue(fact, code, given)

    result = _READERS[fact.type](fact, value, refuse)
    if today and fact.type in ("date", "datetime") and str(result)[:10] > today.isoformat():
        raise refuse("in_future")
    return result


Refusal = Callable[..., WrongValue]


def _boolean(fact: Fact, value: object, refuse: Refusal) -> bool:
    if not isinstance(value, bool):
        raise refuse("not_boolean")
    return value


def _clean(value: object, refuse: Refusal) -> str:
    if not isinstance(value, str):
        raise refuse("not_text")
    if len(value) > TEXT_LIMIT:
        raise refuse("too_long")
    if _CONTROL.search(value):
        raise refuse("control_character")
    return value.strip()


def _enum(fact: Fact, value: object, refuse: Refusal) -> str:
    text = _clean(value, refuse)
    if text not in fact.values:
        raise refuse("not_listed")
    return text


def _multi(fact: Fact, value: object, refuse: Refusal) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise refuse("not_list")
    if len(value) > 4 * len(fact.values):
        raise refuse("too_long")
    chosen = {_enum(fact, item, lambda code, given=item: refuse(code, given)) for item in value}
    if fact.none in chosen and len(chosen) > 1:
        raise refuse("conflicting", fact.none)
    return [known for known in fact.values if known in chosen]


def _money(fact: Fact, value: object, refuse: Refusal) -> str:
    if isinstance(value, float):
        raise refuse("float_money")
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise refuse("not_money")
    if isinstance(value, str):
        _clean(value, refuse)
    text = (
        unicodedata.normalize("NFKC", str(value)[:TEXT_LIMIT]).strip()
        if not isinstance(value, int)
        else _digits(value)
    )
    if re.fullmatch(r"-\d[\d,]*(\.\d*)?", text):
        raise refuse("negative")
    if re.fullmatch(r"\d[\d,]*\.\d{3,}", text):
        raise refuse("too_precise")
    if re.fullmatch(r"\d{13,}(\.\d*)?", text):
        raise refuse("too_large")
    if not text.isascii() or not _MONEY.fullmatch(text):
        raise refuse("not_money")
    return f"{Decimal(text.replace(',', '')):.2f}"


def _digits(value: int) -> str:
    return str(value) if abs(value) < 10**15 else ("-1" if value < 0 else "1" * 15)


def _integer(fact: Fact, value: object, refuse: Refusal) -> int:
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", _clean(value, refuse))
        if not re.fullmatch(r"-?\d{1,15}", text) or not text.isascii():
            raise refuse("not_integer")
        value = int(text)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse("not_integer")
    if value < 0:
        raise refuse("negative")
    if value > fact.at_most:
        raise refuse("too_large")
    return value


def _date(fact: Fact, value: object, refuse: Refusal) -> str:
    if isinstance(value, datetime) or not isinstance(value, (str, date)):
        raise refuse("not_date")
    text = value.isoformat() if isinstance(value, date) else _clean(value, refuse)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or not text.isascii():
        raise refuse("not_date")
    try:
        day = date.fromisoformat(text)
    except ValueError as bad:
        raise refuse("not_date") from bad
    _sensible(day, refuse)
    return text


def _sensible(day: date, refuse: Refusal) -> None:
    """Clocks are counted from dates: nothing can be counted at the end of the calendar."""
    if day < EARLIEST:
        raise refuse("too_early")
    if day > LATEST:
        raise refuse("too_late")


def _datetime(fact: Fact, value: object, refuse: Refusal) -> str:
    """A time without offset is Beijing time."""
    if not isinstance(value, (str, datetime)):
        raise refuse("not_datetime")
    text = value.isoformat() if isinstance(value, datetime) else _clean(value, refuse)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as bad:
        raise refuse("not_datetime") from bad
    _sensible(moment.date(), refuse)
    return (moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)).isoformat()


def _text(fact: Fact, value: object, refuse: Refusal) -> str:
    text = _clean(value, refuse)
    if not text:
        raise refuse("empty")
    return text


_READERS: dict[str, Callable[[Fact, object, Refusal], object]] = {
    "boolean": _boolean,
    "enum": _enum,
    "multi": _multi,
    "money": _money,
    "integer": _integer,
    "date": _date,
    "datetime": _datetime,
    "text": _text,
    "decimal": _money,
}
TYPES = tuple(_READERS)
