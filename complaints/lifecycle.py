"""The life of a complaint: states, steps, who may take them, what must hold, what follows.

Read this file first. It is longer than others on purpose: a table to be read from top to bottom.

Nothing else changes a state; `advance.py` is the only door and reads this table. A guard answers
with a sentence (why not, and what to do) or with nothing. The same sentence greys the button, fills
the API error and stands in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from complaints import execution_guards as x
from complaints import guards as g
from complaints import resolution_guards as r
from complaints import signing_guards as sg
from complaints import step_checks as c
from complaints.guards import Situation

Text = str | Promise


class State(models.TextChoices):
    """The nine states."""

    REGISTERED = "registered", _("已登记")
    INVESTIGATING = "investigating", _("调查中")
    RESOLVING = "resolving", _("拟定方案")
    IN_REVIEW = "in_review", _("法务审核")
    OFFERED = "offered", _("待消费者确认")
    EXECUTING = "executing", _("执行中")
    EXTERNAL = "external", _("外部处理")
    CLOSED = "closed", _("已办结")
    ARCHIVED = "archived", _("已归档")


class Phase(models.TextChoices):
    """The five phases."""

    INTAKE = "intake", _("受理")
    INVESTIGATION = "investigation", _("调查核实")
    RESOLUTION = "resolution", _("解决方案")
    FEEDBACK = "feedback", _("反馈执行")
    ARCHIVE = "archive", _("归档")


PHASE_OF: dict[str, Phase] = {
    State.REGISTERED: Phase.INTAKE,
    State.INVESTIGATING: Phase.INVESTIGATION,
    State.RESOLVING: Phase.RESOLUTION,
    State.IN_REVIEW: Phase.RESOLUTION,
    State.OFFERED: Phase.FEEDBACK,
    State.EXECUTING: Phase.FEEDBACK,
    State.EXTERNAL: Phase.FEEDBACK,
    State.CLOSED: Phase.ARCHIVE,
    State.ARCHIVED: Phase.ARCHIVE,
}
OPEN_STATES: tuple[str, ...] = tuple(
    s.value for s in State if s not in (State.CLOSED, State.ARCHIVED)
)


class Outcome(models.TextChoices):
    """How a complaint ended."""

    RESOLVED = "resolved", _("和解办结")
    PARTLY_RESOLVED = "partly_resolved", _("部分解决")
    DECLINED = "declined", _("不予受理")
    WITHDRAWN = "withdrawn", _("撤回")
    MERGED = "merged", _("并案")
    DECIDED_EXTERNALLY = "decided_externally", _("外部裁决")
    UNREACHABLE = "unreachable", _("无法联系")


class Field(models.TextChoices):
    """What a step asks for beside the complaint itself (the API's field names)."""

    NOTE = "note", _("备注")
    REASON = "reason", _("理由")
    EXPLANATION = "explanation", _("说明")
    FINDINGS = "findings", _("调查结论")
    CANNOT_BE_ESTABLISHED = "cannot_be_established", _("无法查明的事实及原因")
    NO_EVIDENCE_REASON = "no_evidence_reason", _("没有证据的原因")
    COMMENTS = "comments", _("退回意见")
    OPINION = "opinion", _("审核意见")
    BELOW_MINIMUM_REASON = "below_minimum_reason", _("低于法定最低额的理由")
    TAKE_OVER = "take_over", _("承担草稿规则的理由")
    CONDITIONS = "conditions", _("签署条件")
    CHECKLIST = "checklist", _("核对清单")
    MEANS = "means", _("消费者以何种方式答复")
    EVIDENCE = "evidence", _("证据编号")
    BODY = "body", _("外部机构")
    REFERENCE = "reference", _("外部文号")
    DATE = "date", _("日期")
    OUTCOME = "outcome", _("裁决结果")
    CONSUMERS_WORDS = "consumers_words", _("消费者原话")
    INTO = "into", _("并入的案件编号")
    GROUND = "ground", _("新的证据或法律依据")
    ANYWAY = "anyway", _("用语提示之后仍然发出的理由")


@dataclass(frozen=True)
class Step:
    """One row of the table.

    `to` lists the possible next states (empty: the state stays); with several, `choose` picks one.
    `who` are the roles that take the step, `system` says whether a clock may, `by_consumer` whether
    the consumer may by a link (`actions/offer_answer.py`). `guards` look at the
    case, `checks` at what was sent. `fields` are required, `optional` may be sent. `effects` name
    what leaves through the outbox, `stops`, `cancels` and `starts` the clocks (`clock.py`).
    """

    code: str
    title: Text
    sources: tuple[State, ...]
    to: tuple[State, ...]
    who: tuple[Role, ...]
    guards: tuple[Callable[[Situation], str], ...] = ()
    checks: tuple[Callable[[Situation], str], ...] = ()
    fields: tuple[Field, ...] = ()
    optional: tuple[Field, ...] = ()
    effects: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    choose: Callable[[Situation], str] | None = None
    system: bool = False
    by_consumer: bool = False
    session_only: bool = False
    dangerous: bool = False


CONSUMER = "consumer"  # `via` of a step that the consumer takes
A, S, C = Role.AGENT, Role.SUPERVISOR, Role.COUNSEL
_OPEN = tuple(s for s in State if s not in (State.CLOSED, State.ARCHIVED))
_ALL_CLOCKS = (
    "accept",
    "general_reply",
    "investigate",
    "draft",
    "counsel_review",
    "consumer_reply",
    "external_decision",
    "execution",
)


def _executing_or_closed(s: Situation) -> str:
    return State.EXECUTING if s.has_something_to_execute else State.CLOSED


def _after_external_decision(s: Situation) -> str:
    return {"execute": State.EXECUTING, "nothing_to_execute": State.CLOSED}.get(
        str(s.field("outcome")), State.RESOLVING
    )


STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step(
            "accept",
            pgettext_lazy("step", "受理"),
            (State.REGISTERED,),
            (State.INVESTIGATING,),
            (A, S),
            guards=(g.consumer_is_reachable, g.claim_is_given, g.category_is_given),
            optional=(Field.NOTE,),
            effects=("acknowledge_consumer",),
            stops=("accept",),
            starts=("general_reply", "investigate"),
        ),
        Step(
            "decline",
            pgettext_lazy("step", "不予受理"),
            (State.REGISTERED,),
            (State.CLOSED,),
            (S,),
            guards=(g.withdrawal_not_pending,),
            checks=(c.reason_is_on_the_decline_list, c.explanation_names_other_remedies),
            fields=(Field.REASON, Field.EXPLANATION),
            effects=("tell_consumer_declined",),
            cancels=_ALL_CLOCKS,
            outcome=Outcome.DECLINED,
            dangerous=True,
        ),
        Step(
            "conclude",
            _("调查终结"),
            (State.INVESTIGATING,),
            (State.RESOLVING,),
            (A, S),
            guards=(g.needed_facts_are_answered, g.evidence_or_reason),
            fields=(Field.FINDINGS,),
            optional=(Field.CANNOT_BE_ESTABLISHED, Field.NO_EVIDENCE_REASON),
            stops=("investigate",),
            starts=("draft",),
        ),
        Step(
            "reinvestigate",
            _("补充调查"),
            (State.RESOLVING, State.IN_REVIEW),
            (State.INVESTIGATING,),
            (A, S, C),
            fields=(Field.REASON,),
            stops=("counsel_review", "draft"),
            starts=("investigate",),
            effects=("tell_owner",),
        ),
        Step(
            "submit",
            _("送审"),
            (State.RESOLVING,),
            (State.IN_REVIEW,),
            (A, S),
            guards=(
                r.resolution_is_complete,
                r.draft_is_of_nobody_named,
                r.points_are_found,
                r.points_rest_on_evidence,
                r.sums_agree,
                r.letter_is_filled_in,
                g.analysis_is_fresh,
                r.below_minimum_is_explained,
            ),
            optional=(Field.ANYWAY,),
            effects=("tell_counsel",),
            stops=("draft",),
            starts=("counsel_review",),
        ),
        Step(
            "send_back",
            _("退回"),
            (State.IN_REVIEW, State.OFFERED),
            (State.RESOLVING,),
            (C,),
            guards=(*sg.APART, sg.did_not_approve_the_sum, sg.letter_has_not_left),
            checks=(c.says_what_to_mend,),
            optional=(Field.COMMENTS,),
            effects=("tell_author",),
            stops=("counsel_review",),
            cancels=("consumer_reply",),
            starts=("draft",),
        ),
        Step(
            "sign",
            _("签署"),
            (State.IN_REVIEW,),
            (State.OFFERED,),
            (C,),
            guards=(
                *sg.APART,
                sg.did_not_approve_the_sum,
                sg.reauthenticated,
                r.resolution_is_complete,
                r.draft_is_of_nobody_named,
                r.letter_is_filled_in,
                g.analysis_is_fresh,
                r.points_rest_on_evidence,
                r.sums_agree,
                sg.limit_is_approved,
                sg.below_minimum_has_reason,
                sg.draft_rules_are_taken_over,
                sg.no_consult_is_open,
                sg.enough_have_signed,
                sg.conditions_are_met,
            ),
            checks=(c.checklist_is_complete,),
            fields=(Field.OPINION,),
            optional=(
                Field.BELOW_MINIMUM_REASON,
                Field.TAKE_OVER,
                Field.CONDITIONS,
                Field.CHECKLIST,
            ),
            effects=("send_reply_letter",),
            stops=("counsel_review", "general_reply"),
            starts=("consumer_reply",),
            session_only=True,
        ),
        Step(
            "consumer_accepts",
            _("消费者同意"),
            (State.OFFERED,),
            (State.EXECUTING, State.CLOSED),
            (A, S),
            checks=(c.means_is_known, c.evidence_is_attached),
            fields=(Field.MEANS, Field.NOTE),
            optional=(Field.EVIDENCE,),
            choose=_executing_or_closed,
            effects=("confirm_consumer_acceptance",),
            stops=("consumer_reply",),
            starts=("execution",),
            outcome=Outcome.RESOLVED,
            by_consumer=True,
        ),
        Step(
            "consumer_declines",
            _("消费者不同意"),
            (State.OFFERED,),
            (State.RESOLVING,),
            (A, S),
            checks=(c.means_is_known, c.evidence_is_attached),
            fields=(Field.REASON,),
            optional=(Field.MEANS, Field.EVIDENCE),
            effects=("tell_author",),
            stops=("consumer_reply",),
            starts=("general_reply", "draft"),
            by_consumer=True,
        ),
        Step(
            "no_reply",
            _("逾期未回复"),
            (State.OFFERED,),
            (State.EXECUTING, State.CLOSED),
            (S,),
            guards=(g.reply_period_is_over, g.consumer_was_reminded, g.offer_did_not_come_back),
            choose=_executing_or_closed,
            effects=("tell_owner",),
            stops=("consumer_reply",),
            starts=("execution",),
            outcome=Outcome.UNREACHABLE,
            system=True,
        ),
        Step(
            "refer_out",
            _("转外部处理"),
            (State.INVESTIGATING, State.RESOLVING, State.OFFERED, State.EXECUTING),
            (State.EXTERNAL,),
            (S,),
            fields=(Field.BODY, Field.REFERENCE, Field.DATE),
            checks=(c.date_is_not_in_the_future,),
            effects=("tell_owner", "tell_counsel_of_external"),
            cancels=("general_reply", "investigate", "draft", "consumer_reply", "execution"),
            starts=("external_decision",),
        ),
        Step(
            "external_decision",
            pgettext_lazy("step", "外部裁决"),
            (State.EXTERNAL,),
            (State.EXECUTING, State.CLOSED, State.RESOLVING),
            (C,),
            checks=(c.external_outcome_is_known, c.evidence_is_attached),
            fields=(Field.OUTCOME, Field.EVIDENCE),
            optional=(Field.NOTE,),
            choose=_after_external_decision,
            effects=("tell_owner",),
            stops=("external_decision",),
            starts=("execution", "draft"),
            outcome=Outcome.DECIDED_EXTERNALLY,
        ),
        Step(
            "complete",
            _("办结"),
            (State.EXECUTING,),
            (State.CLOSED,),
            (A, S),
            guards=(x.commitments_are_kept_or_waived,),
            effects=("tell_consumer_closed", "ask_satisfaction"),
            stops=_ALL_CLOCKS,
        ),
        Step(
            "withdraw",
            pgettext_lazy("step", "撤回"),
            _OPEN,
            (State.CLOSED,),
            (A, S),
            guards=(g.withdrawal_was_asked_by_somebody_else,),
            checks=(c.evidence_is_attached,),
            fields=(Field.CONSUMERS_WORDS,),
            optional=(Field.EVIDENCE,),
            effects=("confirm_withdrawal",),
            cancels=_ALL_CLOCKS,
            outcome=Outcome.WITHDRAWN,
            dangerous=True,
        ),
        Step(
            "merge",
            pgettext_lazy("step", "并案"),
            _OPEN,
            (State.CLOSED,),
            (A, S),
            guards=(g.not_under_legal_hold,),
            checks=(c.target_is_another_case_of_the_same_matter,),
            fields=(Field.INTO, Field.REASON),
            effects=("tell_consumer_merged",),
            cancels=_ALL_CLOCKS,
            outcome=Outcome.MERGED,
            dangerous=True,
        ),
        Step(
            "reopen",
            _("重新启动"),
            (State.CLOSED, State.ARCHIVED),
            (State.INVESTIGATING,),
            (S,),
            checks=(c.late_reopening_names_its_ground,),
            fields=(Field.REASON,),
            optional=(Field.GROUND,),
            effects=("tell_owner",),
            starts=("general_reply", "investigate"),
        ),
        Step(
            "escalate",
            _("升级"),
            _OPEN,
            (),
            (),
            guards=(g.a_clock_is_due,),
            effects=("tell_escalation",),
            system=True,
        ),
        Step(
            "archive",
            pgettext_lazy("step", "归档"),
            (State.CLOSED,),
            (State.ARCHIVED,),
            (S,),
            guards=(g.file_is_complete,),
            system=True,
            effects=("tell_owner",),
        ),
    )
}
