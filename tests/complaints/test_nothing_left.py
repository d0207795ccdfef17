"""A file full of words in every place that takes any is destroyed: then none of them is found in
any table of the database, nor in the store.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2 import sql

from analytics import giving
from audit import seal, verify
from complaints.actions import (
    assignment,
    commenting,
    commitments,
    communication,
    consulting,
    disposal,
    exporting,
    extensions,
    facts,
    folder,
    half_typed,
    holds,
    keeping,
    legal_hold,
    letter_batches,
    rights,
    rights_acts,
    rights_answer,
    satisfaction,
    sealing,
    segregation,
    shredding,
    uploads,
)
from complaints.actions import evidence as evidence_actions
from complaints.actions import resolution as resolutions
from complaints.finding import waiting
from complaints.models import Complaint, Consumer, Destroyed, Package, Retention, Sealing
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import Cast
from tests.complaints.test_disposal import YES, later

MARK = "玄冥"
PERSON = {
    "name": "玄冥子",
    "phone": "12088776655",
    "email": "xuanming@example.org",
    "id_number": "990101197001010011",
    "bank_account": "6200000000000007788",
    "address": "云外省无名市玄冥路 9 号",
}


def said(where: str) -> str:
    """Words that name the place into which they were put."""
    return f"{MARK}{where}"


def begun(cast: Cast) -> Complaint:
    """Registered and investigated, with something in every field that takes words."""
    case = f.registered(
        cast,
        title=said("事由"),
        narrative=said("叙述"),
        consumer=dict(PERSON),
        external_reference=said("外部编号"),
        order_number=said("订单号"),
        **{name: said(name) for name in ("brand", "batch", "supplier", "script_version")},
        source=said("来源"),
    )
    number, by = case.number, cast.agent
    f.step(case, "accept", by, note=said("受理备注"))
    for text in ("一", "二"):
        about = {name: said(name) for name in ("title", "proves", "obtained_from")}
        evidence_actions.add(
            number, [said(f"文件{text}").encode()], f"{MARK}{text}.txt", about, by=by
        )
    folder.withdraw(number, 2, {"reason": said("撤回理由")}, by=by)
    folder.take(number, 1, "printed", by=cast.supervisor)
    part = uploads.begin(number, {"name": f"{MARK}没传完.txt", "size": 9_000}, by=by)
    uploads.append(number, part.pk, 0, io.BytesIO(said("没传完的").encode()), by=by)
    stop = holds.start(number, {"reason": "consumer", "note": said("中止")}, by=by)
    holds.end(number, stop.pk, by=by)
    for kind in ("call_note", "internal_note", "reply"):
        communication.write(number, {"kind": kind, "text": said(kind)}, by=by)
    answer = {"value": True, "source": "evidence", "evidence": 1, "note": said("事实备注")}
    facts.answer(number, {"fr_false_statement": answer}, by=by)
    clock = case.deadlines.get(kind="investigate").pk
    extensions.request(number, clock, {"reason": said("延长理由")}, by=by)
    promised = {"text": said("承诺"), "due": "2099-01-01", "source": "call"}
    commitments.make(number, promised, by=by)
    segregation.name_person(
        number, {"user": "supervisor2", "why": said("涉及同事")}, by=cast.supervisor
    )
    segregation.clear_person(number, "supervisor2", said("查明无关"), by=cast.supervisor)
    assignment.assign(number, by=cast.supervisor, user=by, note=said("交接"))
    half_typed.save_draft(by, f"reply:{number}", {"text": [said("草稿")]})
    giving.plant(by=cast.supervisor)
    giving.of_case(number, giving.tree()[0][0].pk, said("原因的依据"), by=cast.supervisor)
    posted(by, number)
    asked_about_data(cast, number)
    return f.step(
        case, "conclude", by, findings=said("查明"), cannot_be_established=f.explained(case)
    )


def tomorrow() -> str:
    return str(timezone.localdate() + timedelta(days=1))


def asked_about_data(cast: Cast, number: str) -> None:
    """A request about the person's own data, from its words to its answer."""
    wanted = {"kinds": ["correction"], "requester": "self", "details": said("权利请求")}
    row, soon = rights.ask(number, wanted, by=cast.agent), tomorrow()
    rights_answer.ask_identity(row.pk, {"more": said("另需材料")}, by=cast.agent)
    seen = {"how": "document", "passed": "1", "note": said("核验经过")}
    rights.check_identity(row.pk, seen, by=cast.agent)
    partly = {"outcome": "partly", "ground": "accurate", "reason": said("部分办理的理由")}
    rights.decide(row.pk, partly, by=cast.counsel)
    right = {"field": "address", "value": said("新地址"), "note": said("核实经过")}
    rights_acts.correct(row.pk, right, by=cast.supervisor)
    rights_answer.put_off(row.pk, {"reason": said("延期的原因"), "until": soon}, by=cast.supervisor)
    rights_answer.answer(row.pk, {"channel": "email"}, by=cast.supervisor)


