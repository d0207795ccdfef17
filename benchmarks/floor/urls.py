"""Five pages over two tables and a roll-up: a list, a case, a search, a form, sums."""

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import Context, Template
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

ROWS = 26
CASE = "SELECT id, number, title, state, owner, due FROM floor_case"
LIST = f"{CASE} WHERE owner = %s AND open ORDER BY due, id LIMIT {ROWS}"
# The adaptive form: a word is looked up without an order, no further than so many cases; fewer are
# fetched by their keys, more are walked from the newest on.
PROBE = "SELECT id FROM floor_case WHERE words @@ %s::tsquery LIMIT 2001"
KNOWN = f"{CASE} WHERE id = ANY(%s) ORDER BY id DESC LIMIT {ROWS}"
WALKED = f"{CASE} WHERE words @@ %s::tsquery ORDER BY id DESC LIMIT {ROWS}"
STORY = "SELECT at, kind, text FROM floor_event WHERE case_id = %s ORDER BY at LIMIT 100"
# A roll-up of cases by day of receipt, team and state, as `benchmarks/dashboard.py` makes it.
STANDING = "SELECT team, state, sum(n) FROM floor_rollup GROUP BY 1, 2 ORDER BY 1, 2"
DAILY = """SELECT day, state, sum(n) FROM floor_rollup WHERE day > current_date - 30
GROUP BY 1, 2 ORDER BY 1, 2"""
PAGE = Template(
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title>'
    "</head><body><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}</table></body></html>"
)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows with their instants as text: Django's date filter would cost more than the page."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            tuple(c.strftime("%Y-%m-%d %H:%M") if hasattr(c, "strftime") else c for c in row)
            for row in cursor.fetchall()
        ]


def page(request: HttpRequest, title: str, found: list[tuple[Any, ...]]) -> HttpResponse:
    """A table, for somebody who is signed in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    return HttpResponse(PAGE.render(Context({"title": title, "rows": found})))


def queue(request: HttpRequest) -> HttpResponse:
    """The person's open cases, soonest first."""
    return page(request, "queue", rows(LIST, request.user.pk))


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case and what happened to it."""
    return page(request, "case", [*rows(f"{CASE} WHERE id = %s", pk), *rows(STORY, pk)])


def search(request: HttpRequest) -> HttpResponse:
    """Cases with a word, newest first."""
    query = f"'{request.GET['q']}'"
    keys = [pk for (pk,) in rows(PROBE, query)]
    found = rows(KNOWN, keys) if len(keys) <= 2_000 else rows(WALKED, query)
    return page(request, "search", found)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Cases by team and state, and of the last thirty days by day and state."""
    return page(request, "dashboard", [*rows(STANDING), *rows(DAILY)])


@csrf_exempt
def create(request: HttpRequest) -> HttpResponse:
    """Two rows in one transaction, then on to the case."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    with transaction.atomic():
        (pk,) = rows(
            "INSERT INTO floor_case (number, title, state, owner, open, due, words) VALUES "
            "('T' || currval('floor_case_id_seq'), %s, 'registered', %s, true, now(), '')"
            " RETURNING id",
            request.POST["narrative"][:60],
            request.user.pk,
        )[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO floor_event (case_id, at, kind, text) VALUES (%s, now(), 'new', %s)",
                [pk, request.POST["narrative"]],
            )
    return redirect(f"/case/{pk}/")


urlpatterns = [
    path("queue/", queue),
    path("case/<int:pk>/", case),
    path("search/", search),
    path("dashboard/", dashboard),
    path("create/", create),
]
