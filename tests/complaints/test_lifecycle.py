"""The table of steps is what DOMAIN says, the door keeps it, and every refusal is a sentence."""

import ast
import contextlib
from itertools import pairwise
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from accounts.roles import Role
from complaints.actions import feedback, steps, sweep, withdrawal
from complaints.advance import advance
from complaints.errors import Invalid, NotAllowed, StaleVersion, StepRefused
from complaints.lifecycle import OPEN_STATES, PHASE_OF, STEPS, State
from complaints.models import Analysis, Commitment, Complaint, Event, Outbox, Resolution, Transition
from correspondence import dispatch
from tests import factories as f
from tests.cast import Cast, person

OPEN = set(OPEN_STATES)
TABLE = {
    "accept": ({"registered"}, {"investigating"}),
    "decline": ({"registered"}, {"closed"}),
    "conclude": ({"investigating"}, {"resolving"}),
    "reinvestigate": ({"resolving", "in_review"}, {"investigating"}),
    "submit": ({"resolving"}, {"in_review"}),
    "send_back": ({"in_review", "offered"}, {"resolving"}),
    "sign": ({"in_review"}, {"offered"}),
    "consumer_accepts": ({"offered"}, {"executing", "closed"}),
    "consumer_declines": ({"offered"}, {"resolving"}),
    "no_reply": ({"offered"}, {"executing", "closed"}),
    "refer_out": ({"investigating", "resolving", "offered", "executing"}, {"external"}),
    "external_decision": ({"external"}, {"executing", "closed", "resolving"}),
    "complete": ({"executing"}, {"closed"}),
    "withdraw": (OPEN, {"closed"}),
    "merge": (OPEN, {"closed"}),
    "reopen": ({"closed", "archived"}, {"investigating"}),
    "escalate": (OPEN, set()),
    "archive": ({"closed"}, {"archived"}),
}


def test_the_table_is_complete_and_nothing_else_moves_a_case() -> None:
    assert {c: ({*map(str, s.sources)}, {*map(str, s.to)}) for c, s in STEPS.items()} == TABLE


def test_every_state_has_a_phase_and_can_be_reached_and_left() -> None:
    assert set(PHASE_OF) == set(State)
    reached = {str(t) for s in STEPS.values() for t in s.to} | {"registered"}
    assert reached == set(State.values)
    left = {str(x) for s in STEPS.values() if s.to for x in s.sources}
    assert left == set(State.values)


def test_no_code_but_the_door_assigns_a_state_to_a_complaint() -> None:
    root = Path(__file__).resolve().parents[2]
    offenders = []
    for app in (
        "complaints",
        "correspondence",
        "evidence",
        "legal_rules",
        "reading_room",
        "accounts",
        "quickstart",
    ):
        for file in (root / app).rglob("*.py"):
            if file.name == "advance.py" or "migrations" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for target in getattr(node, "targets", []):
                    if (
                        isinstance(target, ast.Attribute)
                        and target.attr == "state"
                        and isinstance(target.value, ast.Name)
                        and target.value.id in {"complaint", "case"}
                    ):
                        offenders.append(f"{file.name}:{node.lineno}")
    assert offenders == []


@pytest.mark.parametrize("state", list(f.IN_STATE))
def test_each_state_is_reached_by_steps_and_leaves_a_whole_record(cast: Cast, state: str) -> None:
    complaint = f.IN_STATE[state](cast)
    complaint.refresh_from_db()
    assert complaint.state == state
    transitions = list(Transition.objects.filter(complaint=complaint).order_by("id"))
    assert all(b.from_state == a.to_state for a, b in pairwise(transitions))
    if transitions:
        assert transitions[0].from_state == "registered"
        assert transitions[-1].to_state == state
        assert [t.version for t in transitions] == sorted({t.version for t in transitions})
    for t in transitions:
        assert {o.effect for o in t.outbox.all()} == set(STEPS[t.step].effects)
    assert Event.objects.filter(complaint=complaint, kind="step").count() == len(transitions)


@pytest.mark.parametrize("code", [c for c, s in STEPS.items() if s.who])
def test_a_step_is_refused_to_roles_that_do_not_have_it(cast: Cast, code: str) -> None:
    step = STEPS[code]
    complaint = f.IN_STATE[str(step.sources[0])](cast)
    for somebody in (cast.agent, cast.supervisor, cast.counsel, cast.auditor):
        if (
            any(somebody.is_(r) for r in step.who)
            or not Complaint.objects.visible_to(somebody).filter(pk=complaint.pk).exists()
        ):
            continue
        with pytest.raises(NotAllowed) as refused:
            f.step(complaint, code, somebody)
        assert str(step.title) in refused.value.message
    complaint.refresh_from_db()
    assert complaint.state == step.sources[0]


