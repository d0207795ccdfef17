"""Taking values from people, programs and spreadsheets: one place, the same sentences everywhere.

Pure of models.

Every function answers the clean value or raises `Refused` with a sentence that says what to do
next. Longer than others on purpose: whoever takes in a value finds every kind of it in one list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.masking import texts
from accounts.vault import normalised
from complaints import places
from complaints.choices import Language, Protection
from complaints.errors import Invalid
from complaints.workdays import SHANGHAI

NARRATIVE_LIMIT = 50_000
TEXT_LIMIT = 20_000
MONEY_LIMIT = Decimal("999999999999.99")


class Refused(ValueError):
    """One value cannot be taken; the message is for the person."""


def text(value: Any, limit: int, *, required: bool = False, lines: bool = False) -> str:
    """Free text: `plain`, with the numbers of persons in it masked; their originals go with it to
    the row that takes it, and from there into the vault (accounts/masking).
    """
    return texts.taken(plain(value, limit, required=required, lines=lines))


def reference(value: Any, limit: int) -> str:
    """A number of an order, of a case elsewhere or of a transfer: it may look like a card's, so
    that only ID numbers and mobiles are masked in it.
    """
    return texts.taken(plain(value, limit), texts.IN_REFERENCES)


def plain(value: Any, limit: int, *, required: bool = False, lines: bool = False) -> str:
    """Trimmed text of at most `limit` characters without NUL or control characters; line breaks
    only where `lines`. As it was written: for codes, names of users and fields of the vault.
    """
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Refused(_("这里应填写文字"))
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value):
        raise Refused(_("含有不可见的控制字符；请删除后再提交"))
    if not lines:
        value = re.sub(r"\s+", " ", value)
    if len(value) > limit:
        raise Refused(
            _("最多 {limit} 字，现有 {length} 字；请删减，或把全文作为证据附件上传").format(
                limit=limit, length=len(value)
            )
        )
    if not _says_something(value):
        value = ""
    if required and not value:
        raise Refused(_("请填写此项"))
    return value


# Letters and signs that look like nothing: blanks of Hangul and Braille.
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _says_something(value: str) -> bool:
    """Whether there is anything to be seen: spaces of no width do not fill a field."""
    return any(c not in _BLANK and unicodedata.category(c) not in _UNSEEN for c in value)


def choice(value: Any, allowed: Iterable[str], *, required: bool = False) -> str:
    """One of the allowed codes, "" when empty."""
    if value in (None, ""):
        if required:
            raise Refused(_("请选择一项"))
        return ""
    options = list(allowed)
    if not isinstance(value, str) or value not in options:
        raise Refused(
            _("“{value}”不在可选范围内（{options}）").format(
                value=str(value)[:40], options=", ".join(options[:40])
            )
        )
    return value


def choices(value: Any, allowed: Iterable[str]) -> list[str]:
    """Distinct allowed codes, in the order given."""
    if value in (None, ""):
        return []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise Refused(_("这里应是一个列表"))
    options = list(allowed)
    return list(dict.fromkeys(choice(v, options, required=True) for v in value))


def money(value: Any) -> Decimal | None:
    """An amount in yuan, not negative, at most two decimals; never from a float."""
    if value in (None, ""):
        return None
    if isinstance(value, (bool, float)):
        raise Refused(_('金额请用文字形式填写，例如 "3980.00"'))
    raw = unicodedata.normalize("NFKC", str(value)).strip()
    raw = re.sub(r"^(?:¥|￥|CNY|RMB)\s*|\s*元$", "", raw, flags=re.IGNORECASE)
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", raw):
        raise Refused(
            _("“{value}”不是金额；请填写数字，例如 3980.00").format(value=str(value)[:40])
        )
    try:
        amount = Decimal(raw.replace(",", ""))
    except InvalidOperation as error:
        raise Refused(
            _("“{value}”不是金额；请填写数字，例如 3980.00").format(value=str(value)[:40])
        ) from error
    if amount < 0:
        raise Refused(_("金额不能为负数"))
    if amount > MONEY_LIMIT:  # first: a number of forty digits cannot even be rounded
        raise Refused(_("金额过大；请核对"))
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused(_("金额最多两位小数（精确到分）"))
    return abs(amount.quantize(Decimal("0.01")))  # -0 is nothing, and is written so


def day(value: Any, *, future: bool = False) -> date | None:
    """A date `YYYY-MM-DD`, not before 1990 and, unless `future`, not after today in Shanghai."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if not isinstance(value, date):
        try:
            value = date.fromisoformat(str(value).strip())
        except ValueError as error:
            raise Refused(
                _("“{value}”不是有效日期；请按 2026-11-23 的格式填写").format(value=str(value)[:40])
            ) from error
    if value.year < 1990:
        raise Refused(_("日期早于 1990 年；请核对"))
    if not future and value > timezone.localdate():
        raise Refused(_("日期不能晚于今天"))
    if value.year > 2100:
        raise Refused(_("日期过晚；请核对"))
    return value


