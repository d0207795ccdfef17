"""Analyses frozen at conclusion and at signing: stale when something changed, and run again."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import facts, replaying, snapshots
from complaints.actions import analysis as analyses
from complaints.actions import facts as fact_actions
from complaints.actions import intake, steps
from complaints.errors import Invalid, NotAllowed, StepRefused
from complaints.models import Analysis, Complaint
from legal_rules import past, rulebook
from legal_rules.models import StoredRulebook
from tests import factories as f
from tests.cast import Cast


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.get(pk=case.pk)


def frozen(case: Complaint) -> Analysis:
    found = snapshots.latest(case)
    assert found is not None
    return found


def frozen_by(case: Complaint, occasion: str) -> Analysis:
    return Analysis.objects.get(complaint=case, occasion=occasion)


def other_law() -> dict[str, str]:
    """The present law, but fraud costs two times the price."""
    law = rulebook.current().law()
    changed = re.sub(r"(times: \[\w+, )3\]", r"\g<1>2]", law["cpl/55_1.yaml"])
    assert changed != law["cpl/55_1.yaml"]
    return {**law, "cpl/55_1.yaml": changed}


def under_other_law(case: Complaint, **changes: Any) -> Analysis:
    """A snapshot as it would have been made while another rulebook was in force."""
    now = frozen(case)
    [result] = past.analyse(
        other_law(),
        [
            past.Case(
                now.facts,
                now.as_of.isoformat(),
                now.category,
                now.dated,
                holidays=now.holidays,
            )
        ],
    )
    result = facts.still_asking(result, now.settled)
    sha256 = result["rulebook_sha256"]
    _store(sha256, other_law())
    values = {
        "complaint": case,
        "at": now.at,
        "by": now.by,
        "as_of": now.as_of,
        "facts_revision": now.facts_revision,
        "rulebook_sha256": sha256,
        "facts": now.facts,
        "settled": now.settled,
        "holidays": now.holidays,
        "result": result,
    }
    return Analysis.objects.create(**{**values, **changes})


def _store(sha256: str, law: dict[str, str], engine: str = "") -> None:
    import json
    import zlib

    StoredRulebook.objects.filter(pk=sha256).exists() or StoredRulebook.objects.create(
        sha256=sha256,
        version="2026.10",
        engine_sha256=engine or rulebook.current().engine_sha256,
        packed=zlib.compress(json.dumps(law).encode()),
    )


def with_fraud(cast: Cast) -> Complaint:
    """A case under review in which counsel has found fraud."""
    case = f.in_review(cast)
    f.answer(case, cast.counsel, fraud=True, tx_living_consumption=True)
    return fresh(case)


# --- what is kept


def test_conclusion_and_signature_each_leave_a_snapshot(cast: Cast) -> None:
    case = f.offered(cast)
    kept = snapshots.of_case(case)[::-1]
    assert [(a.occasion, a.by) for a in kept] == [
        ("concluded", cast.agent),
        ("signed", cast.counsel),
    ]
    assert case.resolutions.get().analysis == kept[1]
    assert kept[0].rulebook_sha256 == rulebook.current().sha256
    assert kept[1].result["rules"]
    assert kept[1].facts["tx_price_paid"] == "3980.00"


def test_the_snapshot_of_the_signature_leaves_the_fingerprint_as_counsel_read_it(
    cast: Cast,
) -> None:
    from complaints.actions import signature
    from complaints.signing import canonical

    case = f.in_review(cast)
    resolution = signature.as_it_would_be_signed(fresh(case))
    assert resolution is not None
    read, now = canonical.content_hash(resolution), timezone.now()
    words = {"opinion": "同意", "below_minimum_reason": "测试"}
    steps.take(
        case.number, "sign", words, by=cast.counsel, reauthenticated_at=now, now=now, read=read
    )
    assert case.resolutions.get().content_hash == read


def test_a_snapshot_is_chinese_whatever_the_language_of_the_person(cast: Cast) -> None:
    from django.utils import translation

    with translation.override("en"):
        case = f.resolving(cast)
    assert "退一赔三" in str(frozen(case).result)
    english = snapshots.in_language(frozen(case), "en")
    assert "three times the price" in str(english)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_neither_a_snapshot_nor_a_stored_rulebook_can_be_changed(cast: Cast, act: str) -> None:
    case = f.resolving(cast)
    rows: list[Any] = [Analysis.objects.filter(complaint=case), StoredRulebook.objects.all()]
    for found in rows:
        with pytest.raises(DatabaseError), transaction.atomic():
            found.delete() if act == "delete" else found.update(at=timezone.now())


def test_the_rulebook_is_stored_once_when_it_is_first_used(cast: Cast) -> None:
    assert not StoredRulebook.objects.exists()
    f.resolving(cast)
    f.resolving(cast)
    book = StoredRulebook.objects.get()
    assert book.pk == rulebook.current().sha256
    assert book.law == rulebook.current().law()
    assert "cpl/55_1.yaml" in book.law


def test_the_audit_record_holds_the_fingerprint_of_the_snapshot(cast: Cast) -> None:
    from audit.models import Entry

    case = f.resolving(cast)
    entry = Entry.objects.get(subject=case.subject, verb="analysis.frozen")
    assert entry.detail["sha256"] == snapshots.fingerprint(frozen(case))


# --- whether it still holds


def test_a_new_answer_makes_it_stale_and_is_named_with_what_follows(cast: Cast) -> None:
    case = with_fraud(cast)
    assert not snapshots.is_stale(case, frozen(case))
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    case = fresh(case)
    assert snapshots.is_stale(case, frozen(case))
    told = [each.sentence for each in snapshots.changes(case, frozen(case), "zh-hans")]
    assert "消费者实际支付的价款或费用是多少？3980.00 元 → 5000.00 元。已改答。" in told
    assert any("11940.00 元（3 × 3980.00） → 15000.00 元（3 × 5000.00）" in each for each in told)


def test_a_note_or_another_source_alone_does_not_make_it_stale(cast: Cast) -> None:
    case = f.resolving(cast)
    f.answer(case, cast.agent, fr_induced=True)
    case = f.step(case, "reinvestigate", cast.agent, reason="补充")
    given_up = f.explained(case)
    case = f.step(case, "conclude", cast.agent, findings="已查明", cannot_be_established=given_up)
    again = {"fr_induced": {"value": True, "source": "verified", "note": "听过录音"}}
    fact_actions.answer(case.number, again, by=cast.agent)
    case = fresh(case)
    assert frozen(case).facts_revision != case.facts_revision
    assert not snapshots.is_stale(case, frozen(case))
    assert snapshots.changes(case, frozen(case), "zh-hans") == []


def test_another_date_or_category_makes_it_stale(cast: Cast) -> None:
    case = f.resolving(cast)
    day = timezone.localdate() - timedelta(days=30)
    intake.edit(case.number, {"transaction_date": day.isoformat()}, by=cast.agent)
    told = snapshots.changes(fresh(case), frozen(case), "en")
    assert snapshots.is_stale(fresh(case), frozen(case))
    assert any(f"→ {day.isoformat()}" in each.sentence for each in told if each.kind == "date")
    other = f.resolving(cast)
    intake.edit(other.number, {"category": "price"}, by=cast.agent)
    assert snapshots.is_stale(fresh(other), frozen(other))
    kinds = {each.kind for each in snapshots.changes(fresh(other), frozen(other), "en")}
    assert "category" in kinds


def test_another_rulebook_makes_it_stale_and_the_rule_is_named(cast: Cast) -> None:
    case = with_fraud(cast)
    old = under_other_law(case)
    assert snapshots.is_stale(case, old)
    told = snapshots.changes(case, old, "zh-hans")
    assert {"rulebook", "sum"} <= {each.kind for each in told}
    assert any("7960.00 元（2 × 3980.00） → 11940.00 元" in each.sentence for each in told)


def test_a_stale_analysis_keeps_the_proposal_from_being_signed(cast: Cast) -> None:
    case = f.in_review(cast)
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    with pytest.raises(StepRefused) as refused:
        f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    assert "analysis_is_fresh" in {u.code for u in refused.value.unmet}


def test_whether_it_is_stale_costs_no_statement_while_nothing_was_answered(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    case = fresh(f.resolving(cast))
    held = frozen(case)
    with django_assert_num_queries(0):
        assert not snapshots.is_stale(case, held)


# --- renewing


def test_a_stale_analysis_is_renewed_by_whoever_has_the_case(cast: Cast) -> None:
    case = f.in_review(cast)
    f.answer(case, cast.agent, tx_price_paid="5000.00")
    with pytest.raises(NotAllowed):
        analyses.renew(case.number, by=cast.agent)
    analyses.renew(case.number, by=cast.counsel)
    case = fresh(case)
    assert frozen(case).occasion == "renewed"
    assert not snapshots.is_stale(case, frozen(case))
    assert case.events.filter(code="analysis_renewed", by=cast.counsel).exists()
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")


def test_a_fresh_analysis_is_not_renewed(cast: Cast) -> None:
    case = f.resolving(cast)
    analyses.renew(case.number, by=cast.agent)
    assert Analysis.objects.filter(complaint=case).count() == 1


def test_facts_that_the_law_asks_anew_are_answered_before_it_is_renewed(cast: Cast) -> None:
    case = f.resolving(cast)
    intake.edit(case.number, {"category": "food_safety"}, by=cast.agent)
    with pytest.raises(Invalid, match="请先回答，或者写明为何无法查明"):
        analyses.renew(case.number, by=cast.agent)
    assert Analysis.objects.filter(complaint=case).count() == 1


def test_elsewhere_in_its_life_there_is_nothing_to_renew(cast: Cast) -> None:
    with pytest.raises(Invalid, match="拟定方案和法务审核期间"):
        analyses.renew(f.investigating(cast).number, by=cast.agent)


# --- running it again


def test_a_snapshot_run_again_gives_the_same_bytes(cast: Cast) -> None:
    for analysis in snapshots.of_case(with_fraud(cast)):
        found = replaying.replay(analysis)
        assert found.identical is True
        assert found.same_rulebook
        assert found.same_engine
        assert found.recorded
        assert (found.differences, found.present, found.problem) == ([], [], "")


def test_an_old_snapshot_is_run_under_the_law_of_its_day(cast: Cast) -> None:
    case = with_fraud(cast)
    found = replaying.replay(under_other_law(case))
    assert (found.identical, found.same_rulebook, found.same_engine) == (True, False, True)
    sums = {each.subject: each for each in found.present if each.kind == "sum"}
    assert sums["cpl.55.1"].before == "7960.00 元（2 × 3980.00）"
    assert sums["cpl.55.1"].after == "11940.00 元（3 × 3980.00）"


def test_an_old_snapshot_can_be_read_in_english_through_its_own_law(cast: Cast) -> None:
    old = under_other_law(with_fraud(cast))
    english = snapshots.in_language(old, "en")
    [sum_] = [r for r in english["remedies"] if r["rule"] == "cpl.55.1"]
    assert (sum_["amount"], sum_["title"][:9]) == ("7960.00", "Increased")


def test_what_the_stored_law_finds_otherwise_today_stays_in_its_own_words(cast: Cast) -> None:
    case = with_fraud(cast)
    honest = under_other_law(case)
    kept = {**honest.result, "remedies": []}
    old = under_other_law(case, result=kept)
    assert snapshots.in_language(old, "en") == kept
    told = [each.sentence for each in snapshots.changes(case, old, "en")]
    assert any("11940.00 元" in each for each in told), "compared in Chinese on both sides"
    assert snapshots.between(honest, old, "en")[-1].sentence.endswith("。")


def test_another_program_is_said(cast: Cast) -> None:
    case, zeros = with_fraud(cast), "0" * 64
    _store(zeros, other_law(), engine="1" * 64)
    old = under_other_law(case)
    kept = {**old.result, "rulebook_sha256": zeros}
    found = replaying.replay(under_other_law(case, rulebook_sha256=zeros, result=kept))
    assert (found.same_engine, found.identical) == (False, True)
    other = {**frozen_by(case, "found").result, "rulebook_sha256": zeros}
    found = replaying.replay(under_other_law(case, rulebook_sha256=zeros, result=other))
    assert found.identical is False
    assert [d.subject for d in found.differences if d.kind == "sum"] == ["cpl.55.1"]


def test_a_law_that_was_not_kept_or_cannot_be_read_is_said(cast: Cast) -> None:
    case = with_fraud(cast)
    found = replaying.replay(under_other_law(case, rulebook_sha256="2" * 64))
    assert (found.identical, found.same_engine) == (None, False)
    assert "没有存档" in found.problem
    _store("3" * 64, {**other_law(), "cpl/55_1.yaml": "id: [broken"})
    found = replaying.replay(under_other_law(case, rulebook_sha256="3" * 64))
    assert found.identical is None
    assert "cpl/55_1.yaml" in found.problem
    assert snapshots.in_language(found.analysis, "en") == found.analysis.result


def test_a_result_that_was_altered_is_found_out(cast: Cast) -> None:
    case = with_fraud(cast)
    honest = frozen(case)
    altered = {**honest.result, "remedies": []}
    forged = under_other_law(case, result=altered, rulebook_sha256=honest.rulebook_sha256)
    found = replaying.replay(forged)
    assert (found.identical, found.recorded) == (False, False)
    assert any(each.kind == "sum" for each in found.differences)


def test_two_snapshots_are_compared_in_words(cast: Cast) -> None:
    first, second = reversed(snapshots.of_case(with_fraud(cast)))
    told = [each.sentence for each in snapshots.between(first, second, "zh-hans")]
    assert "法务是否认定构成民事欺诈？未查明 → 是。新作答。" in told
    assert any(each.startswith("欺诈的增加赔偿（“退一赔三”）：待查明 → 成立") for each in told)


# --- the command


def printed(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command("replay_analysis", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_tells_of_each_snapshot(cast: Cast) -> None:
    case = with_fraud(cast)
    text = printed(case.number)
    assert text.count("以现行规则库重演，结果逐字节一致。") == 2
    assert "法务认定 · 林若衡" in text
    old = under_other_law(case)
    text = printed(case.number, snapshot=old.pk)
    assert "以存档的规则库重演，结果逐字节一致。" in text
    assert "7960.00 元（2 × 3980.00） → 11940.00 元" in text
    assert "审计记录中没有这份快照的指纹" in text


def test_the_command_fails_where_a_snapshot_cannot_be_run_again(cast: Cast) -> None:
    case = with_fraud(cast)
    under_other_law(case, rulebook_sha256="2" * 64)
    with pytest.raises(CommandError, match="1 份快照没有重演出相同的结果") as failed:
        printed(case.number)
    assert failed.value.returncode == 1


def test_the_command_names_what_is_not_there(cast: Cast) -> None:
    with pytest.raises(CommandError, match="没有案件 TS26-999999") as missing:
        printed("TS26-999999")
    assert missing.value.returncode == 2
    case = f.investigating(cast)
    with pytest.raises(CommandError, match="没有这份快照；现有：没有"):
        printed(case.number)


def test_freezing_takes_few_statements(cast: Cast) -> None:
    case = f.resolving(cast)
    with CaptureQueriesContext(connection) as statements, transaction.atomic():
        snapshots.freeze(fresh(case), cast.agent, timezone.now(), Analysis.Occasion.RENEWED)
    assert len(statements) <= 9, [q["sql"][:70] for q in statements]
