"""Saved reports: whose they are, who gets them, once for a due moment, and what becomes of those
that do not arrive.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from analytics import report_mail, report_words, saving
from analytics.models import ReportMail, SavedReport, Touched
from analytics.models.saved import Why
from analytics.tasks import send_reports
from audit.models import Entry
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint
from complaints.workdays import SHANGHAI
from correspondence import bounces
from tests import factories as f
from tests.cast import Cast
from tests.correspondence.test_bounces import report as returned
from tests.walks.ask import browser

PAGE = reverse("reports")
AT = datetime(2026, 9, 3, 10, tzinfo=SHANGHAI)  # a Thursday


@pytest.fixture
def led(cast: Cast) -> Cast:
    """Everybody has an address."""
    for user in cast.everybody().values():
        user.email = f"{user.username}@kesu.example"
        user.save(update_fields=["email"])
    return cast


def wanted(**changes: Any) -> dict[str, Any]:
    """What a form sends."""
    return {
        "name": "每周例会",
        "span": "30d",
        "every": "weekly",
        "weekday": "4",
        "day": "",
        "hour": "9",
        "working_days": "on",
        "recipients": ["supervisor", "auditor"],
        **changes,
    }


def saved(cast: Cast, **changes: Any) -> SavedReport:
    return saving.save(wanted(**changes), by=cast.supervisor, now=AT)


def due(report: SavedReport, moment: datetime | None = None) -> datetime:
    """It falls due now."""
    moment = moment or timezone.now() - timedelta(minutes=1)
    SavedReport.objects.filter(pk=report.pk).update(next_due=moment)
    return moment


def a_week_later(report: SavedReport) -> None:
    """It is due again; what was sent lies a week back."""
    ReportMail.objects.update(due_at=F("due_at") - timedelta(days=7))
    due(report)


def mails(what: str = "report") -> list[ReportMail]:
    return list(ReportMail.objects.filter(what=what).order_by("pk"))


def test_each_gets_the_figures_of_the_own_scope_once(led: Cast) -> None:
    f.registered(led, now=timezone.now() - timedelta(days=3))
    f.registered(
        led, by=led.outsider, team=led.other_team.pk, now=timezone.now() - timedelta(days=3)
    )
    report = saved(led)
    assert report.next_due == datetime(2026, 9, 10, 9, tzinfo=SHANGHAI)
    due(report)
    assert send_reports() == 2
    assert [send_reports() for _n in range(2)] == [0, 0]
    texts = {m.to[0]: m for m in mail.outbox}
    mine, everything = texts["supervisor@kesu.example"], texts["auditor@kesu.example"]
    assert "· 新增投诉：1 件" in mine.body
    assert "· 新增投诉：2 件" in everything.body
    assert "周启明，您好" in mine.body
    assert "/analytics/?from=" in mine.body
    assert "数据文件不随邮件发送" in mine.body
    assert not mine.attachments
    assert "王" not in mine.body
    assert "TS" not in mine.body
    (own,) = (row for row in mails() if row.user == led.supervisor)
    assert mine.extra_headers["Message-ID"] == f"<report.report.{own.pk}@kesu>"
    report.refresh_from_db()
    assert report.next_due is not None
    assert report.next_due > timezone.now()
    assert report.next_due.isoweekday() >= 4 or report.next_due.isoweekday() == 1
    assert Entry.objects.filter(verb="report.due", subject=report.subject).count() == 1


def test_nobody_waits_for_the_sums_while_the_mail_server_is_waited_for(led: Cast) -> None:
    report = saved(led, recipients=["supervisor"])
    due(report)
    assert report_mail.plan(report.pk, timezone.now()) == 1
    f.registered(led, now=timezone.now() - timedelta(days=3))
    assert Touched.objects.exists()
    with CaptureQueriesContext(connection) as asked:
        assert report_mail.send(mails()[0].pk, timezone.now())
    said = [query["sql"] for query in asked.captured_queries]
    held = max(n for n, sql in enumerate(said) if "FOR UPDATE" in sql and "reportmail" in sql)
    assert "· 新增投诉：1 件" in str(mail.outbox[0].body)
    folded = [n for n, sql in enumerate(said) if "pg_advisory" in sql]
    assert folded
    assert max(folded) < held
    Touched.objects.create(case_id=1, since=timezone.now())
    report_words.figures(mails()[0], timezone.now())
    assert Touched.objects.exists()


def test_a_killed_worker_loses_nothing_and_an_outage_is_made_up_for_once(
    led: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = saved(led, every="daily", working_days="", recipients=["supervisor"])
    missed = due(report, timezone.now() - timedelta(days=40))
    with monkeypatch.context() as patched:  # dies between writing down and handing over
        patched.setattr(report_mail, "_message", lambda row: 1 / 0)
        assert send_reports() == 0
    (row,) = mails()
    assert row.mailed_at is None
    assert row.attempts == 1
    assert timezone.now() - row.due_at < timedelta(days=1)
    assert row.due_at > missed
    due(report)  # a second worker plans the same moment
    report_mail.plan(report.pk, timezone.now())
    assert len(mails()) == 1
    ReportMail.objects.update(not_before=timezone.now())
    assert send_reports() == 1
    assert len(mail.outbox) == 1
    # not sent yet when the next one is due: the next one alone leaves
    ReportMail.objects.update(mailed_at=None, due_at=row.due_at - timedelta(days=1))
    due(report)
    mail.outbox.clear()
    assert send_reports() == 1
    assert len(mail.outbox) == 1
    assert [m.last_error for m in mails()] == [Why.REPLACED, ""]


class Refusing(EmailBackend):
    """A server that does not take one address."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if "auditor@kesu.example" in message.to:
                raise smtplib.SMTPRecipientsRefused({"auditor@kesu.example": (550, b"unknown")})
        return super().send_messages(messages)


