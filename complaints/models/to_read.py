"""What tells the search that the words of a case changed: the database itself, so that no action
can forget it.
"""

import pgtrigger

_AGAIN = (
    "INSERT INTO complaints_unread (complaint_id, since) VALUES ({}, now()) "
    "ON CONFLICT (complaint_id) DO NOTHING; RETURN NULL;"
)
CASE = pgtrigger.Trigger(
    name="case_is_to_be_read",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("version"),  # type: ignore[no-untyped-call]
    func=_AGAIN.format("NEW.id"),
)
OUTBOX = pgtrigger.Trigger(
    name="letter_is_to_be_read",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("done_at"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(new__done_at__isnull=False),
    func=_AGAIN.format("NEW.complaint_id"),
)