@pytest.mark.parametrize("code", list(STEPS))
def test_a_step_from_a_wrong_state_is_refused_with_the_states_from_which_it_may_be_taken(
    cast: Cast, code: str
) -> None:
    step = STEPS[code]
    wrong = next((s for s in ("archived", "registered") if s not in step.sources), None)
    assert wrong
    complaint = f.IN_STATE[wrong](cast)
    by = (
        {Role.AGENT: cast.agent, Role.SUPERVISOR: cast.supervisor, Role.COUNSEL: cast.counsel}.get(
            step.who[0]
        )
        if step.who
        else None
    )
    if by is cast.counsel:
        Complaint.objects.filter(pk=complaint.pk).update(shared_with_counsel=True)
    with pytest.raises(StepRefused) as refused:
        steps.take(complaint.number, code, {}, by=by, via="system" if by is None else "session")
    assert refused.value.unmet[0].code == "state"
    assert complaint.number in refused.value.unmet[0].message


def test_an_unknown_step_is_refused_with_the_steps_there_are(cast: Cast) -> None:
    with pytest.raises(StepRefused) as refused:
        f.step(f.registered(cast), "explode", cast.agent)
    assert "accept" in refused.value.unmet[0].message


def test_accept_asks_for_a_way_to_reach_the_consumer_a_claim_and_a_category(cast: Cast) -> None:
    complaint = f.registered(cast, consumer={"name": "王测试"}, claims=[], category="")
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "accept", cast.agent)
    assert {u.code for u in refused.value.unmet} == {
        "consumer_is_reachable",
        "claim_is_given",
        "category_is_given",
    }
    assert (
        f.step(f.registered(cast, order_number="2"), "accept", cast.agent).state == "investigating"
    )


def test_decline_needs_a_reason_from_the_list_and_the_other_remedies(cast: Cast) -> None:
    complaint = f.registered(cast)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "decline", cast.supervisor, reason="tired", explanation="不办")
    assert {u.code for u in refused.value.unmet} == {
        "reason_is_on_the_decline_list",
        "explanation_names_other_remedies",
    }
    with pytest.raises(StepRefused):
        f.step(complaint, "decline", cast.supervisor, reason="  ", explanation="  \n")
    declined = f.step(
        complaint,
        "decline",
        cast.supervisor,
        reason="not_our_business",
        explanation="请向商家所在地 12315 反映",
    )
    assert (declined.state, declined.outcome) == ("closed", "declined")


def test_conclude_needs_findings_and_evidence_or_a_reason(cast: Cast) -> None:
    complaint = f.investigating(cast)
    open_facts = f.explained(complaint)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "conclude", cast.agent, findings=" \t ", cannot_be_established=open_facts)
    assert {u.code for u in refused.value.unmet} == {"findings", "evidence_or_reason"}
    done = f.step(
        complaint,
        "conclude",
        cast.agent,
        findings="查明",
        cannot_be_established=open_facts,
        no_evidence_reason="录音已过保存期",
    )
    assert done.state == "resolving"
    assert Analysis.objects.filter(complaint=complaint, facts_revision=done.facts_revision).exists()


def test_conclude_names_the_facts_that_the_rules_still_need(cast: Cast) -> None:
    complaint = f.investigating(cast)
    if not f.explained(complaint):
        raise AssertionError("the category of this test must leave facts open")
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "conclude", cast.agent, findings="查明", no_evidence_reason="无")
    assert refused.value.unmet[0].code == "needed_facts_are_answered"
    with pytest.raises(Invalid):
        f.step(
            complaint,
            "conclude",
            cast.agent,
            findings="查明",
            cannot_be_established={"no_such_fact": "x"},
        )


@pytest.mark.parametrize("missing", ["measures", "explanation", "legal_basis", "letter"])
def test_submit_needs_a_complete_proposal(cast: Cast, missing: str) -> None:
    from complaints.actions import resolution

    complaint = f.resolving(cast)
    with pytest.raises(StepRefused):
        f.step(complaint, "submit", cast.agent)
    resolution.save_draft(
        complaint.number,
        f.proposal(**{missing: [] if missing in ("measures", "legal_basis") else " "}),
        by=cast.agent,
    )
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "submit", cast.agent)
    assert [u.code for u in refused.value.unmet] == ["resolution_is_complete"]
    resolution.save_draft(complaint.number, f.proposal(), by=cast.agent)
    assert f.step(complaint, "submit", cast.agent).state == "in_review"


def test_a_fact_that_changes_after_the_analysis_stops_submission(cast: Cast) -> None:
    complaint = f.drafted(cast)
    f.answer(complaint, cast.agent, tx_channel="实体店")
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "submit", cast.agent)
    assert [u.code for u in refused.value.unmet] == ["analysis_is_fresh"]


