"""How long files are kept, on which legal basis, and who changes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from complaints import retention
from complaints.actions import keeping
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Event, Retention
from tests import factories as f
from tests.cast import Cast


def test_every_class_has_its_articles_and_says_what_is_not_certain() -> None:
    for found in retention.classes().values():
        basis = found.basis("zh-hans")
        assert basis
        assert all(law and article and words for law, article, words in basis)
        assert all(found.why.in_(lang) for lang in ("zh-hans", "en"))
    unsure = {code for code, found in retention.classes().items() if not found.sure}
    assert unsure == {"finance", "recall", "car_repair", "personal_data", "general"}


@pytest.mark.parametrize(
    ("industries", "category", "expected"),
    [
        (["ecommerce"], "quality_goods", "general"),  # Article 31 is written for platforms
        (["platform"], "quality_goods", "platform"),
        (["livestream", "platform"], "quality_goods", "livestream"),
        (["finance"], "payment", "finance"),
        (["ecommerce"], "pi_leak", "personal_data"),
    ],
)
def test_the_class_follows_the_trade_and_the_category(
    industries: list[str], category: str, expected: str
) -> None:
    received = datetime(2026, 11, 1, tzinfo=UTC)
    case = Complaint(category=category, channel="phone", received_at=received)
    with override_settings(INDUSTRIES=industries):
        assert retention.proposed(case).code == expected


def test_livestream_records_before_the_measures_are_kept_as_a_platforms() -> None:
    case = Complaint(
        category="quality_goods", channel="phone", received_at=datetime(2026, 1, 31, tzinfo=UTC)
    )
    with override_settings(INDUSTRIES=["livestream"]):
        assert retention.proposed(case).code == "platform"


def test_years_end_on_the_corresponding_day() -> None:
    assert retention.until(datetime(2024, 2, 29, 3, tzinfo=UTC), 3).isoformat() == "2027-02-28"
    assert retention.until(datetime(2026, 11, 25, 17, tzinfo=UTC), 3).isoformat() == "2029-11-26"


def test_archiving_sets_the_proposed_class_and_a_person_changes_it_with_a_reason(
    cast: Cast,
) -> None:
    case = f.archived(cast)
    row = Retention.objects.get(complaint=case)
    assert (row.code, row.years, row.set_by) == ("general", 3, None)
    assert row.until == retention.until(Complaint.objects.get(pk=case.pk).closed_at, 3)
    longer = {"code": "recall", "reason": "案卷即召回记录"}
    with pytest.raises(NotAllowed):
        keeping.choose(case.number, longer, by=cast.agent)
    with pytest.raises(Invalid, match="请填写此项"):
        keeping.choose(case.number, {"code": "recall"}, by=cast.supervisor)
    assert keeping.choose(case.number, longer, by=cast.supervisor).years == 5
    shorter = {"code": "general", "reason": "不是召回记录"}
    with pytest.raises(NotAllowed, match="只能由法务"):
        keeping.choose(case.number, shorter, by=cast.supervisor)
    keeping.choose(case.number, shorter, by=cast.counsel)
    told = Event.objects.filter(complaint=case, code="retention_set").order_by("id")
    assert [e.detail["to"] for e in told] == ["recall", "general"]


def test_a_file_closed_again_is_kept_from_the_later_closing(cast: Cast) -> None:
    case = f.archived(cast)
    before = Retention.objects.get(complaint=case).until
    Retention.objects.filter(complaint=case).update(until=before.replace(year=before.year - 1))
    f.step(case, "reopen", cast.supervisor, reason="新的证据")
    f.step(case, "withdraw", cast.agent, consumers_words="不再投诉")
    f.step(case, "withdraw", cast.supervisor, consumers_words="不再投诉")
    from correspondence.tasks import send_waiting

    send_waiting()
    f.step(case, "archive", cast.supervisor)
    assert Retention.objects.get(complaint=case).until == before


def test_the_archive_page_shows_class_day_and_basis(cast: Cast) -> None:
    case = f.archived(cast)
    client = Client()
    client.force_login(cast.supervisor)
    page = client.get(reverse("archive_case", args=[case.number])).content.decode()
    assert "办结后 3 年" in page
    assert "民法典 第188条" in page
    assert "待法务确认" in page
    address = reverse("retention_class", args=[case.number])
    sent = {"code": "recall", "reason": "案卷即召回记录"}
    page = client.post(address, sent, follow=True).content.decode()
    assert "办结后 5 年" in page
    assert "案卷即召回记录" in page
