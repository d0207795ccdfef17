"""The health page: what waits by kind, what failed by name, backups and rehearsals."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.record import record
from complaints.models import Outbox
from tests import factories as f
from tests.cast import Cast
from tests.pages.test_health import browser, page


def rehearse(cast: Cast, name: str, **sent: str) -> tuple[int, str]:
    """(status, page) of what somebody enters."""
    answer = browser(getattr(cast, name)).post(reverse("rehearsed"), sent, follow=True)
    return answer.status_code, answer.content.decode()


def test_what_failed_is_named_and_what_waits_is_counted_by_kind(cast: Cast) -> None:
    case = f.investigating(cast)
    Outbox.objects.filter(complaint=case).update(done_at=timezone.now())
    row = Outbox.objects.filter(complaint=case, effect="acknowledge_consumer").latest("pk")
    now = timezone.now()
    Outbox.objects.filter(pk=row.pk).update(done_at=None, attempts=2, not_before=now)
    said = page(cast)
    assert "受理告知" in said
    assert "给消费者的函件与短信 1" in said
    assert "给同事的通知 0" in said


def test_a_rehearsal_is_on_the_record_and_on_the_page(cast: Cast) -> None:
    assert "还没有备份过" in page(cast, "administrator")
    assert "还没有做过恢复演练" in page(cast, "administrator")
    told = {"manifest": "x", "files": 1, "not_in_order": 0}
    record("installation.backed_up", "installation", None, timezone.now(), told)
    day = timezone.localdate() - timedelta(days=3)
    assert rehearse(cast, "administrator", day=day.isoformat(), worked="yes")[0] == 200
    said = page(cast, "administrator")
    assert f"最近一次恢复演练：{day} 良好" in said
    assert "最近一次备份" in said
    entry = Entry.objects.get(verb="installation.rehearsed")
    assert (entry.actor, entry.detail) == (
        "administrator",
        {"day": day.isoformat(), "worked": True},
    )
    assert rehearse(cast, "administrator", day=day.isoformat(), worked="no")[0] == 200
    assert "没有完全恢复" in page(cast, "administrator")


def test_late_ones_are_said(cast: Cast) -> None:
    past = timezone.now() - timedelta(days=8)
    record("installation.backed_up", "installation", None, past, {"not_in_order": 2})
    day = (timezone.localdate() - timedelta(days=200)).isoformat()
    rehearse(cast, "administrator", day=day, worked="yes")
    said = page(cast, "administrator")
    assert "2 处不完整" in said
    assert "超过半年" in said


def test_a_day_to_come_nonsense_and_another_role_are_refused_and_nothing_is_written(
    cast: Cast,
) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    for sent in ({"day": tomorrow, "worked": "yes"}, {"day": "x", "worked": "yes"}, {}):
        status, said = rehearse(cast, "administrator", **sent)
        assert status == 422
        assert "登记演练" in said
    assert "演练日期在今天之后" in rehearse(cast, "administrator", day=tomorrow, worked="yes")[1]
    today = timezone.localdate().isoformat()
    assert rehearse(cast, "supervisor", day=today, worked="yes")[0] == 403
    assert not Entry.objects.filter(verb="installation.rehearsed").exists()
    assert "登记一次恢复演练" not in page(cast, "supervisor")
