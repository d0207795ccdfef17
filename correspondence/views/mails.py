"""已发送的邮件: the folder of an installation without a mail server.

Whoever may see every case that a mail speaks of, or is its receiver, may read it. Everybody else
(administrators above all, who see no cases) finds when it left, to which masked address and of
which kind: enough to see that mails are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import needs, person
from accounts.models import User
from complaints.models import Complaint
from complaints.seen import saw_cases
from correspondence import mail_folder
from correspondence.mail_folder import Filed

SHOWN = 100


@dataclass(frozen=True)
class Row:
    """One mail and whether this person may read it."""

    filed: Filed
    readable: bool


@require_GET
@needs("see_mail_folder")
def mails(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    found = mail_folder.newest(SHOWN)
    context = {
        "in_use": mail_folder.folder() is not None,
        "rows": _rows(person(request), found),
        "full": len(found) == SHOWN,
    }
    return render(request, "notices/mails.html", context)


@require_GET
@needs("see_mail_folder")
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as text. One that the person may not read does not exist."""
    found = mail_folder.find(name)
    if found is None or not _rows(person(request), [found[0]])[0].readable:
        raise Http404
    return render(request, "notices/mail.html", {"filed": found[0], "text": found[1]})


def _rows(user: User, found: Iterable[Filed]) -> list[Row]:
    found = list(found)
    numbers = {number for filed in found for number in filed.cases}
    visible = Complaint.objects.visible_to(user).filter(number__in=numbers)
    seen = set(visible.values_list("number", flat=True))
    rows = [Row(filed, _readable(filed, user, seen)) for filed in found]
    saw_cases(*(number for row in rows if row.readable for number in row.filed.cases))
    return rows


def _readable(filed: Filed, user: User, seen: set[str]) -> bool:
    return filed.staff == user.username or bool(filed.cases and seen.issuperset(filed.cases))
