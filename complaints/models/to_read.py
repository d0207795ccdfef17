"""What tells the search that the words of a case changed: the database itself, so that no action
can forget it.
"""

import pgtrigger

_AGAIN = (
    "INSERT INTO complaints_wordschanged (complaint_id, since) "
    "VALUES (NEW.{}, clock_timestamp()); RETURN NULL;"
)


def _after(name: str, operation: pgtrigger.Operation, column: str) -> pgtrigger.Trigger:
    func = _AGAIN.format(column)
    return pgtrigger.Trigger(name=name, when=pgtrigger.After, operation=operation, func=func)


def _written(*columns: str) -> pgtrigger.Operation:
    changed: pgtrigger.Operation = pgtrigger.UpdateOf(*columns)  # type: ignore[no-untyped-call]
    return pgtrigger.Insert | changed


CASE = _after("case_is_to_be_read", _written("version"), "id")
TALK = _after("talk_is_to_be_read", _written("text"), "complaint_id")
RESOLUTION = _after("resolution_is_to_be_read", pgtrigger.Insert | pgtrigger.Update, "complaint_id")
OUTBOX = pgtrigger.Trigger(
    name="letter_is_to_be_read",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("done_at"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(new__done_at__isnull=False),
    func=_AGAIN.format("complaint_id"),
)
