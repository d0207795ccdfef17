"""By a person: read out on the telephone, posted, handed over; whoever did it says so."""

from __future__ import annotations

from correspondence.transports import Message, Receipt


class Manual:
    """It waits on the case until somebody has brought it (`complaints/actions/letters.py`)."""

    code = "manual"

    def deliver(self, message: Message, key: str) -> Receipt:
        return Receipt(sent=False)
