"""个人信息权利请求: the person behind a request in all cases, how far a request has come, and what
keeps data from being deleted (PIPL Arts. 44–50).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import retention
from complaints.choices import Limited
from complaints.lifecycle import State
from complaints.models import Complaint, Consumer, Deadline, NamedPerson, RightsAct, RightsRequest
from complaints.models.rights import Outcome, RightKind

CHECKING, DECIDING, CARRYING_OUT, ANSWERING, DONE = (
    *("checking", "deciding", "carrying_out", "answering"),
    "done",
)
CLOCK = "pi_request_answer"
RELATED = ("complaint__consumer", "by", "assigned_to", "decision__by", "answer__by")
# What has to be carried out before a request that was granted is answered.
NEEDS: dict[str, frozenset[str]] = {
    RightKind.ACCESS: frozenset({RightsAct.Kind.COPY}),
    RightKind.TRANSFER: frozenset({RightsAct.Kind.TRANSFER}),
    RightKind.CORRECTION: frozenset({RightsAct.Kind.CORRECTION}),
    RightKind.DELETION: frozenset({RightsAct.Kind.ERASURE, RightsAct.Kind.LIMIT}),
    RightKind.CONSENT: frozenset({RightsAct.Kind.CONSENT, RightsAct.Kind.LIMIT}),
    RightKind.EXPLANATION: frozenset(),  # the answer itself
}


def stage(row: RightsRequest) -> str:
    """How far it has come: one of the five."""
    decision = getattr(row, "decision", None)
    if decision is None:
        return DECIDING if passed(row) else CHECKING
    if decision.outcome == Outcome.WITHDRAWN or hasattr(row, "answer"):
        return DONE
    return ANSWERING if decision.outcome == Outcome.REFUSED or not lacking(row) else CARRYING_OUT


def passed(row: RightsRequest) -> bool:
    """Whether it is known who asks: what was found last counts."""
    checks = sorted(row.checks.all(), key=lambda check: check.pk)
    return bool(checks) and checks[-1].passed


def lacking(row: RightsRequest) -> list[str]:
    """What was granted and is not carried out yet. Of a request granted in part, counsel's reason
    says what is left out; so one thing is enough.
    """
    done = {act.kind for act in row.acts.all()}
    open_ = [kind for kind in row.kinds if NEEDS[kind] and not NEEDS[kind] & done]
    if row.decision.outcome == Outcome.PARTLY and len(open_) < len(row.kinds):
        return []
    return open_


def is_open() -> Q:
    """Condition on requests: neither answered nor withdrawn."""
    return Q(answer=None) & ~Q(decision__outcome=Outcome.WITHDRAWN)


def visible_to(user: User) -> QuerySet[RightsRequest]:
    """Requests of the cases that the person sees."""
    cases = Complaint.objects.visible_to(user).values("pk")
    return RightsRequest.objects.filter(complaint__in=cases)


def with_due(rows: QuerySet[RightsRequest]) -> QuerySet[RightsRequest]:
    """Each with `due_at`, the instant until which it is to be answered."""
    clocks = Deadline.objects.filter(complaint=OuterRef("complaint"), kind=CLOCK).order_by("-id")
    return rows.annotate(due_at=Subquery(clocks.values("due_at")[:1]))


def due(row: RightsRequest) -> Deadline | None:
    """The clock of the request: the one that started last. One statement."""
    rows = Deadline.objects.filter(complaint=row.complaint_id, kind=CLOCK)
    return rows.order_by("-id").first()


# --- the person


def people(consumer: Consumer) -> QuerySet[Consumer]:
    """Every row of the same person: the same document, or the same telephone and the same name. A
    telephone alone may be a family's.
    """
    same = Q(pk=consumer.pk)
    if documents := consumer.indexes("id_number"):
        same |= Q(id_number_index__in=documents)
    phones, names = consumer.indexes("phone"), consumer.indexes("name")
    if phones and names:
        same |= Q(phone_index__in=phones, name_index__in=names)
    return Consumer.objects.filter(same)


def cases(consumer: Consumer) -> QuerySet[Complaint]:
    """All cases of the person whose file is still there, the oldest first."""
    found: QuerySet[Complaint] = Complaint.objects.filter(
        consumer__in=people(consumer), destroyed_at=None
    )
    return found.select_related("consumer").order_by("pk")


def spoken_of(consumer: Consumer, user: User) -> bool:
    """Whether one of the person's cases speaks of this colleague."""
    return NamedPerson.objects.filter(complaint__in=cases(consumer), user=user).exists()


def officers(complaint: Complaint) -> QuerySet[User]:
    """Who decides: counsel of whom the case does not speak."""
    able = User.objects.filter(is_active=True, roles__contains=[Role.COUNSEL])
    return able.exclude(named_in__complaint=complaint).order_by("pk")


# --- deleting


@dataclass(frozen=True)
class Obstacle:
    """Why the file of one case stays: `code` open, held, kept or waiting; `until` where the law
    sets the day.
    """

    complaint: Complaint
    code: str
    words: str
    until: date | None = None


def obstacles(consumer: Consumer, now: datetime) -> list[Obstacle]:
    """What keeps each case of the person from being destroyed. PIPL Art. 47."""
    return [_obstacle(case, timezone.localdate(now)) for case in cases(consumer)]


def _obstacle(case: Complaint, today: date) -> Obstacle:
    if case.is_open:
        return Obstacle(case, "open", _("投诉尚在办理，处理目的尚未实现；办结以后再处理"))
    if case.legal_hold:
        return Obstacle(case, "held", _("诉讼保留：作为证据保存，解除以前不能删除"))
    kept = retention.of(case)
    if kept.until is not None and kept.until >= today:
        words = _("保管期限未届满，保管至 {day}；其间只作存储和必要的安全保护")
        return Obstacle(case, "kept", words.format(day=kept.until.isoformat()), kept.until)
    if case.state != State.ARCHIVED:
        return Obstacle(case, "waiting", _("已办结，还没有归档；归档后列入到期销毁"))
    return Obstacle(case, "due", _("保管期限已届满，列入到期销毁，经两人复核后销毁"), kept.until)


def only_stored(consumer: Consumer) -> bool:
    """Nothing but storing and protecting is done with the person's data."""
    return consumer.limited == Limited.STORAGE
