"""到期销毁: batches, their review, and the register of what is gone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import needs, person
from audit.record import record
from complaints.actions import disposal as acts
from complaints.actions import shredding
from complaints.errors import Invalid, NotAllowed
from complaints.importing.table import escaped
from complaints.models import Destroyed, DisposalBatch, DisposalRow
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from complaints.views.keeping_words import class_name
from complaints.views.mass import page as one_page
from complaints.views.queue_rows import BadCursor, Cursor, Order
from complaints.views.sheets import SheetForm, readable

_PROPOSED = Order("proposed_at", newest_first=True)
_GONE = Order("at", newest_first=True)
_OTHERS = {"waiting": Q(state="waiting"), "settled": ~Q(state="waiting")}


class KeepForm(SheetForm):
    """Why a file is kept, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("继续保管的理由"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 2000}),
    )
    keep_until = forms.CharField(
        label=gettext_lazy("继续保管到"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _cursor(request: HttpRequest, problems: list[str]) -> Cursor | None:
    text = request.GET.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except BadCursor:
        problems.append(_("分页位置无效，已从第一页开始。"))
        return None


@require_GET
@needs("see_retention")
def disposal(request: HttpRequest) -> HttpResponse:
    """Batches with files that the person may see, the newest first."""
    seen = scope_of(person(request), "rows__complaint__")
    problems: list[str] = []
    waiting = Q(rows__state="waiting") & seen
    batches = DisposalBatch.objects.annotate(
        files=Count("rows", filter=seen, distinct=True),
        waiting=Count("rows", filter=waiting, distinct=True),
    ).filter(files__gt=0)
    found = one_page(batches, _PROPOSED, _cursor(request, problems))
    context = {"page": found, "problems": problems}
    return render(request, "keeping/disposal.html", context)


@require_http_methods(["GET", "POST"])
@needs("see_retention")
def batch(request: HttpRequest, disposal_batch: int) -> HttpResponse:
    """One batch; posting reviews the ticked rows."""
    found = DisposalBatch.objects.filter(pk=disposal_batch).first()
    if found is None or not _rows(found, request).exists():
        raise Http404
    if request.method != "POST":
        return _shown(request, found, KeepForm())
    return _review(request, found)


def _review(request: HttpRequest, found: DisposalBatch) -> HttpResponse:
    """What was said to the ticked rows; refused, the page again with what was typed."""
    posted, unreadable = readable(request.POST)
    form = KeepForm(posted)
    chosen = [int(one) for one in posted.getlist("row") if one.isdecimal() and len(one) < 18]
    values = {n: posted.get(n, "") for n in form.fields} | {"approve": posted.get("act") == "yes"}
    try:
        if unreadable or not chosen:
            raise Invalid(unreadable or {"row": [_("请先勾选案件")]})
        done, refused = acts.review(found.pk, chosen, values, by=person(request))
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except Invalid as error:
        problems = form.refuse(error.errors)
        return _shown(request, found, form, 422, chosen=chosen, refused=problems)
    if done:
        words = ngettext("已复核 %(n)s 件", "已复核 %(n)s 件", done) % {"n": done}
        messages.success(request, words)
    for sentence in refused[:10]:
        messages.warning(request, sentence)
    return redirect("disposal_batch", found.pk)


def _rows(found: DisposalBatch, request: HttpRequest) -> Any:
    return found.rows.filter(scope_of(person(request), "complaint__"))


def _shown(
    request: HttpRequest, found: DisposalBatch, form: KeepForm, status: int = 200, **more: Any
) -> HttpResponse:
    """The page. A fixed number of statements, whatever it holds."""
    user = person(request)
    rows = _rows(found, request).select_related("complaint__retention")
    rows = rows.defer("complaint__narrative", "complaint__findings").prefetch_related("reviews__by")
    shown = list(rows.order_by("pk")[: acts.MOST])
    saw_cases(*(row.complaint.number for row in shown))
    may = user.may("review_disposal")
    worked = acts.handled([row.complaint_id for row in shown], user) if may else set()
    context = {
        "batch": found,
        "rows": [_row(row, user, worked, may) for row in shown],
        "may_review": may and any(row.state == "waiting" for row in shown),
        "form": form,
        "today": timezone.localdate(),
        **more,
    }
    return render(request, "keeping/batch.html", context, status=status)


def _row(row: DisposalRow, user: Any, worked: set[int], may: bool) -> dict[str, Any]:
    reviews = list(row.reviews.all())
    mine = any(each.by_id == user.pk for each in reviews)
    kept = getattr(row.complaint, "retention", None)
    return {
        "row": row,
        "case": row.complaint,
        "kept": kept,
        "class": class_name(kept.code) if kept else "",
        "reviews": reviews,
        "mine": mine,
        "agreed": sum(each.approved for each in reviews) >= acts.NEEDED,
        "worked": row.complaint_id in worked,
        "open": may and row.state == "waiting" and not mine and row.complaint_id not in worked,
    }


@require_GET
@needs("see_retention")
def register(request: HttpRequest) -> HttpResponse:
    """销毁登记, the newest first; those of the cases that the person may see."""
    user = person(request)
    problems: list[str] = []
    rows = Destroyed.objects.filter(scope_of(user, "complaint__")).select_related("complaint")
    found = one_page(rows, _GONE, _cursor(request, problems))
    saw_cases(*(row.number for row in found.rows))
    context = {
        "page": found,
        "rows": [(row, class_name(row.code)) for row in found.rows],
        "problems": problems,
        "exports": user.may("read_audit"),
    }
    return render(request, "keeping/register.html", context)


@require_GET
@needs("read_audit")
def register_file(request: HttpRequest, form: str) -> HttpResponse:
    """The whole register as .csv to read, or as .jsonl to replay after a restore."""
    if form not in ("csv", "jsonl"):
        raise Http404
    saw_cases(*Destroyed.objects.order_by("pk").values_list("number", flat=True))
    record("disposal.register_exported", "disposal", person(request), timezone.now())
    lines = _table() if form == "csv" else (line + "\n" for line in shredding.exported())
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    answer = HttpResponse("".join(lines), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="disposal-register.{form}"'
    return answer


class _Line:
    """Where the csv module writes: what it is given comes back."""

    def write(self, text: str) -> str:
        return text


def _table() -> Iterator[str]:
    """Codes, numbers, dates and names of colleagues: nothing that a spreadsheet would reckon."""
    write = csv.writer(_Line()).writerow
    heads = _("案件编号,销毁时间,保管类别,保管至,复核人,文件数,数据密钥已销毁")
    yield "\ufeff" + write(heads.split(","))
    for row in Destroyed.objects.order_by("at", "pk").iterator(chunk_size=500):
        names = _("、").join(escaped(str(each["name"])) for each in row.reviews)
        at = timezone.localtime(row.at).isoformat(timespec="seconds")
        key = _("是") if row.person else _("否")
        yield write([row.number, at, row.code, row.until, names, len(row.files), key])
