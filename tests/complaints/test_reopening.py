"""重新启动: the window counts from the decision and from nothing else, and the count is visible."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from complaints import reopening
from complaints.actions import communication
from complaints.errors import StepRefused
from complaints.models import Complaint
from tests import factories as f
from tests.cast import Cast
from tests.walks.ask import browser, text_of

LATE = reopening.WINDOW + timedelta(minutes=1)
NEW = "2026 年新发现的通话录音"


def test_an_objection_within_the_window_is_reason_enough(cast: Cast) -> None:
    case = f.closed(cast)
    with time_machine.travel(timezone.now() + reopening.WINDOW - timedelta(hours=1)):
        again = f.step(case, "reopen", cast.supervisor, reason="消费者有异议")
    assert again.state == "investigating"


def test_after_it_the_reason_names_new_evidence_or_law(cast: Cast) -> None:
    case = f.closed(cast)
    with time_machine.travel(timezone.now() + LATE):
        for ground in ({}, {"ground": " "}):
            with pytest.raises(StepRefused, match="超过 30 天") as refused:
                f.step(case, "reopen", cast.supervisor, reason="有异议", **ground)
            assert [u.code for u in refused.value.unmet] == ["late_reopening_names_its_ground"]
        again = f.step(case, "reopen", cast.supervisor, reason="有异议", ground=NEW)
    assert again.state == "investigating"


def test_no_later_comment_and_no_archiving_begins_the_window_anew(cast: Cast) -> None:
    case = f.archived(cast)
    decided = reopening.window_ends(Complaint.objects.get(pk=case.pk))
    with time_machine.travel(timezone.now() + LATE):
        note = {"kind": "internal_note", "text": "消费者又来电"}
        communication.write(case.number, note, by=cast.agent)
        assert reopening.window_ends(Complaint.objects.get(pk=case.pk)) == decided
        with pytest.raises(StepRefused, match="超过 30 天"):
            f.step(case, "reopen", cast.supervisor, reason="有异议")


def test_what_was_merged_goes_back_at_any_time(cast: Cast) -> None:
    case, into = f.investigating(cast), f.investigating(cast, order_number="SO-2")
    f.step(case, "merge", cast.agent, into=into.number, reason="同一事")
    with time_machine.travel(timezone.now() + LATE):
        assert f.step(case, "reopen", cast.supervisor, reason="不是").state == "investigating"


def test_how_often_is_counted_without_mergers_that_were_taken_back() -> None:
    closed = ["accept", "complete"]
    assert reopening.times(closed) == 0
    assert reopening.times([*closed, "archive", "reopen", "complete", "reopen"]) == 2
    assert reopening.times(["accept", "merge", "reopen"]) == 0
    assert reopening.times(["accept", "merge", "archive", "reopen", "complete", "reopen"]) == 1
    assert reopening.in_words(2) == "第 2 次重开"
    assert reopening.in_words(0) == ""


def test_the_screens_say_count_and_window_and_keep_what_was_typed(cast: Cast) -> None:
    case, client = f.closed(cast), browser(cast.supervisor)
    place = reverse("step", args=[case.number, "reopen"])
    assert "消费者异议期至" in text_of(client.get(place))
    f.step(case, "reopen", cast.supervisor, reason="有异议")
    assert "第 1 次重开" in text_of(client.get(reverse("case", args=[case.number])))
    again = f.archived(cast, order_number="SO-9")
    Complaint.objects.filter(pk=again.pk).update(closed_at=timezone.now() - LATE)
    place = reverse("step", args=[again.number, "reopen"])
    assert "异议期已于" in text_of(client.get(place))
    refused = client.post(place, {"reason": "消费者坚持异议"})
    assert refused.status_code == 422
    assert "仅凭异议不能重新启动" in text_of(refused)
    assert "消费者坚持异议" in text_of(refused)
    file = reverse("archive_case", args=[again.number])
    kept = client.post(file, {"action": "reopen", "reason": "坚持", "ground": ""})
    assert kept.status_code == 422
    sent = {"action": "reopen", "reason": "坚持", "ground": NEW}
    assert client.post(file, sent)["Location"] == reverse("case", args=[again.number])
    assert NEW in text_of(client.get(reverse("case", args=[again.number])))
