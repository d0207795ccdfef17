"""PIPL 15, 44–50: the consumer's own rights as requests in a case. Three people; a clock; nothing
leaves before it is known who asks; a refusal says why and names the court; the copy is recorded,
counted and taken once (C5, C6); what is only stored is used no more (C16).
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import Alarm, TrainingRecord, User
from audit.models import Entry
from complaints import person_search, reveal_policy, rights
from complaints.actions import (
    communication,
    legal_hold,
    revealing,
    rights_acts,
    rights_answer,
    rights_copy,
    segregation,
    tail_check,
)
from complaints.actions import rights as acts
from complaints.choices import Limited
from complaints.errors import CaseError
from complaints.models import (
    Complaint,
    Consumer,
    Reveal,
    RightsAct,
    RightsDecision,
    RightsRequest,
    TailCheck,
)
from complaints.views.case_columns import same_person
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.refusals import refusal

PERSON = {
    "name": "王测试",
    "phone": "12012345678",
    "email": "wang@example.org",
    "id_number": "110101197001010011",
    "bank_account": "6200000000000007788",
}
ASKED = {
    "kinds": ["access", "correction", "deletion"],
    "requester": "self",
    "details": "要一份我的资料，姓名写错了，办完请删除",
    "received_on": "2026-11-20",
}
YES, NO = {"how": "document", "passed": "1", "note": "视频核对证件原件"}, {"outcome": "refused"}


def fresh(row: RightsRequest) -> RightsRequest:
    return RightsRequest.objects.select_related(*rights.RELATED).get(pk=row.pk)


def asked(case: Complaint, by: User, **changes: Any) -> RightsRequest:
    return acts.ask(case.number, {**ASKED, **changes}, by=by)


def granted(cast: Cast, case: Complaint, **changes: Any) -> RightsRequest:
    row = asked(case, cast.agent, **changes)
    acts.check_identity(row.pk, YES, by=cast.agent)
    acts.decide(row.pk, {"outcome": "granted"}, by=cast.counsel)
    return row


def copy(row: RightsRequest, by: User, **more: Any) -> rights_copy.Copy:
    sent = {"kind": "copy", "note": "当面交给本人", **more}
    return rights_copy.fetch(row.pk, sent, by=by, confirmed_at=timezone.now())


def found_by(cast: Cast, query: str) -> int:
    seen = Complaint.objects.visible_to(cast.supervisor)
    return len(person_search.look_up([query], seen, by=cast.supervisor, door="queue").keys[query])


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast, consumer=dict(PERSON), category="pi_rights")


def test_a_request_has_a_clock_and_three_people_and_a_refusal_says_why_and_names_the_court(
    cast: Cast, case: Complaint
) -> None:
    with override_settings(DATA_PROTECTION_OFFICER="counsel2"):
        row = asked(case, cast.agent)
    assert row.assigned_to == cast.counsel2
    assert asked(case, cast.agent).pk == row.pk  # a double click
    assert "还有一件没有答复" in refusal(asked, case, cast.agent, details="另一件")
    assert [rights.stage(fresh(row)), rights.passed(row)] == ["checking", False]
    clock = rights.due(row)
    assert clock is not None
    assert (clock.state, clock.entry) == ("running", "pipl_access_prompt")
    assert timezone.localtime(clock.started_at).date() == date(2026, 11, 20)
    case.refresh_from_db()
    assert case.shared_with_counsel
    send_waiting()
    told = Notice.objects.filter(outbox__effect="tell_rights_asked")
    assert [n.user for n in told] == [cast.counsel2]
    for by, says in [
        (cast.outsider, "DoesNotExist"),
        (cast.auditor, "NotAllowed"),
        (cast.administrator, "NotAllowed"),
    ]:
        assert refusal(acts.check_identity, row.pk, YES, by=by).startswith(says), by
    tail = {"how": "tail", "passed": "1"}
    assert "没有在本案核对过一致的尾号" in refusal(
        acts.check_identity, row.pk, tail, by=cast.colleague
    )
    assert "还没有核验" in refusal(acts.decide, row.pk, {"outcome": "granted"}, by=cast.counsel)
    tail_check.check(case.number, {"field": "phone", "last_four": "5678"}, by=cast.colleague)
    acts.check_identity(row.pk, tail, by=cast.colleague)
    assert rights.stage(fresh(row)) == "deciding"
    assert Reveal.objects.count() == 0  # who asks is known without a number
    assert "另一位法务" not in refusal(acts.decide, row.pk, {"outcome": "granted"}, by=cast.counsel)
    assert refusal(acts.decide, row.pk, {"outcome": "granted"}, by=cast.supervisor)
    assert "说明理由" in refusal(acts.decide, row.pk, NO, by=cast.counsel)
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsDecision.objects.create(
            request=row, outcome="granted", by=cast.colleague, at=timezone.now()
        )
    for change in (lambda r: r.delete(), lambda r: r.save()):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            change(row)
    no = {**NO, "ground": "retention", "reason": "订单记录须保存三年"}
    acts.decide(row.pk, no, by=cast.counsel)
    assert "Settled" in refusal(acts.decide, row.pk, no, by=cast.counsel2)
    assert "不予办理" in refusal(
        rights_acts.limit, row.pk, {"kind": "limit", "note": "x"}, by=cast.counsel
    )
    rights_answer.answer(row.pk, {"channel": "email"}, by=cast.counsel)
    clock.refresh_from_db()
    assert clock.state in ("met", "missed")
    assert rights.stage(fresh(row)) == "done"
    assert case.communications.filter(kind="reply", text__contains="人民法院").exists()
    verbs = Entry.objects.filter(subject=case.subject, verb__startswith="rights.")
    assert [v.verb for v in verbs.order_by("pk")] == [
        *("rights.asked", "rights.identity_passed", "rights.decided"),
        "rights.answered",
    ]
    again = asked(case, cast.agent, received_on="")  # has a clock of its own
    own = rights.due(again)
    assert own is not None
    assert own.pk != clock.pk
    assert own.state == "running"
    acts.decide(again.pk, {"outcome": "withdrawn", "reason": "“不用了”"}, by=cast.agent)
    assert rights.stage(fresh(again)) == "done"


def test_whoever_asks_for_another_shows_that_they_may(cast: Cast, case: Complaint) -> None:
    row = asked(case, cast.agent, requester="relative")
    assert "证据编号" in refusal(acts.check_identity, row.pk, YES, by=cast.agent)
    assert "没有这个编号" in refusal(
        acts.check_identity, row.pk, {**YES, "proof": "7"}, by=cast.agent
    )
    f.with_evidence(case, cast.agent, "亲属关系证明")
    acts.check_identity(row.pk, {**YES, "proof": "1"}, by=cast.agent)
    assert rights.stage(fresh(row)) == "deciding"


def test_c5_c6_the_copy_holds_every_case_of_the_person_is_counted_recorded_and_taken_once(
    cast: Cast, case: Complaint
) -> None:
    other = f.registered(cast, consumer=dict(PERSON), narrative="又：手机 13800138000 是店员的")
    family = f.registered(cast, consumer={**PERSON, "name": "李家人", "id_number": ""})
    communication.write(other.number, {"kind": "internal_note", "text": "内部话"}, by=cast.agent)
    row = granted(cast, case)
    late = timezone.now() - timedelta(minutes=6)
    sent = {"kind": "copy", "note": "当面"}
    for by, at, says in [
        (cast.agent, timezone.now(), "NotAllowed"),
        (cast.counsel, None, "NotRevealed"),
        (cast.counsel, late, "NotRevealed"),
    ]:
        found = refusal(rights_copy.fetch, row.pk, sent, by=by, confirmed_at=at)
        assert found.startswith(says), found
    assert (Reveal.objects.count(), RightsAct.objects.count()) == (0, 0)
    file = copy(row, cast.counsel)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        held = json.loads(archive.read("personal-data.json"))
        page = archive.read("personal-data.html").decode()
    values = {p["field"]: p["value"] for p in held["person"]}
    assert values["id_number"] == PERSON["id_number"]
    assert values["bank_account"] == PERSON["bank_account"]
    assert [c["number"] for c in held["cases"]] == [case.number, other.number]
    assert family.number not in page
    assert "13800138000" not in page
    assert "内部话" not in page
    assert PERSON["id_number"] in page
    rows = Reveal.objects.filter(purpose="rights", by=cast.counsel)
    assert set(rows.values_list("field", flat=True)) == set(values)
    entry = Entry.objects.get(verb="rights.copied")
    assert PERSON["id_number"] not in json.dumps(entry.detail)
    assert "已在" in refusal(copy, row, cast.counsel)
    assert refusal(copy, row, cast.counsel, again="邮件没有收到") == ""
    with override_settings(REVEALS_PER_DAY=3):
        assert "QuotaReached" in refusal(copy, row, cast.counsel, again="邮件没有收到")
    named = {"user": "counsel2", "why": "称其泄露"}
    segregation.name_person(other.number, named, by=cast.supervisor)
    assert "另一位同事" in refusal(copy, row, cast.counsel2, again="x")


def test_c5_c6_whoever_is_refused_the_copy_stands_in_the_record_and_raises_the_same_alarms(
    cast: Cast, case: Complaint
) -> None:
    row, late = granted(cast, case), timezone.now() - timedelta(minutes=6)
    sent = {"kind": "copy", "note": "当面"}

    def why(by: User, at: Any = ..., pk: int = row.pk, **more: Any) -> str:
        """Asked for it; what the record says last of the person."""
        at = timezone.now() if at is ... else at
        with pytest.raises((CaseError, RightsRequest.DoesNotExist)):
            rights_copy.fetch(pk, {**sent, **more}, by=by, confirmed_at=at)
        told = Entry.objects.filter(verb="reveal.refused", subject=f"user:{by.username}")
        last = told.order_by("pk").last()
        if last is None:
            return ""
        assert (last.detail["field"], last.detail["reveal_purpose"]) == ("copy", "rights")
        assert last.detail["case"] == (case.number if pk == row.pk else "")
        return str(last.detail["why"])

    assert why(cast.counsel2, note="") == ""  # a form that is not full is no refusal
    assert why(cast.agent) == "not_allowed"
    assert why(cast.counsel, None) == why(cast.counsel, late) == "not_confirmed"
    with override_settings(TRAINING_REQUIRED=True):
        TrainingRecord.objects.all().delete()
        assert why(cast.counsel) == "training"
    with override_settings(REVEALS_PER_DAY=1):
        assert why(cast.counsel) == "quota"
    copy(row, cast.counsel)
    assert why(cast.counsel) == "again"
    for pk in (row.pk, row.pk + 999):
        assert why(cast.outside_supervisor, pk=pk) == "foreign"
    raised = set(Alarm.objects.values_list("kind", "about__username"))
    assert {("reveal_quota", "counsel"), ("reveal_foreign", "outside_supervisor")} <= raised
    assert Reveal.objects.count() == 5  # those of the one copy


def test_a_correction_reaches_every_case_and_keeps_what_was_there_sealed_but_for_a_held_one(
    cast: Cast, case: Complaint
) -> None:
    other = f.registered(cast, consumer=dict(PERSON))
    held = f.registered(cast, consumer=dict(PERSON))
    held.shared_with_counsel = True
    held.save()
    now = timezone.now()
    legal_hold.place(
        {"matter": "案号", "reason": "诉讼", "numbers": held.number},
        by=cast.counsel,
        reauthenticated_at=now,
    )
    row = granted(cast, case)
    sent = {"field": "email", "value": "right@example.org", "note": "回信核实"}
    assert refusal(rights_acts.correct, row.pk, sent, by=cast.agent).startswith("NotAllowed")
    assert "邮箱" in refusal(
        rights_acts.correct, row.pk, {**sent, "value": "x"}, by=cast.counsel
    ) or refusal(rights_acts.correct, row.pk, {**sent, "value": "x"}, by=cast.counsel)
    done = rights_acts.correct(row.pk, sent, by=cast.counsel)
    assert {a.complaint_id for a in done} == {case.pk, other.pk}
    assert {c.clear("email") for c in Consumer.objects.filter(complaints__in=[case, other])} == {
        "right@example.org"
    }
    held.consumer.refresh_from_db()
    assert held.consumer.clear("email") == PERSON["email"]
    kept = RightsAct.objects.get(complaint=other, kind="correction")
    assert kept.former() == PERSON["email"]
    assert PERSON["email"].encode() not in bytes(kept.old_sealed)
    assert "没有需要更正" in refusal(rights_acts.correct, row.pk, sent, by=cast.counsel)
    assert "查阅" in refusal(rights_answer.answer, row.pk, {}, by=cast.counsel)


def test_c16_what_stands_in_the_way_of_deleting_is_shown_and_what_is_only_stored_is_used_no_more(
    cast: Cast, case: Complaint
) -> None:
    old = f.archived(cast, consumer=dict(PERSON))
    working = f.registered(cast, consumer=dict(PERSON))
    row = granted(cast, case, kinds=["deletion"])
    found = rights.obstacles(case.consumer, timezone.now())
    codes = {o.complaint.number: o.code for o in found}
    assert codes == {case.number: "open", old.number: "kept", working.number: "open"}
    stop = {"kind": "limit", "note": "保管期限未届满"}
    assert working.number in refusal(rights_acts.limit, row.pk, stop, by=cast.supervisor)
    assert "不在您可以查看的范围内" in refusal(rights_acts.limit, row.pk, stop, by=cast.counsel)
    f.step(
        working,
        "decline",
        cast.supervisor,
        reason="duplicate",
        explanation="另案处理，可拨打 12315、向消费者协会投诉、申请仲裁或提起诉讼",
    )
    assert found_by(cast, "王测试") == found_by(cast, "12012345678") == 3
    erased = {"fields": ["bank_account", "email"], "note": "退款已完成"}
    rights_acts.erase(row.pk, erased, by=cast.counsel)
    for each in (old, working):
        consumer = Consumer.objects.get(complaints=each)
        assert (consumer.clear("bank_account"), bytes(consumer.bank_account_index)) == ("", b"")
    assert not RightsAct.objects.filter(kind="erasure").exclude(old_sealed=b"").exists()
    rights_acts.limit(row.pk, stop, by=cast.counsel)
    assert not Consumer.objects.exclude(limited=Limited.STORAGE).exists()
    assert found_by(cast, "王测试") == found_by(cast, "12012345678") == 0
    shown = Complaint.objects.annotate(same=same_person(cast.supervisor)).get(pk=case.pk)
    assert shown.same == []
    no = reveal_policy.basis_of(Complaint.objects.get(pk=case.pk), cast.supervisor, timezone.now())
    assert isinstance(no, reveal_policy.No)
    assert no.code == "limited"
    send_waiting()
    waiting = case.outbox.filter(last_error="limited")
    assert waiting.exists() or not case.outbox.filter(done_at=None, cancelled_at=None).exists()
    rights_answer.answer(row.pk, {"channel": "email"}, by=cast.counsel)
    send_waiting()  # who is only stored hears the answer all the same
    assert Notice.objects.filter(body__contains="已停止除存储和采取必要").exists()
    revealing_left = revealing.left_today(cast.counsel, "numbers", timezone.now())
    assert revealing_left == 20
    assert TailCheck.objects.count() == 0
