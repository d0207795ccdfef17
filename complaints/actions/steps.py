"""Taking a step, whoever asks: pages, API, imports and clocks come through here.

What belongs to a step beside its state is `ALSO`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import snapshots
from complaints.actions import answers as later_answers
from complaints.actions import (
    approvals,
    feedback,
    first_signatures,
    keeping,
    merging,
    sealing,
    signature,
    withdrawal,
)
from complaints.actions import facts as fact_actions
from complaints.actions import resolution as resolutions
from complaints.actions.step_fields import clean_fields
from complaints.advance import Also, advance, unmet
from complaints.choices import FactSource
from complaints.errors import StepRefused, Unmet
from complaints.guards import MENDED_BY
from complaints.lifecycle import STEPS
from complaints.models import Analysis, Complaint, Transition
from complaints.situation import CaseSituation


def _concluded(complaint: Complaint, transition: Transition) -> None:
    """Findings stand on the case, what cannot be established is answered so, and the analysis is
    frozen.
    """
    complaint.findings = str(transition.fields["findings"])
    complaint.no_evidence_reason = str(transition.fields.get("no_evidence_reason", ""))
    explained = transition.fields.get("cannot_be_established") or {}
    if explained:
        answers = {
            f: {"cannot_be_established": True, "note": why, "source": FactSource.VERIFIED}
            for f, why in explained.items()
        }
        fact_actions.mark_not_established(complaint, answers, transition.person, transition.at)
    concluded = Analysis.Occasion.CONCLUDED
    snapshots.freeze(complaint, transition.person, transition.at, concluded)


def _submitted(complaint: Complaint, transition: Transition) -> None:
    """Hash what counsel will read, and ask for what its author may not offer alone."""
    resolution = signature.submitted(complaint, transition)
    approvals.ask(complaint, resolution, transition.at)


def _reinvestigated(complaint: Complaint, transition: Transition) -> None:
    resolutions.withdrawn_from_counsel(complaint, transition)
    complaint.returned_by_counsel = transition.by is not None and transition.by.is_(Role.COUNSEL)


def _referred_out(complaint: Complaint, transition: Transition) -> None:
    """Counsel records the decision that comes back, so counsel has to see the case."""
    complaint.shared_with_counsel = True


def _reopened(complaint: Complaint, transition: Transition) -> None:
    complaint.outcome_if_done = ""
    complaint.withdrawal_requested_by = complaint.withdrawal_requested_at = None
    complaint.withdrawal_words = ""
    merging.undone(complaint, transition)
    resolutions.superseded(complaint, transition)


def _archived(complaint: Complaint, transition: Transition) -> None:
    """How long it is kept, and its sealed package."""
    keeping.archived(complaint, transition)
    sealing.archived(complaint, transition)


ALSO: dict[str, Also] = {
    "conclude": _concluded,
    "reinvestigate": _reinvestigated,
    "submit": _submitted,
    "send_back": signature.sent_back,
    "consumer_accepts": feedback.promises_made,
    "no_reply": feedback.promises_made,
    "consumer_declines": feedback.declined,
    "refer_out": _referred_out,
    "external_decision": feedback.decided_externally,
    "complete": feedback.completed,
    "reopen": _reopened,
    "merge": merging.merged,
    "archive": _archived,
}


def take(
    number: str,
    step_code: str,
    values: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    via: str = "session",
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
    read: str | None = None,
) -> Complaint:
    """Take a step with its fields.

    `read`: hash of the content that a signing person had before the eyes (`sign` only). Raises what
    `advance` raises, Invalid for fields that the step does not know, ContentChanged when something
    else would be signed.
    """
    step = STEPS.get(step_code)
    cleaned = clean_fields(step, values) if step is not None else {}
    if step_code == "withdraw" and by is not None:
        words = withdrawal.words_waiting(number)
        if words is None:
            return withdrawal.request(number, cleaned, by=by, version=version, now=now)
        cleaned = {"consumers_words": words, **cleaned}
    if step_code == "sign" and by is not None:
        signed = _signed_first(
            number, cleaned, by, now or timezone.now(), version, via, reauthenticated_at, read
        )
        if signed is not None:
            return signed
    with (
        later_answers.explained(number, step_code, by),
        merging.both_held(number, step_code, cleaned),
    ):
        return advance(
            number,
            step_code,
            by=by,
            fields=cleaned,
            version=version,
            via=via,
            reauthenticated_at=reauthenticated_at,
            now=now,
            also=signature.signing(read, reauthenticated_at)
            if step_code == "sign"
            else ALSO.get(step_code),
        )


def _signed_first(
    number: str,
    cleaned: Mapping[str, Any],
    by: User,
    now: datetime,
    version: int | None,
    via: str,
    reauthenticated_at: datetime | None,
    read: str | None,
) -> Complaint | None:
    """Signed, where this signature leaves the case with counsel; None where it takes the step."""
    if not first_signatures.is_one(number, by, cleaned, now):
        return None
    return first_signatures.put(
        number,
        cleaned,
        by=by,
        version=version,
        via=via,
        reauthenticated_at=reauthenticated_at,
        now=now,
        read=read,
    )


def check(
    complaint: Complaint,
    step_code: str,
    values: Mapping[str, Any],
    *,
    by: User,
    via: str = "session",
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
) -> list[Unmet]:
    """What stands in the way of a step with these fields; nothing is written (dry run).

    Raises StepRefused for an unknown step.
    """
    step = STEPS.get(step_code)
    if step is None:
        raise StepRefused(
            _("没有“{step}”这个步骤").format(step=step_code[:40]),
            [Unmet("unknown_step", _("可用的步骤：{steps}").format(steps=", ".join(STEPS)))],
        )
    situation = CaseSituation(
        complaint, by, now or timezone.now(), clean_fields(step, values), via, reauthenticated_at
    )
    return unmet(step, situation)


def available(
    complaint: Complaint,
    *,
    by: User,
    via: str = "session",
    reauthenticated_at: datetime | None = None,
    now: datetime | None = None,
    situation: CaseSituation | None = None,
) -> list[dict[str, Any]]:
    """The steps of the person's roles from the present state: `{step, title, to, allowed, unmet,
    openable, fields, …}`.

    `openable` says that the step's own form can mend everything that is unmet, so a page opens it
    instead of blocking.
    """
    situation = situation or CaseSituation(
        complaint, by, now or timezone.now(), {}, via, reauthenticated_at
    )
    result = []
    for step in STEPS.values():
        if (
            complaint.state not in step.sources
            or not by.is_active
            or not any(by.is_(r) for r in step.who)
        ):
            continue
        reasons = unmet(step, situation, asking=True)
        result.append(
            {
                "step": step.code,
                "title": str(step.title),
                "to": [str(s) for s in step.to] or [complaint.state],
                "allowed": not reasons,
                "unmet": [r.message for r in reasons],
                "reasons": reasons,
                "openable": all(r.code in MENDED_BY for r in reasons),
                "fields": [str(f) for f in step.fields],
                "optional": [str(f) for f in step.optional],
                "dangerous": step.dangerous,
            }
        )
    return result