def _instant(value: Any) -> datetime | None:
    """The instant in any of the accepted spellings, still without offset if none was given."""
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, date):
            return datetime.combine(value, time.min)
        raw = str(value).strip()
        return parse_datetime(raw) or datetime.combine(date.fromisoformat(raw), time.min)
    except ValueError:
        return None


def moment(value: Any, now: datetime) -> datetime | None:
    """An instant, ISO 8601; without offset it is Shanghai time; a bare date means its first minute.

    Not in the future (5 minutes' grace).
    """
    if value in (None, ""):
        return None
    parsed = _instant(value)
    if parsed is None:
        raise Refused(
            _("“{value}”不是有效时间；请按 2026-11-23T14:40:00+08:00 的格式填写").format(
                value=str(value)[:40]
            )
        )
    if timezone.is_naive(parsed):
        parsed = parsed.replace(tzinfo=SHANGHAI)
    if parsed.year < 1990:
        raise Refused(_("日期早于 1990 年；请核对"))
    if parsed > now + timedelta(minutes=5):
        raise Refused(_("时间不能晚于现在"))
    return parsed


def item_number(value: Any) -> int | None:
    """The number of a piece of evidence in its case."""
    if value in (None, ""):
        return None
    raw = str(value).strip() if isinstance(value, (int, str)) else ""
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", raw):
        raise Refused(_("证据编号应为数字"))
    return int(raw)


def flag(value: Any) -> bool:
    """True or false."""
    if value in (None, ""):
        return False
    if isinstance(value, bool):
        return value
    if value in ("on", "true", "1"):
        return True
    if value in ("off", "false", "0"):
        return False
    raise Refused(_("这里应是“是”或“否”"))


def phone(value: Any) -> str:
    """A telephone number with 5 to 20 digits; + - ( ) and an extension allowed.

    Already masked numbers are kept as they are.
    """
    value = plain(value, 40)
    if not value:
        return ""
    digits = re.sub(r"[\s\-()（）+转*]", "", normalised("phone", value))
    fewest = 3 if "*" in value else 5
    if not fewest <= len(digits) <= 20 or not digits.isdecimal():
        raise Refused(_("“电话”应为 5 至 20 位数字，可含区号和分机"))
    return value


def email(value: Any) -> str:
    """An e-mail address in its plain form."""
    value = plain(value, 254)
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise Refused(_("“电子邮件”格式不对；请核对，例如 name@example.com"))
    return value


def document_number(value: Any) -> str:
    """An identity document: letters and digits, 5 to 30 characters (passports and permits too, so
    no checksum is demanded).
    """
    value = plain(value, 40)
    if value and not re.fullmatch(r"[0-9A-Za-z*\-]{5,30}", normalised("id_number", value)):
        raise Refused(_("“证件号码”应为 5 至 30 位字母或数字"))
    return value


def account(value: Any) -> str:
    """A bank account or card: 6 to 34 letters or digits."""
    value = plain(value, 60)
    if value and not re.fullmatch(r"[0-9A-Za-z*@.]{6,60}", normalised("bank_account", value)):
        raise Refused(_("“收款账户”应为 6 位以上数字或字母"))
    return value


def region(value: Any) -> str:
    """The code of a province for its code or name, "" where nobody knows."""
    said = plain(value, 40)
    code = places.code_of(said)
    if said and not code:
        raise Refused(
            _(
                "“{value}”不是省级行政区；请填写名称或国家标准的两位代码，例如 浙江 或 33，"
                "不清楚时留空"
            ).format(value=said)
        )
    return code


Cleaner = Callable[[Any], Any]

CONSUMER_FIELDS: dict[str, Cleaner] = {
    "name": lambda v: plain(v, 60),
    "phone": phone,
    "email": email,
    "id_number": document_number,
    "bank_account": account,
    "address": lambda v: plain(v, 200),
    "protection": lambda v: choice(v, Protection.values),
    "language": lambda v: choice(v, Language.values),
}


def clean(
    values: Mapping[str, Any], cleaners: Mapping[str, Cleaner], *, prefix: str = ""
) -> dict[str, Any]:
    """Run each cleaner on its value.

    Raises Invalid with every sentence, and for fields that the table does not know.
    """
    errors: dict[str, list[str]] = {}
    result: dict[str, Any] = {}
    for name in values:
        if name not in cleaners:
            errors[prefix + name] = [_("没有“{field}”这个字段").format(field=name[:60])]
    for name, cleaner in cleaners.items():
        if name not in values:
            continue
        try:
            result[name] = cleaner(values[name])
        except Refused as refusal:
            errors[prefix + name] = [str(refusal)]
        except Invalid as invalid:
            errors.update(invalid.errors)
    if errors:
        raise Invalid(errors)
    return result


def consumer(value: Any) -> dict[str, str]:
    """The consumer's personal fields."""
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise Refused(_("这里应是一个对象"))
    return clean(value, CONSUMER_FIELDS, prefix="consumer.")


def product(value: Any) -> dict[str, str]:
    """The product: name and category; a plain text is taken as the name."""
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping):
        raise Refused(_("这里应是一个对象"))
    return clean(
        value,
        {"name": lambda v: text(v, 200), "category": lambda v: text(v, 100)},
        prefix="product.",
    )
