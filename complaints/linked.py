"""What has to do with a case: linked ones, those merged into it, the one it was merged into; as far
as the person may see them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.choices import LinkKind
from complaints.models import CaseLink, Complaint
from complaints.seen import saw_cases

Text = str | Promise
MERGED_INTO, MERGED_FROM = "merged_into", "merged_from"

# (kind, whether the case at hand is the first of the two) → in words, as a label of the other one
WORDS: dict[tuple[str, bool], Text] = {
    (LinkKind.SAME_MATTER, True): _("同一事"),
    (LinkKind.SAME_MATTER, False): _("同一事"),
    (LinkKind.SAME_CONSUMER, True): _("同一消费者"),
    (LinkKind.SAME_CONSUMER, False): _("同一消费者"),
    (LinkKind.FOLLOW_UP, True): _("前案"),
    (LinkKind.FOLLOW_UP, False): _("后续"),
    (LinkKind.SPLIT_FROM, True): _("由它拆出"),
    (LinkKind.SPLIT_FROM, False): _("拆出的案件"),
    (LinkKind.OTHER, True): _("其他关系"),
    (LinkKind.OTHER, False): _("其他关系"),
    (MERGED_INTO, True): _("已并入"),
    (MERGED_FROM, True): _("并入本案"),
}


@dataclass(frozen=True)
class Linked:
    """Another case and what it has to do with the one at hand. `link` none: it was merged, which is
    taken back by 取消并案 and not here.
    """

    case: Complaint
    kind: str
    words: Text
    first: bool = True  # the kind reads from the case at hand to this one
    link: int | None = None
    note: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def ends(self) -> bool:
        """Whether somebody may take the link back: that one was split from the other stays so."""
        return self.link is not None and self.kind != LinkKind.SPLIT_FROM


@dataclass
class Around:
    """What the person sees of it, the newest first, and how many cases the person does not see."""

    rows: list[Linked] = field(default_factory=list)
    hidden: int = 0

    @property
    def merged(self) -> bool:
        """Whether there are merged cases whose story can be read."""
        return any(row.kind == MERGED_FROM for row in self.rows)


def links_of(complaint: Complaint) -> QuerySet[CaseLink]:
    """Those that stand, from either side."""
    mine = Q(complaint=complaint) | Q(other=complaint)
    return CaseLink.objects.filter(mine, ended_at=None)


def around(complaint: Complaint, user: User) -> Around:
    """Four statements, however many there are."""
    links = list(links_of(complaint).select_related("by").order_by("-at", "-pk"))
    merged = [complaint.merged_into_id] if complaint.merged_into_id else []
    children = list(Complaint.objects.filter(merged_into=complaint).values_list("pk", flat=True))
    of_link = {o.other_id if o.complaint_id == complaint.pk else o.complaint_id: o for o in links}
    ids = {*of_link, *merged, *children}
    seen = Complaint.objects.visible_to(user).filter(pk__in=ids).select_related("owner", "team")
    cases = {case.pk: case for case in seen} if ids else {}
    saw_cases(*(case.number for case in cases.values()))
    rows = [_plain(cases[pk], MERGED_INTO) for pk in merged if pk in cases]
    rows += [_plain(cases[pk], MERGED_FROM) for pk in sorted(children) if pk in cases]
    rows += [_row(cases[pk], one, complaint) for pk, one in of_link.items() if pk in cases]
    return Around(rows, len(ids) - len(cases))


def _plain(case: Complaint, kind: str) -> Linked:
    return Linked(case, kind, WORDS[kind, True])


def row_of(one: CaseLink, at_hand: Complaint) -> Linked:
    """The link as it is read from the case at hand."""
    first = one.complaint_id == at_hand.pk
    return _row(one.other if first else one.complaint, one, at_hand)


def _row(case: Complaint, one: CaseLink, at_hand: Complaint) -> Linked:
    first = one.complaint_id == at_hand.pk
    words = WORDS[one.kind, first]
    return Linked(case, one.kind, words, first, one.pk, one.note, one.by.name, one.at)
