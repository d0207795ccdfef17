"""What somebody was refused: a case that is not theirs, a page that their role does not open. In
the chain of the person, once an hour for each case or page, and no more than `MOST`: who tries a
thousand numbers fills no record, but raises an alarm.

A hidden case and a missing one are written down alike, as they are answered alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts import alarms
from accounts.models import AlarmKind, User
from audit.models import Entry
from audit.record import record

VERB = "access.denied"
HOUR = timedelta(hours=1)
MOST = 60  # entries of a person in an hour
MANY = 20  # different case numbers in an hour that were not theirs: an alarm


@transaction.atomic
def note(by: User, *, page: str, case: str, status: int, at: datetime) -> bool:
    """Write it down, unless it stands there. `page`: the name of the route; `case`: a number in its
    proper form, or "". At most one of many at once writes; whether this one did.
    """
    subject = f"user:{by.username}"
    with connection.cursor() as cursor:  # the lock of the chain, before it is read
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{subject}"]
        )
    lately = Entry.objects.filter(actor=by.username, at__gt=at - HOUR, verb=VERB, subject=subject)
    known = {(d["case"] or d["page"]) for d in lately.values_list("detail", flat=True)[:MOST]}
    if len(known) >= MOST or (case or page) in known:
        return False
    record(VERB, subject, by, at, {"page": page, "case": case, "status": status})
    cases = {one for one in known if one[:2].isupper()} | ({case} if case else set())
    if case and len(cases) >= MANY:
        detail = {"cases": len(cases)}
        alarms.raise_alarm(AlarmKind.CASE_SCAN, about=by, at=at, detail=detail, quiet=HOUR)
    return True