def posted(by: Any, number: str) -> None:
    """A note over the API, whose answer is kept for a day under its key."""
    client = Client()
    client.force_login(by)
    answer = client.post(
        f"/api/v1/complaints/{number}/communications/",
        {"kind": "internal_note", "text": said("接口备注")},
        content_type="application/json",
        headers={"Idempotency-Key": f"note-{number}"},
    )
    assert answer.status_code == 201, answer.content


def carried_through(cast: Cast, case: Complaint) -> None:
    """Proposed, reviewed, signed, told, paid, rated, sealed, exported."""
    number, by = case.number, cast.agent
    words = {name: said(name) for name in ("title", "consumer_says", "we_found", "finding_words")}
    proposal = f.proposal(
        explanation=said("说明"),
        letter=f"{f.LETTER}\n{said('函件')}",
        points=[{**f.POINT, **words}],
    )
    proposal["measures"][0] |= {"description": said("措施")}
    resolutions.save_draft(number, proposal, by=by)
    folder.link(number, 1, {"kind": "point", "target": said("title"), "linked": True}, by=by)
    f.step(case, "submit", by)
    remark = {"part": "letter", "text": said("批注")}
    found = commenting.add(number, remark, by=cast.counsel)
    commenting.resolve(number, found.pk, by=cast.counsel)
    asked = {"user": "counsel2", "question": said("会商问题")}
    consult = consulting.ask(number, asked, by=cast.counsel)
    consulting.answer(number, consult.pk, {"answer": said("会商答复")}, by=cast.counsel2)
    f.step(case, "sign", cast.counsel, opinion=said("意见"), below_minimum_reason=said("低于"))
    letter_batches.start({"kind": "resolution", "numbers": number}, by=by)
    f.step(case, "consumer_accepts", by, means="phone", note=said("同意"))
    for promise in case.commitments.all():
        if promise.asks_for == "payment":
            f.paid(promise, by, note=said("付款备注"), reference=f"{MARK}流水{promise.pk}")

    from complaints.actions import feedback

    for promise in case.commitments.exclude(state="kept"):
        feedback.settle(number, promise.pk, by=by, state="kept", proof=said("兑现凭证"))
    f.step(case, "complete", by)
    send_waiting()
    rating = {"score": 2, "solved": False, "comment": said("评价")}
    satisfaction.call_back(number, rating, by=cast.supervisor2)
    f.step(case, "archive", cast.supervisor)
    for batch in letter_batches.LetterBatch.objects.all():
        letter_batches.work(batch.pk)
    sealing.seal(Sealing.objects.get(complaint=case).pk)
    redacted = sealing.ask_redacted(
        number, {"words": said("遮盖"), "shown": [1]}, by=cast.supervisor
    )
    sealing.seal(redacted.pk)
    for package in Package.objects.filter(sealing__complaint=case):
        wanted = {"package": package.pk, "purpose": "litigation", "recipient": said("收件人")}
        exporting.ask(number, wanted, by=cast.supervisor)
    keeping.choose(number, {"code": "car_repair", "reason": said("改定理由")}, by=cast.counsel)


def kept_once(cast: Cast, case: Complaint) -> None:
    """Held and released, proposed and kept for a reason."""
    sent = {"matter": "涉诉", "reason": "已起诉", "numbers": case.number}
    hold = legal_hold.place(sent, by=cast.counsel, reauthenticated_at=timezone.now())
    legal_hold.ask_release(hold.pk, {"reason": "已结案"}, by=cast.counsel)
    legal_hold.release(hold.pk, by=cast.counsel2, reauthenticated_at=timezone.now())
    Retention.objects.filter(complaint=case).update(until="2020-01-01")
    batch = disposal.propose(timezone.now())
    assert batch is not None
    until = (timezone.localdate() + timedelta(days=400)).isoformat()
    keep = {"approve": False, "reason": said("继续保管"), "keep_until": until}
    disposal.review(batch.pk, [batch.rows.get().pk], keep, by=cast.supervisor2, now=timezone.now())


