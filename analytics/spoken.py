"""New words of the complaints, none of which is the name of a person: a word stands on a signal, is
mailed, and stays when the cases are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from accounts import vault
from accounts.models import User
from analytics.compared import Case
from analytics.detection import terms
from complaints.models import Consumer

if TYPE_CHECKING:
    from analytics.detection.terms import Term


def emerging(
    window: Sequence[Case], before: Sequence[Case], lexicon: Iterable[str] = ()
) -> list[Term]:
    """What `terms.emerging_terms` finds, without the names of colleagues, and of the consumers of
    the cases that say the word. Two statements.
    """
    said = terms.emerging_terms(
        [c.narrative for c in window],
        [c.narrative for c in before],
        lexicon=lexicon,
        names=User.objects.values_list("name", flat=True),
    )
    known = _consumers({window[n].pk for one in said for n in one.rows})
    return [one for one in said if not _is_named({window[n].pk for n in one.rows}, one.word, known)]


def _consumers(cases: set[int]) -> dict[int, tuple[str, bytes]]:
    """Of each case: the first letter of the consumer's name, and the hash of the whole. No name is
    opened for this.
    """
    rows = Consumer.objects.filter(complaints__in=cases).exclude(name_index=b"")
    found = rows.values_list("complaints", "name_masked", "name_index")
    return {pk: (masked[:1], bytes(index)) for pk, masked, index in found if pk in cases}


def _is_named(cases: set[int], word: str, known: dict[int, tuple[str, bytes]]) -> bool:
    """Is it the name of one of these consumers, or what follows the surname?"""
    people = [known[pk] for pk in cases if pk in known]
    spelt = {word, word.title(), word.upper(), *(first + word for first, _index in people)}
    hashes = {each for name in spelt for each in vault.blind_indexes("name", name)}
    return any(index in hashes for _first, index in people)