def test_what_does_not_arrive_stops_is_shown_and_told_to_the_owner(
    led: Cast, settings: Any
) -> None:
    report = saved(led, recipients=["supervisor", "auditor", "supervisor2"])
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    due(report)
    assert send_reports() == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    second = next(m for m in mails() if m.user == led.supervisor2)
    token = bounces.token(report_mail.KIND, second.pk)
    forged = bounces.token(report_mail.KIND, second.pk + 1)
    other = "1" if forged.endswith("0") else "0"  # of its signature
    assert bounces.take(returned(forged[:-1] + other), timezone.now()) == "unknown"
    assert bounces.take(returned(token, action="delayed"), timezone.now()) == "delayed"
    assert bounces.take(returned(token), timezone.now()) == "bounced"
    assert bounces.take(returned(token), timezone.now()) == "known"
    mail.outbox.clear()
    send_reports(), send_reports()
    (told,) = mail.outbox
    assert told.to == ["supervisor@kesu.example"]
    assert "没有收到" in told.subject
    assert "方慎言" not in told.body
    page = browser(led.supervisor).get(PAGE).content.decode()
    assert "（SMTP 550），已停发" in page
    assert "（5.1.1），已停发" in page
    assert "有收件人没有收到" in page
    a_week_later(report)
    mail.outbox.clear()
    assert send_reports() == 1
    assert [m.to for m in mail.outbox] == [["supervisor@kesu.example"]]
    report.refresh_from_db()
    act = {"act": "again", "user": "auditor", "version": str(report.version)}
    browser(led.supervisor).post(reverse("report_act", args=[report.pk]), act)
    due(report, timezone.now() + timedelta(days=7))
    rows = report.recipients.filter(stopped_at=None).values_list("user__username", flat=True)
    assert set(rows) == {"supervisor", "auditor"}


def test_who_may_not_have_it_any_more_gets_nothing(led: Cast) -> None:
    report = saved(led, team=str(led.team.pk), recipients=["supervisor", "supervisor2", "auditor"])
    led.supervisor2.email = ""
    led.supervisor2.save()
    led.auditor.is_active = False
    led.auditor.save()
    due(report)
    assert send_reports() == 1
    states = {m.user.username: m.last_error for m in mails()}
    expected = {"supervisor": "", "supervisor2": "no address", "auditor": "not allowed"}
    assert states == expected
    mail.outbox.clear()
    assert send_reports() == 1
    assert len(mail.outbox) == 1
    # the team of the filter is not theirs any more: skipped, said, and told once
    Membership.objects.filter(user=led.supervisor).delete()
    page = browser(led.supervisor).get(PAGE)
    assert "没有计算：没有这个团队，或者它不归您主管" in page.content.decode()
    mail.outbox.clear()
    for _week in range(2):
        a_week_later(report)
        assert send_reports() + send_reports() == (0 if _week else 1)
    assert {m.user.username: m.last_error for m in mails()}["supervisor"] == "filters"
    assert [m.to for m in mail.outbox] == [["supervisor@kesu.example"]]


