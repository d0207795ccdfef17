"""A candidate rulebook is tried on all open cases: planned once, done part by part, resumable."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from complaints.actions import facts as fact_actions
from complaints.actions import trial_work, trials
from complaints.errors import Invalid, NotAllowed
from complaints.models import Complaint, Trial, TrialPart, TrialResult
from legal_rules import candidate, editions, rulebook
from tests import factories as f
from tests.cast import Cast, assemble
from tests.crowd import crowd
from tests.legal_rules.books import reworded, text_of

OVERPAID = {"tx_living_consumption": True, "pr_extra_charge": True, "pr_overpaid": "46.00"}
HONEST = {"tx_living_consumption": True, "pr_extra_charge": False}
RULE = "price_law.41"
NEW = """
id: test.1
title: {zh: 多收加倍退还, en: Twice what was overcharged}
remedy: price_overpaid
dated_by: [conduct_date]
review: {status: 待法务签署, by: null, on: null}
versions:
  - in_force: {from: 2014-03-15}
    sources: [{instrument: cpl_2013, article: "55", paragraph: 1, text: 有欺诈行为的}]
    when: pr_extra_charge
    then:
      - duty: pay
        text: {zh: 加倍退还, en: Return it twice}
        amount: {times: [pr_overpaid, 2]}
examples:
  - {name: 甲, facts: {pr_extra_charge: yes, pr_overpaid: "2.00"}, expect: {pay: "4.00"}}
  - {name: 乙, facts: {pr_extra_charge: no}, expect: {truth: 不成立}}
