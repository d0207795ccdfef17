"""What colleagues are told about working together: who gives a case to whom.

The rows stand here, apart from those of the lifecycle (`who_is_told.py`), because they come from
acts of people and not from steps.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.models import Complaint, Event, Outbox
from correspondence.row import Row

ASSIGNED = "tell_assigned"


def new_owner(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever was given the case, as long as it is still that person's."""
    owner = complaint.owner
    return [owner] if owner is not None and owner.pk == outbox.payload["user"] else []


def of_assigned(outbox: Outbox) -> dict[str, str]:
    """Who gave the case away, and the note that came with it."""
    event = Event.objects.select_related("by").get(pk=outbox.payload["event"])
    return {"who": event.by.name if event.by else "", "note": event.text or "—"}


def over(outboxes: Iterable[Outbox]) -> set[int]:
    """Ids of those rows that say no more what is: the case lies with somebody else meanwhile. Their
    cases are at hand.
    """
    return {
        row.pk
        for row in outboxes
        if row.effect == ASSIGNED and row.complaint.owner_id != row.payload["user"]
    }


def over_words() -> str:
    """What stands beside such a notice."""
    return _("已不由您办理")


TABLE: dict[str, Row] = {
    ASSIGNED: Row(
        False,
        new_owner,
        gettext_lazy("{number} 转派给您，转派人：{who}"),
        gettext_lazy("{title}\n交接说明：{note}"),
        gettext_lazy("这件案件转派给了您"),
        family="together",
    ),
}
