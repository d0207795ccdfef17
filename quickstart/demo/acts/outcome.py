"""What is offered, what becomes of it, and how a case ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.roles import Role
from complaints import limits, satisfied
from complaints.actions import (
    approvals,
    commitment_ends,
    commitments,
    feedback,
    payments,
    satisfaction,
)
from complaints.actions import resolution as resolutions
from complaints.models import Approval, Commitment, Invitation
from complaints.situation import CaseSituation
from quickstart.demo import law
from quickstart.demo.cases import on
from quickstart.demo.stage import Scene
from quickstart.demo.stories import common

BELOW = (
    "消费者在电话中明确表示只要求退还上述款项，并已书面确认；我方已告知其依法可以主张的全部金额。"
)


def draft(s: Scene) -> None:
    measures = s.case.story.measures
    if s.values.get("better") and s.case.story.better:
        measures = s.case.story.better
    if days := s.values.get("days"):
        measures = [replace(measure, days=days) for measure in measures]
    values = s.case.proposal(measures, s.now, s.number, settings.ENTERPRISE_NAME)
    for final, first in s.values.get("swap", {}).items():
        values["letter"] = values["letter"].replace(final, first)
    resolutions.save_draft(s.number, values, by=s.by, now=s.now)


def submit(s: Scene) -> None:
    if CaseSituation(s.complaint, s.by, s.now).offer_is_below_minimum:
        values = {"below_reason": s.case.fill(s.values.get("below", BELOW))}
        resolutions.save_draft(s.number, values, by=s.by, now=s.now)
    s.step("submit")
    if not s.values.get("waits"):
        _approved(s)


def _approved(s: Scene) -> None:
    """What the author may not offer alone is approved by whoever leads the team, or by counsel."""
    rows = Approval.objects.filter(resolution__complaint__number=s.number, decided_at=None)
    asked = rows.select_related("resolution__complaint").first()
    if asked is None:
        return
    offer = asked.resolution
    able = limits.deciders(offer.complaint, asked.amount, offer.proposed_by_id, asked.level)
    values = {"approve": True, "note": "金额与查明的事实和法律依据相符"}
    approvals.decide(s.number, values, by=able[0], now=s.now)


def send_back(s: Scene) -> None:
    own = [s.case.story.send_back] if s.case.story.send_back else []
    s.step("send_back", comments=s.said("send_back", own))


def sign(s: Scene) -> None:
    situation = CaseSituation(s.complaint, s.by, s.now)
    fields = said_when_signing(s, situation)
    if situation.signatures_needed > len(situation.signatures) + 1:
        _first_of_two(s, situation, fields)
    s.step("sign", **fields)


def said_when_signing(s: Scene, situation: CaseSituation) -> dict[str, Any]:
    """Counsel's opinion, with the reasons that an offer below the law or a draft rule asks for."""
    own = [s.case.story.opinion] if s.case.story.opinion else []
    fields: dict[str, Any] = {"opinion": s.said("opinions", own)}
    if situation.offer_is_below_minimum:
        fields["below_minimum_reason"] = s.case.fill(s.values.get("below", BELOW))
    if reasons := law.taken_over(s.case, situation):
        fields["take_over"] = reasons
    return fields


def _first_of_two(s: Scene, situation: CaseSituation, fields: dict[str, Any]) -> None:
    """Where much is at stake another counsel signs before."""
    author = situation.resolution.proposed_by_id if situation.resolution else None
    apart = (s.by.pk, author)
    able = (u for u in s.stage.people.values() if u.is_(Role.COUNSEL) and u.pk not in apart)
    s.step("sign", by=next(able), **fields)


def agree(s: Scene) -> None:
    means, words = s.case.dice.pick(common().agreed)
    s.step("consumer_accepts", means=means, note=s.values.get("text") or s.case.fill(words))


def refuse(s: Scene) -> None:
    own = [s.case.story.refused] if s.case.story.refused else []
    s.step("consumer_declines", reason=s.said("refused", own))


