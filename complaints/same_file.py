"""The same file, byte for byte, elsewhere: in the case itself or in others that the person sees."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from complaints.models import Complaint
from evidence.models import Item

MOST = 20  # that are named


def same_file(sha256: str, user: User, *, but: Item | None = None) -> list[Any]:
    """Items with this hash, the newest first, each with its case. One statement, by the index of
    hashes; what the person may not see is not there.
    """
    found = Item.objects.filter(
        sha256=sha256, folder__complaint__in=Complaint.objects.visible_to(user)
    ).select_related("folder__complaint", "withdrawal")
    if but is not None:
        found = found.exclude(pk=but.pk)
    return list(found.order_by("-id")[:MOST])


def in_words(found: list[Any], number: str) -> str:
    """Where it is already, for the case `number`; "" when it is nowhere else."""
    places = [
        _("本案证据 {item}").format(item=item.number)
        if item.folder.complaint.number == number
        else _("案件 {case} 的证据 {item}").format(
            case=item.folder.complaint.number, item=item.number
        )
        for item in found
    ]
    return _("、").join(places)
