"""审计 → 校验: what verifying the whole record found, each night or when an auditor asks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from audit import asked, words
from audit.faults import Place, What, faults_of
from audit.models import Block, Pending, Verification

NIGHTS = 14


@require_GET
@needs("read_audit")
def audit_check(request: HttpRequest) -> HttpResponse:
    """The last result, what it looked at, and the nights before it."""
    nights = list(Verification.objects.order_by("-at", "-pk")[:NIGHTS])
    last = nights[0] if nights else None
    block = Block.objects.order_by("-number").defer("members", "leaves").first()
    context = {
        "last": last,
        "faults": [_fault(found) for found in last.report["faults"]] if last else [],
        "figures": _figures(last, block),
        "rows": _rows(last),
        "newest": block,
        "nights": [_night(night) for night in nights],
        "now": asked.standing(timezone.now()),
    }
    return render(request, "audit/check.html", context)


@require_POST
@needs("read_audit")
def start(request: HttpRequest) -> HttpResponse:
    """Verify now; a second click while one goes on starts no other."""
    if asked.ask(person(request), timezone.now()) is None:
        messages.info(request, _("正在校验，没有重复开始"))
    return redirect("audit_check")


@never_cache
@require_GET
@needs("read_audit")
def progress(request: HttpRequest) -> HttpResponse:
    """How far it is, for the page that waits; when it is over the page is drawn anew."""
    if not request.headers.get("HX-Request"):
        return redirect("audit_check")
    now = asked.standing(timezone.now())
    if not now.goes_on:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "audit/running.html", {"now": now})


def _fault(found: dict[str, Any]) -> dict[str, Any]:
    """One sort of fault: the first place, and the others that are remembered."""
    place = Place(**found["first"])
    return {
        "kind": words.kind(place.kind),
        "what": words.WHAT[What(found["what"])],
        "count": found["count"],
        "where": words.where(place) or "—",
        "subject": place.subject,
        "others": [words.where(Place(**other)) for other in found.get("others", ())],
    }


def _rows(last: Verification | None) -> list[tuple[str, int]]:
    """How many rows of each kind were compared with their seal."""
    rows = last.report["rows"] if last else {}
    return [(words.kind(name), count) for name, count in rows.items()]


def _figures(last: Verification | None, block: Block | None) -> list[dict[str, Any]]:
    waiting = Pending.objects.count()
    rows = sum(last.report["rows"].values()) if last else "—"  # nobody has counted yet
    chains = last.report["chains"] if last else "—"
    return [
        {"name": _("已封存的行"), "value": rows, "more": ""},
        {"name": _("案件与其他对象的链"), "value": chains, "more": ""},
        {
            "name": _("区块"),
            "value": block.number if block else 0,
            "more": _("每分钟封存一次"),
        },
        {"name": _("此刻等待封存"), "value": waiting, "more": _("下一分钟封存") if waiting else ""},
    ]


def _night(night: Verification) -> dict[str, Any]:
    count = sum(n for _what, _place, n in faults_of(night.report))
    return {
        "at": night.at,
        "is_whole": night.is_whole,
        "seconds": night.seconds,
        "rows": sum(night.report["rows"].values()),
        "asked_by": night.asked_by,
        "found": ngettext("发现 {n} 处", "发现 {n} 处", count).format(n=count) if count else "",
    }
