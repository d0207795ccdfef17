"""审计 → 人员: what each person did with what they may see; for auditors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.models import User
from accounts.roles import Role
from audit.reading import saw
from audit.record import record
from complaints import audit_words, followed, reading_words, reveal_policy, watching
from complaints.followed import Verdict
from complaints.models.person_search import Door
from complaints.models.person_search import Kind as Value
from complaints.readers import MOST_ROWS
from complaints.seen import CASE
from complaints.spans import Span
from complaints.views import list_export, mass
from complaints.views.payment_pages import as_csv
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.watching import KINDS, Kind
from config.tags import moment

PAGE_SIZE, BATCH = 50, 500
NEWEST = Order("at", newest_first=True)


@dataclass(frozen=True)
class Line:
    """One row of any kind: when, what, of which case ("" for none), the facts beside it, and for a
    number that was seen, whether the act followed for which it was.
    """

    at: datetime
    what: str
    case: str = ""
    more: str = ""
    verdict: Verdict | None = None


def _of_reveal(row: Any, verdicts: dict[int, Verdict]) -> Line:
    purpose = " · ".join(filter(None, (row.get_purpose_display(), row.note)))
    field = reveal_policy.field_words(row.field)
    return Line(row.at, field, row.complaint.number, purpose, verdicts[row.pk])


def _of_reading(row: Any) -> Line:
    number = row.about.removeprefix(CASE) if row.about.startswith(CASE) else ""
    return Line(row.at, reading_words.place_of(row), number, reading_words.shown_of(row))


def _of_search(row: Any) -> Line:
    kind, door = Value(row.kind).label, Door(row.door).label
    found = _("找到 {n} 件").format(n=row.hits) if row.hits else _("没有找到")
    more = _("已暂停，没有查") if row.refused else found
    return Line(row.at, str(kind), "", f"{door} · {more} · {row.digest[:8]}…")


def _of_alarm(row: Any) -> Line:
    return Line(row.at, row.words, row.case)


def _of_entry(row: Any) -> Line:
    number = row.subject.removeprefix(CASE) if row.subject.startswith(CASE) else ""
    detail = row.detail
    more = audit_words.particulars(row)
    if page := detail.get("page"):
        known = reading_words.PAGES.get(page)
        more = f"{detail.get('status', '')} {known[0] if known else page}"
    return Line(row.at, audit_words.named(row.verb), number or str(detail.get("case") or ""), more)


def _lines(kind: Kind, rows: Sequence[Any]) -> list[Line]:
    if kind.code == "reveals":
        verdicts = followed.verdicts(rows, timezone.now())
        return [_of_reveal(row, verdicts) for row in rows]
    make = {"opened": _of_reading, "searches": _of_search, "alarms": _of_alarm}
    return [make.get(kind.code, _of_entry)(row) for row in rows]


def _span(request: HttpRequest) -> Span:
    given = request.POST if request.method == "POST" else request.GET
    if given.get("since") or given.get("until"):
        return Span.read(given)
    return Span.read({"since": watching.since_default(timezone.now())})


@never_cache
@require_GET
@needs("read_audit")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with what they did in the period; every number leads to its rows. `user`: a user
    name, as the record keeps it; leads to what that person did.
    """
    if name := request.GET.get("user", "")[:150]:
        return redirect("audit_person", get_object_or_404(User, username=name).pk)
    span, after = _span(request), request.GET.get("after", "")[:150]
    users, more = watching.people(after, PAGE_SIZE)
    found = watching.counts(users, span)
    kept = span.chosen
    rows = [_row(user, found[user.pk], kept) for user in users]
    context = {
        "span": span,
        "rows": rows,
        "kinds": [kind for _code, kind in _kinds()],
        "first": "?" + urlencode(kept) if after else "",
        "next": "?" + urlencode({**kept, "after": users[-1].username}) if more else "",
    }
    return render(request, "audit/people.html", context)


