"""The reconciliation: owed, paid and open by case and in total; every number opens its rows."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from complaints import reconciling
from complaints.actions import commitment_ends
from complaints.models import Commitment
from complaints.views import reconciliation
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.complaints.test_payments import executing
from tests.crowd import owing
from tests.walks.ask import browser

pytestmark = pytest.mark.usefixtures("variables_kept")

PAGE = reverse("reconciliation")


def text_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def lead(cast: Cast) -> Client:
    return browser(cast.supervisor)


def exported_by(client: Client, **sent: str) -> Any:
    """The answer to the form of the export."""
    given = {"purpose": "对账", "password": PASSWORD, **sent}
    return client.post(reverse("reconciliation_export"), given)


def world(cast: Cast) -> dict[str, str]:
    """A case of each kind."""
    unpaid, part, paid, over, late, waived = (f.executing(cast) for _ in range(6))
    f.paid(part.commitments.get(), cast.agent, amount="1000")
    f.paid(paid.commitments.get(), cast.agent)
    f.paid(over.commitments.get(), cast.agent, amount="4000", note="含运费")
    Commitment.objects.filter(complaint=late).update(due_at=timezone.now() - timedelta(days=1))
    words = {"words": "不要了", "evidence": 1}
    commitment_ends.release(waived.number, waived.commitments.get().pk, words, by=cast.agent)
    executing(cast, {"kind": "apology"})
    named = {"unpaid": unpaid, "part": part, "paid": paid, "over": over, "late": late}
    return {name: case.number for name, case in named.items()}


EXPECTED = {
    "all": ("unpaid", "part", "paid", "over", "late"),
    "open": ("unpaid", "part", "late"),
    "part": ("part",),
    "overdue": ("late",),
    "paid": ("paid", "over"),
    "over": ("over",),
}


def test_every_total_opens_exactly_its_rows_and_they_add_up_to_it(cast: Cast, lead: Client) -> None:
    cases = world(cast)
    rows = reconciling.promises(cast.supervisor)
    totals = reconciling.totals(rows, timezone.now())
    for show, names in EXPECTED.items():
        answer = lead.get(PAGE, {"show": show})
        listed = [row["case"].number for row in answer.context["rows"]]
        assert sorted(listed) == sorted(cases[name] for name in names), show
        total = totals[show]
        assert total.cases == len(names)
        for name in ("owed", "open", "over"):
            added = sum((row[name] for row in answer.context["rows"]), Decimal(0))
            assert added == getattr(total, name), (show, name)
        added = sum((row["paid_sum"] for row in answer.context["rows"]), Decimal(0))
        assert added == total.paid
        exported = text_of(exported_by(lead, show=show))
        lines = list(csv.reader(io.StringIO(exported.removeprefix("\ufeff"))))[1:]
        assert sorted(line[0] for line in lines) == sorted(listed)
        assert sum((Decimal(line[5]) for line in lines), Decimal(0)) == total.open
    assert (totals["open"].open, totals["over"].over) == (Decimal("10940.00"), Decimal("20.00"))
    assert Entry.objects.filter(verb="payments.exported").count() == len(EXPECTED)


def test_personal_data_is_masked(cast: Cast, lead: Client) -> None:
    f.executing(cast)
    for page in map(text_of, (lead.get(PAGE), exported_by(lead))):
        assert "王**" in page
        assert "王测试" not in page


def test_days_and_teams_narrow_the_list_and_what_is_unknown_is_said(
    cast: Cast, lead: Client
) -> None:
    case = f.executing(cast)
    today = timezone.localdate()
    near = {"from": today.isoformat(), "to": (today + timedelta(days=30)).isoformat()}
    assert case.number in text_of(lead.get(PAGE, near))
    far = {"from": (today + timedelta(days=30)).isoformat()}
    assert case.number not in text_of(lead.get(PAGE, far))
    for bad in ({"show": "dream"}, {"team": "x"}, {"from": "明天"}, {"cursor": "-1"}):
        page = lead.get(PAGE, bad)
        assert page.status_code == 200
        assert "已忽略" in text_of(page)
        # a file would be wider than it was asked for
        if "cursor" not in bad:
            assert "条件有误，没有导出" in text_of(exported_by(lead, **bad))
    assert "请写明导出的用途" in text_of(exported_by(lead, purpose=""))
    refused = exported_by(lead, password="wrong", purpose="对账")
    assert (refused.status_code, "密码不正确，没有导出" in text_of(refused)) == (422, True)
    assert f'href="{PAGE}?' in text_of(refused)  # not to the address of the file
    assert not Entry.objects.filter(verb="payments.exported").exists()
    swapped = {"from": near["to"], "to": near["from"]}
    assert "请对调两个日期" in text_of(lead.get(PAGE, swapped))
    assert "对调" not in text_of(lead.get(PAGE, near))


def test_an_export_that_stops_says_so(
    cast: Cast, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing(cast, 3, Decimal("10.00"))
    monkeypatch.setattr(reconciliation, "MOST", 4)
    assert "只导出了" not in text_of(exported_by(lead))
    monkeypatch.setattr(reconciliation, "MOST", 3)
    assert "只导出了前 3 行" in text_of(exported_by(lead))


def test_only_supervisors_reconcile_and_only_their_cases(cast: Cast) -> None:
    case = f.executing(cast)
    for nobody in (cast.agent, cast.counsel, cast.auditor, cast.administrator):
        for url in (PAGE, reverse("payment_files")):
            assert browser(nobody).get(url).status_code == 403
        assert exported_by(browser(nobody)).status_code == 403
    assert case.number not in text_of(browser(cast.outside_supervisor).get(PAGE))


def test_pages_follow_each_other_and_cost_the_same(
    cast: Cast, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "PAGE_SIZE", 3)
    counted = []
    for count in (4, 8):
        owing(cast, count, Decimal("10.00"))
        lead.get(PAGE)
        with CaptureQueriesContext(connection) as seen:
            lead.get(PAGE)
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 12, counted
    found, url = [], PAGE
    while url:
        answer = lead.get(url)
        found += [row["complaint_id"] for row in answer.context["rows"]]
        after = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', text_of(answer))
        url = after[1].replace("&amp;", "&") if after else ""
    assert len(found) == len(set(found)) == 14
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("show", "index"),
    [("open", "unpaid_money_by_case"), ("all", "money_by_case"), ("over", "overpaid_by_case")],
)
def test_a_page_is_read_by_index(cast: Cast, show: str, index: str) -> None:
    looked = reconciliation.Looked.read({"show": show}, cast.supervisor)
    rows = reconciling.by_case(looked.rows(), looked.now).order_by("-complaint_id")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = rows.explain()
    assert index in plan, plan
