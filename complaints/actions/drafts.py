"""Drafts as things of their own: what lies unfinished, what of it a colleague may go on with, and
the handing over. How they are kept and read: `half_typed.py`.

A draft is sealed under a key that is bound to its writer. Whoever takes it over gets it sealed
anew, under a key of their own, in the transaction that locks the writer's row: of two who take it,
one does. Of a registration the writer's row stays, empty: a tab that is still open is told, instead
of beginning the same call again. Texts of a case are offered to and taken by people who see the
case, and only they learn that there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import absences
from accounts.masking import masked
from accounts.models import Membership, User
from audit.record import record
from complaints.actions import half_typed
from complaints.actions.half_typed import INTAKE
from complaints.errors import Invalid
from complaints.models import Complaint, Draft

SHOWN = 50  # of one list
BEGINNING = 40  # characters of a draft in a list
_NUMBER = re.compile(r"TS[0-9]{2}-[0-9]{6,9}")
_WORDS_OF = ("title", "narrative", "text", "note", "reason", "opinion", "comment")


@dataclass(frozen=True)
class Kept:
    """One draft before one person. `texts`: what its writer typed and no page had given."""

    draft: Draft
    number: str  # of the case, "" for a text of none or of a case out of sight
    hidden: bool  # it belongs to a case that the person does not see
    page: str
    title: str
    texts: tuple[str, ...]

    @property
    def is_intake(self) -> bool:
        """A registration that has no number yet."""
        return self.draft.key.partition(":")[0] == INTAKE

    @property
    def may_be_offered(self) -> bool:
        """Others can go on with registrations and with texts of a case that both see."""
        return self.is_intake or bool(self.number)

    @property
    def beginning(self) -> str:
        """A few words by which it is recognised."""
        return _beginning(self.texts)


def _beginning(texts: Iterable[str]) -> str:
    text = " ".join(" ".join(texts).split())
    return text[:BEGINNING] + ("…" if len(text) > BEGINNING else "")


def number_of(key: str) -> str:
    """The case in the key of a draft, or ""."""
    found = _NUMBER.search(key)
    return found[0] if found else ""


def mine(user: User) -> list[Kept]:
    """The person's unfinished texts, the newest first."""
    found = Draft.objects.filter(user=user, taken_by=None).select_related("offered_to")
    return _before(user, found.order_by("-updated_at", "-pk")[:SHOWN])


def to_take(user: User, now: datetime | None = None) -> list[Kept]:
    """Texts of colleagues that the person may go on with: offered to one of the own teams, or left
    by somebody of them who is away today. The newest first.
    """
    found = _takeable(user, now or timezone.now()).select_related("user", "offered_to")
    shown = _before(user, found.order_by("-updated_at", "-pk")[:SHOWN])
    return [kept for kept in shown if _may_take(user, kept)]


def _takeable(user: User, now: datetime) -> Any:
    away = absences.in_force(timezone.localdate(now)).values("user")
    team = Membership.objects.filter(team__in=user.team_ids).values("user")
    left = Q(user__in=away) & Q(user__in=team)
    kind = Q(key=INTAKE) | Q(key__startswith=f"{INTAKE}:") | Q(key__contains="TS")
    others = Draft.objects.exclude(user=user).filter(kind, taken_by=None, user__is_active=True)
    return others.filter(Q(offered_to__in=user.team_ids) | left)


def _may_take(user: User, kept: Kept) -> bool:
    return user.may("register_complaints") if kept.is_intake else bool(kept.number)


def _before(user: User, drafts: Iterable[Draft]) -> list[Kept]:
    found = list(drafts)
    numbers = {number for draft in found if (number := number_of(draft.key))}
    seen: set[str] = set()
    if numbers:
        visible = Complaint.objects.visible_to(user).filter(number__in=numbers)
        seen = set(visible.values_list("number", flat=True))
    return [_kept(draft, seen) for draft in found]


def _kept(draft: Draft, seen: set[str]) -> Kept:
    data, about = half_typed.opened(draft)
    number = number_of(draft.key)
    hidden = bool(number) and number not in seen
    return Kept(
        draft,
        "" if hidden else number,
        hidden,
        "" if hidden else str(about.get("page", "")),
        "" if hidden else str(about.get("title", "")),
        tuple(masked(text) for text in _own_texts(data, about) if text.strip()),
    )


