"""审计 → 人员 and refusals in the record (C5, C9): what each person saw, looked for, was refused
and took out, and whether the act followed for which a number was seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Alarm, AlarmKind
from audit.models import Entry
from audit.record import broken_links
from complaints import denied, followed
from complaints.actions import communication
from complaints.models import Complaint, Reveal
from complaints.models.reveal import Bucket, Purpose
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.walks.ask import browser

DENIED = Entry.objects.filter(verb="access.denied")


def seen(case: Complaint, by: Any, at: datetime, purpose: str = Purpose.CALL_BACK) -> Reveal:
    expects = {Purpose.CALL_BACK: "call_note", Purpose.REFUND: "payment"}[Purpose(purpose)]
    return Reveal.objects.create(
        complaint=case,
        by=by,
        at=at,
        field="phone",
        bucket=Bucket.CONTACT,
        purpose=purpose,
        basis="owner",
        expects=expects,
    )


def called(case: Complaint, by: Any, at: datetime) -> None:
    values = {"kind": "call_note", "text": "已回电说明进度"}
    communication.write(case.number, values, by=by, now=at)


def test_c5_whether_the_act_followed_is_told_from_the_record(cast: Cast) -> None:
    case, other = f.investigating(cast), f.investigating(cast)
    now = timezone.now()
    called(case, cast.agent, now - timedelta(hours=30))
    rows = [
        seen(case, cast.agent, now - timedelta(hours=31)),  # an hour before the call
        seen(case, cast.agent, now - timedelta(hours=29)),  # after it: nothing followed
        seen(other, cast.agent, now - timedelta(hours=31)),  # another case
        seen(case, cast.supervisor, now - timedelta(hours=31)),  # another person's call
        seen(case, cast.agent, now - timedelta(hours=55)),  # more than a day before
        seen(case, cast.agent, now - timedelta(hours=2)),
    ]
    with CaptureQueriesContext(connection) as statements:
        found = followed.verdicts(rows, now)
    assert [found[row.pk].code for row in rows] == ["yes", "no", "no", "no", "no", "not_yet"]
    assert len(statements) == 1
    auditor = browser(cast.auditor)
    address = reverse("audit_person", args=[cast.agent.pk])
    page = auditor.get(address).content.decode()
    assert page.count("24 小时内没有写通话记录") == 3
    assert ("已跟进：写通话记录" in page, "待跟进：写通话记录" in page) == (True, True)
    of_case = auditor.get(reverse("reveals", args=[case.number])).content.decode()
    assert "已跟进：写通话记录" in of_case
    assert '"/audit/people/?user=agent"' in of_case
    assert f'"/complaints/{case.number}/reveals/"' in page
    of_lead = browser(cast.supervisor).get(reverse("reveals", args=[case.number]))
    assert "/audit/people/" not in of_lead.content.decode()
    refused = auditor.post(reverse("audit_person_export", args=[cast.agent.pk]), {"purpose": " "})
    assert (refused.status_code, "请写明导出的用途" in refused.content.decode()) == (422, True)
    sent = {"purpose": "核查", "password": "wrong"}
    nobody = auditor.post(reverse("audit_person_export", args=[cast.agent.pk]), sent)
    assert (nobody.status_code, "密码不正确，没有导出" in nobody.content.decode()) == (422, True)
    assert 'value="核查"' in nobody.content.decode()  # what was typed is still there
    sent["password"] = PASSWORD
    taken = auditor.post(reverse("audit_person_export", args=[cast.agent.pk]), sent)
    assert taken.content.decode().count("没有写通话记录") == 3
    assert Entry.objects.get(verb="people.exported").detail["purpose"] == "核查"
    for who in (cast.agent, cast.supervisor, cast.counsel, cast.security, cast.administrator):
        assert browser(who).get(address).status_code == 403


def test_refusals_are_recorded_once_an_hour_and_many_raise_an_alarm(cast: Cast) -> None:
    case = f.investigating(cast)
    client, missing = browser(cast.outsider), "TS26-999999"
    for _n in range(3):
        for number in (case.number, missing):
            assert client.get(reverse("case", args=[number])).status_code == 404
            assert client.get(f"/api/v1/complaints/{number}/").status_code == 404
    assert client.get(reverse("audit_log")).status_code == 403
    assert client.get(reverse("case", args=["13800138000"])).status_code == 404
    kept = [(e.detail["case"], e.detail["status"]) for e in DENIED.order_by("pk")]
    assert kept == [(case.number, 404), (missing, 404), ("", 403)]
    assert {e.subject for e in DENIED.all()} == {"user:outsider"}
    for n in range(100):
        client.get(reverse("case", args=[f"TS26-{500000 + n}"]))
    assert DENIED.all().count() == denied.MOST
    alarm = Alarm.objects.get(kind=AlarmKind.CASE_SCAN)
    assert (alarm.about, alarm.detail["cases"]) == (cast.outsider, denied.MANY)
    assert broken_links("user:outsider") == []
    at = timezone.now() + denied.HOUR + timedelta(seconds=1)
    assert denied.note(cast.outsider, page="case", case=missing, status=404, at=at)


def test_every_kind_is_counted_for_each_person_in_as_many_statements_for_all(cast: Cast) -> None:
    case, auditor = f.investigating(cast), browser(cast.auditor)
    agent = browser(None)
    agent.post(reverse("login"), {"username": "agent", "password": PASSWORD})
    agent.get(reverse("case", args=[case.number]))
    agent.get("/complaints/", {"q": "12012345678", "state": "any"})
    agent.get(reverse("audit_log"))
    agent.post(reverse("logout"))
    seen(case, cast.agent, timezone.now())
    called(case, cast.agent, timezone.now())
    page = auditor.get(reverse("audit_people")).content.decode()
    row = next(one for one in page.split("<tr>") if ">agent<" in one)
    for code, n in (("reveals", 1), ("opened", 1), ("searches", 1), ("denied", 1), ("sign_ins", 2)):
        assert f"show={code}&amp;since=" in row, code
        assert f">{n}<span" in row.split(f"show={code}&amp;")[-1][:40], code
        told = auditor.get(reverse("audit_person", args=[cast.agent.pk]), {"show": code})
        assert told.content.decode().count("<tr>") == 1 + n, code
    for wrong in ({"show": "x"}, {"cursor": "x"}, {"since": "x"}):
        assert auditor.get(reverse("audit_person", args=[cast.agent.pk]), wrong).status_code == 200
    assert auditor.get(reverse("audit_person", args=[999999])).status_code == 404
    with CaptureQueriesContext(connection) as statements:
        auditor.get(reverse("audit_people"))
    assert len(statements) <= 14
