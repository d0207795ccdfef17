"""Both reference matters are in the demo, each in three stages, with sources, sums and law."""

from complaints.facts import known_values, missing_for_conclusion, owed_by_law
from complaints.models import Complaint, FactAnswer, Resolution
from evidence.models import Item


def case(key: str) -> Complaint:
    return Complaint.objects.select_related("consumer", "owner").get(external_reference=key)


def current(complaint: Complaint) -> dict[str, FactAnswer]:
    answers = FactAnswer.objects.filter(complaint=complaint, superseded_at=None)
    return {a.fact: a for a in answers.select_related("by")}


def latest(complaint: Complaint) -> Resolution:
    resolution = Resolution.objects.filter(complaint=complaint).order_by("-version").first()
    assert resolution is not None
    return resolution


def duties(resolution: Resolution) -> set[str]:
    assert resolution.analysis is not None
    return {d["id"] for d in resolution.analysis.result["duties"]}


def test_the_agent_still_has_to_ask_about_the_health_product() -> None:
    asked = case("demo-001")
    assert (asked.state, asked.owner and asked.owner.username) == ("investigating", "agent")
    assert asked.category == "telesales_fraud"
    open_questions = {m["fact"] for m in missing_for_conclusion(asked)}
    assert {"fr_induced", "fr_buyer_knew"} <= open_questions
    answers = current(asked)
    assert answers["fr_false_statement"].evidence_number == 1
    assert Item.objects.filter(folder=asked.folder_id).count() == 3
    assert "fraud" not in answers


def test_the_health_product_lies_with_counsel_who_found_fraud() -> None:
    read = case("demo-002")
    assert read.state == "in_review"
    found = current(read)["fraud"]
    assert found.value is True
    assert found.by.is_("counsel")
    resolution = latest(read)
    assert resolution.version == 2
    assert "深表遗憾" in read.resolutions.get(version=1).letter
    assert "深表遗憾" not in resolution.letter
    assert not current(read)["fr_intent"].by.is_("agent")
    values = known_values(list(current(read).values()))
    assert values["fr_intent"] == "有证据"


def test_the_health_product_was_paid_back_with_three_times_the_price() -> None:
    done = case("demo-003")
    assert (done.state, done.outcome) == ("archived", "resolved")
    resolution = latest(done)
    refund, damages = resolution.measures.all()[:2]
    assert (refund.kind, str(refund.amount), refund.formula) == ("refund", "3980.00", "3,980.00")
    assert (damages.kind, str(damages.amount)) == ("increased_damages", "11940.00")
    assert damages.formula == "3,980.00 × 3"
    assert "第二十条" in resolution.letter
    assert "第五十五条第一款" in resolution.letter
    assert "合计 15,920.00 元" in resolution.letter
    assert resolution.analysis is not None
    assert str(owed_by_law(done.analyses.order_by("-id")[0].result)) == "15920.00"
    assert set(done.commitments.values_list("state", flat=True)) == {"kept"}
    assert all(c.proof for c in done.commitments.all())
    sources = {a.source for a in current(done).values()}
    assert {"consumer", "verified", "evidence"} <= sources


def test_the_sold_records_are_being_looked_into() -> None:
    asked = case("demo-004")
    assert (asked.state, asked.category, asked.confidential) == ("investigating", "pi_leak", True)
    assert current(asked)["pi_employee_sold"].source == "evidence"
    open_questions = {m["fact"] for m in missing_for_conclusion(asked)}
    assert {"pi_notified_authority", "pi_notified_person", "pi_leak_count"} <= open_questions
    assert asked.shared_with_counsel


def test_the_sold_records_lie_with_counsel() -> None:
    read = case("demo-005")
    assert read.state == "in_review"
    no_fault = current(read)["pi_no_fault"]
    assert (no_fault.value, no_fault.by.is_("counsel")) == (False, True)
    resolution = latest(read)
    assert "第五十七条" in resolution.letter
    assert "第六十九条" in resolution.letter
    assert "《消费者权益保护法》第二十九条第二款" in resolution.legal_basis
    assert str(resolution.measures.all()[0].amount) == "4650.00"


def test_the_sold_records_are_being_made_good() -> None:
    paid = case("demo-006")
    assert paid.state == "executing"
    assert {"remedy_at_once"} <= duties(latest(paid))
    kept = paid.commitments.filter(state="kept", source="resolution")
    assert kept.count() == 1
    assert paid.commitments.filter(state="open").count() == 3
    assert str(owed_by_law(paid.analyses.order_by("-id")[0].result)) == "3200.00"