def _own_texts(data: dict[str, Any], about: dict[str, Any]) -> list[str]:
    """What was typed: whole fields that began empty, and lines added to those that did not."""
    own = about.get("own")
    if not isinstance(own, dict):
        own = {name: True for name in _WORDS_OF if name in data}
    texts = [data.get(name, "") if said is True else said for name, said in own.items()]
    return [part for text in texts for part in (text if isinstance(text, list) else [text])]


def before(user: User, draft: Draft) -> Kept:
    """One draft as the person sees it."""
    return _before(user, [draft])[0]


def give_up(user: User, draft_id: int) -> None:
    """Forget an own draft. Raises Draft.DoesNotExist, also for somebody else's."""
    if not Draft.objects.filter(pk=draft_id, user=user, taken_by=None).delete()[0]:
        raise Draft.DoesNotExist


def as_lines(begun: Mapping[str, tuple[Any, datetime]]) -> list[tuple[str, str, datetime]]:
    """(key, a few words by which it is recognised, when it was saved) of registrations."""
    return [(key, _beginning([masked(_said(data))]), at) for key, (data, at) in begun.items()]


def _said(data: Mapping[str, Any]) -> str:
    texts = (str(data.get(name, "")).strip() for name in ("title", "narrative"))
    return next((text for text in texts if text), "")


def offer(user: User, draft_id: int, team_id: int | None, now: datetime | None = None) -> None:
    """Let the colleagues of one of the own teams go on with a draft; None takes the offer back.

    Raises Draft.DoesNotExist, Invalid.
    """
    now = now or timezone.now()
    if team_id is not None and team_id not in user.team_ids:
        raise Invalid({"team": [_("只能交给您所在的团队")]})
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft_id, user=user, taken_by=None)
        kept = before(user, draft)
        if not kept.may_be_offered:
            raise Invalid({"draft": [_("这份草稿只能由您自己继续")]})
        if draft.offered_to_id == team_id:
            return
        draft.offered_to_id, draft.offered_at = team_id, now if team_id else None
        draft.save(update_fields=["offered_to", "offered_at"])
        verb = "draft.offered" if team_id else "draft.withdrawn"
        record(verb, _subject(kept, user), user, now, {"team": team_id} if team_id else {})


def take(user: User, draft_id: int, now: datetime | None = None) -> Draft:
    """Go on with a colleague's draft: it is the person's own from now on.

    Raises Draft.DoesNotExist when it may not be taken, or was taken, sent or given up meanwhile;
    Invalid when the person has a text of their own in the same place.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # the row that is locked is looked at again: of two who take it, the second finds nothing
        theirs = Draft.objects.select_for_update().get(pk=draft_id, taken_by=None)
        if not _takeable(user, now).filter(pk=draft_id).exists():
            raise Draft.DoesNotExist
        kept = before(user, theirs)
        if not _may_take(user, kept):
            raise Draft.DoesNotExist
        key = half_typed.new_intake_key() if kept.is_intake else theirs.key
        if Draft.objects.filter(user=user, key=key).exists():
            raise Invalid({"draft": [_("您在同一处也有草稿；请先提交或放弃自己的，再接手这一份")]})
        writer = theirs.user
        own = _sealed_for(user, key, theirs, now)
        _leave_behind(theirs, user, now)
        record("draft.taken", _subject(kept, writer), user, now, {"from": writer.username})
    return own


def _sealed_for(user: User, key: str, theirs: Draft, now: datetime) -> Draft:
    data, about = half_typed.opened(theirs)
    data.pop("form_token", None)  # the form of the taker is another one
    body = json.dumps({**data, half_typed.ABOUT: about}, ensure_ascii=False)
    own = half_typed.sealed(user, key, body, now)
    own.save(force_insert=True)
    return own


def _leave_behind(theirs: Draft, taker: User, now: datetime) -> None:
    """Of a registration its empty place; of a text of a case nothing: the next is begun there."""
    if theirs.key.partition(":")[0] != INTAKE:
        theirs.delete()
        return
    empty = half_typed.sealed(theirs.user, theirs.key, "{}", now)
    theirs.data_key, theirs.sealed = empty.data_key, empty.sealed
    theirs.taken_by, theirs.taken_at = taker, now
    theirs.offered_to, theirs.offered_at = None, None
    theirs.save()


def _subject(kept: Kept, writer: User) -> str:
    return f"complaint:{kept.number}" if kept.number else f"user:{writer.username}"
