"""What counts towards a person's limit, and who may approve what is above it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.absences import Roster
from accounts.models import User
from accounts.roles import Role
from complaints import authority
from complaints.authority import Amount, Limit
from complaints.lifecycle import State
from complaints.models import (
    Approval,
    AuthorityLimit,
    Complaint,
    Event,
    Measure,
    Recusal,
    Resolution,
)
from complaints.signing.canonical import offer_hash

WINDOW = timedelta(days=90)
INDEXED = ("phone", "id_number", "email")  # a person is told by one of them
_LIES = Q(resolution__status=Resolution.Status.SUBMITTED, resolution__complaint__state="in_review")
_HOLDS = Q(resolution__status=Resolution.Status.SIGNED)
_PROMISED = Q(commitments__state__in=["open", "kept", "broken"])


def said() -> list[Limit]:
    """Every word about limits (one statement)."""
    rows = AuthorityLimit.objects.values_list(
        "amount", "valid_from", "id", "role", "user", "lifted"
    )
    return [Limit(*row) for row in rows]


def limit_of(user: User, today: date, limits: list[Limit] | None = None) -> Amount:
    """Up to which sum the person may offer or approve; None: without limit."""
    limits = said() if limits is None else limits
    return authority.limit_of(user.pk, user.roles, limits, today, settings.AUTHORITY_LIMITS)


# --- what counts


def own_total(resolution: Resolution) -> Decimal:
    """The sum of the offer itself, however it is split."""
    amounts = (m.amount for m in resolution.measures.all())
    return authority.together(*(a for a in amounts if a is not None))


def elsewhere(complaint: Complaint, resolution: Resolution, now: datetime) -> Decimal:
    """What the same consumer, or the same order, was offered or given besides in the last 90 days:
    lying with counsel, signed, or promised and not waived.
    """
    rows = Measure.objects.filter(_same_matter(complaint), _LIES | _HOLDS | _PROMISED)
    rows = rows.filter(amount__isnull=False, resolution__proposed_at__gte=now - WINDOW)
    rows = rows.exclude(resolution=resolution).distinct()
    total: Decimal | None = Measure.objects.filter(pk__in=rows.values("pk")).aggregate(
        total=Sum("amount")
    )["total"]
    return authority.together(total or authority.NOTHING)


def _same_matter(complaint: Complaint) -> Q:
    """Cases of the same person, told by the blind indexes, or of the same order; this one too."""
    of, consumer = "resolution__complaint__", complaint.consumer
    found = Q(**{f"{of[:-2]}": complaint.pk})
    for name in INDEXED:
        if indexes := consumer.indexes(name):
            found |= Q(**{f"{of}consumer__{name}_index__in": indexes})
    if complaint.order_number:
        found |= Q(**{f"{of}order_number__in": spellings(complaint.order_number)})
    return found


def spellings(order: str) -> list[str]:
    """The number of an order as others may have written it: the last is how all are compared."""
    plain = "".join(unicodedata.normalize("NFKC", order).split())
    return [order, plain, plain.lower(), plain.upper()]


# --- whether somebody has to approve


@dataclass(frozen=True)
class Standing:
    """Whether the offer needs an approval, and the one there is. `limit`: of its author."""

    needed: bool
    approval: Approval | None = None
    limit: Amount = None

    @property
    def holds(self) -> bool:
        """Nothing has to be approved, or it was."""
        return not self.needed or (self.approval is not None and bool(self.approval.approved))

    @property
    def refused(self) -> bool:
        """Whoever decides said no."""
        return self.approval is not None and self.approval.approved is False


UNASKED = Standing(needed=False)


def standing(resolution: Resolution, today: date) -> Standing:
    """What was asked of the offer as it stands; another content counts as not asked.

    Where nothing was asked the offer itself is held against the limit once more.
    """
    asked = resolution.approvals.select_related("decided_by").order_by("-id").first()
    if asked is not None:
        same = asked.content_hash == offer_hash(resolution)
        return Standing(True, asked if same else None, asked.limit)
    limit = limit_of(resolution.proposed_by, today)
    return Standing(not authority.covers(limit, own_total(resolution)), None, limit)


# --- who decides


def drafting_of(complaint: Complaint | OuterRef) -> QuerySet[Event]:
    """Each time that somebody wrote the proposal of the case, in any version."""
    kind = Event.Kind.RESOLUTION
    return Event.objects.filter(complaint=complaint, kind=kind, code="drafted", by__isnull=False)


def waiting_for(user: User) -> Q:
    """Cases whose offer waits for an approval at a level of the person, who drafted none of it."""
    rows = Approval.objects.filter(
        resolution__complaint=OuterRef("pk"),
        resolution__status=Resolution.Status.SUBMITTED,
        decided_at=None,
        level__in=user.roles,
    )
    others = Exists(rows.exclude(resolution__proposed_by=user.pk))
    mine = Exists(drafting_of(OuterRef("pk")).filter(by=user))
    return Q(others, state=State.IN_REVIEW) & ~Q(mine)


def deciders(complaint: Complaint, amount: Decimal, author: int, level: str) -> list[User]:
    """Who may approve at the level: leads of the team whose limit is high enough, or counsel; never
    the author, whoever wrote an earlier version, whom the case names, or who recused.
    """
    able = User.objects.filter(roles__contains=[level], is_active=True)
    if level == Role.SUPERVISOR:
        able = able.filter(membership__team=complaint.team_id, membership__leads=True)
    able = able.exclude(pk=author).exclude(named_in__complaint=complaint).distinct()
    able = able.exclude(pk__in=drafting_of(complaint).values("by"))
    able = able.exclude(pk__in=Recusal.objects.filter(complaint=complaint).values("user"))
    limits, today = said(), timezone.localdate()
    return [u for u in able if authority.covers(limit_of(u, today, limits), amount)]


def level_for(complaint: Complaint, amount: Decimal, author: int) -> str:
    """The lowest level at which somebody who is there today may decide."""
    enough = _there(deciders(complaint, amount, author, Role.SUPERVISOR))
    return str(Role.SUPERVISOR if enough else Role.COUNSEL)


def _there(people: list[User]) -> list[User]:
    """Those who are not away today."""
    roster = Roster.of(timezone.localdate())
    return [user for user in people if roster.absence_of(user) is None]


def whom_to_ask(complaint: Complaint, resolution: Resolution, asked: Approval | None) -> str:
    """Who may approve the offer, in a sentence that says what to do where nobody may. Those who are
    away are named only where nobody else may.
    """
    own, author = own_total(resolution), resolution.proposed_by_id
    counted = asked.amount if asked else authority.together(own, elsewhere_now(resolution))
    people: list[User] = []
    for level in (Role.SUPERVISOR, Role.COUNSEL):
        able = deciders(complaint, counted, author, level)
        people += [user for user in able if user not in people]
    if not people:
        return _(
            "现在没有人的权限够得上 {amount} 元；请管理员在“金额权限”里调高一位主管或法务的权限"
        ).format(amount=f"{counted:,.2f}")
    names = _("、").join(user.name for user in (_there(people) or people)[:5])
    return _("可以批准的有：{names}").format(names=names)


def elsewhere_now(resolution: Resolution) -> Decimal:
    """What counts besides at this moment; the resolution knows its case."""
    return elsewhere(resolution.complaint, resolution, timezone.now())