"""


def kept(by, text: str = NEW) -> Trial:
    files = {"new.yaml": text}
    read = candidate.read({n: t.encode() for n, t in files.items()}, rulebook.current())
    return trials.keep(read, files, by=by)


def started(by, text: str = NEW) -> Trial:
    trial = kept(by, text)
    trials.start(trial, by=by)
    return trial


def work_off(trial: Trial) -> Trial:
    while trial_work.work(trial.pk):
        pass
    trial.refresh_from_db()
    return trial


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "PART", 4)


@pytest.mark.django_db
def test_every_open_case_is_looked_at_and_those_that_change_are_told_in_words(cast: Cast) -> None:
    crowd(cast, 10, [OVERPAID, HONEST])
    closed = f.closed(cast, order_number="SO-2")
    trial = work_off(started(cast.counsel))
    told = trials.progress(trial)
    assert (trial.state, told.cases, told.done, told.changed, told.failed) == ("done", 11, 11, 5, 0)
    assert told.share == 100
    result = TrialResult.objects.filter(trial=trial).select_related("complaint").first()
    assert result is not None
    assert "test.1" in result.rules
    assert (result.owed_before, result.owed_after) != (0, 0)
    assert any("多收加倍退还" in text for text in result.words["zh-hans"])
    assert any("Twice what was overcharged" in text for text in result.words["en"])
    assert not TrialResult.objects.filter(trial=trial, complaint=closed).exists()


@pytest.mark.django_db
def test_cases_are_read_set_by_set_whatever_their_number(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "PART", 1000)
    counted = []
    for size in (3, 30):
        crowd(cast, size, [HONEST])
        trial = started(cast.counsel)
        with CaptureQueriesContext(connection) as asked:
            trial_work.work(trial.pk)
        counted.append(len(asked))
    assert counted[0] == counted[1] < 22


@pytest.mark.django_db
def test_a_reworded_rule_changes_no_case(cast: Cast) -> None:
    crowd(cast, 6, [OVERPAID, HONEST])
    title = rulebook.current().rules[RULE].title.zh
    trial = work_off(
        started(cast.counsel, text_of(RULE).replace(f"zh: {title}", f"zh: {title}（改）"))
    )
    assert trials.progress(trial).changed == 0


@pytest.mark.django_db
def test_an_agents_report_of_a_judgement_counts_as_little_as_in_the_case(cast: Cast) -> None:
    case = f.investigating(cast, transaction_date="2026-03-02")
    f.answer(case, cast.agent, fraud=True, tx_living_consumption=True)
    text = NEW.replace("when: pr_extra_charge", "when: fraud").replace(
        "{pr_extra_charge: yes, pr_overpaid", "{fraud: yes, pr_overpaid"
    )
    text = text.replace("facts: {pr_extra_charge: no}", "facts: {fraud: no}")
    assert trials.progress(work_off(started(cast.counsel, text))).changed <= 1
    before = TrialResult.objects.count()
    found = {"fraud": {"value": True, "source": "verified"}}
    fact_actions.answer(
        f.in_review(cast, transaction_date="2026-03-02").number, found, by=cast.counsel
    )
    trial = work_off(started(cast.counsel, text))
    assert trials.progress(trial).changed > before


@pytest.mark.django_db
def test_one_case_that_cannot_be_judged_stops_no_other(cast: Cast) -> None:
    first, *_ = crowd(cast, 6, [OVERPAID])
    Complaint.objects.filter(pk=first).update(transaction_date="0001-01-01")
    trial = started(cast.counsel)
    broken = trial_work._case

    def poisoned(complaint, given):
        if complaint.pk == first:
            raise ZeroDivisionError
        return broken(complaint, given)

    trial_work._case, before = poisoned, broken
    try:
        told = trials.progress(work_off(trial))
    finally:
        trial_work._case = before
    assert (told.done, told.changed, told.failed) == (7, 5, 1)


@pytest.mark.django_db
def test_only_counsel_tries_rules(cast: Cast) -> None:
    for name in ("agent", "supervisor", "auditor", "administrator"):
        with pytest.raises(NotAllowed, match="只有法务"):
            kept(getattr(cast, name))
    trial = kept(cast.counsel)
    with pytest.raises(NotAllowed, match="只有法务"):
        trials.start(trial, by=cast.agent)


@pytest.mark.django_db
def test_what_is_not_sound_or_changes_nothing_is_not_tried(cast: Cast) -> None:
    with pytest.raises(Invalid, match="请先改正"):
        kept(cast.counsel, NEW.replace("when: pr_extra_charge", "when: nothing"))
    with pytest.raises(Invalid, match="请先改正"):
        kept(cast.counsel, NEW.replace('pay: "4.00"', 'pay: "5.00"'))
    with pytest.raises(Invalid, match="与现行规则相同"):
        kept(cast.counsel, text_of(RULE))
    assert not Trial.objects.exists()


@pytest.mark.django_db
def test_a_double_click_starts_once(cast: Cast) -> None:
    crowd(cast, 9, [HONEST])
    trial = kept(cast.counsel)
    for _ in range(2):
        trials.start(trial, by=cast.counsel)
    assert TrialPart.objects.filter(trial=trial).count() == 3
    assert Entry.objects.filter(subject=trial.subject, verb="trial.started").count() == 1


@pytest.mark.django_db
def test_a_stopped_trial_keeps_what_it_found_and_does_no_more(cast: Cast) -> None:
    crowd(cast, 12, [OVERPAID])
    trial = started(cast.counsel)
    trial_work.work(trial.pk)
    trials.stop(trial, trials.BY_HAND, by=cast.counsel)
    trial = work_off(trial)
    assert (trial.state, trials.progress(trial).done) == ("stopped", 4)
    assert TrialResult.objects.filter(trial=trial).count() == 3


@pytest.mark.django_db
def test_a_trial_ends_when_the_installation_goes_on_to_another_rulebook(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions.note(timezone.now())
    crowd(cast, 9, [HONEST])
    trial, waiting = started(cast.counsel), kept(cast.counsel)
    book = reworded(RULE)
    monkeypatch.setattr(rulebook, "current", lambda: book)
    assert trial_work.work(trial.pk) is False  # this process is ahead of what was noted
    trial.refresh_from_db()
    assert trial.state == "running"
    editions.note(timezone.now())
    assert work_off(trial).message == trials.OUTDATED
    with pytest.raises(Invalid, match="规则库在检查之后更新过"):
        trials.start(waiting, by=cast.counsel)


@pytest.mark.django_db
def test_a_trial_of_which_nothing_is_heard_is_taken_up_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[int] = []
    monkeypatch.setattr(trials, "enqueue", lambda pk, _messages=8: called.append(pk))
    crowd(cast, 9, [HONEST])
    trial, now = started(cast.counsel), timezone.now()
    assert trials.sweep(now) == 0
    assert trials.sweep(now + timedelta(minutes=2)) == 1
    assert called[-1:] == [trial.pk]
    TrialPart.objects.filter(trial=trial).update(done_at=now)
    assert trials.sweep(now + timedelta(minutes=2)) == 0  # the last worker died before the end
    trial.refresh_from_db()
    assert trial.state == "done"


@pytest.mark.django_db
def test_old_trials_are_forgotten_and_their_record_is_not(cast: Cast) -> None:
    crowd(cast, 3, [OVERPAID])
    trial = work_off(started(cast.counsel))
    trials.sweep(timezone.now() + timedelta(days=89))
    assert Trial.objects.filter(pk=trial.pk).exists()
    trials.sweep(timezone.now() + timedelta(days=91))
    assert not Trial.objects.exists()
    verbs = Entry.objects.filter(subject=trial.subject).values_list("verb", flat=True)
    assert set(verbs) == {"trial.started", "trial.finished"}


# --- after an upgrade


@pytest.mark.django_db
def test_after_an_upgrade_open_cases_whose_frozen_analysis_would_change_are_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions.note(timezone.now())
    case = f.with_evidence(f.investigating(cast, transaction_date="2026-03-02"), cast.agent)
    f.answer(case, cast.agent, **OVERPAID)
    f.step(case, "conclude", cast.agent, findings="x", cannot_be_established=f.explained(case))
    other = f.investigating(cast, transaction_date="2026-03-02", order_number="SO-2")
    f.answer(other, cast.agent, **OVERPAID)
    assert trials.notice_rulebook(timezone.now()) is None  # nothing new
    read = candidate.read({"new.yaml": NEW.encode()}, rulebook.current())
    assert read.book is not None
    monkeypatch.setattr(rulebook, "current", lambda: read.book)
    trial = trials.notice_rulebook(timezone.now())
    assert trial is not None
    assert trials.notice_rulebook(timezone.now()) is None
    work_off(trial)
    result = TrialResult.objects.get(trial=trial)
    assert (result.complaint_id, result.rules[0]) == (case.pk, "test.1")
    for each in (case, other):  # on which rules it rests is noted in both
        each.refresh_from_db()
        assert "test.1" in each.rests_on


@pytest.mark.django_db
def test_a_fact_answered_meanwhile_is_not_overwritten_by_what_was_read_before(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = f.investigating(cast, transaction_date="2026-03-02")
    f.answer(case, cast.agent, **OVERPAID)
    [stale] = Complaint.objects.filter(pk=case.pk)
    stale.rests_on = []
    f.answer(case, cast.agent, pr_extra_charge=False)
    trial_work._note_rules(stale, [])
    monkeypatch.setattr(trial_work.facts, "rules_that_hold", lambda *_: ["cpl.55.1"])
    trial_work._note_rules(stale, [])
    case.refresh_from_db()
    assert "cpl.55.1" not in case.rests_on


# --- several workers


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_parts_and_no_case_is_done_twice() -> None:
    cast = assemble()
    crowd(cast, 40, [OVERPAID, HONEST])
    trial = started(cast.counsel)

    def worker() -> None:
        try:
            while trial_work.work(trial.pk):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trial = work_off(trial)
    told = trials.progress(trial)
    assert (trial.state, told.done, told.changed) == ("done", 41, 20)
    assert TrialResult.objects.filter(trial=trial).count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_part_whose_worker_was_killed_is_left_whole_to_the_next_one() -> None:
    cast = assemble()
    crowd(cast, 8, [OVERPAID])
    trial = started(cast.counsel)

    class Killed(BaseException):
        pass

    kept_results = TrialPart.save

    def killed(*_args, **_more):
        raise Killed

    TrialPart.save = killed  # type: ignore[method-assign]
    try:
        with pytest.raises(Killed):
            trial_work.work(trial.pk)
    finally:
        TrialPart.save = kept_results  # type: ignore[method-assign]
    assert not TrialResult.objects.exists()
    assert trials.progress(work_off(trial)).changed == 8
