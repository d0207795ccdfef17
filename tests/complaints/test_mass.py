"""One defect, many consumers: one finding, one opinion over it, measures of each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from complaints import mass_members
from complaints.actions import mass, mass_draft, segregation, silent
from complaints.actions import resolution as resolutions
from complaints.errors import ContentChanged, Invalid, NotAllowed, StaleVersion
from complaints.models import (
    Complaint,
    Consumer,
    Event,
    MassCase,
    MassDraftRow,
    MassMember,
    MassOpinion,
    SilentConsumer,
)
from complaints.signing import mass as signing
from complaints.signing.canonical import hash_of
from evidence.receive import FileRefused
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_segregation import away
from tests.importing.files import as_csv, as_xlsx

VALUES = {
    "title": "益元胶囊外呼虚假宣传",
    "category": "telesales_fraud",
    "product_name": "青禾牌益元胶囊",
    "defect": "外呼人员称胶囊可以根治高血压",
    "finding": "同一批外呼话术含疗效保证，2026 年 9 月起使用",
}


def opened(cast: Cast, **changes: Any) -> MassCase:
    return mass.open_one({**VALUES, **changes}, by=cast.supervisor)


def signed(cast: Cast, one: MassCase) -> MassOpinion:
    now = timezone.now()
    read = hash_of(signing.content(MassCase.objects.get(pk=one.pk)))
    return mass.sign(one.pk, "认定成立", read=read, by=cast.counsel, reauthenticated_at=now)


# --- joining and leaving


def test_a_case_joins_and_leaves_with_a_word_in_timeline_and_audit(cast: Cast) -> None:
    one, case = opened(cast), f.investigating(cast)
    mass.join(case.number, one.pk, by=cast.supervisor, version=case.version)
    member = MassMember.objects.get()
    assert (member.mass, member.complaint, member.by) == (one, case, cast.supervisor)
    assert Complaint.objects.get(pk=case.pk).version == case.version + 1
    with pytest.raises(Invalid, match="已属于群体性案件"):
        mass.join(case.number, opened(cast).pk, by=cast.supervisor)
    with pytest.raises(Invalid):
        mass.leave(case.number, " ", by=cast.supervisor)
    mass.leave(case.number, "不是同一批次", by=cast.supervisor)
    assert not MassMember.objects.exists()
    events = Event.objects.filter(complaint=case, code__startswith="mass_").order_by("id")
    assert [(e.code, e.text) for e in events] == [
        ("mass_joined", ""),
        ("mass_left", "不是同一批次"),
    ]
    verbs = Entry.objects.filter(subject=case.subject).values_list("verb", flat=True)
    assert {"complaint.mass_joined", "complaint.mass_left"} <= set(verbs)


def test_who_does_not_lead_and_who_sees_another_version_is_refused(cast: Cast) -> None:
    one, case = opened(cast), f.investigating(cast)
    for by in (cast.agent, cast.counsel, cast.auditor):
        with pytest.raises(NotAllowed):
            mass.open_one(VALUES, by=by)
        with pytest.raises(NotAllowed):
            mass.join(case.number, one.pk, by=by)
    with pytest.raises(StaleVersion):
        mass.join(case.number, one.pk, by=cast.supervisor, version=case.version - 1)
    with pytest.raises(Complaint.DoesNotExist):
        mass.join(case.number, one.pk, by=cast.outside_supervisor)
    with pytest.raises(Invalid, match="已经办结"):
        mass.join(f.closed(cast).number, one.pk, by=cast.supervisor)
    assert not MassMember.objects.exists()


def test_one_sees_a_mass_case_by_its_members(cast: Cast) -> None:
    one = opened(cast, finding="")
    see = MassCase.objects.visible_to
    assert [u for u, p in cast.everybody().items() if see(p).exists()] == ["supervisor", "auditor"]
    mass.join(f.investigating(cast).number, one.pk, by=cast.supervisor)
    assert {u for u, p in cast.everybody().items() if see(p).exists()} == {
        *("agent", "colleague", "supervisor", "supervisor2", "auditor")
    }
    mass.write(one.pk, {"finding": "已查明"}, by=cast.supervisor)
    assert see(cast.counsel).exists()
    assert not see(cast.outsider).exists()


def test_proposed_are_cases_of_the_same_goods_in_the_time_that_belong_to_none(cast: Cast) -> None:
    one, now = opened(cast), timezone.now()
    same, other = f.registered(cast), f.registered(cast, product={"name": "别的商品"})
    f.registered(cast, category="")
    joined = f.registered(cast)
    mass.join(joined.number, one.pk, by=cast.supervisor)

    def found(**how: Any) -> set[str]:
        rows = mass_members.proposed(one, cast.supervisor, how.pop("now", now), 30, **how)
        return {row.number for row in rows}

    assert found(product=True) == {same.number}
    assert found(product=False) == {same.number, other.number}
    assert found(product=False, now=now + timedelta(days=31)) == set()


# --- the finding and counsel's word


def test_counsel_signs_the_finding_and_a_change_of_it_voids_the_signature(cast: Cast) -> None:
    one = opened(cast)
    opinion = signed(cast, one)
    assert signing.faults(opinion) == []
    assert signing.live(MassCase.objects.get(pk=one.pk)) == opinion
    for name in ("title", "product_name", "defect", "finding"):
        mass.write(one.pk, {name: "改动"}, by=cast.supervisor)
        assert signing.live(MassCase.objects.get(pk=one.pk)) is None, name
        mass.write(one.pk, {name: VALUES[name]}, by=cast.supervisor)
        assert signing.live(MassCase.objects.get(pk=one.pk)) is not None, name
    assert Entry.objects.filter(verb="mass.opinion_voided").count() == 4


def test_tampering_in_the_database_is_found(cast: Cast) -> None:
    opinion = signed(cast, opened(cast))
    with pytest.raises(DatabaseError), transaction.atomic():
        MassOpinion.objects.filter(pk=opinion.pk).update(text="不成立")
    for name, value in (("text", "不成立"), ("by", cast.counsel2), ("signature", "x")):
        altered = MassOpinion.objects.select_related("mass", "by").get(pk=opinion.pk)
        setattr(altered, name, value)
        assert signing.faults(altered), name
    altered = MassOpinion.objects.get(pk=opinion.pk)
    altered.covered["finding"] = "另一认定"
    assert "content" in signing.faults(altered)


def test_the_command_names_a_finding_that_is_not_as_it_was_signed(cast: Cast, capsys: Any) -> None:
    opinion = signed(cast, opened(cast))
    call_command("verify_signatures")
    assert "1 份与签署时一致" in capsys.readouterr().out
    with pgtrigger.ignore("complaints.MassOpinion:mass_opinion_is_append_only"):
        MassOpinion.objects.filter(pk=opinion.pk).update(by=cast.counsel2)
    with pytest.raises(SystemExit):
        call_command("verify_signatures")
    assert (
        f"“{VALUES['title']}”的共同认定，{cast.counsel2.name} 签署：不一致"
        in capsys.readouterr().out
    )
    with pytest.raises(SystemExit):
        call_command("verify_signatures", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["mass"], told["ok"]) == (opinion.mass_id, False)
    assert {"signer", "record"} <= set(told["differing"])


def test_a_signature_needs_counsel_the_password_and_what_was_read(cast: Cast) -> None:
    one, now = opened(cast), timezone.now()
    read = hash_of(signing.content(one))

    def sign(by: Any = cast.counsel, at: Any = now, what: str = read, text: str = "同意") -> None:
        mass.sign(one.pk, text, read=what, by=by, reauthenticated_at=at)

    with pytest.raises(NotAllowed):
        sign(by=cast.supervisor)
    for at in (None, now - timedelta(minutes=6)):
        with pytest.raises(Invalid, match="密码"):
            sign(at=at)
    with pytest.raises(ContentChanged):
        sign(what="0" * 64)
    with pytest.raises(Invalid):
        sign(text=" ")
    MassCase.objects.filter(pk=one.pk).update(finding_by=cast.counsel)
    with pytest.raises(NotAllowed, match="另一位法务"):
        sign()
    assert not MassOpinion.objects.exists()
    sign(by=cast.counsel2)


def test_counsel_of_whom_a_member_speaks_does_not_sign(cast: Cast) -> None:
    one, case = opened(cast), f.investigating(cast)
    mass.join(case.number, one.pk, by=cast.supervisor)
    named = {"user": cast.counsel.username, "why": "消费者称其曾答复"}
    segregation.name_person(case.number, named, by=cast.supervisor)
    with pytest.raises(NotAllowed, match="点名了您"):
        signed(cast, one)


def test_counsel_who_stepped_back_or_stands_in_does_not_sign(cast: Cast) -> None:
    one, case = opened(cast), f.in_review(cast)
    mass.join(case.number, one.pk, by=cast.supervisor)
    segregation.recuse(case.number, {"reason": "相识"}, by=cast.counsel)
    with pytest.raises(NotAllowed, match="已回避"):
        signed(cast, one)
    other = opened(cast)
    MassCase.objects.filter(pk=other.pk).update(finding_by=cast.counsel2)
    away(cast.counsel2, cast.counsel)
    with pytest.raises(NotAllowed, match="代理人"):
        signed(cast, other)
    assert not MassOpinion.objects.exists()


def test_what_is_signed_is_not_signed_twice(cast: Cast) -> None:
    one = opened(cast)
    signed(cast, one)
    with pytest.raises(Invalid, match=f"{cast.counsel.name}已经签署"):
        signed(cast, one)
    assert MassOpinion.objects.count() == 1


def test_without_a_finding_there_is_nothing_to_sign(cast: Cast) -> None:
    one = opened(cast, finding="")
    mass.join(f.in_review(cast).number, one.pk, by=cast.supervisor)
    with pytest.raises(Invalid, match="还没有写共同认定"):
        signed(cast, one)


# --- a draft for each


def test_each_member_gets_a_draft_from_its_own_analysis(cast: Cast) -> None:
    one = opened(cast)
    with_money, without = f.resolving(cast), f.resolving(cast, order_number="SO-2")
    f.answer(with_money, cast.agent, tx_living_consumption=True)
    early, drafted = (
        f.investigating(cast, order_number="SO-3"),
        f.drafted(cast, order_number="SO-4"),
    )
    for case in (with_money, without, early, drafted):
        mass.join(case.number, one.pk, by=cast.supervisor)
    draft = mass_draft.start(one.pk, by=cast.supervisor, enqueued=False)
    with pytest.raises(Invalid, match="正在进行"):
        mass_draft.start(one.pk, by=cast.supervisor, enqueued=False)
    while mass_draft.work(draft.pk, timezone.now()):
        pass
    rows = {row.complaint.number: row for row in MassDraftRow.objects.select_related("complaint")}
    assert set(rows) == {with_money.number, without.number}
    for row in rows.values():
        found = resolutions.current(row.complaint)
        assert (row.state == "drafted") is (found is not None)
        assert row.state == "drafted" or row.message
    told = mass_draft.progress(one, cast.supervisor)
    assert told is not None
    assert (told["all"], told["waiting"], bool(told["finished_at"])) == (2, 0, True)
    foreign = mass_draft.progress(one, cast.outside_supervisor)  # who may see none of them
    assert foreign is not None
    assert (foreign["all"], foreign["refused"]) == (0, [])
    assert not mass_draft.work(draft.pk, timezone.now())


def test_a_member_that_left_meanwhile_gets_no_draft(cast: Cast) -> None:
    one, case = opened(cast), f.resolving(cast)
    mass.join(case.number, one.pk, by=cast.supervisor)
    draft = mass_draft.start(one.pk, by=cast.supervisor, enqueued=False)
    mass.leave(case.number, "另一批次", by=cast.supervisor)
    assert not mass_draft.work(draft.pk, timezone.now())
    row = MassDraftRow.objects.get()
    assert (row.state, row.message) == ("left", "已移出本群体性案件")
    assert resolutions.current(case) is None


# --- those who have not complained


def listed(cast: Cast, one: MassCase, rows: list[list[str]], kind: Any = as_csv) -> silent.Taken:
    return silent.take(one.pk, [kind(rows, ["姓名", "电话"])], by=cast.supervisor)


@pytest.mark.parametrize("kind", [as_csv, as_xlsx])
def test_a_file_of_consumers_is_taken_once_and_sealed(cast: Cast, kind: Any) -> None:
    one = opened(cast)
    rows = [["甲测试", "12000000001"], ["乙测试", "12000000002"], ["", "12000000001"]]
    taken = listed(cast, one, [*rows, ["丙测试", "无"], ["丁测试", ""]], kind)
    assert (taken.added, taken.known, len(taken.refused)) == (2, 1, 2)
    assert listed(cast, one, rows[:2], kind).added == 0
    assert SilentConsumer.objects.count() == 2
    person = Consumer.objects.get(silent__mass=one, phone_masked="120****0001")
    assert (person.name_masked, person.clear("phone")) == ("甲**", "12000000001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM complaints_consumer c WHERE c::text LIKE '%甲测试%'")
        assert cursor.fetchone()[0] == 0


def test_a_file_without_telephones_and_a_foreign_hand_are_refused(cast: Cast) -> None:
    one = opened(cast)
    with pytest.raises(FileRefused, match="电话"):
        silent.take(one.pk, [as_csv([["甲"]], ["姓名"])], by=cast.supervisor)
    with pytest.raises(NotAllowed):
        silent.take(one.pk, [as_csv([["甲", "12000000001"]], ["姓名", "电话"])], by=cast.agent)
    with pytest.raises(MassCase.DoesNotExist):
        silent.take(one.pk, [b"x"], by=cast.outside_supervisor)


def test_every_row_that_is_not_taken_is_counted_and_a_file_has_its_limit(
    cast: Cast, monkeypatch: Any
) -> None:
    one = opened(cast)
    taken = listed(cast, one, [["甲", f"无{n}"] for n in range(60)])
    assert (taken.left, len(taken.refused)) == (60, silent.MOST_REFUSED)
    monkeypatch.setattr(silent, "MOST_ROWS", 3)
    rows = [["甲测试", f"1200000000{n}"] for n in range(4)]
    with pytest.raises(FileRefused, match="超过 3 行"):
        listed(cast, one, rows)
    assert not SilentConsumer.objects.exists()
    assert listed(cast, one, rows[:3]).added == 3


def test_who_complains_is_known_by_the_telephone_and_who_was_told_by_the_record(cast: Cast) -> None:
    one = opened(cast)
    listed(cast, one, [["甲测试", "12000000001"], ["乙", "12000000002"], ["丙", "12000000003"]])

    def counts() -> dict[str, int]:
        return mass_members.counts(mass_members.silent(one, cast.supervisor), mass_members.SILENT)

    assert counts() == {"all": 3, "none": 3, "told": 0, "complained": 0}
    first = SilentConsumer.objects.order_by("id")[0]
    with pytest.raises(Invalid):
        silent.tell(one.pk, [first.pk], " ", by=cast.supervisor)
    assert silent.tell(one.pk, [first.pk], "短信", by=cast.supervisor) == 1
    assert silent.tell(one.pk, [first.pk], "短信", by=cast.supervisor) == 0
    assert counts() == {"all": 3, "none": 2, "told": 1, "complained": 0}
    case = f.registered(cast, consumer={"name": "甲测试", "phone": "120 0000 0001"})
    assert counts() == {"all": 3, "none": 2, "told": 0, "complained": 1}
    row = mass_members.silent(one, cast.supervisor).get(complained=True)
    assert row.number == case.number
    foreign = mass_members.silent(one, cast.outside_supervisor).get(complained=True)
    assert foreign.number is None
