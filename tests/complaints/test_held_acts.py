"""Every act on a case under a legal hold: what is refused, and what goes on.

The table is held against the modules: an act that nobody put into it fails a test.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.record import broken_links
from complaints import actions, tasks
from complaints.actions import (
    analysis,
    answers,
    approvals,
    asking,
    assignment,
    batch_signing,
    bulk,
    commenting,
    commitment_ends,
    commitments,
    communication,
    conditions,
    confidentiality,
    consulting,
    disposal,
    editing,
    evidence,
    export_consent,
    exporting,
    extensions,
    facts,
    first_signatures,
    folder,
    following,
    holds,
    keeping,
    letter_batches,
    letters,
    linking,
    macro_use,
    macros,
    mass,
    mentioning,
    moments,
    payment_file,
    payments,
    reading,
    resolution,
    retelling,
    revealing,
    rights,
    satisfaction,
    sealing,
    segregation,
    shredding,
    signing_again,
    snoozing,
    splitting,
    tail_check,
    team_consults,
    uploads,
    urging,
    withdrawal,
    withholding,
)
from complaints.actions.bulk import Chosen, HandOver
from complaints.errors import CaseError, Held, Invalid, StepRefused
from complaints.lifecycle import STEPS
from complaints.models import Complaint, Event, LegalHold, LetterRow, PaymentRow, Sealing
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.meanwhile import meanwhile
from tests.complaints.test_disposal import agreed, later, over, proposed
from tests.complaints.test_legal_hold import MATTER, held, released, shared
from tests.importing.files import as_csv
from tests.pages.test_edit_case import form

NOBODY = 99_999_999
FILE = {"name": "录音.txt", "size": 4}


@dataclass
class World:
    """Held cases: being investigated, with counsel, being carried out, archived."""

    cast: Cast
    inv: Complaint
    rev: Complaint
    exe: Complaint
    arc: Complaint

    @property
    def owed(self) -> Any:
        return self.exe.commitments.get()

    @property
    def clock(self) -> int:
        return self.inv.deadlines.get(kind="investigate").pk


def _tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def _next_week() -> str:
    return (timezone.localdate() + timedelta(days=7)).isoformat()


def _uploaded(w: World) -> Any:
    begun = uploads.begin(w.inv.number, FILE, by=w.cast.agent)
    uploads.append(w.inv.number, begun.pk, 0, io.BytesIO(b"text"), by=w.cast.agent)
    return uploads.finish(w.inv.number, begun.pk, {"title": "录音"}, by=w.cast.agent)


def _by_macro(w: World) -> Any:
    said = {"name": "记一笔", "team": str(w.cast.team.pk), "kind": "internal_note", "text": "一"}
    row = macros.save(said, by=w.cast.supervisor)
    sent = {"do": ["text"], "text": "二"}
    return macro_use.use(w.inv.number, row.pk, sent, by=w.cast.agent)


ASKED = {"team": "客服二组", "question": "是否签收？", "length": 1, "unit": "working_day"}


def _asked(w: World) -> tuple[str, int]:
    return w.inv.number, team_consults.ask(w.inv.number, ASKED, by=w.cast.agent).pk


def _there(w: World) -> User:
    return User.objects.get(pk=w.cast.outsider.pk)


# act → (does it on a held case, whether it goes through). Those that the hold refuses stand below.
POSSIBLE: dict[str, tuple[Callable[[World], Any], bool]] = {
    "analysis.renew": (lambda w: analysis.renew(w.inv.number, by=w.cast.agent), False),
    "answers.keep": (lambda w: answers.keep(w.inv.number, {}, by=w.cast.agent), False),
    "approvals.decide": (
        lambda w: approvals.decide(w.rev.number, {"approve": True}, by=w.cast.supervisor),
        False,
    ),
    "asking.ask_for_documents": (
        lambda w: asking.ask_for_documents(
            w.inv.number, {"items": ["发票"], "until": _next_week()}, by=w.cast.agent
        ),
        True,
    ),
    "assignment.assign": (
        lambda w: assignment.assign(
            w.inv.number, by=w.cast.supervisor, user=w.cast.colleague, note="单独转派"
        ),
        True,
    ),
    "assignment.give_back": (
        lambda w: assignment.give_back(w.inv.number, by=w.cast.agent, note="不归我"),
        False,  # nobody gave it
    ),
    "assignment.share_with_counsel": (
        lambda w: assignment.share_with_counsel(w.exe.number, by=w.cast.agent, note="请看"),
        True,
    ),
    "mentioning.read": (
        lambda w: mentioning.read(w.inv.number, NOBODY, by=w.cast.agent),
        True,
    ),
    "following.follow": (lambda w: following.follow(w.inv.number, by=w.cast.colleague), True),
    "following.unfollow": (lambda w: following.unfollow(w.inv.number, by=w.cast.colleague), True),
    "urging.urge": (
        lambda w: urging.urge(w.inv.number, {"note": "请尽快"}, by=w.cast.supervisor),
        True,
    ),
    "commenting.add": (
        lambda w: commenting.add(
            w.rev.number, {"part": "letter", "text": "请改"}, by=w.cast.counsel
        ),
        True,
    ),
    "commenting.resolve": (
        lambda w: commenting.resolve(w.rev.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "commitment_ends.keep": (
        lambda w: commitment_ends.keep(w.exe.number, w.owed.pk, {"proof": "x"}, by=w.cast.agent),
        False,  # money is paid, not promised
    ),
    "commitment_ends.mark_broken": (
        lambda w: commitment_ends.mark_broken(
            w.exe.number, w.owed.pk, {"reason": "账号错误"}, by=w.cast.agent
        ),
        True,
    ),
    "commitment_ends.release": (
        lambda w: commitment_ends.release(w.exe.number, w.owed.pk, {}, by=w.cast.agent),
        False,
    ),
    "commitment_ends.settle": (
        lambda w: commitment_ends.settle(
            w.exe.number, w.owed.pk, by=w.cast.agent, state="broken", proof=""
        ),
        False,
    ),
    "commitments.make": (
        lambda w: commitments.make(
            w.inv.number, {"text": "回电", "due": "2099-01-01", "source": "call"}, by=w.cast.agent
        ),
        True,
    ),
    "commitments.change_due": (
        lambda w: commitments.change_due(w.exe.number, w.owed.pk, {}, by=w.cast.agent),
        False,
    ),
    "communication.write": (
        lambda w: communication.write(
            w.arc.number, {"kind": "internal_note", "text": "归档后也能备注"}, by=w.cast.agent
        ),
        True,
    ),
    "communication.undo": (
        lambda w: communication.undo(
            w.inv.number,
            communication.write(
                w.inv.number, {"kind": "reply", "text": "请稍候"}, by=w.cast.agent
            ).pk,
            by=w.cast.agent,
        ),
        True,  # the text stays, it is only not sent
    ),
    "conditions.meet": (
        lambda w: conditions.meet(w.exe.number, NOBODY, {"note": "x"}, by=w.cast.agent),
        False,
    ),
    "consulting.ask": (
        lambda w: consulting.ask(
            w.rev.number, {"user": "counsel2", "question": "是否构成欺诈"}, by=w.cast.counsel
        ),
        True,
    ),
    "consulting.answer": (
        lambda w: consulting.answer(w.rev.number, NOBODY, {"answer": "x"}, by=w.cast.counsel),
        False,
    ),
    "consulting.withdraw": (
        lambda w: consulting.withdraw(w.rev.number, NOBODY, by=w.cast.counsel),
        False,
    ),
    "consulting.not_waited_for": (
        lambda w: consulting.not_waited_for(
            w.rev.number, NOBODY, by=w.cast.counsel, now=timezone.now()
        ),
        False,
    ),
    "revealing.reveal": (
        lambda w: revealing.reveal(
            w.inv.number,
            {"field": "phone", "purpose": "call_back"},
            by=w.cast.agent,
            via="session",
            confirmed_at=timezone.now(),
        ),
        False,
    ),
    "tail_check.check": (
        lambda w: tail_check.check(
            w.inv.number, {"field": "phone", "last_four": "0000"}, by=w.cast.agent
        ),
        True,
    ),
    "evidence.add": (lambda w: f.with_evidence(w.inv, w.cast.agent, "新的录音"), True),
    "evidence.hand_out": (
        lambda w: evidence.hand_out(w.rev.number, 1, by=w.cast.counsel),
        True,
    ),
    "exporting.ask": (
        lambda w: exporting.ask(
            w.arc.number,
            {
                "package": exporting.packages(w.arc)[0].pk,
                "purpose": "litigation",
                "recipient": "某某区人民法院",
            },
            by=w.cast.counsel,
        ),
        False,  # may want the word of others first
    ),
    "exporting.fetch": (
        lambda w: exporting.fetch(w.arc.number, NOBODY, by=w.cast.counsel),
        False,
    ),
    "exporting.sealed": (lambda w: exporting.sealed(w.arc.number, by=w.cast.counsel), False),
    "export_consent.decide": (
        lambda w: export_consent.decide(w.arc.number, NOBODY, {}, by=w.cast.counsel),
        False,
    ),
    "extensions.request": (
        lambda w: extensions.request(
            w.inv.number, w.clock, {"reason": "鉴定需要时间"}, by=w.cast.agent
        ),
        True,
    ),
    "extensions.decide": (
        lambda w: extensions.decide(w.inv.number, w.clock, NOBODY, {}, by=w.cast.supervisor),
        False,
    ),
    "facts.answer": (
        lambda w: facts.answer(w.inv.number, {"tx_living_consumption": True}, by=w.cast.agent),
        True,
    ),
    "first_signatures.put": (
        lambda w: first_signatures.put(
            w.rev.number,
            {"opinion": "同意", "below_minimum_reason": "测试"},
            by=w.cast.counsel2,
            version=None,
            via="session",
            reauthenticated_at=(now := timezone.now()),
            now=now,
            read=None,
        ),
        False,
    ),
    "folder.take": (
        lambda w: folder.take(w.arc.number, 1, "viewed", by=w.cast.auditor),
        True,
    ),
    "folder.check": (lambda w: folder.check(w.arc.number, 1, by=w.cast.auditor), True),
    "folder.link": (
        lambda w: folder.link(
            w.rev.number,
            1,
            {"kind": "fact", "target": "fr_false_statement", "linked": True},
            by=w.cast.agent,
        ),
        True,
    ),
    "folder.withdraw": (  # a further row beside the item, which stays
        lambda w: folder.withdraw(w.exe.number, 1, {"reason": "重复"}, by=w.cast.agent),
        True,
    ),
    "holds.start": (
        lambda w: holds.start(
            w.inv.number, {"reason": "consumer", "note": "等材料"}, by=w.cast.agent
        ),
        True,
    ),
    "holds.end": (lambda w: holds.end(w.inv.number, NOBODY, by=w.cast.agent), False),
    "holds.put_off": (
        lambda w: holds.put_off(w.inv.number, NOBODY, {}, by=w.cast.agent),
        False,
    ),
    "keeping.choose": (
        lambda w: keeping.choose(
            w.arc.number, {"code": "car_repair", "reason": "维修记录"}, by=w.cast.counsel
        ),
        True,
    ),
    "letters.delivered": (
        lambda w: letters.delivered(w.exe.number, NOBODY, "x", by=w.cast.agent),
        False,
    ),
    "linking.link": (
        lambda w: linking.link(
            w.inv.number, {"to": w.exe.number, "kind": "same_matter"}, by=w.cast.agent
        ),
        True,  # nothing of the file changes
    ),
    "linking.unlink": (
        lambda w: linking.unlink(w.inv.number, NOBODY, {"reason": "x"}, by=w.cast.agent),
        False,
    ),
    "macro_use.use": (_by_macro, True),
    "mass.leave": (lambda w: mass.leave(w.inv.number, "不是", by=w.cast.supervisor), False),
    "moments.record": (
        lambda w: moments.record(w.inv.number, {}, by=w.cast.agent),
        False,
    ),
    "payments.pay": (lambda w: f.paid(w.owed, w.cast.agent), True),
    "payments.reverse": (
        lambda w: payments.reverse(w.exe.number, NOBODY, {}, by=w.cast.agent),
        False,
    ),
    "reading.mark_read": (
        lambda w: reading.mark_read(w.rev.number, "0" * 64, by=w.cast.counsel),
        False,
    ),
    "resolution.save_draft": (
        lambda w: [
            f.step(w.rev, "send_back", w.cast.counsel, comments="请补充"),
            resolution.save_draft(w.rev.number, f.proposal(), by=w.cast.agent),
        ],
        True,
    ),
    "retelling.send_again": (
        lambda w: retelling.send_again(w.exe.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "retelling.by_hand": (
        lambda w: retelling.by_hand(w.exe.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "retelling.bring_instead": (
        lambda w: retelling.bring_instead(w.exe.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "rights.ask": (
        lambda w: rights.ask(
            w.inv.number,
            {"kinds": ["access"], "requester": "self", "details": "要一份"},
            by=w.cast.agent,
        ),
        True,
    ),
    "satisfaction.call_back": (
        lambda w: satisfaction.call_back(w.arc.number, {}, by=w.cast.supervisor),
        False,
    ),
    "satisfaction.reopen_to_another": (
        lambda w: satisfaction.reopen_to_another(
            w.arc.number, w.cast.colleague, "重新核实", by=w.cast.supervisor
        ),
        False,
    ),
    "sealing.ask": (lambda w: sealing.ask(w.arc.number, by=w.cast.supervisor), True),
    "sealing.ask_redacted": (
        lambda w: sealing.ask_redacted(w.arc.number, {"words": ""}, by=w.cast.supervisor),
        True,
    ),
    "segregation.name_person": (
        lambda w: segregation.name_person(
            w.inv.number, {"user": "colleague", "why": "被投诉"}, by=w.cast.supervisor
        ),
        True,
    ),
    "segregation.clear_person": (
        lambda w: segregation.clear_person(w.inv.number, "colleague", "无关", by=w.cast.supervisor),
        False,
    ),
    "segregation.recuse": (
        lambda w: segregation.recuse(w.rev.number, {"reason": "亲属"}, by=w.cast.counsel2),
        True,
    ),
    "signing_again.sign": (
        lambda w: signing_again.sign(w.exe.number, {"opinion": "同意"}, by=w.cast.counsel2),
        False,
    ),
    "steps.take": (
        lambda w: f.step(
            w.inv,
            "conclude",
            w.cast.agent,
            findings="查明",
            no_evidence_reason="没有录音",
            cannot_be_established=f.explained(w.inv),
        ),
        True,
    ),
    "team_consults.ask": (
        lambda w: team_consults.ask(w.inv.number, ASKED, by=w.cast.agent),
        True,
    ),
    "team_consults.answer": (
        lambda w: team_consults.answer(*_asked(w), {"answer": "是"}, by=_there(w)),
        True,
    ),
    "team_consults.decline": (
        lambda w: team_consults.decline(*_asked(w), {"reason": "否"}, by=_there(w)),
        True,
    ),
    "team_consults.withdraw": (
        lambda w: team_consults.withdraw(*_asked(w), {"reason": "找到了"}, by=w.cast.agent),
        True,
    ),
    "uploads.begin": (lambda w: uploads.begin(w.inv.number, FILE, by=w.cast.agent), True),
    "uploads.append": (_uploaded, True),
    "uploads.finish": (_uploaded, True),
    "uploads.cancel": (
        lambda w: uploads.cancel(
            w.inv.number, uploads.begin(w.inv.number, FILE, by=w.cast.agent).pk, by=w.cast.agent
        ),
        True,
    ),
    "snoozing.put_aside": (
        lambda w: snoozing.put_aside(
            w.inv.number, {"until": _tomorrow(), "waiting_for": "等报告"}, by=w.cast.agent
        ),
        True,
    ),
    "snoozing.take_up": (
        lambda w: snoozing.take_up(w.inv.number, by=w.cast.agent),
        False,  # it was not put aside
    ),
    "withdrawal.request": (
        lambda w: withdrawal.request(
            w.inv.number, {"consumers_words": "不投诉了"}, by=w.cast.agent
        ),
        True,
    ),
    "withdrawal.dismiss": (
        lambda w: withdrawal.dismiss(w.inv.number, {"reason": "x"}, by=w.cast.supervisor),
        False,
    ),
    "withholding.withhold": (
        lambda w: withholding.withhold(w.exe.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "withholding.release": (
        lambda w: withholding.release(w.exe.number, NOBODY, by=w.cast.agent),
        False,
    ),
    "withholding.discard": (
        lambda w: withholding.discard(w.exe.number, NOBODY, "x", by=w.cast.agent),
        False,
    ),
}
REFUSED: dict[str, Callable[[World], Any]] = {
    "confidentiality.change": lambda w: confidentiality.change(
        w.inv.number, {"confidential": True, "reason": "涉及隐私"}, by=w.cast.agent
    ),
    "editing.edit": lambda w: editing.edit(w.inv.number, {"title": "改"}, by=w.cast.agent),
    "editing.amend": lambda w: editing.amend(
        w.inv.number, {"confidential": True, "confidential_reason": "隐私"}, by=w.cast.agent
    ),
    "editing.edit of the person": lambda w: editing.edit(
        w.inv.number, {"consumer": {"phone": "12000000001"}}, by=w.cast.agent
    ),
    "splitting.split": lambda w: splitting.split(
        w.inv.number, {"narrative": "另一件事", "reason": "两件事"}, by=w.cast.agent
    ),
    "steps.take merge": lambda w: f.step(
        w.inv, "merge", w.cast.agent, into=w.rev.number, reason="同一事"
    ),
    "mass.join": lambda w: mass.join(
        w.inv.number, _mass(w).pk, by=w.cast.supervisor, one_of_many=True
    ),
}
# Of several cases, each answered by itself: tested one by one below.
MANY = {"batch_signing.sign"}
READ_ONLY = {
    "communication.text_of",
    "moments.preview",
    "uploads.own",
    "exporting.printed",
    "printing.of_case",
}


def _mass(w: World) -> Any:
    values = {"title": "同一批次", "category": "telesales_fraud", "defect": "疗效保证"}
    return mass.open_one(values, by=w.cast.supervisor)


def acts() -> set[str]:
    """Every function of the action modules that does something to a case named by number."""
    found = set()
    for file in Path(actions.__file__).parent.glob("[!_]*.py"):
        module = import_module(f"complaints.actions.{file.stem}")
        for name, act in inspect.getmembers(module, inspect.isfunction):
            if act.__module__ != module.__name__ or name.startswith("_"):
                continue
            known = inspect.signature(act).parameters
            by = known.get("by")
            of_a_case = next(iter(known), "") in ("number", "numbers")
            if of_a_case and by is not None and by.kind is inspect.Parameter.KEYWORD_ONLY:
                found.add(f"{file.stem}.{name}")
    return found


def test_the_table_knows_every_act_on_a_case() -> None:
    named = {name.partition(" ")[0] for name in REFUSED}
    assert acts() == {*POSSIBLE, *named, *MANY, *READ_ONLY}


def test_of_the_steps_only_merging_looks_at_the_hold() -> None:
    looking = {s.code for s in STEPS.values() if "not_under_legal_hold" in str(s.guards)}
    assert looking == {"merge"}


@pytest.fixture
def world(cast: Cast) -> World:
    """Four cases under one hold; the archived one is sealed."""
    arc = f.archived(cast, order_number="SO-4")
    sealing.seal(Sealing.objects.get(complaint=arc).pk)
    made = World(
        cast,
        inv=shared(cast),
        rev=f.in_review(cast, order_number="SO-2"),
        exe=f.executing(cast, order_number="SO-3"),
        arc=arc,
    )
    held(cast, made.inv, made.rev, made.exe, made.arc)
    return made


def outcome(act: Callable[[World], Any], world: World) -> str:
    """`held` where the hold refuses it, `done`, or the name of another refusal; undone."""
    point = transaction.savepoint()
    try:
        act(world)
    except Held as refused:
        named = MATTER in refused.message and "林若衡" in refused.message
        return "held" if named else refused.message
    except StepRefused as refused:
        codes = [u.code for u in refused.unmet]
        return "held" if "not_under_legal_hold" in codes else f"refused {codes}"
    except (CaseError, ObjectDoesNotExist) as other:
        return type(other).__name__
    finally:
        transaction.savepoint_rollback(point)
    return "done"


def test_what_is_refused_names_the_hold_and_everything_else_goes_on(world: World) -> None:
    found = {name: outcome(act, world) for name, act in REFUSED.items()}
    assert found == dict.fromkeys(REFUSED, "held")
    found = {name: outcome(act, world) for name, (act, _done) in POSSIBLE.items()}
    assert [name for name, came in found.items() if came == "held"] == []
    assert {n: c for n, c in found.items() if POSSIBLE[n][1] and c != "done"} == {}


def test_acts_over_many_pass_a_held_case_by_with_the_reason(world: World) -> None:
    cast, free = world.cast, f.executing(world.cast, order_number="SO-9")
    [signed] = batch_signing.sign(
        [world.rev.number], {}, by=cast.counsel2, reauthenticated_at=timezone.now()
    )
    assert MATTER in signed.sentence
    order = HandOver([Chosen(world.inv.number)], cast.colleague, None, "批量")
    [given] = bulk.preview(order, by=cast.supervisor)
    assert MATTER in given.why
    day = timezone.localdate().isoformat()
    rows = [[case.number, "3980.00", day, f"B-{n}"] for n, case in enumerate((world.exe, free))]
    list_ = as_csv(rows, ["案件编号", "付款金额", "付款日期", "流水号"])
    file = payment_file.upload([list_], "list.csv", by=cast.supervisor)
    payment_file.start(file, by=cast.supervisor)
    tasks.run_payments(file.pk)
    of_held, of_free = PaymentRow.objects.filter(file=file).order_by("number")
    assert (of_held.outcome, of_free.outcome) == ("held", "paid")
    assert "不参加批量操作" in of_held.message
    assert not world.owed.payments.exists()
    numbers = f"{world.exe.number} {free.number}"
    batch = letter_batches.start({"kind": "resolution", "numbers": numbers}, by=cast.agent)
    tasks.write_letters(batch.pk)
    row = LetterRow.objects.get(batch=batch, complaint=world.exe)
    assert (MATTER in row.problem, bytes(row.pdf)) == (True, b"")
    assert LetterRow.objects.exclude(pk=row.pk).get(batch=batch).problem == ""


def test_a_form_opened_before_the_hold_is_refused_and_keeps_what_was_typed(cast: Cast) -> None:
    case, client = shared(cast), Client()
    client.force_login(cast.agent)
    address = reverse("edit_case", args=[case.number])
    typed = {**form(client.get(address)), "title": "我刚改的事由"}
    hold = held(cast, case)
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert MATTER in answer.content.decode()
    assert "我刚改的事由" in answer.content.decode()
    turned_away = client.get(address, follow=True)  # nobody fills in a form for nothing
    assert turned_away.redirect_chain[0][0] == reverse("case", args=[case.number])
    assert "登记的内容不能修改" in turned_away.content.decode()
    released(hold, cast)
    client.post(address, {**form(client.get(address)), "title": "我刚改的事由"})
    assert Complaint.objects.get(pk=case.pk).title == "我刚改的事由"


def test_a_hold_lasts_through_reopening_and_is_placed_on_merged_cases_too(cast: Cast) -> None:
    arc = f.archived(cast, order_number="SO-4")
    into, gone = shared(cast), shared(cast)
    f.step(gone, "merge", cast.agent, into=into.number, reason="同一事")
    hold = held(cast, arc, gone)
    reopened = f.step(arc, "reopen", cast.supervisor, reason="新证据")
    assert (reopened.state, reopened.legal_hold) == ("investigating", True)
    with pytest.raises(Held):
        editing.edit(arc.number, {"title": "改"}, by=cast.agent)
    assert Complaint.objects.get(pk=gone.pk).legal_hold
    released(hold, cast)
    editing.edit(arc.number, {"title": "可以改了"}, by=cast.agent)
    assert broken_links(arc.subject) == broken_links(gone.subject) == []


def test_what_was_destroyed_cannot_be_held_and_then_none_is(cast: Cast) -> None:
    gone, other = over(cast), shared(cast, order_number="SO-2")
    agreed(cast, proposed(cast, gone))
    assert shredding.run(later()) == 1
    with pytest.raises(Invalid, match="已经销毁"):
        held(cast, other, gone)
    assert not LegalHold.objects.exists()
    assert not Complaint.objects.get(pk=other.pk).legal_hold


@pytest.mark.parametrize("first", ["hold", "destroy"])
def test_a_hold_and_the_destruction_of_one_moment_are_one_after_the_other(
    transactional_db: None, first: str
) -> None:
    cast = assemble()
    case = over(cast)
    batch = disposal.propose(timezone.now())
    assert batch is not None
    agreed(cast, batch)
    row = batch.rows.get().pk

    def hold() -> Any:
        return held(cast, case)

    def destroy() -> Any:
        return shredding.destroy(row, later() + timedelta(minutes=1))

    came = meanwhile(*((hold, destroy) if first == "hold" else (destroy, hold)))
    left = Complaint.objects.get(pk=case.pk)
    if first == "hold":
        assert isinstance(came[1], Held)
        assert (left.legal_hold, left.destroyed_at) == (True, None)
    else:
        assert isinstance(came[1], Invalid)
        assert (left.legal_hold, left.narrative) == (False, "已删除")
        assert not Event.objects.filter(complaint=case, code="legal_hold_placed").exists()
    assert broken_links(case.subject) == []