def promise(s: Scene) -> None:
    """On the telephone something was promised for a day."""
    said = s.case.dice.pick(common().promised)
    due = s.now.date() + timedelta(days=int(said["days"]))
    values = {"text": said["text"], "due": due.isoformat(), "source": "call"}
    commitments.make(s.number, values, by=s.by, now=s.now)


def keep_word(s: Scene) -> None:
    """What was promised on the telephone is done."""
    said = {row["text"]: row["proof"] for row in common().promised}
    waiting = Commitment.objects.filter(
        complaint__number=s.number, state="open", source="call"
    ).first()
    if waiting is not None:
        proof = {"proof": said[waiting.text]}
        commitment_ends.keep(s.number, waiting.pk, proof, by=s.by, now=s.now)


def keep(s: Scene) -> None:
    """Keep the next promise, or all of them (`all`)."""
    waiting = Commitment.objects.filter(complaint__number=s.number, state="open").order_by("id")
    for promise in list(waiting) if s.values.get("all") else list(waiting[:1]):
        if promise.asks_for == "payment":
            _pay(s, promise)
            continue
        kind = promise.measure.kind if promise.measure else "other"
        proofs = common().proofs
        text = s.case.said([], proofs.get(kind) or proofs["any"], promise.pk)
        feedback.settle(
            s.number, promise.pk, by=s.by, state="kept", proof=_dated(text, s.now), now=s.now
        )


def _pay(s: Scene, promise: Commitment) -> None:
    """All of it, by bank transfer or back the way it came."""
    text = s.case.said([], common().proofs["paid"], promise.pk)
    sent = {
        "amount": str(promise.standing.open),
        "paid_on": s.now.date().isoformat(),
        "way": "original" if "原路" in text else "bank",
        "reference": f"{s.now:%Y%m%d}{promise.pk:08}",
        "note": _dated(text, s.now),
    }
    payments.pay(s.number, sent, by=s.by, commitment_id=promise.pk, now=s.now)


def _dated(text: str, now: datetime) -> str:
    return text.replace("[日期]", on(now.date()))


def waive(s: Scene) -> None:
    """The consumer gives up the last promise, in writing."""
    promise = Commitment.objects.filter(complaint__number=s.number, state="open").last()
    if promise is None:
        return
    text = s.case.said([], common().waived)
    number = s.complaint.folder.items_numbered
    feedback.settle(
        s.number, promise.pk, by=s.by, state="waived", proof=text, evidence=number, now=s.now
    )


def complete(s: Scene) -> None:
    s.step("complete")


def rate(s: Scene) -> None:
    """The consumer answers the link, or a colleague who had no hand in the case calls."""
    invitation = Invitation.objects.filter(complaint__number=s.number).last()
    if invitation is None:
        return
    values = {name: s.values[name] for name in ("score", "solved", "comment")}
    if invitation.token_hash:
        satisfaction.answer(satisfied.token_of(invitation), values, s.now)
        return
    team = User.objects.filter(membership__team=s.complaint.team, roles__overlap=["agent"])
    by = team.exclude(satisfied.had_a_hand(s.complaint)).order_by("pk").first()
    if by is not None:
        satisfaction.call_back(s.number, values, by=by, now=s.now)


def archive(s: Scene) -> None:
    s.step("archive")


def decline(s: Scene) -> None:
    s.step("decline", reason=s.values["reason"], explanation=s.case.fill(s.values["text"]))


def ask_withdrawal(s: Scene) -> None:
    """The agent asks; the supervisor confirms with the same words."""
    s.step("withdraw", consumers_words=s.case.fill(s.values["text"]))


def merge(s: Scene) -> None:
    into = s.stage.numbers[s.values["into"]]
    s.step("merge", into=into, reason=s.case.fill(s.values["text"]))


def refer_out(s: Scene) -> None:
    where = s.values
    s.step(
        "refer_out",
        body=s.case.fill(where["body"]),
        reference=s.case.fill(where["reference"]),
        date=s.now.date().isoformat(),
    )


def decided(s: Scene) -> None:
    number = s.complaint.folder.items_numbered
    s.step(
        "external_decision",
        outcome=s.values["outcome"],
        evidence=[number],
        note=s.case.fill(s.values["text"]),
    )