def test_an_owner_who_left_pauses_it_and_a_supervisor_of_the_team_takes_it_over(led: Cast) -> None:
    report = saved(led, shared_with=str(led.team.pk))
    heir, other = browser(led.supervisor2), browser(led.outside_supervisor)
    assert "每周例会" in heir.get(PAGE).content.decode()
    assert (
        'data-confirm="删除报表“每周例会”？' in browser(led.supervisor).get(PAGE).content.decode()
    )
    assert "每周例会" not in other.get(PAGE).content.decode()
    url, act = reverse("report_act", args=[report.pk]), {"act": "take-over"}
    heir.post(url, act)
    assert SavedReport.objects.get(pk=report.pk).owner == led.supervisor  # who is still there
    led.supervisor.is_active = False
    led.supervisor.save()
    due(report)
    assert send_reports() == 2  # to the heir and the other recipient, about that
    assert {m.to[0].partition("@")[0] for m in mail.outbox} == {"supervisor2", "auditor"}
    assert all("负责人已离开" in m.subject and "接管" in m.body for m in mail.outbox)
    assert not mails()
    assert "接管" in heir.get(PAGE).content.decode()
    assert other.post(url, act).status_code == 404
    heir.post(url, act), heir.post(url, act)  # a double click
    report = SavedReport.objects.get(pk=report.pk)
    assert (report.owner, report.paused_at) == (led.supervisor2, None)
    assert report.next_due
    assert Entry.objects.filter(verb="report.taken_over").count() == 1


def test_who_loses_the_role_or_the_team_leaves_nobody_in_the_dark(led: Cast) -> None:
    """The owner becomes an agent: a report that is not shared stops, and its readers hear of it."""
    alone = saved(led, recipients=["supervisor2", "auditor"])
    shared = saved(led, name="共享", shared_with=str(led.team.pk), recipients=["supervisor2"])
    paused = saving.pause(saved(led, name="停", shared_with=str(led.team.pk)).pk, by=led.supervisor)
    owned = Membership.objects.filter(user=led.supervisor, team=led.team)
    owned.update(leads=False)  # still a supervisor, of another team or of none
    heir, owner = browser(led.supervisor2), browser(led.supervisor)
    text = heir.get(PAGE).content.decode()
    assert "不再主管这个团队，可以接管" in text
    assert "该团队的主管可以接管" in owner.get(PAGE).content.decode()
    SavedReport.objects.update(next_due=None)
    due(shared)
    assert send_reports() == 1  # it goes on
    taken = saving.take_over(shared.pk, by=led.supervisor2)
    assert (taken.owner, taken.paused_at) == (led.supervisor2, None)
    still = saving.take_over(paused.pk, by=led.supervisor2)
    assert still.paused_why == SavedReport.BY_HAND  # what was stopped on purpose does not start
    with pytest.raises(SavedReport.DoesNotExist):
        saving.take_over(alone.pk, by=led.supervisor2)
    User.objects.filter(pk=led.supervisor.pk).update(roles=["agent"])
    mail.outbox.clear()
    due(alone)
    assert send_reports() == 2
    assert {m.to[0].partition("@")[0] for m in mail.outbox} == {"supervisor2", "auditor"}
    assert all("另存一份自己的" in m.body for m in mail.outbox)
    assert owner.get(PAGE).status_code == 403
    assert SavedReport.objects.get(pk=alone.pk).paused_why == SavedReport.OWNER_LEFT
    # back again: it is theirs as before, and goes on when they say so
    User.objects.filter(pk=led.supervisor.pk).update(roles=["supervisor"])
    led.supervisor.refresh_from_db()
    assert saving.resume(alone.pk, by=led.supervisor).next_due


def test_nobodys_cases_are_no_noughts(led: Cast) -> None:
    f.registered(led)
    report = saved(led, recipients=["supervisor", "supervisor2"])
    Membership.objects.filter(user=led.supervisor2).delete()
    gone = saved(led, name="老商品", product="没有这种商品了", recipients=["supervisor"])
    due(report), due(gone)
    assert send_reports() == 2
    bodies = {m.subject.partition("”")[0]: m.body for m in mail.outbox}
    assert "没有任何案件" not in bodies["报表“每周例会"]
    assert "没有任何案件" in bodies["报表“老商品"]
    assert {m.user.username: m.last_error for m in mails() if m.report == report} == {
        "supervisor": "",
        "supervisor2": Why.NO_CASES,
    }
    assert "没有主管的团队，没有案件可算" in browser(led.supervisor).get(PAGE).content.decode()
    mail.outbox.clear()
    assert send_reports() == 1  # the owner hears of it, once
    assert mail.outbox[0].to == ["supervisor@kesu.example"]
    a_week_later(report)
    mail.outbox.clear()
    send_reports(), send_reports()
    assert not [m for m in mail.outbox if "没有收到" in m.subject]


