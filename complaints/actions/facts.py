"""Answering the element facts of a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import facts, moments, next_due, proofs, snapshots, validation
from complaints.advance import check_version, lock
from complaints.choices import FactSource
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.facts import is_judgement
from complaints.lifecycle import State
from complaints.models import Analysis, Complaint, Event, FactAnswer
from complaints.signing import voiding
from complaints.validation import Refused
from legal_rules.vocabulary import FACTS, check_value


def _clean(fact_id: str, answer: Any) -> dict[str, Any]:
    """{value, established, source, note, evidence_number}. Raises Refused with a sentence."""
    if fact_id not in FACTS:
        raise Refused(_("没有“{fact}”这个事实；请使用事实词汇表中的编号").format(fact=fact_id[:60]))
    if not isinstance(answer, Mapping):
        answer = {"value": answer}
    unknown = set(answer) - {"value", "source", "note", "evidence", "cannot_be_established"}
    if unknown:
        raise Refused(_("没有“{field}”这个字段").format(field=min(unknown)[:60]))
    note = validation.text(answer.get("note"), 2000, lines=True)
    source = validation.choice(answer.get("source"), FactSource.values) or FactSource.CONSUMER
    number = validation.item_number(answer.get("evidence"))
    told = {"value": None, "established": False, "source": source, "note": note}
    if answer.get("cannot_be_established"):
        if not note:
            raise Refused(_("请说明为何无法查明"))
        return {**told, "evidence_number": None}
    return {
        **told,
        "value": _known_value(fact_id, answer.get("value")),
        "established": True,
        "evidence_number": number,
    }


def _known_value(fact_id: str, value: Any) -> Any:
    if value is None:
        raise Refused(_("请给出答案，或标明无法查明并说明原因"))
    try:
        return check_value(fact_id, value)
    except ValueError as error:
        raise Refused(str(error)) from error


def answer(
    number: str,
    answers: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    standing: Mapping[str, int | None] | None = None,
    now: datetime | None = None,
) -> Complaint:
    """Record answers: {fact: {value, source, note, evidence}} or {fact: value}.

    An equal answer changes nothing. All or none. `standing`: fact → id of the answer that the
    person saw (None: unanswered); another one by now is a StaleVersion, other changes are not.
    Raises Complaint.DoesNotExist, NotAllowed, StaleVersion, Invalid (fact → sentences).
    """
    now = now or timezone.now()
    if not by.may("answer_facts"):
        raise NotAllowed(_("您的角色不能记录事实"))
    cleaned = _all_clean(answers)
    with transaction.atomic():
        complaint = lock(number, by)
        check_version(complaint, version)
        if not complaint.is_open:
            raise Invalid({"state": [_("案件已经办结，不能再记录事实；如有新的事实请先重新启动")]})
        changed = _changed(_current(complaint, cleaned), cleaned, by)
        _check_standing(complaint, standing or {}, changed)
        _check_findings(changed, by)
        _check_evidence(complaint, cleaned)
        _write(complaint, changed, cleaned, by, now)
        if changed and complaint.state == State.IN_REVIEW and by.may("find_facts"):
            # counsel's own finding renews the analysis that counsel is about to sign on
            snapshots.freeze(complaint, by, now, Analysis.Occasion.FOUND)
        voiding.look(complaint, by, now)
    return complaint


def _all_clean(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Raises Invalid with every refusal."""
    if len(answers) > 500:
        raise Invalid({"facts": [_("一次最多记录 500 项事实")]})
    cleaned, errors = {}, {}
    for fact_id, given in answers.items():
        try:
            cleaned[fact_id] = _clean(str(fact_id), given)
        except Refused as refusal:
            errors[str(fact_id)[:60]] = [str(refusal)]
    if errors:
        raise Invalid(errors)
    return cleaned


Current = Mapping[str, FactAnswer | None]


def _current(complaint: Complaint, wanted: Collection[str]) -> Current:
    """Fact → the answer that stands, None where there is none."""
    rows = FactAnswer.objects.filter(complaint=complaint, superseded_at=None, fact__in=wanted)
    found = {answer.fact: answer for answer in rows.select_related("by")}
    return {fact: found.get(fact) for fact in wanted}