def destroyed(cast: Cast, case: Complaint) -> None:
    Retention.objects.filter(complaint=case).update(until="2020-01-01")
    batch = disposal.propose(timezone.now())
    assert batch is not None
    for by in (cast.supervisor2, cast.counsel2):
        disposal.review(batch.pk, [batch.rows.get().pk], YES, by=by, now=timezone.now())
    assert shredding.run(later()) == 1, list(batch.rows.values())


def needles(person: Consumer) -> list[str]:
    """What must not be read: the words, the person's data clear and masked, the blind indexes; as
    text, escaped as in JSON, and as bytes.
    """
    clear = [MARK, *PERSON.values()]
    shown = [person.phone_masked, person.email_masked, person.id_number_masked]
    texts = [word for word in (*clear, *shown, person.bank_account_masked) if word]
    escaped = [json.dumps(text)[1:-1] for text in texts]
    indexes = [bytes(getattr(person, f"{name}_index")).hex() for name in ("phone", "email")]
    keys = [bytes(person.data_key).hex(), *indexes]
    return [*texts, *escaped, *(text.encode().hex() for text in texts), *filter(None, keys)]


def every_row() -> Iterator[tuple[str, str]]:
    """Table and row as pg_dump writes it, of the whole database."""
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            out = io.StringIO()
            command = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(name))
            cursor.copy_expert(command.as_string(cursor.connection), out)
            for line in out.getvalue().splitlines():
                yield name, line.replace("\\\\u", "\\u")


def left(words: list[str]) -> dict[str, list[str]]:
    """Table → the first rows in which any of the words still stands."""
    found: dict[str, list[str]] = {}
    for table, row in every_row():
        if any(word in row for word in words):
            found.setdefault(table, []).append(row[:300])
    return {table: rows[:2] for table, rows in found.items()}


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def test_of_a_destroyed_file_no_word_is_left_in_any_table_nor_in_the_store(
    cast: Cast, settings: Any
) -> None:
    case = begun(cast)
    carried_through(cast, case)
    kept_once(cast, case)
    waiting.read_case(case.pk)
    seal.seal(timezone.now())
    words = needles(case.consumer)
    before = left(words)
    assert len(before) > 25, sorted(before)
    stored = files(Path(settings.EVIDENCE_DIR))
    assert len(stored) >= 5  # two files, two packages, one that did not come whole
    destroyed(cast, case)
    waiting.read_waiting(later())  # what waits to be read for the search reads no more of it
    assert left(words) == {}
    assert files(Path(settings.EVIDENCE_DIR)) == {}
    seal.seal(timezone.now())
    report = verify.verify(timezone.now(), files=True)
    assert report.found == {}
    entry = Destroyed.objects.get(complaint=case)
    assert (len(entry.files), entry.person) == (4, True)
    kept = Complaint.objects.get(pk=case.pk)
    assert (kept.outcome, kept.category, kept.price_paid) == (
        "resolved",
        case.category,
        case.price_paid,
    )
    everybody_finds_the_tombstone(cast, case, entry)


def everybody_finds_the_tombstone(cast: Cast, case: Complaint, entry: Destroyed) -> None:
    """Every page of the case leads to what is left of it, in both languages, for every role."""
    tombstone, item = reverse("archive_case", args=[case.number]), [case.number, 1]
    for by, language in (
        (cast.agent, "zh-hans"),
        (cast.supervisor, "zh-hans"),
        (cast.counsel, "en"),
        (cast.auditor, "en"),
    ):
        client = Client(headers={"accept-language": language})
        client.force_login(by)
        page = client.get(reverse("case", args=[case.number]), follow=True)
        assert page.redirect_chain[0][0] == tombstone
        assert str(entry.pk) in page.content.decode()
        shown = client.get(reverse("evidence_item", args=item)).content.decode()
        assert f"第 {entry.pk} 号" in shown or f"No. {entry.pk}" in shown
        assert "不在存储中" not in shown
        for act in ("look_at_evidence", "check_evidence", "evidence"):
            answer = client.post(reverse(act, args=item), follow=True)
            assert answer.redirect_chain[-1][0] == tombstone, act
        if by != cast.auditor:
            answer = client.get(reverse("add_evidence", args=[case.number]), follow=True)
            assert answer.redirect_chain[-1][0] == tombstone