def test_the_author_cannot_sign_and_a_key_or_an_old_session_cannot_either(cast: Cast) -> None:
    complaint = f.in_review(cast)
    now = timezone.now()
    for via, when in (
        ("api", now),
        ("session", None),
        ("session", now - timezone.timedelta(minutes=6)),
    ):
        with pytest.raises(StepRefused) as refused:
            advance(
                complaint.number,
                "sign",
                by=cast.counsel,
                fields={"opinion": "同意", "below_minimum_reason": "x"},
                via=via,
                reauthenticated_at=when,
            )
        assert [u.code for u in refused.value.unmet] == ["reauthenticated"]
    Resolution.objects.filter(complaint=complaint).update(proposed_by=cast.counsel)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "sign", cast.counsel, opinion="同意", below_minimum_reason="x")
    assert [u.code for u in refused.value.unmet] == ["not_the_author"]
    assert (
        f.step(complaint, "sign", cast.counsel2, opinion="同意", below_minimum_reason="x").state
        == "offered"
    )


def test_sending_back_makes_the_next_edit_a_new_version(cast: Cast) -> None:
    from complaints.actions import resolution

    complaint = f.in_review(cast)
    with pytest.raises(StepRefused):
        f.step(complaint, "send_back", cast.counsel, comments="   ")
    f.step(complaint, "send_back", cast.counsel, comments="请写明期限")
    assert resolution.save_draft(complaint.number, {"letter": "改好了"}, by=cast.agent).version == 2
    first = Resolution.objects.get(complaint=complaint, version=1)
    assert (first.status, first.letter) == ("returned", f.LETTER)


def test_acceptance_turns_measures_into_promises_and_completion_needs_their_proof(
    cast: Cast,
) -> None:
    complaint = f.executing(cast)
    promise = Commitment.objects.get(complaint=complaint)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "complete", cast.agent)
    assert promise.text in refused.value.unmet[0].message
    with pytest.raises(Invalid):
        feedback.settle(complaint.number, promise.pk, by=cast.agent, state="kept", proof="  ")
    with pytest.raises(Invalid):
        feedback.settle(
            complaint.number, promise.pk, by=cast.agent, state="waived", proof="电话里说不要了"
        )
    feedback.settle(
        complaint.number, promise.pk, by=cast.agent, state="waived", proof="书面放弃", evidence=1
    )
    done = f.step(complaint, "complete", cast.agent)
    assert (done.state, done.outcome) == ("closed", "partly_resolved")


def test_silence_is_never_consent(cast: Cast) -> None:
    complaint = f.offered(cast)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "no_reply", cast.supervisor)
    assert [u.code for u in refused.value.unmet] == ["reply_period_is_over"]
    over = timezone.now() + timezone.timedelta(days=40)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "no_reply", cast.supervisor, now=over)
    assert [u.code for u in refused.value.unmet] == ["consumer_was_reminded"]
    sweep.enforce_due(timezone.now() + timezone.timedelta(days=6))
    later = f.step(complaint, "no_reply", cast.supervisor, now=over)
    assert later.state == "executing"
    assert later.outcome_if_done == "unreachable"
    assert Commitment.objects.filter(complaint=complaint).count() == 1


def test_declining_the_offer_starts_another_round(cast: Cast) -> None:
    complaint = f.step(f.offered(cast), "consumer_declines", cast.agent, reason="金额太少")
    assert (complaint.state, complaint.round) == ("resolving", 2)
    with pytest.raises(StepRefused):
        f.step(complaint, "submit", cast.agent)


def test_only_after_the_last_round_the_consumer_is_told_of_the_ways_outside(cast: Cast) -> None:
    def told() -> list[Outbox]:
        return list(Outbox.objects.filter(effect="tell_external_ways"))

    complaint = f.offered(cast)
    for number in (1, feedback.LAST_ROUND - 1, feedback.LAST_ROUND):
        Complaint.objects.filter(pk=complaint.pk).update(round=number, state="offered")
        assert told() == []
        f.step(complaint, "consumer_declines", cast.agent, reason="金额太少")
    [letter] = told()
    dispatch.deliver(letter.pk, letter.not_before)
    for way in ("12315", "消费者协会", "调解", "仲裁", "人民法院"):
        assert way in str(mail.outbox[-1].body)


def test_withdrawal_is_asked_by_one_and_confirmed_by_another(cast: Cast) -> None:
    complaint = f.investigating(cast)
    with pytest.raises(StepRefused):
        f.step(complaint, "withdraw", cast.supervisor, consumers_words="不投诉了")
    asked = f.step(complaint, "withdraw", cast.agent, consumers_words="我不投诉了，谢谢")
    assert asked.state == "investigating"
    with pytest.raises(StepRefused):
        f.step(complaint, "withdraw", cast.colleague, consumers_words="不投诉了")
    done = f.step(complaint, "withdraw", cast.supervisor, consumers_words="我不投诉了，谢谢")
    assert (done.state, done.outcome) == ("closed", "withdrawn")


