"""对账: owed, paid and open by case and in total. Every number opens exactly its rows; pages follow
each other by index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from accounts.models import User
from audit.record import record
from complaints import reconciling, validation
from complaints.models import Commitment, Complaint
from complaints.seen import saw_cases
from complaints.validation import Refused
from complaints.views import list_export
from complaints.views.case_payments import STANDINGS
from complaints.views.payment_pages import as_csv
from complaints.views.queue_directory import Directory
from complaints.workdays import END_OF_DAY, SHANGHAI

PAGE_SIZE = 50
MOST = 20_000  # rows of an export
WORDS: dict[str, str | Promise] = {
    "all": gettext_lazy("全部"),
    "open": pgettext_lazy("money", "未付"),
    "overdue": gettext_lazy("逾期未付"),
    "part": gettext_lazy("部分支付"),
    "paid": gettext_lazy("已付清"),
    "over": gettext_lazy("多付"),
}


@dataclass
class Looked:
    """What is looked for; `problems` are sentences about what is not known."""

    user: User
    now: datetime
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    show: str = "open"
    cursor: int | None = None
    narrowed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, params: Mapping[str, str], user: User) -> Looked:
        """From the address; without a word what is open."""
        looked = cls(user, timezone.now())
        for name, reader in (
            ("show", looked._show),
            ("team", looked._team),
            ("from", looked._day),
            ("to", looked._day),
            ("cursor", looked._cursor),
        ):
            value = params.get(name, "").strip()
            if value and reader(name, value):
                looked.values[name] = value
            elif value:
                looked.problems.append(_("没有“%(value)s”这一项，已忽略。") % {"value": value[:40]})
        looked.values.pop("cursor", None)
        first, last = (looked.narrowed.get(f"due_at__{edge}") for edge in ("gte", "lte"))
        if first and last and first > last:
            looked.problems.append(_("“期限自”晚于“至”，没有一天在其中；请对调两个日期。"))
        return looked

    def _show(self, _name: str, value: str) -> bool:
        self.show = value if value in WORDS else self.show
        return value in WORDS

    @property
    def teams(self) -> list[tuple[str, str]]:
        """Teams to choose from."""
        return list(Directory(self.user).teams)

    def _team(self, _name: str, value: str) -> bool:
        known = value in dict(self.teams)
        if known:
            self.narrowed["complaint__team"] = value
        return known

    def _day(self, name: str, value: str) -> bool:
        try:
            day = validation.day(value, future=True)
        except Refused:
            return False
        if day is None:
            return False
        self.narrowed["due_at__gte" if name == "from" else "due_at__lte"] = _edge(name, day)
        return True

    def _cursor(self, _name: str, value: str) -> bool:
        known = value.isascii() and value.isdigit() and len(value) < 19
        self.cursor = int(value) if known else None
        return known

    def all_rows(self) -> QuerySet[Commitment]:
        """Everything within the filters, whatever the word."""
        return reconciling.promises(self.user, **self.narrowed)

    def rows(self) -> QuerySet[Commitment]:
        """What the word means."""
        return self.all_rows().filter(reconciling.condition(self.show, self.now))

    def address(self, **changes: str) -> str:
        """The query string of this list, some of it changed."""
        return urlencode({k: v for k, v in {**self.values, **changes}.items() if v})


def _edge(name: str, day: date) -> datetime:
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return start if name == "from" else datetime.combine(day, END_OF_DAY, SHANGHAI)


def page_of(looked: Looked) -> tuple[list[dict[str, Any]], str]:
    """The cases of one page, newest first, and the cursor of the next. Two statements."""
    rows = reconciling.by_case(looked.rows(), looked.now).order_by("-complaint_id")
    if looked.cursor is not None:
        rows = rows.filter(complaint_id__lt=looked.cursor)
    found: list[dict[str, Any]] = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    cases = (
        Complaint.objects.select_related("consumer", "owner")
        .only("number", "title", "state", "consumer__name_masked", "owner__name")
        .in_bulk([row["complaint_id"] for row in found])
    )
    for row in found:
        row["case"] = cases[row["complaint_id"]]
        saw_cases(row["case"].number)
    return found, str(found[-1]["complaint_id"]) if more else ""


@require_GET
@needs("reconcile_payments")
def reconciliation(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request, Looked.read(request.GET, person(request)))


def _page(request: HttpRequest, looked: Looked, refused: str = "") -> HttpResponse:
    rows, after = page_of(looked)
    action = reverse("reconciliation_export")
    totals = reconciling.totals(looked.all_rows(), looked.now)
    context = {
        "looked": looked,
        "rows": rows,
        "tiles": [(WORDS[s], totals[s], looked.address(show=s), s == looked.show) for s in WORDS],
        "total": totals[looked.show],
        "page": reverse("reconciliation"),
        "here": looked.address(),
        "next": after and looked.address(cursor=after),
        "offer": list_export.offer(request, action, looked.values, refused),
    }
    status = 422 if refused else 200
    return render(request, "payments/reconciliation.html", context, status=status)


@never_cache
@require_POST
@needs("reconcile_payments")
def export(request: HttpRequest) -> HttpResponse:
    """The promises behind the list as CSV, for a purpose; that they were fetched is recorded."""
    user = person(request)
    looked = Looked.read(request.POST, user)
    if why := list_export.why_not(request, looked.problems):
        return _page(request, looked, why)
    detail = {**looked.values, "purpose": list_export.purpose_of(request)}
    record("payments.exported", f"user:{user.username}", user, looked.now, detail)
    return as_csv(_lines(looked), f"{_('对账')}-{timezone.localdate(looked.now)}")


def _lines(looked: Looked) -> Iterator[list[str]]:
    yield [
        _("案件编号"),
        _("消费者"),
        _("措施"),
        _("应付"),
        _("已付"),
        _("未付"),
        _("多付"),
        _("状态"),
        _("期限"),
        _("兑现人"),
        _("团队"),
    ]
    rows = looked.rows().select_related("complaint__consumer", "complaint__team", "owner")
    for n, row in enumerate(rows.order_by("-complaint_id", "id")[: MOST + 1].iterator()):
        if n == MOST:
            sentence = _("只导出了前 {n} 行，后面还有；请按团队或期限分几次导出")
            yield [sentence.format(n=MOST)]
            return
        stands = reconciling.standing(row)
        saw_cases(row.complaint.number)
        yield [
            row.complaint.number,
            row.complaint.consumer.name_masked,
            row.text,
            f"{stands.owed:.2f}",
            f"{stands.paid:.2f}",
            f"{stands.open:.2f}",
            f"{stands.over:.2f}",
            str(STANDINGS[stands.code][0]),
            row.due.isoformat() if row.due else "",
            row.owner.name if row.owner else "",
            row.complaint.team.name if row.complaint.team else "",
        ]
