"""Colleagues who are named in an internal note (@姓名): they are told, if they may see the case. A
mention never opens a case to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from complaints.errors import Invalid
from complaints.models import AccessDecision, Communication, Complaint, Mention, Outbox

MOST = 20  # in one note
SHOWN = 8  # offered at once
LONGEST = 150  # characters of a user name
LOOKED_AT = 100  # different words after an @ in one note
_AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\S)")  # not that of an e-mail address
_END = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True)
class Named:
    """One person whom a text names; `sees`: may see the case, and is told."""

    user: User
    sees: bool


def _people() -> QuerySet[User]:
    """Everybody who might be told, and everybody who might be taken for one of them; not those who
    only read cases (合规审计), who get no notices.
    """
    rows = User.objects.filter(is_active=True).exclude(roles=[Role.AUDITOR])
    return rows.order_by("name", "pk")


def named(complaint: Complaint, text: str, by: User) -> list[Named]:
    """Whom the text names after an @, in their order, each once, without the writer. Of several of
    the same name it is the one who sees the case. Raises Invalid where there are more of those, or
    too many are named.
    """
    said = {text[at.end() : at.end() + LONGEST].casefold() for at in _AT.finditer(text)}
    if not said:
        return []
    people, found = list(_people()), dict[int, Named]()
    for rest in sorted(said, key=text.casefold().find)[:LOOKED_AT]:
        for user, sees in _called(rest, people, complaint):
            found.setdefault(user.pk, Named(user, sees))
    found.pop(by.pk, None)
    if len(found) > MOST:
        raise Invalid({"text": [_("一条备注最多提到 {n} 位同事").format(n=MOST)]})
    return list(found.values())


def _called(said: str, people: Iterable[User], complaint: Complaint) -> list[tuple[User, bool]]:
    """The person whose name, or user name, the rest begins with: the longest one."""
    fits = [(len(n), user) for user in people for n in _names(user) if said.startswith(n)]
    if not fits:
        return []
    longest = max(length for length, _user in fits)
    same = list({user.pk: user for length, user in fits if length == longest}.values())
    seeing = [user for user in same if _sees(user, complaint)]
    if len(seeing) > 1:
        words = _("有 {n} 位同事叫“{name}”；请改用用户名：{choice}")
        choice = _("、").join(f"@{user.username}" for user in seeing)
        text = words.format(n=len(seeing), name=seeing[0].name, choice=choice)
        raise Invalid({"text": [text]})
    return [(seeing[0], True)] if seeing else [(same[0], False)]


def _names(user: User) -> list[str]:
    return [n for n in (user.name.casefold(), user.username.casefold()) if n]


def _sees(user: User, complaint: Complaint) -> bool:
    told = user.may("get_notices")
    return told and bool(Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists())


def keep(written: Communication, people: Iterable[Named], now: datetime) -> None:
    """Remember whom the note names, and tell those who may see it. The caller holds the case."""
    rows = [Mention(communication=written, user=n.user, told=n.sees) for n in people]
    Mention.objects.bulk_create(rows)
    told = [row.user_id for row in rows if row.told]
    if told:
        Outbox.objects.create(
            complaint=written.complaint,
            effect="tell_mentioned",
            key=f"{written.complaint.number}.mentioned.{written.pk}",
            payload={"communication": written.pk, "users": told},
            created_at=now,
            not_before=now,
        )


def sentence(text: str, user: User) -> str:
    """The sentence of the text in which the person is named; the whole where none can be told."""
    for place in (found.end() for found in _AT.finditer(text)):
        if any(text[place:].casefold().startswith(n) for n in _names(user)):
            before = [found.end() for found in _END.finditer(text, 0, place)]
            after = _END.search(text, place)
            return text[before[-1] if before else 0 : after.end() if after else None].strip()
    return text


def said_after(written: Communication) -> tuple[list[str], list[str]]:
    """Names of those who are told, and of those who may not see the case."""
    rows = list(written.mentions.select_related("user").order_by("pk"))
    return [m.user.name for m in rows if m.told], [m.user.name for m in rows if not m.told]


def read(number: str, communication: int, *, by: User, now: datetime | None = None) -> bool:
    """The person opened the note that names them; the first time counts. False where none does.
    Raises Complaint.DoesNotExist.
    """
    with transaction.atomic():
        complaint = Complaint.objects.visible_to(by).get(number=number)
        rows = Mention.objects.filter(
            communication=communication, communication__complaint=complaint, user=by, told=True
        )
        rows.filter(read_at=None).update(read_at=now or timezone.now())
        return rows.exists()


def offered(complaint: Complaint, typed: str, by: User) -> list[User]:
    """Colleagues who see the case, whose name or user name has what was typed. One statement."""
    team, kept = complaint.team_id, complaint.confidential
    of_team = Q(membership__team=team, roles__contains=[Role.AGENT])
    leads = Q(membership__team=team, membership__leads=True, roles__contains=[Role.SUPERVISOR])
    may = leads | (of_team & Q(pk=complaint.owner_id) if kept else of_team)
    if complaint.shared_with_counsel:
        may |= Q(roles__contains=[Role.COUNSEL])
    lent = AccessDecision.objects.filter(
        complaint=complaint, agreed=True, ends_at__gt=timezone.now(), end=None
    )
    may |= Q(pk__in=lent.values("user"), roles__overlap=_who("see_complaints"))
    rows = _people().filter(may, roles__overlap=_who("get_notices"))
    rows = rows.exclude(pk=by.pk).exclude(named_in__complaint=complaint).distinct()
    if typed:
        rows = rows.filter(Q(name__icontains=typed) | Q(username__istartswith=typed))
    return list(rows[:SHOWN])


def _who(permission: str) -> list[str]:
    return sorted(PERMISSIONS[permission].roles)
