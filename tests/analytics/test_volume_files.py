"""Order volumes come from a list whole or not at all, and people are told by e-mail once."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import acting, curing, giving, series, tasks, telling, volume_files
from analytics.models import (
    Cause,
    CorrectiveAction,
    Denominator,
    Signal,
    SignalCase,
    SignalNotice,
    VolumeFile,
)
from complaints.errors import Invalid, NotAllowed
from correspondence import preferences
from tests.analytics.test_signals import cure, found
from tests.cast import Cast, assemble
from tests.complaints.test_race import at_once
from tests.days import today
from tests.walks.ask import browser

GOOD = "日期,商品,订单量\n2026-01-01,X1,10\n2026-01-02,X1,0\n2026-01-03,X1,12\n"


def test_a_list_is_shown_first_and_taken_over_once(cast: Cast) -> None:
    client, page = browser(cast.supervisor), "/analytics/volumes/"

    def sent(text: str) -> str:
        answer = client.post(page, {"file": SimpleUploadedFile("单量.csv", text.encode())})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"])

    for wrong, sentence in (
        (GOOD.replace(",12", ",-3"), "-3"),
        (GOOD.replace("2026-01-02,X1,0\n", ""), "2026-01-02"),
    ):
        address = sent(wrong)
        text = client.get(address).content.decode()
        assert sentence in text
        assert f"{address}take/" not in text
        with pytest.raises(Invalid, match="有错误"):
            volume_files.take(VolumeFile.objects.latest("pk").pk, by=cast.supervisor)
    assert not Denominator.objects.exists()

    address = sent(GOOD)
    assert browser(cast.auditor).post(f"{address}take/").status_code == 403
    for _click in range(2):
        assert client.post(f"{address}take/").status_code == 302
    assert list(Denominator.objects.order_by("day").values_list("orders", flat=True)) == [10, 0, 12]
    assert client.post(f"{sent(GOOD.replace(',12', ',15'))}take/").status_code == 302
    newest = VolumeFile.objects.latest("pk")
    assert (newest.added, newest.replaced, newest.rows) == (0, 3, [])
    assert Denominator.objects.get(day="2026-01-03").orders == 15
    (known,) = volume_files.covered()[0]
    assert (known.missing, known.orders) == (0, 25)
    with pytest.raises(NotAllowed):
        volume_files.upload([GOOD.encode()], "a.csv", by=cast.auditor)
    with pytest.raises(Invalid, match="不能放弃"):
        volume_files.drop(newest.pk, by=cast.supervisor)
    assert client.post(page).status_code == 422
    left = VolumeFile.objects.exclude(state="taken").count()
    assert volume_files.forget(timezone.now() + timedelta(days=3)) == left == 2


def test_a_product_is_one_however_it_is_spelt_and_only_what_is_needed_is_read(cast: Cast) -> None:
    by = cast.supervisor

    def taken(*rows: str) -> VolumeFile:
        text = "\n".join(["日期,商品,地区,订单量", *rows])
        file = volume_files.upload([text.encode()], "a.csv", by=by)
        assert not file.report["faults"], file.report["faults"]
        return file

    first = taken("2026-01-01,iPad 壳,,10", "2026-01-02,ＩＰＡＤ 壳,,20", "2026-01-01,X1,江苏,1")
    assert first.report["series"] == [["X1", "32"], ["iPad 壳", ""]]
    waits = taken("2026-01-01,ipad  壳,,7", "2026-01-02,IPAD 壳,,8")
    for file in (first, waits):  # both were shown while nothing was known
        file = volume_files.take(file.pk, by=by)
    assert (file.added, file.replaced) == (0, 2)
    apart = volume_files.upload(["日期,商品,订单量\n2026-01-05,IPAD 壳,3".encode()], "a.csv", by=by)
    assert "2026-01-03 至 2026-01-04" in apart.report["faults"][0][2]
    twice = volume_files.upload(
        ["日期,商品,订单量\n2026-01-05,a,3\n2026-01-05,A,3".encode()], "a.csv", by=by
    )
    assert "第 2 行已经有" in twice.report["faults"][0][2]
    assert taken("2026-01-02,ipad 壳,,9", "2026-01-03,ipad 壳,,9").report["known"] == 1
    taken("2025-12-31,ipad 壳,,9", "2026-01-01,ipad 壳,,9")

    days = [date(2026, 1, 1), date(2026, 1, 2)]
    whole = series.volumes(*days)
    assert whole["ipad 壳", ""] == dict(zip(days, (7, 8), strict=True))
    Denominator.objects.create(day=days[1], product="X1", region="32", orders=2, file=first)
    Denominator.objects.bulk_create(
        Denominator(day=day, product="", region=region, orders=n, file=first)
        for day in days
        for n, region in ((50, "32"), (60, "33"))
    )
    whole = series.volumes(*days)
    paths = (
        (),
        ("price",),
        ("price", "ipad 壳"),
        ("price", "ipad 壳", "32"),
        ("price", "x1"),
        ("price", "x1", "33"),
        ("price", series.REST, "33"),
        ("price", "nobody", "11"),
    )
    expected = [series.orders_of(path, whole, days) for path in paths]
    assert expected[1:6] == [expected[0], [7, 8], [7, 8], [1, 2], [1, 2]]
    assert [series.orders_alone(path, days) for path in paths] == expected
    with CaptureQueriesContext(connection) as asked:
        series.orders_alone(("price", "ipad 壳"), days)
    assert len(asked) == 2


def test_who_wishes_mails_gets_one_of_a_signal_and_of_an_overdue_action(cast: Cast) -> None:
    by = cast.supervisor
    for user in (by, cast.supervisor2):
        user.email = f"{user.username}@example.com"
        user.save(update_fields=["email"])
        preferences.save(user, {"quiet": False, "rest_days": False}, {"signals": "now"})
    preferences.choose(cast.supervisor2, {"signals": "off"})
    signal = found(cast)
    for _round in range(2):
        tasks.tell_about_signals()
    assert [m.to for m in mail.outbox] == [["supervisor@example.com"]]
    assert f"/analytics/signals/{signal.pk}/" in str(mail.outbox[0].body)
    acting.take(signal.pk, "acknowledge", by=by)
    acting.take(signal.pk, "confirm", by=by, reason="属实")
    made = curing.open_one(cure(), by=by, signal=signal.pk)
    CorrectiveAction.objects.update(due_on=today() - timedelta(days=1))
    for _round in range(2):
        tasks.tell_about_signals()
    assert len(mail.outbox) == 2
    assert SignalNotice.objects.filter(action=made, why="overdue").count() == 1
    assert "已逾期" in browser(by).get("/analytics/actions/?state=overdue").content.decode()


def test_what_is_over_sends_no_mail_and_holds_up_nobody(cast: Cast) -> None:
    by, other = cast.supervisor, cast.supervisor2
    for user in (by, other):
        user.email = f"{user.username}@example.com"
        user.save(update_fields=["email"])
        preferences.save(user, {"quiet": False, "rest_days": False}, {"signals": "now"})
    signal = found(cast)
    acting.hand_over(signal.pk, other.username, by=by)
    for step in ("acknowledge", "confirm"):
        acting.take(signal.pk, step, by=by, reason="属实")
    made = curing.open_one(cure(owner=other.username), by=by, signal=signal.pk)
    yesterday = today() - timedelta(days=1)
    CorrectiveAction.objects.update(due_on=yesterday)
    curing.tell_overdue(timezone.now())
    assert SignalNotice.objects.filter(user=other).count() == 4
    notices = {n.why: n for n in SignalNotice.objects.filter(user=other)}
    why = SignalNotice.Why
    for changes, silent in (
        ({}, set()),
        ({"owner": by}, {why.ACTION, why.OVERDUE}),
        ({"due_on": today()}, {why.OVERDUE}),
    ):
        CorrectiveAction.objects.update(**changes)
        assert {w for w, n in notices.items() if telling._line(fresh(n)) is None} == silent
        CorrectiveAction.objects.update(owner=other, due_on=yesterday)
    Signal.objects.update(owner=by)
    assert telling._line(fresh(notices[why.OWNER])) is None
    Signal.objects.update(owner=other)
    curing.cancel(made.pk, "是测试数据", by=by)
    acting.take(signal.pk, "dismiss", by=by, reason="是测试数据")
    newest = Signal.objects.create(
        **{
            f: getattr(signal, f)
            for f in ("kind", "category", "product", "started_on", "alarmed_on", "last_on")
        },
        digest="another",
        observed=2,
        model_version="1",
        detected_at=timezone.now(),
    )
    case = SignalCase.objects.filter(signal=signal).first()
    assert case is not None
    SignalCase.objects.create(signal=newest, complaint=case.complaint)
    telling.tell(why.FOUND, [by], timezone.now(), signal=newest)
    assert tasks.tell_about_signals() == 1  # in one round, behind six that say nothing any more
    assert [m.to for m in mail.outbox] == [["supervisor@example.com"]]
    assert f"/analytics/signals/{newest.pk}/" in str(mail.outbox[0].body)


def test_what_leaves_at_the_same_moment_is_one_mail(cast: Cast) -> None:
    by = cast.supervisor
    by.email = "supervisor@example.com"
    by.save(update_fields=["email"])
    preferences.save(by, {"quiet": False, "rest_days": False}, {"signals": "digest"})
    first = found(cast)
    for step in ("acknowledge", "confirm"):
        acting.take(first.pk, step, by=by, reason="属实")
    made = curing.open_one(cure(), by=by, signal=first.pk)
    over = curing.open_one(cure(what="换一家供应商"), by=by, signal=first.pk)
    curing.cancel(over.pk, "是测试数据", by=by)
    now = timezone.now()
    SignalNotice.objects.all().delete()
    telling.tell(SignalNotice.Why.FOUND, [by], now, signal=first)
    for action in (made, over):
        telling.tell(SignalNotice.Why.ACTION, [by], now, action=action)
    assert tasks.tell_about_signals() == 0  # it waits for the hour of the digest
    SignalNotice.objects.update(not_before=now)
    assert tasks.tell_about_signals() == 1
    assert tasks.tell_about_signals() == 0
    (sent,) = mail.outbox
    assert "2 条" in sent.subject
    body = str(sent.body)
    assert f"/analytics/signals/{first.pk}/" in body
    assert f"/analytics/actions/{made.pk}/" in body
    assert f"/analytics/actions/{over.pk}/" not in body
    assert not SignalNotice.objects.filter(mailed_at=None).exists()


def fresh(notice: SignalNotice) -> SignalNotice:
    return SignalNotice.objects.get(pk=notice.pk)


def test_an_overdue_action_of_which_nobody_wishes_to_hear_is_done_with(cast: Cast) -> None:
    by = cast.supervisor
    preferences.choose(by, {"signals": "off"})
    cause = Cause.objects.create(title="话术")
    made = curing.open_one(cure(), by=by, cause=cause.pk)
    CorrectiveAction.objects.update(due_on=today() - timedelta(days=1))
    assert curing.tell_overdue(timezone.now()) == 0
    preferences.choose(by, {"signals": "now"})
    assert curing.tell_overdue(timezone.now()) == 0
    curing.change(made.pk, cure(due_on=str(today())), by=by)
    CorrectiveAction.objects.update(due_on=today() - timedelta(days=1))
    assert [curing.tell_overdue(timezone.now()) for _round in range(2)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_who_clicks_twice_at_the_same_moment_makes_one() -> None:
    by = assemble().supervisor
    cause, click = Cause.objects.create(title="话术"), range(4)
    at_once(*[lambda: curing.open_one(cure(), by=by, cause=cause.pk) for _n in click])
    assert CorrectiveAction.objects.count() == 1
    at_once(*[lambda: giving.add({"title": "供应商"}, by=by) for _n in click])
    assert Cause.objects.filter(title="供应商").count() == 1
    lists = [
        volume_files.upload([GOOD.replace("X1", f"X{n}").encode()], "a.csv", by=by) for n in click
    ]
    taken = at_once(*[partial(volume_files.take, file.pk, by=by) for file in lists])
    assert [(file.added, file.replaced) for file in taken] == [(3, 0)] * 4
