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
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from complaints.actions import conditions
from complaints.checklist import ITEMS
from complaints.models import (
    Analysis,
    Complaint,
    Condition,
    Event,
    Measure,
    Opinion,
    Point,
    Resolution,
    SigningKey,
    Voided,
)
from complaints.signing import canonical, checking, differences, keys
from correspondence.models import Notice
from correspondence.tasks import send_waiting
from evidence.models import Item
from tests import factories as f
from tests.cast import Cast

GUARDS = (
    "audit.Entry:audit_is_append_only",
    "complaints.Event:timeline_is_append_only",
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


def other_words_in_the_statement() -> None:
    row = Opinion.objects.get()
    Opinion.objects.update(statement={**(row.statement or {}), "opinion": "不同意"})


def one_byte_of_the_signature() -> None:
    raw = bytearray(base64.b64decode(Opinion.objects.get().signature))
    raw[0] ^= 1
    Opinion.objects.update(signature=base64.b64encode(raw).decode())


def other_key_in_its_row() -> None:
    SigningKey.objects.update(public_key=base64.b64encode(b"7" * 32).decode())


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
    "the number of the case": ("complaint", lambda: Complaint.objects.update(number="TS26-999999")),
    "the statement": ("opinion", other_words_in_the_statement),
    "one byte of the signature": ("signature", one_byte_of_the_signature),
    "the key in its row": ("key", other_key_in_its_row),
    "the key without its row": ("key", lambda: SigningKey.objects.all().delete()),
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


def test_what_is_changed_in_the_database_is_named(case: Complaint) -> None:
    """One change after the other, each taken back: the case is as dear as all of them."""
    for what, (part, act) in TAMPERING.items():
        with transaction.atomic():
            with pgtrigger.ignore(*GUARDS):
                act()
            _is_named(what, part, Complaint.objects.get(pk=case.pk))
            transaction.set_rollback(True)
    assert verify(case)[0] == 0


def _is_named(what: str, part: str, case: Complaint) -> None:
    status, said = verify(case, json=True)
    found = json.loads(said.splitlines()[0])
    assert (status, found["ok"], found["first"]) == (1, False, part), what
    assert found["case"] == case.number, what
    values = {each["part"]: each for each in found["values"]}
    if values and part in EXPECTED:
        shown = {name: values[part][name] for name in ("expected", "found")}
        assert shown == dict(zip(("expected", "found"), EXPECTED[part], strict=True)), what
    status, said = verify(case)
    assert status == 1, what
    assert f"案件 {case.number} 方案 v" in said, what
    assert f"（{part}）" in said, what
    for value in values.values():
        assert differences.words_of(value["part"]) in said, what


# part → what it has to be, and what was made of it
EXPECTED: dict[str, tuple[Any, Any]] = {
    "letter": ("", "。"),
    "measures.2.amount": ("11940.00", "11940.01"),
    "measures.1.kind": ("refund", "compensation"),
    "points.1.for_numbers": ([1], [1, 2]),
    "analysis.facts": ({"tx_price_paid": "3980.00"}, {"tx_price_paid": "1.00"}),
    "signer": ("counsel", "counsel2"),
    "opinion": ("", "不"),
    "version": (1, 7),
}


def test_of_a_text_only_what_differs_is_shown(case: Complaint) -> None:
    """Letters name people; what a command prints ends up in logs."""
    Resolution.objects.update(letter=f.LETTER.replace("退还", "不退还"))
    status, said = verify(case)
    at = f.LETTER.index("退还") + 1
    assert status == 1
    assert f"致消费者函：第 {at} 字起应为“（空）”，现为“不”" in said
    assert "王女士" not in said


# --- who knows how the hash is made, and has not the key


def recomputed(letter: str) -> None:
    """Everything that can be worked out anew is; the signature is kept."""
    row = Opinion.objects.get()
    covered = {**(row.covered or {}), "letter": letter}
    content = canonical.hash_of(covered)
    statement = {**(row.statement or {}), "content": content}
    Resolution.objects.update(letter=letter, content_hash=content)
    Opinion.objects.update(covered=covered, content_hash=content, statement=statement)
    Entry.objects.filter(verb="signature.made").update(
        detail={"version": 1, "content": content, "key": row.key_id}
    )


def test_who_recomputes_the_hash_has_not_the_key(case: Complaint) -> None:
    with pgtrigger.ignore(*GUARDS):
        recomputed("另一封信")
    status, said = verify(case, json=True)
    assert (status, json.loads(said)["differing"]) == (1, ["signature"])


def test_who_signs_it_with_an_own_key_put_into_the_table_has_not_ours(
    case: Complaint, settings: Any
) -> None:
    ours = settings.SIGNING_KEY
    with pgtrigger.ignore(*GUARDS):
        recomputed("另一封信")
        settings.SIGNING_KEY = base64.b64encode(b"9" * 32).decode()
        keys.keep(timezone.now())
        row = Opinion.objects.get()
        statement = {**(row.statement or {}), "key": keys.own_id()}
        signature = keys.sign(canonical.spelled(statement))
        Opinion.objects.update(statement=statement, signature=signature, key_id=keys.own_id())
        vouches = {keys.own_id(): keys.sign(b"said by the other key, not by ours")}
        SigningKey.objects.exclude(pk=keys.own_id()).update(vouches=vouches)
    settings.SIGNING_KEY = ours
    status, said = verify(case, json=True)
    assert (status, json.loads(said)["first"]) == (1, "key")


# --- rows that are gone, or another's


@pytest.fixture
def other(cast: Cast) -> Complaint:
    return f.offered(cast, order_number="SO-2", consumer={"name": "李", "phone": "12055556666"})


def gone(said: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in said.splitlines()]
    return [row for row in rows if row["differing"] == ["missing"]]


def test_an_opinion_that_was_deleted_is_named(case: Complaint, other: Complaint) -> None:
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.filter(resolution__complaint=case).delete()
    for only in (case, None):
        status, said = verify(only, json=True)
        [row] = gone(said)
        assert (status, row["case"], row["version"], row["signer"]) == (
            1,
            case.number,
            1,
            "counsel",
        )
        assert f"案件 {case.number} 方案 v1：counsel" in verify(only)[1]
    assert verify(other)[0] == 0


def test_one_that_was_made_no_signature_is_named(case: Complaint) -> None:
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.update(signed=False)
    status, said = verify(case, json=True)
    assert (status, len(gone(said))) == (1, 1)


def test_a_signed_version_without_any_opinion_is_named_without_the_record_too(
    case: Complaint,
) -> None:
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.all().delete()
        Entry.objects.filter(verb="signature.made").delete()
    status, said = verify(case, json=True)
    assert (status, gone(said)[0]["version"]) == (1, 1)


def test_two_opinions_that_were_swapped_are_named(case: Complaint, other: Complaint) -> None:
    one, two = (Opinion.objects.get(resolution__complaint=c) for c in (case, other))
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.filter(pk=one.pk).update(resolution=two.resolution_id)
        Opinion.objects.filter(pk=two.pk).update(resolution=one.resolution_id)
    status, said = verify(json=True)
    rows = [json.loads(line) for line in said.splitlines()]
    found = {row["case"]: row for row in rows if row["differing"] != ["missing"]}
    assert status == 1
    for here, there in ((case, other), (other, case)):
        assert {"complaint", "case", "record"} <= set(found[here.number]["differing"])
        values = {v["part"]: v["expected"] for v in found[here.number]["values"]}
        assert values["case"] == there.number
    assert {row["case"] for row in gone(said)} == {case.number, other.number}


def test_an_opinion_that_was_put_under_another_version_is_named(
    case: Complaint, cast: Cast
) -> None:
    f.step(case, "consumer_declines", cast.agent, reason="太少")
    later = f.resolutions.save_draft(case.number, {"letter": f.LETTER + "二"}, by=cast.agent)
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.update(resolution=later)
    status, said = verify(case, json=True)
    found = json.loads(said.splitlines()[0])
    values = {v["part"]: (v["expected"], v["found"]) for v in found["values"]}
    assert (status, found["first"], values["version"]) == (1, "version", (1, 2))


def test_a_voiding_is_missed_by_the_audit_record_too(case: Complaint, cast: Cast) -> None:
    f.answer(case, cast.agent, tx_price_paid="100.00")
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.get().voided.delete()  # type: ignore[attr-defined]
        Event.objects.filter(code="signature_voided").delete()
    assert [f.faults for f in checking.check(checking.signatures())] == [["voided"]]


def test_a_voiding_that_no_act_made_is_named(case: Complaint) -> None:
    Voided.objects.create(opinion=Opinion.objects.get(), at=timezone.now(), changed=["letter"])
    assert [f.faults for f in checking.check(checking.signatures())] == [["voided"]]


def test_conditions_are_signed_and_only_an_act_meets_them(cast: Cast) -> None:
    case = f.in_review(cast)
    said = {"opinion": "同意", "below_minimum_reason": "测试", "conditions": ["先补录音", "电话"]}
    f.step(case, "sign", cast.counsel, **said)
    opinion = Opinion.objects.get()
    assert opinion.statement is not None
    assert opinion.statement["conditions"] == ["先补录音", "电话"]
    assert verify(case)[0] == 0
    condition = opinion.conditions.order_by("position")[0]  # type: ignore[attr-defined]
    conditions.meet(case.number, condition.pk, {"note": "已补"}, by=cast.agent)
    assert verify(case)[0] == 0
    Condition.objects.filter(position=2).update(
        met_at=timezone.now(), met_by=cast.agent, met_note="已打"
    )
    assert json.loads(verify(case, json=True)[1])["differing"] == ["met"]
    Condition.objects.filter(position=2).delete()
    assert json.loads(verify(case, json=True)[1])["first"] == "conditions"
    f.step(case, "sign", cast.counsel, opinion="同意", below_minimum_reason="测试")
    send_waiting()
    assert not Notice.objects.filter(outbox__effect="send_reply_letter").exists()


@pytest.mark.parametrize("what", ["statement", "covered"])
@pytest.mark.parametrize("value", [{}, [], "x", {"format": "3"}, {"evidence": [{}], "format": 3}])
def test_what_no_program_of_ours_wrote_is_named_too(what: str, value: Any, case: Complaint) -> None:
    with pgtrigger.ignore(*GUARDS):
        Opinion.objects.update(**{what: value})
    status, said = verify(case)
    assert status == 1
    assert f"案件 {case.number}" in said


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
