"""Order volumes come from a list whole or not at all, and people are told by e-mail once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from analytics import acting, curing, tasks, volume_files
from analytics.models import CorrectiveAction, Denominator, SignalNotice, VolumeFile
from complaints.errors import Invalid, NotAllowed
from correspondence import preferences
from tests.analytics.test_signals import CURE, TODAY, found
from tests.cast import Cast
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
        text = client.get(sent(wrong)).content.decode()
        assert sentence in text
        assert "/take/" not in text
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
    made = curing.open_one(CURE, by=by, signal=signal.pk)
    CorrectiveAction.objects.update(due_on=TODAY - timedelta(days=1))
    for _round in range(2):
        tasks.tell_about_signals()
    assert len(mail.outbox) == 2
    assert SignalNotice.objects.filter(action=made, why="overdue").count() == 1
    assert "已逾期" in browser(by).get("/analytics/actions/?state=overdue").content.decode()
