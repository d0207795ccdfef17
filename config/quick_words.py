"""Words in the language of a request as Django finds them, and quicker: a page says some hundreds,
and for each Django looks through the catalogue of every app, twice for a text that stands in none,
which in the language of the source is every text.
"""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import trans_real

MOST = 20_000  # texts of one language; the product has fewer, but anything may be asked for
_found: dict[trans_real.DjangoTranslation, dict[str, str]] = {}  # one for each language
_of_django = trans_real.gettext


def gettext(message: str) -> str:
    """As Django's. What is marked as safe, and what is said in no language, is asked of Django."""
    catalogue = getattr(trans_real._active, "value", None)
    if type(message) is not str or type(catalogue) is not trans_real.DjangoTranslation:
        return _of_django(message)
    known = _found.get(catalogue)
    if known is None:
        known = _found[catalogue] = {}
    word = known.get(message)
    if word is None:
        word = _of_django(message)
        if len(known) < MOST:
            known[message] = word
    return word


def take_over() -> None:
    """Everybody asks here from now on: `_()`, texts that wait for their language, and templates.
    `trans_real` is asked for a text with a context, `_trans` keeps what it was once given.
    """
    trans_real.gettext = gettext
    translation._trans.gettext = gettext
