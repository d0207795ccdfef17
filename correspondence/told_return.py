"""What people are told around a leave: on the return what happened meanwhile, and a deputy that
cases were taken back.

The e-mail says how much and where; which cases, the page says to whoever may see them then.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Absence, User
from complaints import returned
from complaints.actions.returning import EFFECT as RETURNED
from complaints.actions.taking_back import EFFECT as TAKEN_BACK
from complaints.models import BulkRow, Complaint, Event, Outbox
from complaints.querysets import scope_of
from correspondence.row import Row

LISTED = 20  # numbers in one notice


def named(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The one whom the row names."""
    return list(User.objects.filter(pk=outbox.payload["user"], is_active=True))


def page_of(outbox: Outbox) -> str:
    """The page that the notice is about; "" where it is the case."""
    if outbox.effect != RETURNED:
        return ""
    return reverse("returned", args=[outbox.payload["absence"]])


def of_returned(outbox: Outbox) -> dict[str, str]:
    """How many cases, and what happened to how many of them; as it is for the person now."""
    absence = Absence.objects.select_related("user").get(pk=outbox.payload["absence"])
    found = returned.of(absence, outbox.created_at)
    n = len(found.touched) if found else 0
    words = ngettext("您离开期间，{n} 件案件有变动", "您离开期间，{n} 件案件有变动", n)
    return {
        "what": words.format(n=n),
        "counts": _counts(found) if found else "",
    }


def _counts(found: returned.Happened) -> str:
    kinds = (
        (found.due, _("期限已到或将到")),
        (found.letters, _("消费者来信")),
        (found.mentions, _("备注提到您")),
        (found.steps, _("有新步骤")),
        (found.gone, _("转给他人")),
    )
    return _("；").join(
        ngettext("{what} {n} 件", "{what} {n} 件", n).format(what=what, n=n)
        for lines, what in kinds
        if (n := len({line.case.pk for line in lines}))
    )


def of_taken_back(outbox: Outbox) -> dict[str, str]:
    """Who took back how many of the person's cases, which, and the note."""
    event = Event.objects.select_related("by").get(pk=outbox.payload["event"])
    user = User.objects.get(pk=outbox.payload["user"])
    rows = BulkRow.objects.filter(
        scope_of(user, "complaint__"),
        bulk=outbox.payload["bulk"],
        owner_before=user,
        event__isnull=False,
        undone_at=None,
    )
    numbers = list(rows.order_by("pk").values_list("complaint__number", flat=True))
    words = ngettext("收回 {n} 件案件", "收回 {n} 件案件", len(numbers))
    listed = _("、").join(numbers[:LISTED]) + ("…" if len(numbers) > LISTED else "")
    return {
        "who": event.by.name if event.by else "",
        "what": words.format(n=len(numbers)),
        "note": event.text,
        "cases": listed,
    }


TABLE: dict[str, Row] = {
    RETURNED: Row(
        False,
        named,
        "{what}",
        gettext_lazy("{counts}\n逐件查看；转交给同事、还没有办结的案件可以收回。"),
        gettext_lazy("您登记的休假已经结束"),
        family="returned",
        deputies=False,
    ),
    TAKEN_BACK: Row(
        False,
        named,
        gettext_lazy("{who} 返岗，{what}"),
        gettext_lazy("{title}\n留言：{note}\n{cases}"),
        gettext_lazy("休假的同事返岗后，从您手里收回了案件"),
        family="together",
    ),
}
