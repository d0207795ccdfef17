"""One row of the table of who is told what."""

from __future__ import annotations

from dataclasses import dataclass

from correspondence.staff import Staff, Text


@dataclass(frozen=True)
class Row:
    """Receivers ("consumer" or a function of the staff), the subject, the text (names in braces are
    filled in from the case), why one gets it, and the family that people choose about.

    `by_sms`: short enough for a text message when there is no other way. `only_before`: not sent
    once the case has left that state. `deputies`: whoever stands in for somebody away is told too.
    `parting`: says that one need not look at the case any more, to people who by then see it no
    longer; it names nothing of the case but its number, and what somebody wrote to them.
    """

    to_consumer: bool
    staff: Staff | None
    subject: Text
    body: Text
    reason: Text = ""
    family: str = "progress"
    by_sms: bool = False
    only_before: str = ""
    deputies: bool = True
    parting: bool = False
