"""The same file, byte for byte, elsewhere: in the case itself or in others that the person sees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from complaints.models import Complaint
from complaints.seen import saw_cases
from evidence.models import Item

MOST = 20  # that are named of one file
MOST_TOLD = 5  # files of one form


def _seen(hashes: Collection[str], user: User) -> Any:
    """Items with one of the hashes, each with its case, of the cases that the person sees."""
    found = Item.objects.filter(
        sha256__in=hashes, folder__complaint__in=Complaint.objects.visible_to(user)
    )
    return found.select_related("folder__complaint")


def same_file(sha256: str, user: User, *, but: Item | None = None) -> list[Any]:
    """Items with this hash, the newest first. One statement, by the index of hashes. Whoever is
    told of them has seen their cases.
    """
    found = _seen([sha256], user)
    if but is not None:
        found = found.exclude(pk=but.pk)
    items = list(found.order_by("-id")[:MOST])
    saw_cases(*(item.folder.complaint.number for item in items))
    return items


def in_words(found: Sequence[Any], number: str) -> str:
    """Where it is already, for the case `number`; "" when it is nowhere else."""
    places = [
        _("本案证据 {item}").format(item=item.number)
        if item.folder.complaint.number == number
        else _("案件 {case} 的证据 {item}").format(
            case=item.folder.complaint.number, item=item.number
        )
        for item in found[:MOST]
    ]
    return _("、").join(places)


def told(items: Sequence[Item], user: User, number: str) -> list[str]:
    """A sentence for each of the items just added of which the same file was there before. One
    statement, however many.
    """
    before: dict[str, list[Any]] = {}
    for one in _seen({item.sha256 for item in items}, user).order_by("id")[: MOST * MOST]:
        before.setdefault(one.sha256, []).append(one)
    sentences = []
    for item in items:
        if earlier := [one for one in before.get(item.sha256, []) if one.pk < item.pk]:
            words = _("证据 {item} 与{places}是同一份文件；重复添加的可以撤回")
            places = in_words(earlier, number)
            sentences.append(words.format(item=item.number, places=places))
    return sentences[:MOST_TOLD]
