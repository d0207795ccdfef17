"""What no log line holds: the tokens of links that open something without a password, what the
database quotes of a row, and numbers of persons, whoever let them in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

_FORMATTER = logging.Formatter()
_LINK = re.compile(r"(/[fo]/)[^/\s?\"']{8,}")


class WithoutTokens(logging.Filter):
    """Cuts the token out of every address of a public link; the line stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/f/" in said or "/o/" in said:
            record.msg, record.args = _LINK.sub(r"\1…", said), ()
        return True


class WithoutRows(logging.Filter):
    """Leaves of what the database says which error it is and where, not the values it quotes: its
    DETAIL and CONTEXT hold whole rows, its first line whatever could not be read as a value.

    Errors are looked for in what was raised, with their causes, and among what the line is made of.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        args = record.args.values() if isinstance(record.args, dict) else record.args or ()
        raised = record.exc_info[1] if record.exc_info else None
        errors = [one for one in (raised, *args) if isinstance(one, BaseException)]
        quoted = _quoted(errors)
        said = record.getMessage()
        if (clean := _without(quoted, said)) != said:
            record.msg, record.args = clean, ()
        if record.exc_info:
            record.exc_text = _without(quoted, record.exc_text or _traceback(record))
        return True


def _traceback(record: logging.LogRecord) -> str:
    return _FORMATTER.formatException(record.exc_info) if record.exc_info else ""


def _quoted(errors: list[BaseException]) -> dict[str, str]:
    """What errors of the database say → what may be said of it, the longest first."""
    from django.db import Error
    from psycopg2 import Error as DriverError

    found: dict[str, str] = {}
    for error in _all(errors):
        if isinstance(error, (Error, DriverError)):
            harmless = _harmless(error)
            found |= {
                str(error).strip(): harmless,
                repr(error): f"{type(error).__name__}({harmless!r})",
            }
    return {words: found[words] for words in sorted(found, key=len, reverse=True) if words}


def _all(errors: list[BaseException]) -> Iterator[BaseException]:
    """They, what caused them, what they came up in, and the members of groups, each once."""
    waiting, seen = list(errors), set[int]()
    while waiting:
        error = waiting.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        further = (error.__cause__, error.__context__, *getattr(error, "exceptions", ()))
        waiting += [one for one in further if isinstance(one, BaseException)]


def _harmless(error: BaseException) -> str:
    """duplicate key value violates unique constraint "x" [23505 complaints_complaint x]"""
    diag = getattr(error, "diag", None) or getattr(error.__cause__, "diag", None)
    if diag is None or not diag.sqlstate:  # of the connection, or of the driver: it saw no row
        return _QUOTE.sub("", str(error))
    first = "" if diag.sqlstate.startswith(_OF_VALUES) else diag.message_primary or ""
    names = (diag.sqlstate, diag.table_name, diag.column_name, diag.constraint_name)
    return f"{first} [{' '.join(name for name in names if name)}]".strip()


_OF_VALUES = ("22", "42601")  # data exception, syntax error: they quote the value itself
# For texts whose error is not at hand. A value may have lines of its own: all that follows goes.
_QUOTE = re.compile(
    r"\s*(?:\n|\\n)\s*(?:DETAIL|CONTEXT|QUERY|LINE \d+|详细信息|描述|背景):.*", re.DOTALL
)


def _without(quoted: dict[str, str], text: str) -> str:
    for words, harmless in quoted.items():
        text = text.replace(words, harmless)
    return _QUOTE.sub(" …", text)


class WithoutPersons(logging.Filter):
    """Masks telephones, ID numbers, cards and mail addresses in the line and in what was raised."""

    def filter(self, record: logging.LogRecord) -> bool:
        from accounts.masking import masked  # the settings name this filter before there are apps

        said = record.getMessage()
        if (clean := masked(said)) != said:
            record.msg, record.args = clean, ()
        if record.exc_info:
            record.exc_text = masked(record.exc_text or _traceback(record))
        return True