def test_pausing_changing_and_deleting_are_the_owners(led: Cast) -> None:
    report = saved(led, shared_with=str(led.team.pk))
    owner, url = browser(led.supervisor), reverse("report_act", args=[report.pk])
    act = {"act": "pause", "version": "1"}
    owner.post(url, act), owner.post(url, act)
    due(report)
    assert send_reports() == 0
    report.refresh_from_db()
    assert report.version == 2
    assert Entry.objects.filter(verb="report.paused").count() == 1
    owner.post(url, {"act": "resume", "version": "2"})
    report.refresh_from_db()
    assert report.next_due is not None
    assert report.next_due > timezone.now()
    stale = owner.post(reverse("report", args=[report.pk]), {**wanted(name="别的"), "version": "1"})
    assert stale.status_code == 409
    assert "别的" in stale.content.decode()
    with pytest.raises(StaleVersion):
        saving.change(report.pk, wanted(), by=led.supervisor, version=1)
    for by, error in (
        (led.supervisor2, NotAllowed),
        (led.outside_supervisor, SavedReport.DoesNotExist),
    ):
        with pytest.raises(error):
            saving.delete(report.pk, by=by)
    assert browser(led.supervisor2).get(reverse("report", args=[report.pk])).status_code == 404
    owner.post(reverse("report", args=[report.pk]), {**wanted(name="改名"), "version": "3"})
    assert SavedReport.objects.get().name == "改名"
    owner.post(url, {"act": "delete", "version": "4"})
    due_rows = SavedReport.objects.filter(next_due__isnull=False)
    assert not due_rows.exists()
    assert "改名" not in owner.get(PAGE).content.decode()
    saved(led, name="改名")  # the name is free again


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": " "}, "name", ""),
        ({"name": "x" * 81}, "name", ""),
        ({"span": "20y"}, "span", "请选择时间范围"),
        ({"every": "hourly"}, "every", "请选择发送周期"),
        ({"weekday": "8"}, "weekday", "1 到 7"),
        ({"hour": "24"}, "hour", "0 到 23"),
        ({"hour": "９"}, "hour", "0 到 23"),
        ({"every": "monthly", "day": "32"}, "day", "1 到 31"),
        ({"recipients": []}, "recipients", "请选择至少一位"),
        ({"recipients": ["nobody@"]}, "recipients", "没有“nobody@”这个账号"),
        ({"recipients": ["agent"]}, "recipients", "不能查看统计"),
        ({"recipients": ["outside_supervisor"]}, "recipients", "没有登记电子邮件地址"),
        ({"recipients": ["auditor"] + [f"x{n}" for n in range(31)]}, "recipients", "最多 30 位"),
        ({"team": "999999"}, "team", "没有这个团队"),
        ({"shared_with": "other"}, "shared_with", "没有这个团队"),
        ({"category": "no_such"}, "category", "没有“no_such”"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    led: Cast, changes: dict[str, Any], field: str, said: str
) -> None:
    led.outside_supervisor.email = ""
    led.outside_supervisor.save()
    with pytest.raises(Invalid) as refused:
        saving.save(wanted(**changes), by=led.supervisor)
    assert list(refused.value.errors) == [field]
    assert said in " ".join(refused.value.errors[field])
    assert not SavedReport.objects.exists()


def test_the_form_keeps_what_was_typed_and_two_of_a_name_are_one(led: Cast) -> None:
    owner, url = browser(led.supervisor), reverse("report_new")
    answer = owner.post(url, wanted(every="weekly", recipients=[], name="周报甲"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "周报甲" in text
    assert "请选择至少一位收件人" in text
    assert owner.post(url, wanted()).status_code == 302
    twice = owner.post(url, wanted())
    assert twice.status_code == 422
    assert "同名" in twice.content.decode()
    assert SavedReport.objects.count() == 1
    prefilled = owner.get(url, {"category": "telesales_fraud"}).content.decode()
    assert '<option value="telesales_fraud" selected>' in prefilled
    # of one person's cases: the filter of the dashboard is kept, also when that person has left
    left = str(led.outsider.pk)
    assert led.outsider.name not in owner.get(url, {"owner": left}).content.decode()
    assert owner.post(url, wanted(owner=left, name="孟")).status_code == 422
    f.registered(led)
    Complaint.objects.update(owner=led.outsider)
    for owner_id in ("none", str(led.agent.pk), left):
        page = owner.get(url, {"owner": owner_id}).content.decode()
        assert f'<option value="{owner_id}" selected>' in page
        assert owner.post(url, wanted(owner=owner_id, name=owner_id)).status_code == 302
        assert SavedReport.objects.get(name=owner_id).filters == {"owner": owner_id}
    for nobody in (led.agent, led.counsel, led.administrator):
        assert browser(nobody).get(PAGE).status_code == 403
        with pytest.raises(NotAllowed):
            saving.save(wanted(), by=nobody)
