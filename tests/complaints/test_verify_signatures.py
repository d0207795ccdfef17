"""Whatever is changed in the database behind the application's back is found and named."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from complaints.checklist import ITEMS
from complaints.models import (
    Analysis,
    Complaint,
    Measure,
    Opinion,
    Point,
    Resolution,
    SigningKey,
)
from complaints.signing import canonical, checking
from correspondence.tasks import send_waiting
from evidence.models import Item
from tests import factories as f
from tests.cast import Cast

GUARDS = (
    "complaints.Opinion:opinion_is_append_only",
    "complaints.Analysis:a_snapshot_never_changes",
    "complaints.SigningKey:signing_key_is_append_only",
    "complaints.Voided:voiding_is_append_only",
    "evidence.Item:evidence_is_append_only",
)


def verify(case: Complaint | None = None, **options: Any) -> tuple[int, str]:
    """(exit status, what it says)."""
    out, status = StringIO(), 0
    try:
        call_command(
            "verify_signatures", stdout=out, **{"case": case.number} if case else {}, **options
        )
    except SystemExit as left:
        status = int(left.code or 0)
    return status, out.getvalue()


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Two measures, two points, three pieces of evidence, signed; the letter has left."""
    made = f.with_evidence(f.with_evidence(f.resolving(cast), cast.agent, "二"), cast.agent, "三")
    measure = f.proposal()["measures"][0]
    second = {"kind": "increased_damages", "amount": "11940.00", "formula": "3980.00 × 3"}
    proposal = f.proposal(measures=[measure, second], points=[f.POINT, {**f.POINT, "fact": ""}])
    f.resolutions.save_draft(made.number, proposal, by=cast.agent)
    f.step(made, "submit", cast.agent)
    ticked = dict.fromkeys(ITEMS, True)
    said = {"opinion": "同意", "below_minimum_reason": "测试", "checklist": ticked}
    f.step(made, "sign", cast.counsel, **said)
    send_waiting()
    return Complaint.objects.get(pk=made.pk)


def test_what_nobody_touched_is_as_it_was_signed(case: Complaint, cast: Cast) -> None:
    f.with_evidence(case, cast.agent, "后来的")
    f.answer(case, cast.agent, tx_price_paid="100.00")
    f.step(case, "consumer_declines", cast.agent, reason="金额太低")
    for only in (case, None):
        status, said = verify(only)
        assert (status, said.count("\n")) == (0, 1)
        assert "签署 1 份：1 份与签署时一致，0 份不一致" in said
        assert "1 份已失效" in said


def resolution(**changes: Any) -> Callable[[], Any]:
    return lambda: Resolution.objects.update(**changes)


def measure(position: int, **changes: Any) -> Callable[[], Any]:
    return lambda: Measure.objects.filter(position=position).update(**changes)


def point(position: int, **changes: Any) -> Callable[[], Any]:
    return lambda: Point.objects.filter(position=position).update(**changes)


def opinion(**changes: Any) -> Callable[[], Any]:
    return lambda: Opinion.objects.filter(signed=True).update(**changes)


def other_person() -> None:
    Opinion.objects.update(by=User.objects.get(username="counsel2"))


def other_person_everywhere() -> None:
    """The column and the statement: only the key tells."""
    row = Opinion.objects.get()
    assert row.statement is not None
    statement = {**row.statement, "signer": "counsel2"}
    Opinion.objects.update(by=User.objects.get(username="counsel2"), statement=statement)


def one_day_later() -> None:
    Opinion.objects.update(at=Opinion.objects.get().at + timedelta(days=1))


def confirmed_earlier() -> None:
    row = Opinion.objects.get()
    Opinion.objects.update(reauthenticated_at=row.at - timedelta(hours=1))


def other_result() -> None:
    row = Opinion.objects.select_related("analysis").get().analysis
    assert row is not None
    Analysis.objects.filter(pk=row.pk).update(result={**row.result, "rules": []})


def other_facts() -> None:
    row = Opinion.objects.select_related("analysis").get().analysis
    assert row is not None
    Analysis.objects.filter(pk=row.pk).update(facts={**row.facts, "tx_price_paid": "1.00"})


def other_letter_in_both_places() -> None:
    row, text = Opinion.objects.get(), f.LETTER.replace("退还", "不退还")
    Resolution.objects.update(letter=text)
    Opinion.objects.update(covered={**(row.covered or {}), "letter": text})


def other_letter_in_the_kept_copy() -> None:
    row = Opinion.objects.get()
    Opinion.objects.update(covered={**(row.covered or {}), "letter": "别的"})


def no_third_proof() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM evidence_custody WHERE item_id IN (SELECT id FROM "
            "evidence_item WHERE number = 3)"
        )
        cursor.execute("DELETE FROM evidence_item WHERE number = 3")


