"""The right to see the inside of one item for a while: given by a POST that writes the row of
custody, carried by the address of the preview.

So every look is recorded once and before the first byte leaves, and a player may ask for as many
parts of a recording as it likes.
"""

from __future__ import annotations

from django.core import signing

from accounts.models import User
from evidence.models import Custody, Item

VALID = 4 * 3600  # seconds: longer than a long recording
_SALT = "complaints.evidence.look"


def ticket(item: Item, user: User, act: Custody.Act) -> str:
    """For this person, this item and what was said to be done with it."""
    return signing.dumps([item.pk, user.pk, str(act)], salt=_SALT)


def allows(text: str, item: Item, user: User, *acts: Custody.Act) -> bool:
    """Whether the ticket is one of theirs, for one of the acts, and not too old."""
    try:
        found = signing.loads(text, salt=_SALT, max_age=VALID)
    except signing.BadSignature:
        return False
    return any(found == [item.pk, user.pk, str(act)] for act in acts)
