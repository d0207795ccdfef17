"""What may be named as proof in a case: every item of its folder that is not withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from evidence.models import Item


def usable(folder_id: int) -> Any:
    """The items that may be named, in the order of their numbers."""
    return Item.objects.filter(folder=folder_id, withdrawal=None).order_by("number")


def unusable(folder_id: int, numbers: Iterable[int]) -> set[int]:
    """The numbers that are not in the folder, or withdrawn from it. No statement for none."""
    wanted = set(numbers)
    if not wanted:
        return wanted
    found = usable(folder_id).filter(number__in=wanted)
    return wanted - set(found.values_list("number", flat=True))


def refusal(numbers: Iterable[Any]) -> str:
    """The sentence about numbers that cannot be named."""
    named = _("、").join(map(str, numbers))
    return _("证据编号 {numbers} 不在本案中或者已经撤回；请改用其他证据，或先上传").format(
        numbers=named
    )
