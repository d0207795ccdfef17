"""The texts of notices and letters: what stands in braces is filled in from the case, in the
language that is active.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from complaints import clock_words, delivery, promised
from complaints.choices import DeadlineState
from complaints.leaving import letter_name
from complaints.lifecycle import STEPS
from complaints.models import (
    AccessDecision,
    AccessKind,
    AccessRequest,
    AccessWhy,
    Approval,
    Commitment,
    Communication,
    Condition,
    Consult,
    Deadline,
    Export,
    ExportRequest,
    Outbox,
    RightsRequest,
)
from complaints.signing import differences
from complaints.workdays import SHANGHAI
from correspondence import told_consults, told_return, told_together
from correspondence.who_is_told import TABLE

Values = dict[str, str]


def fill(text: object, values: Values) -> str:
    """The text with its names in braces replaced; a value is never read for names again."""
    parts = str(text).split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        known = closed and name in values
        filled.append(values[name] + rest if known else "{" + part)
    return "".join(filled)


def of_case(outbox: Outbox) -> Values:
    """What texts about the case may name."""
    complaint, transition = outbox.complaint, outbox.transition
    fields = transition.fields if transition else {}
    values = {
        "number": complaint.number,
        "title": complaint.title,
        "enterprise": settings.ENTERPRISE_NAME,
        "step": str(STEPS[transition.step].title) if transition else "",
        "words": str(fields.get("comments") or fields.get("reason") or complaint.title),
    }
    more = _MORE.get(outbox.effect)
    return {**values, **more(outbox)} if more else values


def _conditions(outbox: Outbox) -> Values:
    rows = Condition.objects.filter(opinion=outbox.payload["opinion"])
    return {"conditions": "\n".join(f"{row.position}. {row.text}" for row in rows)}


def _consult(outbox: Outbox) -> Values:
    consult = Consult.objects.get(pk=outbox.payload["consult"])
    return {"question": consult.question, "answer": consult.answer}


def _approval(outbox: Outbox) -> Values:
    asked = Approval.objects.get(pk=outbox.payload["approval"])
    decision = _("已批准") if asked.approved else _("没有批准，请修改方案")
    note = asked.note or outbox.complaint.title
    return {"amount": f"{asked.amount:,.2f}", "decision": decision, "note": note}


def _export(outbox: Outbox) -> Values:
    asked = ExportRequest.objects.select_related("by").get(pk=outbox.payload["request"])
    refused = asked.consents.filter(agreed=False).first()
    decision = _("没有同意") if refused else _("已同意，七天内可以在档案页下载")
    return {
        "who": asked.by.name,
        "purpose": str(Export.Purpose(asked.purpose).label),
        "decision": decision,
        "note": refused.reason if refused else outbox.complaint.title,
    }


def _access(outbox: Outbox) -> Values:
    asked = AccessRequest.objects.select_related("by").get(pk=outbox.payload["request"])
    decision = AccessDecision.objects.filter(request=asked).select_related("by").first()
    ends_at = decision.ends_at if decision else None
    return {
        "who": asked.by.name,
        "how": str(AccessKind(asked.kind).label),
        "why": str(AccessWhy(asked.why).label),
        "until": f"{ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if ends_at else "",
        "decider": decision.by.name if decision else "",
    }


def _rights(outbox: Outbox) -> Values:
    asked = RightsRequest.objects.get(pk=outbox.payload["request"])
    return {"what": asked.kind_words}


def _why(outbox: Outbox) -> Values:
    return {"why": differences.sentence(outbox.payload.get("changed", []))}


def _reply(outbox: Outbox) -> Values:
    return {"text": Communication.objects.get(outbox=outbox).text}


def _bounced(outbox: Outbox) -> Values:
    payload = outbox.payload
    cause = delivery.cause_in_words(str(payload.get("cause", "")))
    return {"letter": letter_name(str(payload.get("letter", ""))), "cause": cause}


def _promise(outbox: Outbox) -> Values:
    promise = Commitment.objects.get(pk=outbox.payload["commitment"])
    return {"promise": promise.text, "due": promised.due_words(promise)}


def _clock(outbox: Outbox) -> Values:
    payload = outbox.payload
    return {"clock": clock_words.title_of_row(payload.get("entry") or payload.get("kind", ""))}


def _mark(outbox: Outbox) -> Values:
    solved = _("已解决") if outbox.payload["solved"] else _("没有解决")
    return {"score": str(outbox.payload["score"]), "solved": solved}


_MORE = {
    "tell_dissatisfied": _mark,
    "ask_extension": _clock,
    "tell_extension": _clock,
    "tell_conditions": _conditions,
    "tell_approval_asked": _approval,
    "tell_approval_decided": _approval,
    "tell_export_asked": _export,
    "tell_export_decided": _export,
    "tell_access_asked": _access,
    "tell_access_granted": _access,
    "tell_rights_asked": _rights,
    "tell_emergency": _access,
    "tell_consult": _consult,
    "tell_consult_answered": _consult,
    "tell_letter_bounced": _bounced,
    "tell_signature_voided": _why,
    "tell_letter_stopped": _why,
    "reply_to_consumer": _reply,
    "confirm_commitment": _promise,
    "tell_commitment_kept": _promise,
    "confirm_release": _promise,
    "tell_commitment_owner": _promise,
    "tell_commitment_broken": _promise,
    told_together.ASSIGNED: told_together.of_assigned,
    told_together.MENTIONED: told_together.of_mentioned,
    told_together.MERGED_IN: told_together.of_merge,
    told_together.SPLIT: told_together.of_merge,
    told_together.GATHERED: told_together.of_gathered,
    told_together.MERGE_UNDONE: told_together.of_merge,
    told_together.FOLLOWED: told_together.of_followed,
    told_together.URGED: told_together.of_urged,
    told_return.RETURNED: told_return.of_returned,
    told_return.TAKEN_BACK: told_return.of_taken_back,
    told_together.URGED_OFTEN: told_together.of_urged,
    **dict.fromkeys(told_consults.TABLE, told_consults.of_consult),
}


def speaks_of_the_case_alone(effect: str) -> bool:
    """Whether the text can be written again without asking the database for more."""
    known = effect in TABLE and not TABLE[effect].to_consumer
    return known and _MORE.get(effect, _clock) is _clock and effect != "warn_of_deadline"


def of_clock(number: str, title: str, deadline: Deadline, now: datetime) -> tuple[str, str]:
    """(subject, text) of a warning: how much time is left, or that it fell due, and why then."""
    due = deadline.due_at.astimezone(SHANGHAI)
    this_year = due.year == now.astimezone(SHANGHAI).year
    day = f"{due:%m-%d}" if this_year else f"{due:%Y-%m-%d}"
    until = f"{day} {clock_words.time_of_day(due)}"
    values = {
        "number": number,
        "clock": clock_words.title_of(deadline),
        "left": clock_words.left_text(deadline, clock_words.minutes_left(deadline, now)),
        "due": clock_words.marked(until, provisional=deadline.provisional),
        "title": title,
        "basis": clock_words.basis_of(deadline),
        "why": clock_words.explain(deadline),
    }
    if deadline.state not in (DeadlineState.RUNNING, DeadlineState.HELD):
        subject = _("{number} {clock}（{due} 到期）")
    elif now < deadline.due_at:
        subject = _("{number} {clock}：{left}（{due} 到期）")
    else:
        subject = _("{number} {clock}：已到期（{due}）")
    text = _("{title}\n期限：{due}\n依据：{basis}\n算法：{why}")
    return fill(subject, values), fill(text, values)
