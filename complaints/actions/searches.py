"""Remembering what a person searched for, and keeping searches under a name. Both are the person's
own and hold no consumer (`finding/personal.py`); what is found with them is recorded as read each
time, so that keeping a query leaves no entry of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.errors import Invalid, StaleVersion
from complaints.finding import facets
from complaints.finding.matching import ANY
from complaints.finding.personal import may_name
from complaints.finding.terms import LONGEST, asked
from complaints.models import RecentSearch, SavedSearch

REMEMBERED = 20  # of one person
MOST = 50  # kept under a name
NAME_LENGTH = 60


def recent(user: User) -> QuerySet[RecentSearch]:
    """The latest first."""
    return RecentSearch.objects.filter(user=user).order_by("-at", "-pk")


def remember(text: str, *, by: User, now: datetime | None = None) -> bool:
    """Put the query on top of what the person searched for lately; whether it was. Nothing that may
    name a consumer, and nothing without a word.
    """
    words = asked(text)
    if not words.terms or may_name(words, by):
        return False
    with transaction.atomic():
        RecentSearch.objects.bulk_create(
            [RecentSearch(user=by, text=words.whole, at=now or timezone.now())],
            update_conflicts=True,
            unique_fields=["user", "text"],
            update_fields=["at"],
        )
        kept = recent(by).values_list("pk", flat=True)[:REMEMBERED]
        RecentSearch.objects.filter(user=by).exclude(pk__in=list(kept)).delete()
    return True


def forget(*, by: User, pk: int | None = None) -> None:
    """Take one of them away, or all; what is gone already stays so."""
    rows = RecentSearch.objects.filter(user=by)
    (rows if pk is None else rows.filter(pk=pk)).delete()


def saved(user: User) -> QuerySet[SavedSearch]:
    """By name."""
    return SavedSearch.objects.filter(owner=user).order_by("name", "pk")


def save(name: str, text: str, chosen: Mapping[str, str], *, by: User) -> SavedSearch:
    """Keep a query with its facets under a name. Raises Invalid: {name|q: [sentence]}."""
    name, words = _named(name), asked(text)
    if not words.terms:
        raise Invalid({"q": [_("请先输入要查找的词，再保存这次搜索")]})
    if len(text.strip()) > LONGEST:
        raise Invalid({"q": [_("要保存的搜索最多 {most} 个字").format(most=LONGEST)]})
    if may_name(words, by):
        raise Invalid(
            {
                "q": [
                    _(
                        "搜索里可能有消费者的号码或姓名，不能保存，也不会记入最近的搜索；"
                        "请用案件编号或内容里的词另存。"
                    )
                ]
            }
        )
    known, problems = facets.chosen(chosen, ANY)
    if problems:
        raise Invalid({"q": problems})
    try:
        with transaction.atomic():
            held = User.objects.select_for_update(no_key=True).get(pk=by.pk)  # counted one by one
            if saved(held).count() >= MOST:
                raise Invalid({"name": [_("最多保存 {n} 个搜索；请先删除不用的").format(n=MOST)]})
            return SavedSearch.objects.create(
                owner=by, name=name, text=words.whole, chosen=known, created_at=timezone.now()
            )
    except IntegrityError as error:
        raise _taken(name) from error


def rename(pk: int, name: str, *, by: User, version: int) -> SavedSearch:
    """Another name. Raises SavedSearch.DoesNotExist, also for somebody else's; StaleVersion,
    Invalid.
    """
    try:
        with transaction.atomic():
            row = saved(by).select_for_update().get(pk=pk)
            name = _named(name)
            if row.version != version:
                words = _("这个搜索刚在别处改过名，现在叫“{name}”；请看过再改")
                raise StaleVersion(words.format(name=row.name), row.version)
            row.name, row.version = name, row.version + 1
            row.save(update_fields=["name", "version"])
            return row
    except IntegrityError as error:
        raise _taken(name) from error


def delete(pk: int, *, by: User) -> str:
    """Its name. Raises SavedSearch.DoesNotExist, also for somebody else's."""
    with transaction.atomic():
        row = saved(by).select_for_update().get(pk=pk)
        row.delete()
        return row.name


def _named(name: str) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name:
        raise Invalid({"name": [_("请填写名称")]})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": [_("名称最多 {n} 个字").format(n=NAME_LENGTH)]})
    return name


def _taken(name: str) -> Invalid:
    return Invalid({"name": [_("已有名为“{name}”的搜索；请换一个名称").format(name=name)]})
