"""拆案: two cases out of one, and no term of the law begins later for the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from audit.record import broken_links
from complaints import advance, linked
from complaints.actions import confidentiality, linking, segregation, splitting
from complaints.errors import Held, Invalid, NotAllowed, StaleVersion
from complaints.models import CaseLink, Complaint, Event, NamedPerson, Outbox
from complaints.views.case_words import in_words
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_legal_hold import held, shared

OTHER = {
    "title": "送货时摔坏电视柜",
    "narrative": "送货师傅进门时撞坏了客厅的电视柜，要求赔偿。",
    "category": "telesales_fraud",
    "product": {"name": "送货服务", "category": ""},
    "reason": "与保健品不是一件事",
}


def split(case: Complaint, by: User, **changes: Any) -> Complaint:
    return splitting.split(case.number, {**OTHER, **changes}, by=by)


def test_the_second_case_is_of_the_same_consumer_under_a_key_of_its_own(cast: Cast) -> None:
    one = f.investigating(cast)
    two = split(one, cast.agent)
    old, new = one.consumer, two.consumer
    assert new.pk != old.pk
    assert bytes(new.data_key) != bytes(old.data_key)
    for name in ("name", "phone", "address"):
        assert new.clear(name) == old.clear(name)
    assert bytes(new.phone_index) == bytes(old.phone_index)
    assert (two.title, two.product_name, two.state) == (
        "送货时摔坏电视柜",
        "送货服务",
        "registered",
    )
    assert (two.order_number, two.channel, two.claims) == ("SO-1", one.channel, one.claims)
    assert (two.team_id, two.owner_id, two.received_at) == (
        one.team_id,
        one.owner_id,
        one.received_at,
    )
    assert (two.price_paid, two.loss_claimed) == (None, None)  # each would count the whole


def test_both_say_from_where_and_why_and_the_first_moves_on(cast: Cast) -> None:
    one = f.investigating(cast)
    before = Complaint.objects.get(pk=one.pk).version
    two = split(one, cast.agent)
    link = CaseLink.objects.get()
    assert (link.complaint_id, link.other_id, link.kind) == (two.pk, one.pk, "split_from")
    for case, words in ((two, f"由 {one.number} 拆出"), (one, f"拆出 {two.number}，另案办理")):
        event = Event.objects.filter(complaint=case).latest("pk")
        said = in_words(event, case)
        assert (said.title, said.text) == (words, OTHER["reason"])
        assert broken_links(case.subject) == []
    assert Complaint.objects.get(pk=one.pk).version == before + 1
    [here] = linked.around(two, cast.agent).rows
    assert (here.case, str(here.words), here.ends) == (one, "由它拆出", False)
    with pytest.raises(Invalid, match="请把拆出的案件并回原案"):
        linking.unlink(two.number, link.pk, {"reason": "拆错"}, by=cast.agent)
    back = f.step(two, "merge", cast.agent, into=one.number, reason="拆错了")
    assert back.merged_into_id == one.pk


def test_no_term_of_the_law_begins_later_than_in_the_first_case(cast: Cast) -> None:
    past = timezone.now() - timedelta(days=6)
    one = f.registered(cast, now=past)
    f.step(one, "accept", cast.agent, now=past + timedelta(hours=2))
    reply = one.deadlines.get(kind="general_reply")
    two = split(one, cast.agent)
    assert two.deadlines.get(kind="accept").started_at > past + timedelta(days=5)
    f.step(two, "accept", cast.agent)
    mine = two.deadlines.get(kind="general_reply")
    assert (mine.started_at, mine.due_at) == (reply.started_at, reply.due_at)
    case = Complaint.objects.get(pk=two.pk)
    assert case.next_statutory_at is not None
    assert case.next_statutory_at <= reply.due_at


def test_an_answer_to_the_first_does_not_let_the_second_wait(cast: Cast) -> None:
    past = timezone.now() - timedelta(days=6)
    one = f.registered(cast, now=past)
    f.step(one, "accept", cast.agent, now=past)
    started = one.deadlines.get(kind="general_reply").started_at
    one.deadlines.filter(kind="general_reply").update(state="met", met_at=timezone.now())
    two = split(one, cast.agent)
    f.step(two, "accept", cast.agent)
    assert two.deadlines.get(kind="general_reply").started_at == started


def test_while_the_first_waits_for_acceptance_both_are_decided_by_the_same_day(cast: Cast) -> None:
    one = f.registered(cast, now=timezone.now() - timedelta(hours=5))
    two = split(one, cast.agent)
    theirs, mine = (c.deadlines.get(kind="accept") for c in (one, two))
    assert (mine.started_at, mine.due_at) == (theirs.started_at, theirs.due_at)


def test_what_started_a_clock_that_still_runs_started_it_for_both(cast: Cast) -> None:
    from complaints.actions import moments

    one = f.investigating(cast, category="refund_delay")
    day = timezone.localdate() - timedelta(days=2)
    sent = {"kind": "goods_returned", "at": day.isoformat()}
    moments.record(one.number, sent, by=cast.agent)
    theirs = one.deadlines.get(kind="refund_after_return")
    two = split(one, cast.agent, category="refund_delay")
    mine = two.deadlines.get(kind="refund_after_return")
    assert (mine.started_at, mine.due_at) == (theirs.started_at, theirs.due_at)
    two = split(one, cast.agent, category="telesales_fraud")  # no such term for this one
    assert not two.deadlines.filter(kind="refund_after_return").exists()


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"narrative": " "}, "narrative", "填"),
        ({"reason": ""}, "reason", "填"),
        ({"reason": "长" * 1001}, "reason", "1000"),
        ({"title": "长" * 121}, "title", "120"),
        ({"category": "'; drop table"}, "category", "不在"),
        ({"narrative": "字\x00"}, "narrative", "字符"),
        ({"narrative": "字" * 100_000}, "narrative", "字"),
    ],
)
def test_what_cannot_be_split_off_leaves_nothing(
    cast: Cast, sent: dict[str, Any], field: str, words: str
) -> None:
    one = f.investigating(cast)
    rows = (Complaint.objects.count(), Event.objects.count(), Outbox.objects.count())
    with pytest.raises(Invalid) as refused:
        split(one, cast.agent, **sent)
    assert words in refused.value.errors[field][0]
    assert rows == (Complaint.objects.count(), Event.objects.count(), Outbox.objects.count())
    split(one, cast.agent)


def test_a_finished_a_merged_and_a_held_case_are_not_split(cast: Cast) -> None:
    done, filed = f.closed(cast), f.archived(cast, order_number="SO-9")
    one, into = f.investigating(cast), f.investigating(cast, order_number="SO-2")
    f.step(one, "merge", cast.agent, into=into.number, reason="同一次扣款")
    for case, words in (
        (done, "请先重新启动它"),
        (filed, "请先重新启动它"),
        (one, f"请打开 {into.number} 拆案"),
    ):
        with pytest.raises(Invalid, match=words):
            split(case, cast.supervisor)
    kept = shared(cast, order_number="SO-4")
    held(cast, kept)
    with pytest.raises(Held):
        split(kept, cast.agent)
    split(f.investigating(cast, order_number="SO-3"), cast.agent)


def test_only_who_works_on_the_case_splits_it_and_once(cast: Cast) -> None:
    one = f.investigating(cast)
    for by in (cast.counsel, cast.auditor):
        with pytest.raises((NotAllowed, Complaint.DoesNotExist)):
            split(one, by)
    with pytest.raises(Complaint.DoesNotExist):
        split(one, cast.outsider)
    version = advance.find(one.number, cast.agent).version
    splitting.split(one.number, OTHER, by=cast.agent, version=version)
    with pytest.raises(StaleVersion):  # the second click
        splitting.split(one.number, OTHER, by=cast.agent, version=version)
    assert Complaint.objects.count() == 2


def test_what_keeps_people_out_of_the_first_keeps_them_out_of_the_second(cast: Cast) -> None:
    one = f.investigating(cast)
    sent = {"user": cast.colleague.username, "why": "案件说的是这位同事"}
    segregation.name_person(one.number, sent, by=cast.supervisor)
    two = split(one, cast.agent)
    assert NamedPerson.objects.filter(complaint=two, user=cast.colleague).exists()
    with pytest.raises(Complaint.DoesNotExist):
        advance.find(two.number, cast.colleague)
    sent = {"confidential": True, "reason": "高管投诉"}
    confidentiality.change(one.number, sent, by=cast.supervisor)
    assert split(one, cast.agent).confidential


def test_the_owner_is_told_of_what_another_split_off(cast: Cast) -> None:
    one = f.investigating(cast)
    mine = split(one, cast.agent)
    assert not Outbox.objects.filter(effect="tell_split").exists()
    two = split(one, cast.supervisor)
    send_waiting()
    [told] = Notice.objects.filter(user=cast.agent, outbox__effect="tell_split")
    assert told.subject == f"{two.number} 由 {one.number} 拆出，请另案办理"
    assert mine.owner_id == two.owner_id == cast.agent.pk
