"""Each field that a signature covers, changed in turn: in the database, and by the product's acts.

Which fields there are is read from `canonical.content` itself, and held against the columns of the
tables: a new column that nobody covers, and a new part that nobody tries, make a test fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import models, transaction
from django.utils import timezone

from accounts.models import Team
from complaints.actions import analysis, editing, evidence, facts, rule_acts, signature, steps
from complaints.actions import resolution as resolutions
from complaints.errors import ContentChanged, Invalid
from complaints.models import (
    Analysis,
    Complaint,
    Measure,
    Opinion,
    Outbox,
    Point,
    Resolution,
    Voided,
)
from complaints.signing import canonical, differences, liveness
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from evidence.models import Item
from legal_rules.signatures import RULES
from letters import library
from letters.signatures import TEMPLATES
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_verify_signatures import GUARDS
from tests.days import in_days

RULE = "pipl.69.1"
SIGN = {"opinion": "同意", "below_minimum_reason": "测试"}
TEMPLATE = "resolution.zh"

# What a version holds and no signature speaks of, with the reason.
NOT_COVERED = {
    Measure: {"id", "resolution", "position"},  # the place in the list is covered as its order
    Point: {"id", "resolution", "position"},
    Resolution: {
        "id",
        "status",  # the signature makes it "signed"; another one stops the letter
        "proposed_by",  # asked when it is signed
        "proposed_at",
        "content_hash",  # the fingerprint itself
        "analysis",  # what it says is covered, not which row
        "complaint",  # its number is covered
    },
}


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """`measures.1.amount`: every place of a content that holds a value of its own."""
    if path == "analysis.facts" or not isinstance(value, Mapping | list):
        yield path
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}".lstrip("."))
    elif value and isinstance(value[0], Mapping):
        for number, each in enumerate(value, 1):
            yield from leaves(each, f"{path}.{number}")
    else:
        yield path


def kinds(covered: Mapping[str, Any]) -> list[str]:
    """The fields, each once: `measures.amount` whichever measure it is of."""
    return sorted({re.sub(r"\.\d+(\.|$)", r"\1", leaf) for leaf in leaves(covered)})


@pytest.fixture
def case(cast: Cast, _rule: None) -> Complaint:
    """A version in which nothing that can be said is left out."""
    made = f.resolving(cast)
    point = {**f.POINT, "against_numbers": []}
    proposal = f.proposal(points=[point], below_reason="另有代金券", template=TEMPLATE)
    proposal["legal_basis"] = ["《个人信息保护法》第六十九条"]
    proposal["measures"][0] |= {
        "basis": "《消费者权益保护法》第五十五条",
        "payee": "other",
        "payee_words": "门店现金",
        "unit": cast.team.pk,
    }
    resolutions.save_draft(made.number, proposal, by=cast.agent)
    return f.step(made, "submit", cast.agent)


@pytest.fixture
def _rule(cast: Cast) -> None:
    RULES.sign_many([RULE], by=cast.counsel2, comment="")


@pytest.fixture
def signed(cast: Cast, case: Complaint) -> Complaint:
    return f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")


def covered_of(case: Complaint) -> dict[str, Any]:
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return canonical.content(resolution)


# --- nothing is forgotten


def columns(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def test_every_column_of_what_is_offered_is_covered_or_says_why_not(case: Complaint) -> None:
    covered = covered_of(case)
    template = {"template", "template_sha256", "options"}
    parts = (set(covered) - {"measures", "points", "evidence", "rules", "format"}) | template
    assert columns(Measure) - NOT_COVERED[Measure] == set(covered["measures"][0])
    assert columns(Point) - NOT_COVERED[Point] == set(covered["points"][0])
    assert columns(Resolution) - NOT_COVERED[Resolution] <= parts
    analysed = {"facts", "rulebook", "as_of", "result"}
    assert set(covered["analysis"]) == analysed


def test_every_covered_field_is_tried_here(case: Complaint) -> None:
    found = set(kinds(covered_of(case)))
    assert set(IN_THE_DATABASE) == found
    assert set(BY_ACTS) | set(WITHOUT_ACT) == found
    assert not set(BY_ACTS) & set(WITHOUT_ACT)


# --- changed in the database


def other(field: Any, value: Any) -> Any:
    """Another value that the column takes."""
    if field.choices:
        return next(code for code, _label in field.choices if code != value)
    if isinstance(field, models.ForeignKey):
        return Team.objects.exclude(pk=value).first().pk
    if isinstance(value, Decimal) or isinstance(field, models.DecimalField):
        return (value or Decimal(0)) + Decimal("0.01")
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, list):
        return [*value, value[0] if value else 1]
    return f"{value}。"


def column(model: type[models.Model], name: str) -> Callable[[], object]:
    def change() -> None:
        row = model._default_manager.get()
        field = model._meta.get_field(name)
        value = getattr(row, field.attname)
        model._default_manager.update(**{field.attname: other(field, value)})

    return change


def of_the_version(**changes: Any) -> Callable[[], object]:
    return lambda: Resolution.objects.update(**changes)


def of_the_analysis(**changes: Any) -> Callable[[], object]:
    def change() -> None:
        row = Opinion.objects.get().analysis
        assert row is not None
        Analysis.objects.filter(pk=row.pk).update(**changes)

    return change


def of_a_rule(**changes: Any) -> Callable[[], object]:
    def change() -> None:
        rules = [dict(rule) for rule in Opinion.objects.get().rules or []]
        rules[0] |= changes
        Opinion.objects.update(rules=rules)

    return change


def another_format() -> None:
    row = Opinion.objects.get()
    Opinion.objects.update(statement={**(row.statement or {}), "format": 2})


def names(model: type[models.Model]) -> list[str]:
    return sorted(columns(model) - NOT_COVERED[model])


IN_THE_DATABASE: dict[str, Callable[[], object]] = {
    **{f"measures.{name}": column(Measure, name) for name in names(Measure)},
    **{f"points.{name}": column(Point, name) for name in names(Point)},
    "complaint": lambda: Complaint.objects.update(number="TS26-999999"),
    "version": of_the_version(version=7),
    "explanation": column(Resolution, "explanation"),
    "letter": column(Resolution, "letter"),
    "below_reason": column(Resolution, "below_reason"),
    "legal_basis": of_the_version(legal_basis=["公平原则"]),
    "template.id": of_the_version(template="resolution.en"),
    "template.sha256": of_the_version(template_sha256="0" * 64),
    "template.options": of_the_version(options=["别的"]),
    "analysis.facts": of_the_analysis(facts={}),
    "analysis.rulebook": of_the_analysis(rulebook_sha256="0" * 64),
    "analysis.as_of": of_the_analysis(as_of="2020-01-01"),
    "analysis.result": of_the_analysis(result={}),
    "evidence.number": lambda: Item.objects.update(number=9),
    "evidence.sha256": lambda: Item.objects.update(sha256="0" * 64),
    "rules.rule": of_a_rule(rule="cpl.55.1"),
    "rules.sha256": of_a_rule(sha256="0" * 64),
    "rules.signed": of_a_rule(signed=False, reason="承担"),
    "format": another_format,
}


class _TakenBack(Exception):
    pass


@pytest.mark.parametrize("before", ["signed", "accepted"])
def test_each_field_that_is_changed_in_the_database_stops_the_letter(
    before: str, signed: Complaint, cast: Cast
) -> None:
    """While the offer waits, and once the consumer has agreed."""
    if before == "accepted":
        f.step(signed, "consumer_accepts", cast.agent, means="phone", note="同意")
    for field, change in IN_THE_DATABASE.items():
        try:
            with transaction.atomic():
                with pgtrigger.ignore(*GUARDS):
                    change()
                send_waiting()
                letter = Outbox.objects.get(effect=liveness.LETTER)
                assert letter.cancelled_at is not None, field
                assert letter.last_error.startswith("signature: "), field
                if field != "format":  # another format reads another content
                    assert field.split(".")[0] in letter.last_error, field
                assert not Notice.objects.filter(outbox=letter).exists(), field
                raise _TakenBack
        except _TakenBack:
            pass
    send_waiting()
    assert Notice.objects.get(outbox__effect=liveness.LETTER).body == f.LETTER


# --- changed by the product's own acts


def redrafted(**changes: Any) -> Callable[[Complaint, Cast], object]:
    """What is drafted anew, lies with counsel again, as another content."""

    def change(case: Complaint, cast: Cast) -> None:
        f.step(case, "send_back", cast.counsel2, comments="请修改")
        resolutions.save_draft(case.number, changes, by=cast.agent)
        f.step(case, "submit", cast.agent)

    return change


def measured(**changes: Any) -> Callable[[Complaint, Cast], object]:
    def change(case: Complaint, cast: Cast) -> None:
        row = covered_of(case)["measures"][0]
        redrafted(measures=[{**row, **changes}])(case, cast)

    return change


def pointed(**changes: Any) -> Callable[[Complaint, Cast], object]:
    return redrafted(points=[{**f.POINT, **changes}])


def add_proof(case: Complaint, cast: Cast) -> None:
    evidence.add(case.number, [b"later"], "b.txt", {}, by=cast.agent)


def found(case: Complaint, cast: Cast) -> None:
    facts.answer(case.number, {"tx_living_consumption": False}, by=cast.agent)
    analysis.renew(case.number, by=cast.counsel2)


def dated(case: Complaint, cast: Cast) -> None:
    editing.edit(case.number, {"transaction_date": "2025-03-02"}, by=cast.agent)
    analysis.renew(case.number, by=cast.counsel2)


def rule_taken_back(case: Complaint, cast: Cast) -> None:
    rule_acts.revoke(RULES, RULE, by=cast.counsel2, reason="待核对")


BY_ACTS: dict[str, Callable[[Complaint, Cast], object]] = {
    "measures.kind": measured(kind="compensation"),
    "measures.amount": measured(amount="3980.01", formula=""),
    "measures.formula": measured(formula="1990.00 × 2"),
    "measures.description": measured(description="退款"),
    "measures.due": lambda case, cast: measured(due=in_days(9))(case, cast),
    "measures.basis": measured(basis="公司规定"),
    "measures.payee": measured(payee="original_channel", payee_words=""),
    "measures.payee_words": measured(payee_words="邮局汇款"),
    "measures.unit": measured(unit="客服二组"),
    "points.title": pointed(title="别的争点"),
    "points.consumer_says": pointed(consumer_says="别的"),
    "points.we_found": pointed(we_found="别的"),
    "points.for_numbers": pointed(for_numbers=[]),
    "points.against_numbers": pointed(for_numbers=[], against_numbers=[1]),
    "points.burden": pointed(burden="none"),
    "points.finding": pointed(finding="partly"),
    "points.finding_words": pointed(finding_words="部分属实"),
    "points.fact": pointed(fact=""),
    "explanation": redrafted(explanation="别的说明"),
    "letter": redrafted(letter=f.LETTER + "附言"),
    "below_reason": redrafted(below_reason="别的理由"),
    "legal_basis": redrafted(legal_basis=["《个人信息保护法》第六十九条", "公平原则"]),
    "template.id": redrafted(template="resolution.en"),
    "template.sha256": redrafted(template=TEMPLATE, template_sha256="0" * 64),
    "template.options": redrafted(
        options=[library.current().template("resolution", "zh").options[0].id]
    ),
    "version": redrafted(),
    "evidence.number": add_proof,
    "evidence.sha256": add_proof,
    "analysis.facts": found,
    "analysis.as_of": dated,
    "analysis.result": found,
    "rules.signed": rule_taken_back,
}
WITHOUT_ACT = {
    "complaint": "a case keeps its number",
    "format": "of the program",
    "analysis.rulebook": "comes with the program",
    "rules.rule": "comes with measures and basis",
    "rules.sha256": "comes with the program",
    "measures.remedy": "comes with the analysis of another case",
    "measures.proposed_amount": "read from the analysis",
    "measures.proposed_formula": "read from the analysis",
}


def test_each_field_that_an_act_changes_is_not_signed_on_what_was_read(
    case: Complaint, cast: Cast
) -> None:
    """One case after the other state of itself: read, changed, and signed as it was read."""
    for field, change in BY_ACTS.items():
        try:
            with transaction.atomic():
                before = covered_of(case)
                change(case, cast)
                after = covered_of(case)
                changed = differences.between(before, after)
                part = field.split(".")[0]
                assert any(each.split(".")[0] == part for each in changed), (field, changed)
                now = timezone.now()
                with pytest.raises(ContentChanged):
                    steps.take(
                        case.number,
                        "sign",
                        {**SIGN, "take_over": f.taken_over(case)},
                        by=cast.counsel,
                        reauthenticated_at=now,
                        now=now,
                        read=canonical.hash_of(before),
                    )
                raise _TakenBack
        except _TakenBack:
            pass
    assert not Opinion.objects.filter(signed=True).exists()


@pytest.mark.parametrize(
    "act", [add_proof, found, dated, rule_taken_back], ids=lambda a: a.__name__
)
def test_each_act_on_what_is_signed_voids_it(
    act: Callable[[Complaint, Cast], object], signed: Complaint, cast: Cast
) -> None:
    act(signed, cast)
    assert Voided.objects.get().opinion.resolution.complaint_id == signed.pk
    send_waiting()
    assert not Notice.objects.filter(outbox__effect=liveness.LETTER).exists()


def test_what_is_signed_is_drafted_by_nobody(signed: Complaint, cast: Cast) -> None:
    for values in ({"letter": "别的"}, {"measures": []}, {"points": []}, {"below_reason": "x"}):
        with pytest.raises(Invalid, match="只有“拟定方案”阶段可以修改方案"):
            resolutions.save_draft(signed.number, values, by=cast.agent)
    send_waiting()
    assert Notice.objects.get(outbox__effect=liveness.LETTER).body == f.LETTER


def test_a_template_that_counsel_signs_no_more_voids_what_rests_on_it(
    case: Complaint, cast: Cast
) -> None:
    TEMPLATES.sign_many([TEMPLATE], by=cast.counsel2, comment="")
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    rule_acts.revoke(TEMPLATES, TEMPLATE, by=cast.counsel2, reason="待核对")
    assert Voided.objects.get().changed == [f"rules.letters.{TEMPLATE}"]
