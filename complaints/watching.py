"""What people did with what they may see, for auditors: per person and period, counted and listed.

Each kind is one table of the record, found by the person; a page of people costs nine statements
however many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import Alarm, User
from audit.models import Entry, Reading
from complaints.denied import VERB as DENIED
from complaints.models import PersonSearch, Reveal
from complaints.spans import Span

SIGN_INS = (
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "reauthentication_failed",
    "second_factor_failed",
)
REFUSED = (DENIED, "reveal.refused", "search.stopped")
EXPORTS = (
    "evidence.exported",
    "evidence.downloaded",
    "package.exported",
    "payments.exported",
    "readings.exported",
    "disposal.register_exported",
    "dossier.printed",
    "complaint.printed",
    "queue.printed",
    "people.exported",
    "rights.copied",
)
# Who may do what: what was done to the person's account, whoever did it.
RIGHTS = (
    "user_created",
    "user_changed",
    "user_left",
    "user_returned",
    "key.issued",
    "key.revoked",
    "sessions_ended",
    "password_reset",
    "second_factor_taken_away",
    "access.granted",
)


@dataclass(frozen=True)
class Kind:
    """One kind of rows of a person: `rows(person)`, and `who`, the column that names the person,
    by primary key or by user name.
    """

    code: str
    words: str | Promise
    who: str
    base: Callable[[], QuerySet[Any]]
    by_name: bool = True

    def of(self, user: User, span: Span) -> QuerySet[Any]:
        """The rows of a person in the period."""
        key = _subject(self, user.username) if self.by_name else user.pk
        return _between(self.base().filter(**{self.who: key}), span)


def _subject(kind: Kind, username: str) -> str:
    return f"user:{username}" if kind.who == "subject" else username


def _entries(*verbs: str) -> Callable[[], QuerySet[Any]]:
    return lambda: Entry.objects.filter(verb__in=verbs)


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "reveals",
            pgettext_lazy("watching", "查看号码"),
            "by",
            lambda: Reveal.objects.select_related("complaint", "by"),
            by_name=False,
        ),
        Kind(
            "opened",
            pgettext_lazy("watching", "打开案件"),
            "actor",
            lambda: Reading.objects.exclude(about=""),
        ),
        Kind(
            "searches",
            pgettext_lazy("watching", "查找消费者"),
            "by",
            PersonSearch.objects.all,
            by_name=False,
        ),
        Kind("denied", pgettext_lazy("watching", "被拒绝"), "actor", _entries(*REFUSED)),
        Kind("exports", pgettext_lazy("watching", "导出"), "actor", _entries(*EXPORTS)),
        Kind("sign_ins", pgettext_lazy("watching", "登录"), "subject", _entries(*SIGN_INS)),
        Kind("rights", pgettext_lazy("watching", "权限变更"), "subject", _entries(*RIGHTS)),
        Kind(
            "alarms",
            pgettext_lazy("watching", "告警"),
            "about",
            Alarm.objects.all,
            by_name=False,
        ),
    )
}
Counts = dict[str, int]


def _between(rows: QuerySet[Any], span: Span) -> QuerySet[Any]:
    begins, ends = span.begins, span.ends
    rows = rows.filter(at__gte=begins) if begins else rows
    return rows.filter(at__lt=ends) if ends else rows


def counts(users: Sequence[User], span: Span) -> dict[int, Counts]:
    """User key → kind → how many rows in the period. Eight statements, whatever their number."""
    found: dict[int, Counts] = {user.pk: dict.fromkeys(KINDS, 0) for user in users}
    if not users:
        return found
    for kind in KINDS.values():
        keys = {_subject(kind, u.username) if kind.by_name else u.pk: u.pk for u in users}
        rows = _between(kind.base().filter(**{f"{kind.who}__in": list(keys)}), span)
        each = rows.select_related(None).order_by().values_list(kind.who)
        for key, n in each.annotate(n=Count("pk")):
            found[keys[key]][kind.code] = n
    return found


def people(after: str, size: int) -> tuple[list[User], bool]:
    """Everybody by user name from beyond this one, and whether there are more. One statement."""
    rows = list(User.objects.filter(username__gt=after).order_by("username")[: size + 1])
    return rows[:size], len(rows) > size


def since_default(now: datetime, days: int = 30) -> str:
    """The day from which is looked when nobody says: a month shows what is going on."""
    return (timezone.localtime(now) - timedelta(days=days)).date().isoformat()