def _row(user: User, n: watching.Counts, kept: dict[str, str]) -> dict[str, Any]:
    return {
        "user": user,
        "roles": _roles(user),
        "address": _address(user, "reveals", kept),
        "numbers": [(kind, n[code], _address(user, code, kept)) for code, kind in _kinds()],
    }


def _roles(user: User) -> str:
    return _("、").join(str(role.label) for role in Role if user.is_(role))


def _kinds() -> list[tuple[str, Kind]]:
    return list(KINDS.items())


def _address(user: User, code: str, kept: dict[str, str]) -> str:
    return f"{reverse('audit_person', args=[user.pk])}?{urlencode({'show': code, **kept})}"


@never_cache
@require_GET
@needs("read_audit")
def one(request: HttpRequest, user: int) -> HttpResponse:
    """One person, kind by kind."""
    return _page(request, get_object_or_404(User, pk=user))


def _page(request: HttpRequest, who: User, not_exported: str = "") -> HttpResponse:
    span = _span(request)
    given = request.POST if request.method == "POST" else request.GET
    kind = KINDS.get(given.get("show", ""), KINDS["reveals"])
    page = mass.page(kind.of(who, span), NEWEST, _cursor(request, span))
    lines = _lines(kind, page.rows)
    saw(*(f"{CASE}{line.case}" for line in lines if line.case))
    counts, kept = watching.counts([who], span)[who.pk], span.chosen
    keep = {"show": kind.code, **kept}
    action = reverse("audit_person_export", args=[who.pk])
    context = {
        "who": who,
        "roles": _roles(who),
        "span": span,
        "kind": kind,
        "tabs": [(k, counts[code], _address(who, code, kept)) for code, k in _kinds()],
        "lines": lines,
        "clear": reverse("audit_person", args=[who.pk]),
        "offer": list_export.offer(request, action, keep, not_exported),
        "next": page.next and "?" + urlencode({**keep, "cursor": page.next}),
        "previous": page.previous and "?" + urlencode({**keep, "cursor": page.previous}),
    }
    return render(request, "audit/person.html", context, status=422 if not_exported else 200)


def _cursor(request: HttpRequest, span: Span) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        span.problems.append(_("分页位置无效，已从第一页开始。"))
        return None


@never_cache
@require_POST
@needs("read_audit")
def export(request: HttpRequest, user: int) -> HttpResponse:
    """The same as CSV, for a purpose; who took it stands in the record."""
    who, by, now = get_object_or_404(User, pk=user), person(request), timezone.now()
    span = _span(request)
    if why := list_export.why_not(request, span.problems):
        return _page(request, who, why)
    purpose = list_export.purpose_of(request)
    kind = KINDS.get(request.POST.get("show", ""), KINDS["reveals"])
    detail = {"about": who.username, "kind": kind.code, **span.chosen, "purpose": purpose}
    record("people.exported", f"user:{by.username}", by, now, detail)
    return as_csv(_csv(kind, who, span), f"{kind.words}-{timezone.localdate(now)}")


def _csv(kind: Kind, who: User, span: Span) -> Iterator[list[str]]:
    yield [_("时间"), _("姓名"), _("用户名"), _("什么"), _("案件"), _("细节"), _("是否跟进")]
    rows = kind.of(who, span).order_by("-at", "-pk")[: MOST_ROWS + 1].iterator(BATCH)
    n = 0
    while batch := list(islice(rows, BATCH)):
        for line in _lines(kind, batch):
            n += 1
            if n > MOST_ROWS:
                yield [_("只导出了前 {n} 行，后面还有；请按时间分几次导出").format(n=MOST_ROWS)]
                return
            saw(*([f"{CASE}{line.case}"] if line.case else []))
            verdict = line.verdict.words if line.verdict else ""
            own = [moment(line.at), who.name, who.username]
            yield [*own, line.what, line.case, line.more, verdict]
