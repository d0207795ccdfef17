"""Looking for a person (C9): by the exact value only, five cases at most, counted and written down
by `complaints/enumeration.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.masking import checks
from accounts.models import User
from complaints.choices import Limited
from complaints.enumeration import Sought, Stopped, note, stopped_words, watched
from complaints.models import Complaint, SearchDocument
from complaints.models.person_search import Kind
from complaints.querysets import ComplaintQuerySet
from config.bigrams import every, tokens

MOST = 5  # cases of one person that a search lists
BOUND = 20_000  # cases with one name or the same four digits
# Mobiles, landlines with their area code, service numbers, local numbers that are no date, abroad.
_PHONE = re.compile(r"(?:\+86|0086|86)?1\d{10}|0\d{9,11}|[48]00\d{7}|(?!20)[2-9]\d{6,7}|\+\d{6,15}")
_ID_NUMBER = re.compile(r"\d{17}[0-9Xx]|\d{15}")
_OTHER_DOCUMENT = re.compile(r"[A-Za-z]{1,2}\d{7,8}|[HMhm]\d{10}")  # passports, permits
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_NAME = re.compile(r"[㐀-鿿·]{2,12}")
_MOBILE = re.compile(r"(?:\+86|0086|86)?1\d{10}")
_TAIL = re.compile(r"\d{4}")


def sought(query: str) -> Sought | None:
    """What of a person the words of a query may be; nothing for other words."""
    compact = re.sub(r"[\s\-()]", "", query)
    if _MAIL.fullmatch(query):
        return Sought(Kind.EMAIL, query)
    if _TAIL.fullmatch(compact):
        return Sought(Kind.PHONE_TAIL, compact)
    if checks.is_card(compact) and not checks.is_id_number(compact.upper()):
        return Sought(Kind.BANK_ACCOUNT, compact)
    if _PHONE.fullmatch(compact):
        return Sought(Kind.PHONE, compact)
    if _ID_NUMBER.fullmatch(compact) or _OTHER_DOCUMENT.fullmatch(query):
        return Sought(Kind.ID_NUMBER, compact)
    return Sought(Kind.NAME, query) if _NAME.fullmatch(query) else None


def shaped(kind: str, value: str) -> Sought | None:
    """What stands in a field for such a number, once it is a whole one: half a number that somebody
    is typing is not looked for.
    """
    text = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", value))
    whole = {Kind.PHONE: (_PHONE,), Kind.ID_NUMBER: (_ID_NUMBER, _OTHER_DOCUMENT)}[Kind(kind)]
    return Sought(kind, text) if any(form.fullmatch(text) for form in whole) else None


def is_whole(query: str) -> bool:
    """Whether somebody who types this has come to the end of it: a mobile, an ID number, a name.
    Anything else may be the beginning of a longer number, and is looked for when it is sent off.
    """
    one = sought(query)
    if one is None or one.kind == Kind.NAME:
        return True
    return bool(_MOBILE.fullmatch(one.value) or re.fullmatch(r"\d{17}[0-9Xx]", one.value))


# --- looking


@dataclass(frozen=True)
class Hits:
    """Keys of the cases of each query, newest first; `more`: there are others of the same person.
    `free`: nothing was looked up, until then.
    """

    keys: Mapping[str, list[int]] = field(default_factory=dict)
    more: bool = False
    free: datetime | None = None

    @property
    def problems(self) -> list[str]:
        """What is to be said above the list."""
        if self.free is not None:
            return [stopped_words(self.free)]
        if self.more:
            words = _(
                "同一位消费者的案件多于 {n} 件，只列出最近的 {n} 件；"
                "可再加筛选条件，或按案件编号查找。"
            )
            return [words.format(n=MOST)]
        return []


def look_up(
    queries: Iterable[str],
    cases: ComplaintQuerySet,
    *,
    by: User,
    door: str,
    now: datetime | None = None,
) -> Hits:
    """Among these cases, which the person may see, those of the person whom a query names. No
    statement when none does.
    """
    now = now or timezone.now()
    asked = {query: one for query in queries if (one := sought(query)) is not None}
    if not asked:
        return Hits()
    # A word may be a name; that nobody is called so is no miss, and says nothing.
    if all(one.kind == Kind.NAME for one in asked.values()):
        keys = _keys(asked, cases)
        hits = {one: len(keys[q][:MOST]) for q, one in asked.items() if keys[q]}
        if hits:
            note(hits, by, door, now)
        return _hits(keys)

    def find() -> tuple[dict[str, list[int]], dict[Sought, int]]:
        keys = _keys(asked, cases)
        found = {one: len(keys[q][:MOST]) for q, one in asked.items()}
        for query, one in asked.items():
            if not found[one] and one.kind != Kind.NAME:
                found[one] = int(_elsewhere(query, one, by))
        return keys, {one: n for one, n in found.items() if n or one.kind != Kind.NAME}

    try:
        return _hits(watched(list(asked.values()), find, by=by, door=door, now=now))
    except Stopped as stopped:
        return Hits(free=stopped.free)


def _hits(keys: Mapping[str, list[int]]) -> Hits:
    more = any(len(found) > MOST for found in keys.values())
    return Hits({query: found[:MOST] for query, found in keys.items()}, more)


def having(one: Sought) -> QuerySet[Any, Any]:
    """Keys of the cases of a person, but for one whose data is only stored (PIPL Art. 47(2)). The
    bound makes the database look the value up by itself.
    """
    used = ~Q(consumer__limited=Limited.STORAGE)
    return Complaint.objects.filter(one.having, used).values("pk")[:BOUND]


def _keys(asked: Mapping[str, Sought], cases: ComplaintQuerySet) -> dict[str, list[int]]:
    """The newest cases of each, one more than are listed. One statement."""
    cases = cases.select_related(None).prefetch_related(None)
    found: dict[str, list[int]] = {query: [] for query in asked}
    rows = [
        cases.filter(pk__in=having(one))
        .order_by("-id")
        .annotate(which=Value(n))
        .values_list("which", "pk")[: MOST + 1]
        for n, one in enumerate(asked.values())
    ]
    names = list(asked)
    for which, pk in rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]:
        found[names[which]].append(pk)
    return found


def _elsewhere(query: str, one: Sought, by: User) -> bool:
    """Whether a case that the person may see is found by this otherwise: it is not among the listed
    ones, or it is an order number, or four digits that stand in a text. One statement.
    """
    ways: list[Any] = [having(one)]
    ways += [
        Complaint.objects.filter(**{name: query}).values("pk")
        for name in ("order_number", "external_reference")
    ]
    if one.kind == Kind.PHONE_TAIL:
        words = every(tokens(query))
        ways.append(SearchDocument.objects.filter(words=words).values("pk"))
    union = ways[0].union(*ways[1:], all=True)
    return bool(Complaint.objects.visible_to(by).filter(pk__in=union).exists())
