"""One part of a trial: some hundred open cases judged under another rulebook."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints import calendars, facts
from complaints.actions import trials
from complaints.facts import Given
from complaints.models import Analysis, Complaint, Trial, TrialPart, TrialResult
from legal_rules import candidate, editions, effect, rulebook
from legal_rules.effect import Case, Change, Effect
from legal_rules.reasoning.holidays import Holidays

log = logging.getLogger(__name__)
READ = (
    *("id", "category", "transaction_date", "received_at", "price_paid"),
    *("facts_revision", "rests_on"),
)


def work(trial_id: int) -> bool:
    """Do the next part that nobody works on; answers whether there may be more to do."""
    trial = Trial.objects.filter(pk=trial_id, state=Trial.State.RUNNING).first()
    if trial is None or not _is_ours(trial):
        return False
    with transaction.atomic():
        parts = TrialPart.objects.filter(trial=trial, done_at=None).order_by("id")
        part = parts.select_for_update(skip_locked=True, no_key=True).first()
        if part is not None:
            _do(trial, part)
    finished = trials.finish(trial_id, timezone.now())
    return part is not None and not finished


def _is_ours(trial: Trial) -> bool:
    """Whether this process has the rulebook of the trial. One that is out of date leaves it to the
    others; where the installation itself went on, the trial ends.
    """
    known = trial.base_sha256 or trial.new_sha256
    if known == rulebook.current().sha256:
        return True
    if editions.running() not in (None, known):
        trials.stop(trial, trials.OUTDATED, by=None)
    return False


@dataclass
class Found:
    """What came of one part."""

    results: list[TrialResult] = field(default_factory=list)
    failed: int = 0


def _do(trial: Trial, part: TrialPart) -> None:
    cases = Complaint.objects.open().filter(pk__range=(part.first_id, part.last_id))
    complaints = list(cases.only(*READ).order_by("pk"))
    answers = facts.answers_of_many(complaints)
    found = _judge(trial, complaints, answers)
    TrialResult.objects.bulk_create(found.results, batch_size=500)
    part.changed, part.failed, part.done_at = len(found.results), found.failed, timezone.now()
    part.save(update_fields=["changed", "failed", "done_at"])


def _judge(trial: Trial, complaints: Sequence[Complaint], answers: dict[int, list[Given]]) -> Found:
    upgrade = trial.kind == Trial.Kind.UPGRADE
    frozen = _frozen(complaints) if upgrade else {}
    found = Found()
    for complaint in complaints:
        given = answers[complaint.pk]
        try:
            if upgrade:
                _note_rules(complaint, given)
                change = _since(frozen.get(complaint.pk))
            else:
                change = _effect(trial.pk).on(_case(complaint, given))
        except Exception:  # one case that cannot be judged must not stop the others
            log.exception("trial %s: case %s cannot be judged", trial.pk, complaint.pk)
            found.failed += 1
            continue
        if change:
            found.results.append(_result(trial, complaint, change))
    return found


def _case(complaint: Complaint, given: Sequence[Given]) -> Case:
    return Case(
        facts.values_for_law(complaint, given),
        facts.date_of_conduct(complaint),
        complaint.category or None,
        facts.is_dated(complaint),
        facts.settled(given),
        calendars.holidays(),
    )


def _result(trial: Trial, complaint: Complaint, change: Change) -> TrialResult:
    return TrialResult(
        trial=trial,
        complaint=complaint,
        rules=list(change.rules),
        owed_before=facts.owed_by_law(change.before),
        owed_after=facts.owed_by_law(change.after),
        words=dict(change.words),
    )


@lru_cache(maxsize=4)
def _effect(trial_id: int) -> Effect:
    """The candidate's effect; its files never change."""
    files = Trial.objects.values_list("files", flat=True).get(pk=trial_id)
    base = rulebook.current()
    read = candidate.read({name: text.encode() for name, text in files.items()}, base)
    if read.book is None:
        raise ValueError("; ".join(candidate.in_words(read.mistakes, "en")))
    return Effect(base, read.book)


# --- after an upgrade


def _frozen(complaints: Sequence[Complaint]) -> dict[int, Analysis]:
    """The analyses frozen last, of cases where that was under another rulebook."""
    rows = Analysis.objects.filter(complaint__in=complaints).order_by("complaint", "-id")
    now = rulebook.current().sha256
    latest = rows.distinct("complaint")
    return {each.complaint_id: each for each in latest if each.rulebook_sha256 != now}


def _since(analysis: Analysis | None) -> Change | None:
    """What the present rulebook says otherwise of the facts that were frozen."""
    if analysis is None:
        return None
    case = Case(
        analysis.facts,
        analysis.as_of,
        analysis.category or None,
        analysis.dated,
        analysis.settled,
        Holidays.from_json(analysis.holidays),
    )
    after = {lang: effect.result(case, rulebook.current(), lang) for lang in effect.LANGUAGES}
    before: dict[str, Any] = dict.fromkeys(effect.LANGUAGES, analysis.result)
    return effect.change(before, after, analysis.facts)


def _note_rules(complaint: Complaint, given: Sequence[Given]) -> None:
    """On which rules the case rests now, unless its facts changed meanwhile: then it is noted."""
    holding = facts.rules_that_hold(complaint, given)
    if holding != complaint.rests_on:
        same = Complaint.objects.filter(pk=complaint.pk, facts_revision=complaint.facts_revision)
        same.update(rests_on=holding)