def test_one_person_with_two_roles_cannot_withdraw_a_case_alone(cast: Cast) -> None:
    complaint = f.investigating(cast)
    both = person("both", Role.AGENT, Role.SUPERVISOR, team=cast.team, leads=True)
    for _again in range(2):
        with contextlib.suppress(StepRefused):
            complaint = f.step(complaint, "withdraw", both, consumers_words="我不投诉了")
        assert Complaint.objects.get(pk=complaint.pk).state == "investigating"
    done = f.step(complaint, "withdraw", cast.supervisor)
    assert done.state == "closed"
    assert Transition.objects.get(complaint=complaint, step="withdraw").fields == {
        "consumers_words": "我不投诉了"
    }


def test_a_request_to_withdraw_can_be_dismissed_with_a_reason(cast: Cast) -> None:
    complaint = f.investigating(cast)
    with pytest.raises(Invalid):
        withdrawal.dismiss(complaint.number, {"reason": "没有请求"}, by=cast.supervisor)
    f.step(complaint, "withdraw", cast.agent, consumers_words="我不投诉了")
    with pytest.raises(NotAllowed):
        withdrawal.dismiss(complaint.number, {"reason": "消费者反悔"}, by=cast.colleague)
    with pytest.raises(Invalid):
        withdrawal.dismiss(complaint.number, {"reason": " "}, by=cast.supervisor)
    kept = withdrawal.dismiss(complaint.number, {"reason": "消费者反悔"}, by=cast.supervisor)
    assert (kept.state, kept.withdrawal_requested_by) == ("investigating", None)
    assert Event.objects.filter(complaint=complaint, code="withdrawal_dismissed").exists()
    with pytest.raises(StepRefused):
        f.step(complaint, "withdraw", cast.supervisor, consumers_words="我不投诉了")


def test_merging_needs_another_open_case_of_the_same_matter(cast: Cast) -> None:
    first, second = f.investigating(cast), f.registered(cast, order_number="SO-2")
    other = f.registered(cast, consumer={"phone": "12099999999"}, product={"name": "电饭煲"})
    done = f.closed(cast)
    for into, what in (
        (second.number, "自身"),
        ("TS26-999999", "没有找到"),
        (other.number, "同一消费者"),
        (done.number, "已经办结"),
    ):
        with pytest.raises(StepRefused) as refused:
            f.step(second, "merge", cast.agent, into=into, reason="同一件事")
        assert what in refused.value.unmet[0].message
    merged = f.step(second, "merge", cast.agent, into=first.number, reason="同一件事")
    assert (merged.state, merged.outcome, merged.merged_into) == ("closed", "merged", first)
    assert Event.objects.filter(complaint=first, code="merged_in").exists()


def test_a_case_can_go_to_a_body_outside_and_come_back_with_its_decision(cast: Cast) -> None:
    complaint = f.with_evidence(f.external(cast), cast.agent)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "external_decision", cast.counsel, outcome="execute", evidence=[7])
    assert [u.code for u in refused.value.unmet] == ["evidence_is_attached"]
    back = f.step(
        complaint, "external_decision", cast.counsel, outcome="nothing_to_execute", evidence=[1]
    )
    assert (back.state, back.outcome) == ("closed", "decided_externally")


def test_reopening_keeps_history_and_starts_the_clocks_again(cast: Cast) -> None:
    complaint = f.archived(cast)
    again = f.step(complaint, "reopen", cast.supervisor, reason="消费者提出新证据")
    assert (again.state, again.outcome) == ("investigating", "")
    assert again.next_due_at is not None
    assert Transition.objects.filter(complaint=complaint, step="archive").exists()


def test_archiving_waits_for_letters_that_have_not_left(cast: Cast) -> None:
    complaint = f.closed(cast)
    with pytest.raises(StepRefused) as refused:
        f.step(complaint, "archive", cast.supervisor)
    assert [u.code for u in refused.value.unmet] == ["file_is_complete"]


def test_a_stale_version_writes_nothing(cast: Cast) -> None:
    complaint = f.registered(cast)
    before = (Event.objects.count(), Outbox.objects.count())
    with pytest.raises(StaleVersion) as refused:
        steps.take(complaint.number, "accept", {}, by=cast.agent, version=99)
    assert refused.value.current == complaint.version
    assert (Event.objects.count(), Outbox.objects.count()) == before


def test_unknown_fields_of_a_step_are_named(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        f.step(f.registered(cast), "accept", cast.agent, colour="red")
    assert "colour" in refused.value.errors
