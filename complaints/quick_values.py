"""{案件编号} in a quick text or a macro stands for what the case says. The names are those
of the letters (`letters/variables.yaml`), as far as every case knows them. A value that is not
known stays open: its name stands there, marked, and never None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import letter_values
from complaints.models import Complaint
from complaints.workdays import SHANGHAI
from letters.saying import listed
from letters.values import day, line, money
from letters.variables import VARIABLES, Kind

# What `letter_values.of_case` tells, in the order in which the help lists them.
NAMES = (
    *("number", "salutation", "matter", "handler", "reply_by", "received_on", "channel"),
    *("requests", "goods", "price", "payee", "enterprise", "contact", "letter_date"),
)
# What people on the phone call them.
_ALSO = {"消费者称呼": "salutation", "责任人": "handler", "今天": "letter_date"}
_FOUND = re.compile(r"\{([^{}\n]{1,40})\}")
_HAN = re.compile(r"[㐀-鿿]")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """A part of a text; `open`: a variable without a value, as it stands in the text."""

    text: str
    open: bool = False


def name_of(written: str) -> str:
    """The variable that is written so, in either language; "" for none of them."""
    wanted = written.strip()
    if wanted in _ALSO:
        return _ALSO[wanted]
    for name in NAMES:
        label = VARIABLES[name].label
        if wanted in (name, label.zh) or wanted.lower() == label.en.lower():
            return name
    return ""


def unknown(text: str) -> list[str]:
    """What stands in braces and is no variable, each once."""
    return list(dict.fromkeys(w for w in _FOUND.findall(text) if not name_of(w)))


def left_open(text: str) -> list[str]:
    """The variables that still stand in a text, each once, as they are written."""
    return list(dict.fromkeys(w for w in _FOUND.findall(text) if name_of(w)))


def still_open(text: str) -> list[str]:
    """A sentence for a text that is to leave with variables in it; [] for none."""
    found = _("、").join(f"{{{name}}}" for name in left_open(text))
    return [_("变量 {names} 还没有内容；请填写或删去").format(names=found)] if found else []


def language_of(text: str) -> str:
    """In which language values are said: that of the text."""
    return "zh" if _HAN.search(_FOUND.sub("", text)) else "en"


def of_case(complaint: Complaint, lang: str) -> Values:
    """What this case says. One statement, for the clock of the answer."""
    return letter_values.of_case(complaint, lang)


def without_case(by: User, lang: str) -> Values:
    """What is known before there is a case: who writes, for whom, and the day."""
    with translation.override(letter_values.locale_of(lang)):
        values = {
            "handler": by.name,
            "enterprise": settings.ENTERPRISE_NAME,
            "contact": letter_values.contact(),
            "letter_date": timezone.now().astimezone(SHANGHAI).date(),
        }
    return letter_values.known(values)


def filled(text: str, values: Values, lang: str) -> list[Piece]:
    """The text in pieces: what it says, and the variables that stay open."""
    pieces, at = [], 0
    for found in _FOUND.finditer(text):
        name = name_of(found[1])
        said = _said(name, values, lang) if name else found[0]
        pieces.append(Piece(text[at : found.start()]))
        pieces.append(Piece(said) if said else Piece(found[0], open=True))
        at = found.end()
    pieces.append(Piece(text[at:]))
    return [piece for piece in pieces if piece.text]


def plain(pieces: list[Piece]) -> str:
    """The pieces as one text."""
    return "".join(piece.text for piece in pieces)


def _said(name: str, values: Values, lang: str) -> str:
    value, variable = values.get(name), VARIABLES[name]
    if variable.kind is Kind.JOINED:
        said = listed(list(value or ()), lang)
    elif variable.kind is Kind.MONEY:
        said = money(value)
    else:
        said = day(value, lang) if variable.kind is Kind.DAY and value else line(value)
    if not said and variable.fallback is not None:
        return variable.fallback.in_(lang)
    return said