def _changed(current: Current, cleaned: Mapping[str, dict[str, Any]], by: User) -> Current:
    """What would be superseded: an equal answer, such as a second click, changes nothing."""
    return {
        fact: current[fact]
        for fact, given in cleaned.items()
        if (was := current[fact]) is None or not _is_same(was, given, by)
    }


def _is_same(was: FactAnswer, given: Mapping[str, Any], by: User) -> bool:
    """Counsel who finds what was only reported says something new, if in the same words."""
    finds = is_judgement(was.fact) and by.may("find_facts") and not was.by.may("find_facts")
    return not finds and all(getattr(was, name) == value for name, value in given.items())


def _check_standing(complaint: Complaint, seen: Mapping[str, int | None], changed: Current) -> None:
    """Raises StaleVersion when a fact was answered by somebody else since the person looked."""
    now = {fact: answer.pk if answer else None for fact, answer in changed.items()}
    if any(now[fact] != answer for fact, answer in seen.items() if fact in now):
        raise StaleVersion(
            _("这一项刚被他人回答过；您填写的内容没有丢失，请核对后再提交"), complaint.version
        )


def _check_findings(changed: Current, by: User) -> None:
    """A report never takes the place of what counsel found. Raises Invalid."""
    if by.may("find_facts"):
        return
    found = [
        fact
        for fact, was in changed.items()
        if was is not None and is_judgement(fact) and was.by.may("find_facts")
    ]
    if found:
        words = _("法务已经认定这一项；如有新的事实或证据，请写明后告知法务")
        raise Invalid({fact: [words] for fact in found})


def _check_evidence(complaint: Complaint, cleaned: Mapping[str, Mapping[str, Any]]) -> None:
    wanted = {a["evidence_number"] for a in cleaned.values() if a["evidence_number"] is not None}
    if missing := proofs.unusable(complaint.folder_id, wanted):
        raise Invalid({"evidence": [proofs.refusal(sorted(missing))]})


def _write(
    complaint: Complaint,
    changed: Current,
    cleaned: Mapping[str, dict[str, Any]],
    by: User,
    now: datetime,
) -> None:
    if not changed:
        return
    FactAnswer.objects.filter(pk__in=[was.pk for was in changed.values() if was]).update(
        superseded_at=now
    )
    FactAnswer.objects.bulk_create(
        FactAnswer(complaint=complaint, fact=f, by=by, at=now, **cleaned[f]) for f in changed
    )
    facts.note_change(complaint)
    moments.from_facts(complaint, {f: cleaned[f]["value"] for f in changed}, by, now)
    complaint.version += 1
    complaint.updated_at = now
    complaint.save(
        update_fields=["facts_revision", "rests_on", "version", "updated_at", *next_due.COLUMNS]
    )
    detail = {
        "facts": {
            f: {
                "value": cleaned[f]["value"],
                "established": cleaned[f]["established"],
                "source": str(cleaned[f]["source"]),
            }
            for f in changed
        }
    }
    Event.objects.create(
        complaint=complaint, at=now, by=by, kind=Event.Kind.FACT, code="answered", detail=detail
    )
    record(
        "facts.answered",
        complaint.subject,
        by,
        now,
        {"facts": sorted(changed), "version": complaint.version},
    )


def mark_not_established(
    complaint: Complaint, answers: Mapping[str, Any], by: User, now: datetime
) -> None:
    """Answer facts as "cannot be established" inside a step that already holds the case's lock."""
    cleaned = {fact: _clean(fact, given) for fact, given in answers.items()}
    current = FactAnswer.objects.filter(
        complaint=complaint, superseded_at=None, fact__in=list(cleaned)
    )
    current.update(superseded_at=now)
    FactAnswer.objects.bulk_create(
        FactAnswer(complaint=complaint, fact=f, by=by, at=now, **a) for f, a in cleaned.items()
    )
    facts.note_change(complaint)
