"""告警: who sees which alarm, what stands there of the case, and that the e-mail leaves at once."""

from __future__ import annotations

from typing import Any

from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts import alarms
from accounts.models import AlarmKind, AlarmNotice, User
from audit.models import Reading
from correspondence import alarm_mail
from correspondence.tasks import send_alarms
from correspondence.transports import Message
from tests import factories as f
from tests.cast import Cast


def page(user: User, show: str = "") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get("/alarms/", {"show": show} if show else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_c5_each_sees_the_alarms_that_are_for_them_and_the_case_only_where_it_is_theirs(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    now, case = timezone.now(), f.registered(cast)
    detail = {"field": "phone", "used": 16, "limit": 20}
    for kind, about in ((AlarmKind.REVEAL_NEAR, cast.agent), (AlarmKind.GUESSING, cast.outsider)):
        alarms.raise_alarm(kind, about=about, at=now, case=case.number, detail=detail)
    alarms.raise_alarm(AlarmKind.LOCKED_OUT, about=cast.agent, at=now, detail={})
    seen = {}
    for name in ("supervisor", "outside_supervisor", "auditor", "security"):
        text = page(getattr(cast, name))
        words = {k for k in ("接近当日上限", "反复核对尾号", "多次输错而锁定") if k in text}
        seen[name] = (len(words), f">{case.number}</a>" in text, "不在您的范围内" in text)
    assert seen == {
        "supervisor": (2, True, False),
        "outside_supervisor": (1, False, True),
        "auditor": (3, True, False),
        "security": (3, False, True),
    }
    # each comes to the person by a page that they may open, or by none
    of_agent, of_account = f"/audit/people/{cast.agent.pk}/", f"/users/{cast.agent.pk}/account/"
    for name, address in (("auditor", of_agent), ("security", of_account), ("supervisor", "")):
        links = {one for one in (of_agent, of_account) if f'"{one}' in page(getattr(cast, name))}
        assert links == ({address} if address else set()), name
    assert "要看的是：电话 · 已看 16 次 · 上限 20 次" in page(cast.supervisor)
    assert Reading.objects.filter(page="alarms", actor="outside_supervisor").count() == 0
    for user in (cast.agent, cast.counsel, cast.administrator):
        client = Client()
        client.force_login(user)
        assert client.get("/alarms/").status_code == 403
    # looked at: gone from the list and from the rail, there among all, for this person alone
    client = Client()
    client.force_login(cast.supervisor)
    assert '<span class="sr">还没看 </span>2' in page(cast.supervisor)
    client.post("/alarms/seen/", {"alarm": [n.alarm_id for n in AlarmNotice.objects.all()] + ["x"]})
    cache.clear()
    assert "没有还没看的告警" in page(cast.supervisor)
    assert "接近当日上限" in page(cast.supervisor, "all")
    assert "周启明" in page(cast.auditor)
    for n in range(30):
        alarms.raise_alarm(AlarmKind.GUESSING, about=cast.agent, at=now, case=f"TS26-{n:06}",
                           detail={})  # fmt: skip
    with django_assert_max_num_queries(12):
        client.get("/alarms/")
    for nowhere in ("abc", "9" * 30, "-1"):
        assert client.get("/alarms/", {"before": nowhere}).status_code == 200


class Away:
    code = "email"

    def deliver(self, message: Message, key: str) -> None:
        raise ConnectionError


def test_c5_the_mail_leaves_at_once_names_no_case_and_is_tried_again(cast: Cast) -> None:
    now = timezone.now()
    User.objects.filter(pk=cast.supervisor.pk).update(email="boss@example.com", language="en")
    alarms.raise_alarm(AlarmKind.GUESSING, about=cast.agent, at=now, case="TS26-000001", detail={})
    row = AlarmNotice.objects.get(user=cast.supervisor)
    assert alarm_mail.send(row.pk, now, Away()) is False  # type: ignore[arg-type]
    row.refresh_from_db()
    assert (row.mailed_at, row.attempts, row.last_error) == (None, 1, "ConnectionError")
    AlarmNotice.objects.update(not_before=now)
    assert send_alarms() == 1
    (sent,) = mail.outbox
    assert sent.to == ["boss@example.com"]
    assert "TS26" not in sent.subject + str(sent.body)
    assert send_alarms() == 0
    assert not AlarmNotice.objects.filter(mailed_at=None).exists()
