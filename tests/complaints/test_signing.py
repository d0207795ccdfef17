"""A signature covers exactly what counsel read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.actions import facts as fact_actions
from complaints.actions import resolution as resolutions
from complaints.actions import signature, steps
from complaints.errors import ContentChanged, Invalid
from complaints.models import Complaint, Opinion, Outbox, Resolution
from complaints.signing import canonical
from tests import factories as f
from tests.cast import Cast


def shown_hash(case: Complaint) -> str:
    """What the page shows as the fingerprint."""
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return canonical.content_hash(resolution)


def sign(case: Complaint, by, read: str) -> Complaint:
    now = timezone.now()
    fields = {
        "opinion": "同意",
        "below_minimum_reason": "测试",
        "take_over": f.taken_over(case),
    }
    return steps.take(
        case.number, "sign", fields, by=by, reauthenticated_at=now, now=now, read=read
    )


def test_what_was_read_is_what_is_signed(cast: Cast) -> None:
    case = f.in_review(cast)
    read = shown_hash(case)
    sign(case, cast.counsel, read)
    opinion = Opinion.objects.get(resolution__complaint=case, signed=True)
    assert opinion.content_hash == read == Resolution.objects.get(complaint=case).content_hash


def test_evidence_that_came_later_keeps_the_signature_from_covering_it_unread(cast: Cast) -> None:
    case = f.in_review(cast)
    read = shown_hash(case)
    f.with_evidence(case, cast.agent, "后来补充的聊天记录")
    letters = Outbox.objects.filter(complaint=case, effect="send_reply_letter").count()
    with pytest.raises(ContentChanged, match="没有签署") as refused:
        sign(case, cast.counsel, read)
    case.refresh_from_db()
    assert (case.state, refused.value.current) == ("in_review", case.version)
    assert not Opinion.objects.filter(resolution__complaint=case).exists()
    assert Outbox.objects.filter(complaint=case, effect="send_reply_letter").count() == letters
    sign(case, cast.counsel, shown_hash(case))


def test_counsels_own_finding_changes_the_fingerprint(cast: Cast) -> None:
    case = f.in_review(cast)
    read = shown_hash(case)
    fact_actions.answer(
        case.number, {"fraud": {"value": True, "source": "verified"}}, by=cast.counsel
    )
    assert shown_hash(case) != read
    with pytest.raises(ContentChanged):
        sign(case, cast.counsel, read)


def test_a_measure_is_due_on_or_after_the_day_on_which_it_is_proposed(cast: Cast) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    complaint = f.resolving(cast)
    due = timezone.localdate(yesterday)
    measures = [{"kind": "refund", "amount": "1.00", "due": due.isoformat()}]
    resolutions.save_draft(complaint.number, {"measures": measures}, by=cast.agent, now=yesterday)
    with pytest.raises(Invalid, match="履行期限不能早于今天"):
        resolutions.save_draft(complaint.number, {"measures": measures}, by=cast.agent)
