"""A case under a legal hold stays as it is, whoever asks; work on it goes on."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.record import broken_links
from complaints import advance
from complaints.actions import (
    assignment,
    batch_signing,
    communication,
    editing,
    facts,
    legal_hold,
    mass,
    steps,
)
from complaints.errors import Held, Invalid, NotAllowed, StepRefused
from complaints.models import Complaint, Consumer, LegalHold
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.complaints.test_disposal import as_the_application

MATTER = "(2026) 测 01 民初 1 号"


def shared(cast: Cast, **changes) -> Complaint:
    case = f.investigating(cast, **changes)
    return assignment.share_with_counsel(case.number, by=cast.agent, note="已起诉")


def held(cast: Cast, *cases: Complaint) -> LegalHold:
    numbers = "\n".join(case.number for case in cases)
    sent = {"matter": MATTER, "reason": "已起诉", "numbers": numbers}
    return legal_hold.place(sent, by=cast.counsel, reauthenticated_at=timezone.now())


def released(hold: LegalHold, cast: Cast) -> None:
    legal_hold.ask_release(hold.pk, {"reason": "已结案"}, by=cast.counsel)
    legal_hold.release(hold.pk, by=cast.counsel2, reauthenticated_at=timezone.now())


def test_edit_merge_and_acts_over_many_are_refused_with_the_reason(cast: Cast) -> None:
    case, other = shared(cast), shared(cast, order_number="SO-2")
    held(cast, case)
    with pytest.raises(Held) as refused:
        editing.edit(case.number, {"title": "改了"}, by=cast.agent)
    assert "已起诉" in refused.value.message
    assert MATTER in refused.value.message
    with pytest.raises(StepRefused) as refused_merge:
        steps.take(case.number, "merge", {"into": other.number, "reason": "同一事"}, by=cast.agent)
    assert [u.code for u in refused_merge.value.unmet] == ["not_under_legal_hold"]
    assert "已起诉" in refused_merge.value.message
    chosen = {"case": [case.number, other.number], "to": cast.colleague.pk, "note": "交接"}
    client = Client()
    client.force_login(cast.supervisor)
    page = client.post(reverse("bulk_carry_out"), {**chosen, "form_token": uuid4()}, follow=True)
    assert "不参加批量操作" in page.content.decode()
    assert set(Complaint.objects.values_list("number", "owner__username")) == {
        (case.number, "agent"),
        (other.number, "colleague"),
    }
    parent = mass.open_one(
        {"title": "同一批次", "category": "telesales_fraud", "defect": "疗效保证"},
        by=cast.supervisor,
    )
    _joined, left = mass.join_many(parent.pk, [case.number, other.number], by=cast.supervisor)
    assert "不参加批量操作" in left[case.number]


def test_a_held_case_is_passed_by_when_many_are_signed(cast: Cast) -> None:
    case = f.in_review(cast)
    held(cast, case)
    now = timezone.now()
    [result] = batch_signing.sign([case.number], {}, by=cast.counsel2, reauthenticated_at=now)
    assert not result.signed
    assert "已起诉" in result.sentence


def test_the_person_of_a_held_case_stays_as_known_in_other_cases_too(cast: Cast) -> None:
    case, other = shared(cast), f.investigating(cast, order_number="SO-2")
    Complaint.objects.filter(pk=other.pk).update(consumer=case.consumer)
    held(cast, case)
    with pytest.raises(Held):
        editing.edit(other.number, {"consumer": {"phone": "12000000001"}}, by=cast.agent)
    editing.edit(other.number, {"title": "只改事由"}, by=cast.agent)


def test_notes_evidence_facts_and_steps_go_on(cast: Cast) -> None:
    case = shared(cast)
    held(cast, case)
    communication.write(case.number, {"kind": "internal_note", "text": "已通知"}, by=cast.agent)
    f.with_evidence(case, cast.agent)
    facts.answer(case.number, {"tx_living_consumption": True}, by=cast.agent)
    assignment.assign(case.number, by=cast.supervisor, user=cast.colleague, note="单独转派")
    done = f.step(
        case,
        "conclude",
        cast.agent,
        findings="查明",
        cannot_be_established=f.explained(case),
    )
    assert done.state == "resolving"
    assert broken_links(case.subject) == []


CHANGES = (
    "UPDATE complaints_complaint SET narrative = 'x' WHERE id = %(case)s",
    "UPDATE complaints_complaint SET narrative = 'x', legal_hold = false WHERE id = %(case)s",
    "UPDATE complaints_complaint SET merged_into_id = %(other)s WHERE id = %(case)s",
    "DELETE FROM complaints_complaint WHERE id = %(case)s",
    "UPDATE complaints_consumer SET phone_sealed = '', phone_index = '' WHERE id = %(person)s",
    "UPDATE complaints_consumer SET data_key = '' WHERE id = %(person)s",
    "DELETE FROM complaints_consumer WHERE id = %(person)s",
    "UPDATE complaints_communication SET text = '' WHERE complaint_id = %(case)s",
    "DELETE FROM complaints_communication WHERE complaint_id = %(case)s",
    "DELETE FROM complaints_heldcase WHERE complaint_id = %(case)s",
    "DELETE FROM complaints_legalhold",
    "UPDATE complaints_legalhold SET released_at = now(), released_by_id = placed_by_id",
    "UPDATE complaints_legalhold SET reason = 'x'",
)


def test_the_database_refuses_whoever_goes_past_the_application(cast: Cast) -> None:
    case, other = shared(cast), f.registered(cast)
    communication.write(case.number, {"kind": "call_note", "text": "来电"}, by=cast.agent)
    held(cast, case)
    named = {"case": case.pk, "other": other.pk, "person": case.consumer_id}
    refused = r"legal hold|Cannot (update|delete)|released_by_two"
    with connection.cursor() as cursor:
        for change in CHANGES:  # as the owner
            with pytest.raises(DatabaseError, match=refused), transaction.atomic():
                cursor.execute(change, named)
        with as_the_application():
            for change in CHANGES:
                with (
                    pytest.raises(DatabaseError, match=f"{refused}|permission denied"),
                    transaction.atomic(),
                ):
                    cursor.execute(change, named)


def test_two_of_counsel_release_a_hold_and_only_the_last_one_frees_the_case(cast: Cast) -> None:
    case = shared(cast)
    first, second = held(cast, case), held(cast, case)
    with pytest.raises(Invalid, match="没有等待决定"):
        legal_hold.release(first.pk, by=cast.counsel2, reauthenticated_at=timezone.now())
    legal_hold.ask_release(first.pk, {"reason": "已结案"}, by=cast.counsel)
    with pytest.raises(NotAllowed, match="另一位法务"):
        legal_hold.release(first.pk, by=cast.counsel, reauthenticated_at=timezone.now())
    with pytest.raises(NotAllowed, match="再次输入密码"):
        legal_hold.release(first.pk, by=cast.counsel2, reauthenticated_at=None)
    legal_hold.keep(first.pk, by=cast.counsel2)
    released(first, cast)
    assert advance.find(case.number, None).legal_hold
    released(second, cast)
    assert not advance.find(case.number, None).legal_hold
    editing.edit(case.number, {"title": "现在可以改"}, by=cast.agent)
    with pytest.raises(Invalid, match="已经解除"):
        legal_hold.ask_release(first.pk, {"reason": "再来"}, by=cast.counsel)


def test_all_cases_are_held_or_none_and_only_by_counsel(cast: Cast) -> None:
    case, unseen = shared(cast), f.registered(cast)
    with pytest.raises(Invalid, match=unseen.number):
        held(cast, case, unseen)
    assert not LegalHold.objects.exists()
    sent = {"matter": MATTER, "reason": "已起诉", "numbers": case.number}
    for person in (cast.agent, cast.supervisor, cast.auditor, cast.administrator):
        with pytest.raises(NotAllowed):
            legal_hold.place(sent, by=person, reauthenticated_at=timezone.now())
    hold = held(cast, case)
    assignment.share_with_counsel(unseen.number, by=cast.agent, note="也涉诉")
    both = {"numbers": f"{case.number}，{unseen.number}"}
    now = timezone.now()
    added = legal_hold.add(hold.pk, both, by=cast.counsel2, reauthenticated_at=now)
    assert added == [unseen.number]


def test_counsel_places_a_hold_on_the_page_and_everybody_reads_why(cast: Cast) -> None:
    case = shared(cast)
    client = Client()
    client.force_login(cast.counsel)
    sent = {"matter": MATTER, "reason": "已起诉", "numbers": case.number}
    page = client.post(reverse("legal_hold_new"), {**sent, "password": "wrong"})
    assert page.status_code == 422
    assert MATTER in page.content.decode()
    assert not LegalHold.objects.exists()
    page = client.post(reverse("legal_hold_new"), {**sent, "password": PASSWORD}, follow=True)
    assert case.number in page.content.decode()
    reader = Client()
    reader.force_login(cast.agent)
    shown = reader.get(reverse("case", args=[case.number])).content.decode()
    assert f"诉讼保留：{MATTER}" in shown
    stranger = Client()
    stranger.force_login(cast.outside_supervisor)
    hold = LegalHold.objects.get()
    assert stranger.get(reverse("legal_hold", args=[hold.pk])).status_code == 404


def test_personal_data_can_still_be_wrapped_under_a_new_key(cast: Cast) -> None:
    case = shared(cast)
    held(cast, case)
    Consumer.objects.filter(pk=case.consumer_id).update(data_key=b"other:wrapping")
