"""Taking a complaint up, and finding out what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints import calendars, facts
from complaints.actions import assignment, editing, intake
from complaints.actions import facts as fact_actions
from complaints.models import Complaint
from legal_rules import rulebook
from quickstart.demo.stage import Scene
from quickstart.demo.stories import common


def register(s: Scene) -> None:
    complaint = intake.register(s.case.registration(), by=s.by, owned=not s.case.unowned, now=s.now)
    s.stage.numbers[s.case.key] = complaint.number


def edit(s: Scene) -> None:
    """Mend what was registered: `{field: value}`."""
    editing.edit(s.number, dict(s.values["fields"]), by=s.by, now=s.now)


def assign(s: Scene) -> None:
    to = s.stage.people[s.values.get("to", s.case.owner)]
    note = "" if to == s.by else s.said("handed")
    assignment.assign(s.number, by=s.by, user=to, note=note, now=s.now)


def back_to_queue(s: Scene) -> None:
    assignment.assign(s.number, by=s.by, note=s.said("returned"), now=s.now)


def share(s: Scene) -> None:
    assignment.share_with_counsel(s.number, by=s.by, note=s.values["text"], now=s.now)


def accept(s: Scene) -> None:
    s.step("accept", note=s.said("accepted"))


def told(s: Scene) -> None:
    """The consumer's own answers to the first questions."""
    found = s.case.answers(s.case.story.facts, told=True)
    if "only" in s.values:
        found = {k: v for k, v in found.items() if k in s.values["only"]}
    if found:
        fact_actions.answer(s.number, found, by=s.by, now=s.now)


def checked(s: Scene) -> None:
    """What was checked against records and evidence."""
    found = s.case.answers(s.case.story.facts, told=False)
    if "only" in s.values:
        found = {k: v for k, v in found.items() if k in s.values["only"]}
    if "without" in s.values:
        found = {k: v for k, v in found.items() if k not in s.values["without"]}
    if found:
        fact_actions.answer(s.number, found, by=s.by, now=s.now)


def answered(s: Scene) -> None:
    """Both at once: what was told and what was checked."""
    answers = s.case.answers(s.case.story.facts)
    if answers:
        fact_actions.answer(s.number, answers, by=s.by, now=s.now)


def ordinary(s: Scene) -> list[str]:
    """Answer what is as it usually is, where the rules still ask for it; answers the facts that
    stay open.
    """
    complaint = s.complaint
    values = facts.values_for_law(complaint, facts.current_answers(complaint))
    usual = {f: v for f, v in common().ordinary.items() if f not in s.case.story.cannot}
    answers: dict[str, Any] = {}
    while True:
        missing = _asked(complaint, values)
        asked = [f for f in missing if f in usual and f not in answers]
        if not asked:
            break
        found = s.case.answers({f: usual[f] for f in asked})
        answers.update(found)  # an answer may open another question
        values.update({f: each["value"] for f, each in found.items()})
    if answers:
        fact_actions.answer(s.number, answers, by=s.by, now=s.now)
    return missing


def _asked(complaint: Complaint, values: Mapping[str, Any]) -> list[str]:
    day, dated = facts.date_of_conduct(complaint), facts.is_dated(complaint)
    days = calendars.holidays()
    found: Any = rulebook.analyse(values, day, complaint.category, dated=dated, days=days)
    return [m["fact"] for m in found["missing_facts"] if not facts.is_judgement(m["fact"])]


def found(s: Scene) -> None:
    """What only counsel may find."""
    answers = s.case.answers(s.case.story.counsel)
    if answers:
        fact_actions.answer(s.number, answers, by=s.by, now=s.now)


def conclude(s: Scene) -> None:
    own, usual = s.case.story.cannot, common().cannot
    why = {f: s.case.fill(own.get(f) or usual.get(f) or usual["any"]) for f in ordinary(s)}
    fields: dict[str, Any] = {
        "findings": s.case.fill(s.values.get("text") or s.case.story.findings)
    }
    if why:
        fields["cannot_be_established"] = why
    s.step("conclude", **fields)


def reinvestigate(s: Scene) -> None:
    s.step("reinvestigate", reason=s.said("reinvestigate"))


def reopen(s: Scene) -> None:
    s.step("reopen", reason=s.said("reopened"))
