"""The half-year analysis: beside the half before, by the law, for those who may see it."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from analytics import acting, curing, giving, half_cure, proving
from analytics.half_year import DAY, half_year
from analytics.models import Cause, CauseGiven, CorrectiveAction, Signal, SignalCase
from analytics.papers import of_half_cure
from analytics.periods import Half
from audit.models import Entry
from complaints.models import Complaint, Deadline
from tests import factories as f
from tests.analytics.test_papers import opened, table, words
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

PAGE, EXPORT = reverse("half_year"), reverse("half_year_export")


@pytest.fixture
def half(cast: Cast) -> Half:
    """Two in the half that runs (one archived), one of the other team, one half a year ago."""
    now = timezone.now()
    f.archived(cast)
    late = f.in_review(cast, order_number="SO-2")
    running = Deadline.objects.filter(complaint=late, nature="statutory").first()
    assert running is not None
    Deadline.objects.filter(pk=running.pk).update(due_at=now - timedelta(minutes=1), state="missed")
    f.registered(cast, by=cast.outsider, team=cast.other_team.pk)
    giving.plant(by=cast.supervisor)  # a test that commits empties the tree of the migration
    cause = Cause.objects.exclude(parent=None).first()
    assert cause is not None
    given = {"by": cast.supervisor, "at": now, "cause": cause}
    CauseGiven.objects.create(complaint=late, why="话术没有写明限制", **given)
    CorrectiveAction.objects.create(
        what="改写外呼话术", owner=cast.supervisor, due_on=timezone.localdate(now) - DAY, **given
    )
    this = Half.of(timezone.localdate(now))
    earlier = datetime.combine(this.before.since, now.timetz()) + timedelta(days=40)
    f.registered(cast, now=earlier, order_number="SO-4")
    return this


def test_it_compares_with_the_half_before_and_names_the_law(
    cast: Cast, half: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = half_year(cast.supervisor, half)
    assert found.found.figures["received"].value == 2
    assert found.past.figures["received"].value == 1
    assert (found.asked.since, found.asked.until) == (half.since, half.until)
    missed = [law for law in found.laws if law.now and law.now.missed]
    assert [(law.now.missed, law.open) for law in missed if law.now] == [(1, 1)]
    assert "《" in missed[0].basis
    assert missed[0].basis.endswith("条")
    assert [(row.part.n, row.before) for row in found.categories] == [(2, 1)]
    assert (found.archive.archived, found.archive.destroyed) == ((1, 0), (0, 0))
    assert sum(found.archive.classes.values()) == 1
    assert [(why.cases, why.before) for why in half_cure.causes(found)] == [(1, 0)]
    assert not half_cure.causes(half_year(cast.outside_supervisor, half))
    monkeypatch.setattr(half_cure, "MOST_ACTIONS", 1)
    made = CorrectiveAction.objects.get()
    later = {"due_on": made.due_on + DAY, "by": made.by, "at": made.at, "owner": made.owner}
    CorrectiveAction.objects.create(what="再培训", cause=made.cause, **later)
    other = half_year(cast.auditor, half, str(cast.other_team.pk))
    for looked, listed in (
        (half_year(cast.auditor, half), ([made], 1)),
        (half_year(cast.auditor, half, str(cast.team.pk)), ([made], 1)),
        (other, ([], 0)),
    ):
        assert half_cure.actions(looked) == listed
        assert ("其余 1 项" in of_half_cure.actions(looked).note) == bool(listed[1])
    assert made.cause is not None
    signal = Signal.objects.create(
        **dict.fromkeys(("started_on", "alarmed_on", "last_on"), made.due_on),
        kind="spike",
        observed=1,
        model_version="1",
        detected_at=made.at,
    )
    CauseGiven.objects.create(signal=signal, cause=made.cause, why="看了", by=made.by, at=made.at)
    CorrectiveAction.objects.create(what="召回", signal=signal, **later)
    SignalCase.objects.create(signal=signal, complaint=Complaint.objects.get(team=cast.other_team))
    for looked, signals in ((found, 0), (half_year(cast.auditor, half), 1), (other, 1)):
        assert sum(why.signals for why in half_cure.causes(looked)) == signals
    assert [one.what for one in half_cure.actions(other)[0]] == ["召回"]
    assert half_year(cast.auditor, half).found.figures["received"].value == 3
    assert half_year(cast.auditor, half, str(cast.other_team.pk)).categories[0].part.n == 1


def cured(cast: Cast) -> None:
    """A signal that was judged, with its cause, and what is done about it, with its proof."""
    now, by = timezone.now(), cast.supervisor
    case, today = Complaint.objects.filter(team=cast.team).latest("pk"), timezone.localdate(now)
    signal = Signal.objects.create(
        **dict.fromkeys(("started_on", "alarmed_on", "last_on"), today),
        **{"kind": "term", "word": "漏水", "observed": 7, "model_version": "1", "detected_at": now},
    )
    SignalCase.objects.create(signal=signal, complaint=case)
    acting.take(signal.pk, "acknowledge", by=by)
    acting.take(signal.pk, "confirm", by=by, reason="抽查五件均为漏水")
    root = Cause.objects.exclude(parent=None).first()
    assert root is not None
    giving.of_signal(signal.pk, root.pk, "密封圈换过供应商", by=by)
    wanted = {"what": "召回批次 B7", "owner": by.username, "due_on": str(today)}
    made = curing.open_one(wanted, by=by, signal=signal.pk)
    proving.add(made.pk, [b"recalled"], "list.txt", by=by)
    curing.done(made.pk, {"evidence": "召回清单 07 号"}, by=by)


def test_the_page_and_its_files_say_the_same(
    cast: Cast, half: Half, settings: Any, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    cured(cast)
    client = browser(cast.auditor)
    page = client.get(PAGE, {"half": half.code}).content.decode()
    assert half.words in page
    in_words = ("改写外呼话术", "漏水", "抽查五件均为漏水", "密封圈换过供应商", "召回清单 07 号")
    for said in ("这个半年还没有结束", "已逾期", *in_words):
        assert said in page
    given = {"half": half.code, "purpose": "董事会", "password": PASSWORD, "format": "xlsx"}
    book: openpyxl.Workbook = opened(client.post(EXPORT, given).content)
    for name in (
        "指标",
        "法定期限与逾期",
        "每日新增",
        "类别",
        "类别×地区",
        "权利",
        "信号与原因",
        "原因",
        "整改措施",
        "档案",
        "保管类别",
    ):
        assert name in book.sheetnames, name
        for heading in book[name][1]:
            assert str(heading.value) in page or name == "每日新增", heading.value
    # three cases: the page tells what they are about, a file does not
    for name in ("类别", "类别×地区", "商品"):
        assert "不列出分布" in str(book[name]["A2"].value), name
    assert "不列出分布" not in page
    assert table(book["原因"])[0][1:] == ["<10", 1, 0]
    (signal,) = table(book["信号与原因"])
    assert [signal[n] for n in (2, 3)] == ["整改中", "抽查五件均为漏水"]
    assert "密封圈换过供应商" in signal[4]
    done = {row[0]: row for row in table(book["整改措施"])}["召回批次 B7"]
    assert (done[1], done[6], done[7]) == ("“漏水”", "召回清单 07 号", 1)
    *rows, total = table(book["法定期限与逾期"])
    assert [sum(row[n] for row in rows) for n in (2, 3, 4)] == total[2:5]
    text = words(client.post(EXPORT, {**given, "format": "pdf"}).content)
    for said in ("半年投诉分析", half.words, "法定期限与逾期", "保管类别", "董事会"):
        assert said in text
    for said in in_words:  # a line may break anywhere
        assert said.replace(" ", "") in text.replace(" ", "").replace("\r", "").replace("\n", "")
    assert "不含消费者个人信息" not in text  # people wrote what is done
    assert "核对其中有没有个人信息" in text.replace("\n", "")
    alone = cast.outside_supervisor
    Membership.objects.filter(user=alone).delete()
    text = browser(alone).get(PAGE).content.decode()
    assert "全部团队的案件" not in text
    assert "没有主管的团队" in text
    assert Entry.objects.filter(verb="analytics.exported", detail__what="half_year").count() == 2


def test_every_number_opens_its_rows_as_supervisor_as_lead_and_as_auditor(
    cast: Cast, half: Half
) -> None:
    for user in (cast.supervisor, cast.outside_supervisor, cast.auditor):
        client, opened_any = browser(user), 0
        page = html.unescape(client.get(PAGE, {"half": half.code}).content.decode())
        for address, text in set(
            re.findall(r'<a href="(/analytics/rows/[^"]+)">([\d,]+)</a>', page)
        ):
            if "measure=paid" in address or "measure=owed" in address:
                continue  # yuan
            rows = client.get(address).content.decode()
            number = re.search(r'data-number="(\d+)"', rows)
            assert number, address
            assert number[1] == text.replace(",", ""), address
            opened_any += 1
        assert opened_any > 5


@pytest.mark.parametrize(
    "params",
    [{"half": "2026-3"}, {"half": "1999-1"}, {"half": "2099-1"}, {"team": "999999"}, {"team": "x"}],
)
def test_what_is_no_half_or_team_is_said_and_not_exported(
    cast: Cast, params: dict[str, Any]
) -> None:
    client = browser(cast.supervisor)
    answer = client.get(PAGE, params)
    assert answer.status_code == 200
    assert "请重新选择" in answer.content.decode()
    given = {**params, "purpose": "例会", "password": PASSWORD, "format": "xlsx"}
    assert client.post(EXPORT, given).status_code == 422
    for nobody in (cast.agent, cast.counsel, cast.administrator):
        assert browser(nobody).get(PAGE).status_code == 403
        assert browser(nobody).post(EXPORT, given).status_code == 403
