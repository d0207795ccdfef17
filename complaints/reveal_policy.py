"""Who may see a consumer's number in clear, of which case, and what for: tables with their words.

Read by the dialog, by the API and by the action, which asks once more under the locks. An auditor,
an administrator and security never see one (三员分立); nobody does once a case is archived.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.absences import Roster
from accounts.models import User
from accounts.roles import Role
from complaints.choices import Limited
from complaints.lifecycle import OPEN_STATES, State
from complaints.models import AccessKind, Complaint, Consumer
from complaints.models.consumer import PERSONAL_FIELDS
from complaints.models.reveal import Bucket, Purpose
from complaints.sight import running

NEVER = frozenset({Role.AUDITOR.value, Role.ADMINISTRATOR.value, Role.SECURITY.value})
BUCKET_OF = {"id_number": Bucket.NUMBERS, "bank_account": Bucket.NUMBERS}  # all others: contact


@dataclass(frozen=True)
class Basis:
    """One way in which a case is somebody's to work on, and while it is in which states."""

    code: str
    words: str | Promise
    holds: Callable[[Complaint, User, datetime], bool]
    states: frozenset[str]


def _handles(user: User) -> bool:
    return user.is_(Role.AGENT) or user.is_(Role.SUPERVISOR)


def _owns(case: Complaint, by: User, now: datetime) -> bool:
    return case.owner_id == by.pk and _handles(by)


def _leads(case: Complaint, by: User, now: datetime) -> bool:
    return by.is_(Role.SUPERVISOR) and case.team_id in by.led_team_ids


def _of_counsel(case: Complaint, by: User, now: datetime) -> bool:
    return by.is_(Role.COUNSEL)


def _stands_in(case: Complaint, by: User, now: datetime) -> bool:
    """Whether the owner is away today and this person is the one who stands in."""
    if case.owner is None or case.owner_id == by.pk or not _handles(by):
        return False
    found = Roster.of(timezone.localdate(now)).stand_in(case.owner)
    return found is not None and found.pk == by.pk


def _in_emergency(case: Complaint, by: User, now: datetime) -> bool:
    """Whether another team let the person in for a quarter of an hour (紧急调阅)."""
    if not by.sees_more:
        return False
    return running(by, now).filter(complaint=case, kind=AccessKind.EMERGENCY).exists()


_OPEN = frozenset(str(state) for state in OPEN_STATES)
BASES: tuple[Basis, ...] = (
    Basis("owner", gettext_lazy("本案责任人"), _owns, _OPEN),
    Basis("supervisor", gettext_lazy("负责该团队的主管"), _leads, _OPEN | {State.CLOSED.value}),
    Basis(
        "counsel",
        gettext_lazy("案件在法务手里"),
        _of_counsel,
        frozenset({State.IN_REVIEW.value, State.EXTERNAL.value}),
    ),
    Basis("deputy", gettext_lazy("责任人休假期间的代理人"), _stands_in, _OPEN),
    Basis("emergency", gettext_lazy("紧急调阅期间"), _in_emergency, _OPEN),
)


@dataclass(frozen=True)
class Rule:
    """One purpose: for which fields and in which states it fits, and the act that should follow."""

    fields: frozenset[str]
    states: frozenset[str]
    expects: str


_CONTACT = frozenset({"name", "phone", "email", "address"})
_ALL = frozenset(PERSONAL_FIELDS)
_BEFORE_OFFER = frozenset({"registered", "investigating", "resolving", "offered"})
PURPOSES: dict[str, Rule] = {
    Purpose.CALL_BACK: Rule(_CONTACT, _OPEN | {"closed"}, "call_note"),
    Purpose.VERIFY_IDENTITY: Rule(
        _ALL - {"bank_account"}, _BEFORE_OFFER | {"executing"}, "call_note"
    ),
    Purpose.REFUND: Rule(
        frozenset({"name", "phone", "bank_account"}), frozenset({"executing"}), "payment"
    ),
    Purpose.DELIVERY: Rule(
        frozenset({"name", "phone", "address"}), _OPEN | {"closed"}, "letter_by_hand"
    ),
    Purpose.LEGAL_DOCUMENT: Rule(
        _ALL, frozenset({"resolving", "in_review", "offered", "external", "closed"}), "letter"
    ),
    Purpose.AUTHORITY: Rule(_ALL, frozenset({"external", "investigating"}), "evidence"),
    # A copy for the person (`actions/rights_copy.py`): never one number in a dialog
    Purpose.RIGHTS: Rule(frozenset(), frozenset(), ""),
}


