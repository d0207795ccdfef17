"""A list leaves as CSV: for a purpose, which goes on record, and only if whoever asks has shown a
moment ago who sits here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import reauthentication

LONGEST = 200  # characters of a purpose


@dataclass(frozen=True)
class Offer:
    """The form of an export: where it goes, what it says of the list, until when the person need
    not say anew who sits here; what was typed, and why nothing was exported.
    """

    action: str
    hidden: Mapping[str, str]
    confirmed_until: datetime | None
    purpose: str = ""
    refused: str = ""
    longest: int = LONGEST


def offer(request: HttpRequest, action: str, hidden: Mapping[str, str], refused: str = "") -> Offer:
    """The form beside a list."""
    until = reauthentication.until(request)
    return Offer(action, hidden, until, purpose_of(request) if refused else "", refused)


def purpose_of(request: HttpRequest) -> str:
    """What the export is for, "" when nobody said."""
    return " ".join(request.POST.get("purpose", "").split())[:LONGEST]


def why_not(request: HttpRequest, problems: Sequence[str]) -> str:
    """A sentence, "" when nothing stands against it. `problems`: of the list; what is not
    understood would be left out, and more be carried away than was asked for.
    """
    if problems:
        return _("条件有误，没有导出；请改正或清除后再导出。")
    if not purpose_of(request):
        return _("请写明导出的用途")
    if reauthentication.fresh(request):
        return ""
    undone = _("%(what)s，没有导出。%(left)s")
    wrong = reauthentication.confirm(request, request.POST.get("password", ""), undone)
    return wrong.message if wrong else ""
