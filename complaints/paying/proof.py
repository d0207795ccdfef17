"""What proves that a measure was carried out: a payment, a parcel, or a file or words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.masking import texts
from complaints.choices import MeasureKind
from complaints.validation import Refused

PAYMENT, COURIER, WORDS = "payment", "courier", "words"
# A fee that is not asked for is not paid out, whatever its sum.
_NOT_PAID_OUT = (MeasureKind.WAIVER,)
_PARCELS = (MeasureKind.RETURN, MeasureKind.REPLACEMENT)
_COURIER_NUMBER = re.compile(
    r"(?<![0-9A-Z])(?=(?:[A-Z]*\d){8})[A-Z]{0,4}\d[0-9A-Z]{7,23}(?![0-9A-Z])"
)
_YUAN = {"", "cny", "rmb", "人民币", "元", "圆", "人民币元", "¥", "yuan", "chineseyuan"}
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}|\d\.\d+E\d{1,2}")  # 1.23457E+15
_REFERENCE = re.compile(r"[\w.\-/#:]{2,64}")


def asked_for(kind: str, amount: Decimal | None) -> str:
    """Which proof a promise needs; `kind` is its measure's, "" for one that was only said."""
    if amount and kind not in _NOT_PAID_OUT:
        return PAYMENT
    return COURIER if kind in _PARCELS else WORDS


def is_yuan(value: object) -> bool:
    """Whether a currency is ours, however it is written: CNY, rmb, 人民币, 元, ￥, or nothing."""
    if value is None or isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value or "").lower().split()) in _YUAN
    return False


def only_yuan_sentence(value: str) -> str:
    """Why money of another country is not taken."""
    sentence = _("只能登记人民币（CNY）付款，收到的是“{value}”；请按实付的人民币金额填写")
    return sentence.format(value=value[:20])


def names_a_parcel(words: str) -> bool:
    """Whether a courier's number stands in the words: eight digits or more, letters before or
    between.
    """
    return _COURIER_NUMBER.search(unicodedata.normalize("NFKC", words).upper()) is not None


def fingerprint(case: str, number: str) -> str:
    """The number of a payment as the audit record keeps it: it can be compared, never read. A
    bank's number leads to a person, and the record outlives the file.
    """
    return hashlib.sha256(f"{case}|{number}".encode()).hexdigest()


def reference(value: object) -> str:
    """The number of a payment as it is compared: full-width made plain, no spaces, capitals.
    Raises Refused.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused(_("请填写付款流水号"))
    plain = "".join(unicodedata.normalize("NFKC", str(value)).split()).upper()
    plain = "".join(str(unicodedata.decimal(c, c)) for c in plain)  # ٢ is 2
    if not plain:
        raise Refused(_("请填写付款流水号"))
    if _SHORTENED.fullmatch(plain):
        raise Refused(
            _(
                "“{value}”是被表格软件缩写的号码，末几位已经丢失；请把这一列设为“文本”，重新填写完整号码"
            ).format(value=str(value)[:40])
        )
    if not _REFERENCE.fullmatch(plain):
        raise Refused(
            _("“{value}”不是流水号；应为 2 至 64 位字母、数字、汉字或 - _ . / # :").format(
                value=str(value)[:40]
            )
        )
    return texts.taken(plain, texts.IN_REFERENCES)
