"""审计: who did what and when, for auditors; and whether the chain of one subject still holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs
from audit.models import Entry
from audit.reading import saw
from audit.record import breaks
from complaints import audit_words
from complaints.seen import CASE
from complaints.workdays import SHANGHAI

PAGE_SIZE = 100
_NUMBER = re.compile(r"[A-Z]{2}\d{2}-\d+")


@dataclass
class Looked:
    """What is looked for, as typed; `problems` are sentences about what could not be read."""

    subject: str = ""
    actor: str = ""
    verb: str = ""
    since: str = ""
    until: str = ""
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Looked:
        """From the address."""
        names = ("subject", "actor", "verb", "since", "until")
        subject, actor, verb, since, until = (params.get(n, "").strip()[:150] for n in names)
        return cls(subject, actor, verb, since, until)

    @property
    def full_subject(self) -> str:
        """A case's number stands for the case, a bare name for the person."""
        if not self.subject or ":" in self.subject:
            return self.subject
        number = self.subject.upper()
        return f"complaint:{number}" if _NUMBER.fullmatch(number) else f"user:{self.subject}"

    @property
    def about(self) -> dict[str, str]:
        """The case (its number) or the person (the user name) whose chain this is."""
        kind, _colon, name = self.full_subject.partition(":")
        words = {"complaint": "case", "user": "user"}
        return {words[kind]: name} if name and kind in words else {}

    def entries(self) -> QuerySet[Entry]:
        """The entries that are meant, unsorted."""
        found = Entry.objects.all()
        exact = {"subject": self.full_subject, "actor": self.actor, "verb": self.verb}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if (start := self._day(self.since)) is not None:
            found = found.filter(at__gte=start)
        if (end := self._day(self.until)) is not None:
            found = found.filter(at__lt=end + timedelta(days=1))
        return found

    def _day(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            return datetime.combine(date.fromisoformat(text), time(0), SHANGHAI)
        except ValueError:
            self.problems.append(
                _("“%(value)s”不是有效日期，已忽略；请按 2026-11-23 的格式填写。")
                % {"value": text[:20]}
            )
            return None

    def address(self, **cursor: int) -> str:
        """This search from another place."""
        kept = {k: v for k, v in vars(self).items() if k != "problems" and v}
        return f"?{urlencode({**kept, **cursor})}"


@require_GET
@needs("read_audit")
def audit_log(request: HttpRequest) -> HttpResponse:
    """The newest entries first, one page at a time."""
    looked = Looked.read(request.GET)
    rows, before, after = _page(looked, request.GET)
    saw(*(e.subject for e in rows if e.subject.startswith(CASE)))
    context: dict[str, Any] = {
        "looked": looked,
        "rows": [(e, audit_words.named(e.verb), audit_words.particulars(e)) for e in rows],
        "verbs": audit_words.choices(),
        "older": looked.address(before=rows[-1].pk) if before else "",
        "newer": looked.address(after=rows[0].pk) if after else "",
    }
    if looked.subject:
        chain = list(Entry.objects.filter(subject=looked.full_subject).order_by("sequence"))
        context |= {"checked": len(chain), "breaks": breaks(chain), "at": timezone.now()}
        context["about"] = looked.about
    return render(request, "audit/log.html", context)


def _page(looked: Looked, params: Mapping[str, str]) -> tuple[list[Entry], bool, bool]:
    """(rows, whether there are older ones, whether there are newer ones). Keyset by id."""
    before, after = params.get("before", ""), params.get("after", "")
    entries = looked.entries()
    if _is_id(after):
        found = list(entries.filter(pk__gt=int(after)).order_by("pk")[: PAGE_SIZE + 1])
        return found[:PAGE_SIZE][::-1], True, len(found) > PAGE_SIZE
    if _is_id(before):
        entries = entries.filter(pk__lt=int(before))
    found = list(entries.order_by("-pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE, _is_id(before)


def _is_id(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 19
