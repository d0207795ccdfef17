"""What no log line holds: the tokens of links that open something without a password, and numbers
of persons, whoever let them in.
"""

from __future__ import annotations

import logging
import re

_FORMATTER = logging.Formatter()
_LINK = re.compile(r"(/f/)[^/\s?\"']{8,}")


class WithoutTokens(logging.Filter):
    """Cuts the token out of every address of a public link; the line stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/f/" in said:
            record.msg, record.args = _LINK.sub(r"\1…", said), ()
        return True


class WithoutPersons(logging.Filter):
    """Masks telephones, ID numbers, cards and mail addresses in the line and in what was raised."""

    def filter(self, record: logging.LogRecord) -> bool:
        from accounts.masking import masked  # the settings name this filter before there are apps

        said = record.getMessage()
        if (clean := masked(said)) != said:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(_FORMATTER.formatException(record.exc_info))
        return True
