"""Being told when a saved view has more new cases than one wants: once per crossing, each by his
own cases, and ended by oneself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from complaints.actions import saved_views, view_alerts
from complaints.actions.saved_views import Wanted
from complaints.models import Complaint, SavedView, ViewAlert
from complaints.models.saved_views import Scope
from correspondence import view_alert_mail
from correspondence.tasks import look_at_views, mail_view_alerts
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser

LIST, ALERTS = "/complaints/", "/complaints/alerts/"


def shared(cast: Cast, **filters: str) -> SavedView:
    wanted = Wanted("大家的", (Scope.EVERYONE, None), filters or {"state": "open"})
    return saved_views.save(wanted, by=cast.supervisor)


def told(cast: Cast, user: Any, view: SavedView, more_than: int = 1) -> ViewAlert:
    return view_alerts.subscribe(view.pk, more_than, 7, by_mail=True, by=user)


def crossed() -> set[str]:
    rows = ViewAlert.objects.filter(crossed_at__isnull=False)
    return set(rows.values_list("user__username", flat=True))


def test_each_is_told_once_per_crossing_and_by_the_own_cases(cast: Cast) -> None:
    view = shared(cast)
    for user in (cast.agent, cast.outsider, cast.auditor):
        told(cast, user, view)
    f.registered(cast)
    f.registered(cast, by=cast.outsider)
    f.registered(cast, now=timezone.now() - timedelta(days=9))  # not new
    assert look_at_views() == 1
    assert crossed() == {"auditor"}  # two in all, one in each team
    f.registered(cast)
    assert (look_at_views(), look_at_views()) == (1, 0)
    assert crossed() == {"auditor", "agent"}
    alert = ViewAlert.objects.get(user=cast.agent)
    assert view_alerts.seen(alert.pk, by=cast.agent)
    assert look_at_views() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert look_at_views() == 0
        assert crossed() == set()  # fewer again
        for _ in range(2):
            f.registered(cast)
        assert look_at_views() == 2
        alert.refresh_from_db()
        assert alert.is_new


def test_nobody_is_told_of_what_he_may_not_open_or_nobody_understands(cast: Cast) -> None:
    view = shared(cast)
    for user in (cast.agent, cast.colleague, cast.supervisor, cast.outsider):
        told(cast, user, view, 0)
    f.registered(cast)
    SavedView.objects.update(scope=Scope.TEAM, team=cast.other_team)
    User.objects.filter(pk=cast.supervisor.pk).update(is_active=False)
    assert look_at_views() == 0
    assert "视图已不再与您共享" in browser(cast.agent).get(ALERTS).content.decode()
    SavedView.objects.update(scope=Scope.EVERYONE, team=None, filters={"colour": "red"})
    assert look_at_views() == 0
    SavedView.objects.update(filters={"state": "open", "owner": "me"})
    assert look_at_views() == 1
    assert crossed() == {"agent"}


def test_it_is_subscribed_seen_and_ended_on_the_pages(cast: Cast) -> None:
    view = shared(cast)
    client = browser(cast.agent)
    page = client.get(reverse("queue_view", args=[view.pk])).content.decode()
    address = reverse("view_alert_subscribe", args=[view.pk])
    assert f'action="{address}"' in page
    assert "我的提醒" not in client.get(LIST).content.decode()
    for sent, said in (
        ({"more_than": "", "days": "7"}, "请填 0 到 500"),
        ({"more_than": "501", "days": "7"}, "请填 0 到 500"),
        ({"more_than": "1", "days": "-1"}, "请填 1 到 90"),
        ({"more_than": "１", "days": "9" * 40}, "请填 1 到 90"),
    ):
        refused = client.post(address, sent)
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert not ViewAlert.objects.exists()
    for number in ("0", "1"):  # a double click, and another number
        sent = {"more_than": number, "days": "7", "by_mail": "1"}
        assert client.post(address, sent).status_code == 302
    alert = ViewAlert.objects.get()
    assert (alert.more_than, alert.days, alert.by_mail) == (1, 7, True)
    for _ in range(2):
        f.registered(cast)
    assert look_at_views() == 1
    with CaptureQueriesContext(connection) as statements:
        text = client.get(LIST).content.decode()
    assert len(statements) <= 9
    assert '<b class="num danger">1</b>' in text
    assert "起已超过" in client.get(ALERTS).content.decode()
    seen, end = (reverse(name, args=[alert.pk]) for name in ("view_alert_seen", "view_alert_end"))
    for foreign in (seen, end):
        assert browser(cast.colleague).post(foreign).status_code == 404
    assert client.post(seen).status_code == 302
    assert '<b class="num danger">1</b>' not in client.get(LIST).content.decode()
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 404
    assert not ViewAlert.objects.exists()
    own = saved_views.save(Wanted("自己的", filters={"state": "open"}), by=cast.supervisor)
    hidden = reverse("view_alert_subscribe", args=[own.pk])
    assert client.post(hidden, {"more_than": "1", "days": "7"}).status_code == 404


def test_a_view_with_words_cannot_tell(cast: Cast) -> None:
    view = shared(cast, q="蟑螂", state="open")
    client = browser(cast.agent)
    sent = {"more_than": "1", "days": "7"}
    refused = client.post(reverse("view_alert_subscribe", args=[view.pk]), sent)
    assert refused.status_code == 422
    assert "不能设提醒" in refused.content.decode()


def test_the_e_mail_says_why_it_came_and_is_sent_once(cast: Cast) -> None:
    User.objects.filter(pk=cast.agent.pk).update(email="agent@example.com")
    view = shared(cast)
    told(cast, cast.agent, view, 0)
    told(cast, cast.colleague, view, 0)  # has no address
    f.registered(cast)
    assert look_at_views() == 2
    alert = ViewAlert.objects.select_related("view", "user").get(user=cast.agent)
    message = view_alert_mail._message(alert)
    assert message is not None
    assert "因为您给这个视图设了提醒" in message.text
    assert f"/complaints/?view={view.pk}" in message.text
    assert ALERTS in message.text
    sent, noon = 0, timezone.now().replace(hour=4, minute=0)  # in Shanghai
    for days in range(1, 6):  # on the first day on which people work
        with time_machine.travel(noon + timedelta(days=days)):
            sent += mail_view_alerts() + mail_view_alerts()
    assert sent == 1
    alert.refresh_from_db()
    assert alert.mailed_at is not None


def test_many_are_counted_in_one_statement(cast: Cast) -> None:
    for n in range(12):
        wanted = Wanted(f"视图 {n}", (Scope.EVERYONE, None), {"state": "open", "category": "price"})
        view = saved_views.save(wanted, by=cast.supervisor)
        for user in (cast.agent, cast.colleague, cast.auditor):
            told(cast, user, view)
    f.registered(cast)
    with CaptureQueriesContext(connection) as statements:
        assert look_at_views() == 0
    asked = [q["sql"] for q in statements if Complaint._meta.db_table in q["sql"]]
    assert len(asked) == 1
    assert len(statements) < 15
