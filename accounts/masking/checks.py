"""What makes a row of digits a number of a person: check digits, dates and ranges of issuers.

ID numbers: GB 11643-1999 (18 characters; the check character is ISO 7064 MOD 11-2), and the older
form of 15 digits. Cards: ISO/IEC 7812-1 (Luhn, issuer identification numbers). Mobiles: the
numbering plan of mainland China, 11 digits from 13 to 19.
"""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
# 62 and 81 UnionPay, 60 and 9… its members' older ranges, 4 Visa, 51–55 and 2221–2720 Mastercard,
# 3528–3589 JCB, 6011, 644–649 and 65 Discover. Only UnionPay's are other than 16 digits long.
_UNIONPAY = re.compile(r"6[023]|64[4-9]|65|81|9(?:0[01]|[4-9])")
_SIXTEEN = re.compile(r"4|5[0-9]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|35(?:2[89]|[3-8])")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _is_day(text: str) -> bool:
    try:
        return date(1900, 1, 1) <= date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False


def is_id_number(digits: str) -> bool:
    """18 characters: a day of birth and the check character of the seventeen before it."""
    if len(digits) != 18 or digits[6:8] not in ("19", "20") or not digits[:17].isdecimal():
        return False
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == digits[17] and _is_day(digits[6:14])


def is_old_id_number(digits: str) -> bool:
    """15 digits: a province, a county, a day of birth in the last century. No check digit."""
    return bool(
        len(digits) == 15
        and digits.isdigit()
        and _PROVINCES.match(digits)
        and digits[2:6] != "0000"
        and _is_day("19" + digits[6:12])
    )


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = sum(
        _DOUBLED[int(d)] if place % 2 else int(d) for place, d in enumerate(reversed(digits))
    )
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """16 to 19 digits of a known range of issuers that hold by Luhn."""
    if not 16 <= len(digits) <= 19 or not digits.isdecimal():
        return False
    known = _UNIONPAY.match(digits) or (len(digits) == 16 and _SIXTEEN.match(digits))
    return bool(known) and luhn(digits)


def is_mobile(digits: str) -> bool:
    """11 digits from 13 to 19."""
    return bool(_MOBILE.fullmatch(digits))


def short_document(number: str) -> str:
    """A passport or permit as it may be shown: E*****678. Of nine characters five stay hidden."""
    return number[:1] + "*" * (len(number) - 4) + number[-3:]


def begins_with_a_day(digits: str) -> bool:
    """19900101…: a date, when it stands in groups."""
    return digits[:2] in ("19", "20") and _is_day(digits[:8])