@dataclass(frozen=True)
class No:
    """Why not: `code` is stable for programs and the record, the sentence says what to do."""

    code: str
    message: str


def bucket_of(kind: str) -> Bucket:
    """What a kind of number is counted with."""
    return BUCKET_OF.get(kind, Bucket.CONTACT)


def field_words(field: str) -> str:
    """What a field is called: 电话, 证件号码 …; a number of a text is called that."""
    if field not in PERSONAL_FIELDS:
        return _("文本中的号码")
    return str(Consumer._meta.get_field(f"{field}_masked").verbose_name)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Asked:
    """What is to be seen: its name in the record, its kind (a column of `Consumer`), how it is
    shown masked ("" where nothing is stored), and how it is opened.
    """

    field: str
    kind: str
    masked: str
    clear: Callable[[], str]

    @property
    def words(self) -> str:
        """What it is called."""
        return field_words(self.field)


def asked(case: Complaint, field: str) -> Asked | None:
    """A field of the consumer, or a number that was masked in a text of this case (`span:<id>`);
    nothing for anything else. At most one statement.
    """
    if field in PERSONAL_FIELDS:
        consumer = case.consumer
        masked = getattr(consumer, f"{field}_masked")
        return Asked(field, field, masked, lambda: consumer.clear(field))
    pk = span_of(field)
    found = case.vaulted.select_related("consumer").filter(pk=pk).first() if pk else None
    return Asked(field, found.kind, found.masked, found.clear) if found else None


def span_of(field: str) -> uuid.UUID | None:
    """The id in `span:<id>`; nothing for what is none."""
    start, _colon, text = field.partition(":")
    try:
        return uuid.UUID(text) if start == "span" else None
    except ValueError:
        return None


def is_over(case: Complaint) -> bool:
    """Whether nobody sees a number of this case any more."""
    return case.destroyed_at is not None or case.state == State.ARCHIVED


def basis_of(case: Complaint, by: User, now: datetime) -> Basis | No:
    """Why this person may see numbers of this case now, or why not."""
    if not NEVER.isdisjoint(by.roles) or not by.may("reveal_personal_data"):
        words = _("您的角色不能查看号码；需要使用号码的工作由责任人办理")
        return No("role", words)
    if is_over(case):
        return No("archived", _("案件已归档，任何人都不能再查看号码"))
    if case.consumer.limited == Limited.STORAGE:
        words = _("应本人请求，这个人的信息只作存储和安全保护，不能查看号码；见本案的权利请求")
        return No("limited", words)
    ways = [way for way in BASES if way.holds(case, by, now)]
    for way in ways:
        if case.state in way.states:
            return way
    if ways:
        state = case.get_state_display()
        words = _("案件处于“{state}”，这时不能查看号码；请用核对尾号、发消息等不必看号码的方式")
        return No("state", words.format(state=state))
    words = _(
        "只有责任人、休假时的代理人、负责该团队的主管，以及案件在手的法务可以查看；请联系责任人"
    )
    return No("not_assigned", words)


def purposes_for(case: Complaint, kind: str) -> list[Purpose]:
    """The purposes that fit this kind of number of this case now, in their order."""
    fitting = [p for p, rule in PURPOSES.items() if kind in rule.fields]
    return [Purpose(p) for p in fitting if case.state in PURPOSES[p].states]


def purpose_fits(case: Complaint, kind: str, purpose: str) -> No | None:
    """Nothing, or why the purpose cannot be: of the wrong field, or at the wrong time."""
    fitting = purposes_for(case, kind)
    if purpose in fitting:
        return None
    names = _("、").join(str(p.label) for p in fitting)
    words = _("案件处于“{state}”，为“{purpose}”不需要看“{field}”。") if names else ""
    words = words or _("案件处于“{state}”，这时没有需要看“{field}”的事由。")
    if names:
        words += _("现在可选：{names}")
    label = str(Purpose(purpose).label)
    said = {"state": case.get_state_display(), "purpose": label, "field": field_words(kind)}
    return No("purpose", words.format(names=names, **said))