TAMPERING: dict[str, tuple[str, Callable[[], Any]]] = {
    "one character of the letter": ("letter", resolution(letter=f.LETTER + "。")),
    "the explanation": ("explanation", resolution(explanation="别的说明")),
    "the legal basis": ("legal_basis", resolution(legal_basis=["公平原则"])),
    "the version": ("version", resolution(version=7)),
    "one cent": ("measures.2.amount", measure(2, amount="11940.01")),
    "the kind": ("measures.1.kind", measure(1, kind="compensation")),
    "the formula": ("measures.2.formula", measure(2, formula="3980.00 × 2")),
    "the description": ("measures.1.description", measure(1, description="退款")),
    "the due date": ("measures.1.due", measure(1, due=None)),
    "a measure less": ("measures.2", lambda: Measure.objects.filter(position=2).delete()),
    "what is at issue": ("points.1.title", point(1, title="别的")),
    "what the consumer says": ("points.1.consumer_says", point(1, consumer_says="")),
    "what was found": ("points.2.we_found", point(2, we_found="别的")),
    "evidence for it": ("points.1.for_numbers", point(1, for_numbers=[1, 2])),
    "evidence against it": ("points.1.against_numbers", point(1, against_numbers=[3])),
    "the burden": ("points.1.burden", point(1, burden="none")),
    "the finding": ("points.2.finding", point(2, finding="not_established")),
    "the words of the finding": ("points.2.finding_words", point(2, finding_words="。")),
    "the fact on which it turns": ("points.1.fact", point(1, fact="fr_intent")),
    "a point less": ("points.2", lambda: Point.objects.filter(position=2).delete()),
    "one hash": (
        "evidence.3",
        lambda: Item.objects.filter(number=3).update(sha256="0" * 64),
    ),
    "the number of a proof": ("evidence.3", lambda: Item.objects.filter(number=3).update(number=9)),
    "the conclusion of the law": ("analysis.result", other_result),
    "a fact": ("analysis.facts", other_facts),
    "the letter and the kept copy": ("kept", other_letter_in_both_places),
    "the kept copy alone": ("kept.letter", other_letter_in_the_kept_copy),
    "the signer": ("signer", other_person),
    "the signer and the statement": ("signature", other_person_everywhere),
    "the time": ("at", one_day_later),
    "when the password was given": ("reauthenticated_at", confirmed_earlier),
    "counsel's words": ("opinion", opinion(text="不同意")),
    "the reason": ("below_minimum_reason", opinion(below_minimum_reason="")),
    "a tick less": ("checklist", opinion(checklist=["claims"])),
    "no tick at all": ("checklist", opinion(checklist=[])),
    "the hash of the opinion": ("content", opinion(content_hash="0" * 64)),
    "the hash of the version": ("content", resolution(content_hash="0" * 64)),
    "the signature": ("signature", opinion(signature="")),
    "another key's name": ("key", opinion(key_id="0" * 16)),
    "taken for one from before": (
        "signature",
        opinion(statement=None, covered=None, signature="", key_id=""),
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_is_changed_in_the_database_is_named(what: str, case: Complaint) -> None:
    part, act = TAMPERING[what]
    with pgtrigger.ignore(*GUARDS):
        act()
    status, said = verify(case, json=True)
    found = json.loads(said)
    assert (status, found["ok"], found["first"]) == (1, False, part)
    status, said = verify(case)
    assert status == 1
    assert f"（{part}）" in said
    assert "1 份不一致" in said


def test_a_voiding_that_was_removed_is_named(case: Complaint, cast: Cast) -> None:
    f.answer(case, cast.agent, tx_price_paid="100.00")
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.get().voided.delete()  # type: ignore[attr-defined]
    assert [f.faults for f in checking.check(checking.signatures())] == [["voided"]]


def test_a_key_that_is_gone_is_named(case: Complaint, settings: Any) -> None:
    settings.SIGNING_KEY = base64.b64encode(b"9" * 32).decode()
    status, said = verify(json=True)
    assert (status, json.loads(said)["first"]) == (1, "key")
    assert SigningKey.objects.count() == 1


def test_one_from_before_there_were_keys_is_named_as_such(case: Complaint) -> None:
    with pgtrigger.ignore(*GUARDS):
        row = Opinion.objects.get()
        row.statement = row.covered = None
        row.signature = row.key_id = ""
        row.content_hash = canonical.hash_of(canonical.content(row.resolution, row))
        row.save()
        SigningKey.objects.all().delete()
    status, said = verify()
    assert status == 0
    assert "签署于启用数字签名之前，内容与指纹一致" in said
    assert "1 份没有数字签名" in said
    Resolution.objects.update(letter="别的")
    assert verify()[0] == 1


@pytest.mark.django_db
def test_a_case_that_is_not_there_is_said() -> None:
    with pytest.raises(CommandError, match="没有案件 TS00-000000"):
        call_command("verify_signatures", case="TS00-000000")
