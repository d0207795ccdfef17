"""The cases that a walk meets: own ones in every state, and some that must not exist for somebody.

Every text of a hidden case carries a word that no other case has, so that a leak names itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from analytics import acting, curing, detecting, giving, proving, volume_files
from analytics.found import Found
from analytics.models import Signal
from analytics.signal_life import Kind
from complaints.actions import (
    access,
    access_decision,
    assignment,
    bulk,
    calendar_notice,
    commitments,
    communication,
    disposal,
    half_typed,
    holds,
    importing,
    legal_hold,
    letter_batches,
    linking,
    mass,
    moments,
    own_calendar,
    payment_file,
    promise_register,
    recount_work,
    rights,
    rights_answer,
    segregation,
    silent,
)
from complaints.actions.bulk import Chosen, HandOver
from complaints.models import Complaint, Deadline, Retention
from tests import factories as f
from tests import notices
from tests.cast import Cast
from tests.complaints.test_trials import OVERPAID, started, work_off
from tests.importing.files import as_csv
from tests.walks.routes import Example

# Persons who cannot exist: no such mobile prefix, no such region of identity numbers.
HIDDEN_PERSON = {
    "name": "暝旭岚",
    "phone": "12098761234",
    "email": "hidden.person@example.org",
    "id_number": "990101199001019999",
    "bank_account": "6200000000000000991",
    "address": "云外省无名市藏锋路 77 号",
}
OWN_PERSON = {
    "name": "王测试",
    "phone": "12012345678",
    "email": "consumer@example.com",
    "id_number": "990101198502022229",
    "bank_account": "6200000000000000123",
    "address": "浙江省杭州市青禾路 1 号",
}

PAYMENTS = "案件编号,付款金额,付款日期,流水号\nTS26-999999,1.00,2026-01-02,W-1\n"
VOLUMES = "日期,订单量\n2026-01-01,10\n2026-01-02,12\n"
PROMISED = {
    "text_zh": "48 小时内答复",
    "length": 48,
    "unit": "hour",
    "starts": "registered",
    "stops": "first_reply",
    "published": "官网服务承诺",
    "valid_from": "2020-01-01",
}


def clear_values(person: dict[str, str]) -> list[str]:
    """What must never be read anywhere: the person's own words and numbers, in every spelling."""
    numbers = [person[k] for k in ("phone", "id_number", "bank_account")]
    spaced = [f"{n[:3]} {n[3:7]} {n[7:]}" for n in numbers]
    dashed = [n.replace(" ", "-") for n in spaced]
    return [person["name"], person["email"], person["address"], *numbers, *spaced, *dashed]


@dataclass(frozen=True)
class Hidden:
    """A case, the words by which it would be met, and the people who must not meet it."""

    case: Complaint
    words: tuple[str, ...]
    to: tuple[str, ...]


def other_team(cast: Cast) -> Cast:
    """The same play with the people of the other team."""
    return replace(cast, agent=cast.outsider, supervisor=cast.outside_supervisor)


def _marked(mark: str, **more: Any) -> dict[str, Any]:
    return {
        "title": f"{mark}标题",
        "narrative": f"{mark}经过：来电称付款后无人处理，要求退款。",
        "consumer": dict(HIDDEN_PERSON),
        "product": {"name": f"{mark}牌枕头", "category": f"{mark}类"},
        "order_number": f"ORD-{mark}",
        "external_reference": f"REF-{mark}",
        **more,
    }


def _lived(case: Complaint, by: User, mark: str) -> None:
    """Everything that can hang on a case and leak: texts, files, clocks that stand still."""
    f.with_evidence(case, by, text=f"{mark}录音文字")
    communication.write(case.number, {"kind": "internal_note", "text": f"{mark}备注"}, by=by)
    communication.write(case.number, {"kind": "reply", "text": f"{mark}答复"}, by=by)
    commitments.make(
        case.number, {"text": f"{mark}承诺", "due": "2099-01-01", "source": "call"}, by=by
    )
    holds.start(case.number, {"reason": "consumer", "note": f"{mark}中止"}, by=by)
    # a report that is due within the hour, so that it stands among the cases in danger
    known = timezone.now() - timedelta(hours=3, minutes=30)
    moments.record(case.number, {"kind": "major_incident_known", "at": known.isoformat()}, by=by)


def hidden_cases(cast: Cast) -> list[Hidden]:
    """Three cases: another team's that speaks of counsel and would lie on counsel's desk, another
    team's that counsel has seen, and a confidential one.
    """
    other = other_team(cast)
    foreign = f.in_review(other, **_marked("玄一"))
    _lived(foreign, other.agent, "玄一")
    of_counsel = {"user": cast.counsel.username, "why": "玄一提到法务"}
    segregation.name_person(foreign.number, of_counsel, by=other.supervisor)
    reviewed = f.executing(other, **_marked("玄二"))
    communication.write(
        reviewed.number, {"kind": "internal_note", "text": "玄二备注"}, by=other.agent
    )
    confidential = f.registered(cast, by=cast.colleague, **_marked("玄三", confidential=True))
    assignment.assign(confidential.number, by=cast.supervisor, user=cast.colleague, note="玄三交接")

    def words(case: Complaint, mark: str) -> tuple[str, ...]:
        return (mark, case.number, *clear_values(HIDDEN_PERSON), case.consumer.phone_masked)

    _in_a_signal(foreign, reviewed, confidential)
    return [
        Hidden(
            foreign,
            words(foreign, "玄一"),
            ("agent", "supervisor", "counsel", "administrator", "security"),
        ),
        Hidden(
            reviewed, words(reviewed, "玄二"), ("agent", "supervisor", "administrator", "security")
        ),
        Hidden(
            confidential,
            words(confidential, "玄三"),
            ("agent", "counsel", "administrator", "security"),
        ),
    ]


def _moved(cast: Cast) -> None:
    """The calendar changed: clocks of every case moved, and a list says which."""
    day = Deadline.objects.filter(kind="investigate").latest("pk").due_at.date()
    sent = {"first": day.isoformat(), "kind": "off", "name": "停电"}
    change = own_calendar.set_days(sent, by=cast.supervisor)
    later = timezone.now() + timedelta(minutes=1)
    while recount_work.work(change.pk, later) is not None:
        pass
    data = notices.as_csv()
    calendar_notice.read(data, "2027.csv", by=cast.administrator, year=notices.YEAR)


def _of_one_defect(cast: Cast, made: dict[str, Complaint]) -> None:
    """A mass case with two of them, and a person who has not complained."""
    one = mass.open_one(
        {
            "title": "同一批次的问题",
            "category": "telesales_fraud",
            "defect": "外呼人员称可以根治",
            "finding": "话术含疗效保证",
        },
        by=cast.supervisor,
    )
    for state in ("investigating", "in_review"):
        mass.join(made[state].number, one.pk, by=cast.supervisor)
    listed = as_csv([["乙测试", "12000000009"]], ["姓名", "电话"])
    silent.take(one.pk, [listed], by=cast.supervisor)


def _in_a_signal(*cases: Complaint) -> Signal:
    """The cases make a signal, as if they had been counted."""
    day = timezone.localdate()
    one = Found(Kind.SPIKE, ("telesales_fraud", "", ""), day, day, day, [case.pk for case in cases])
    one.fields = {"expected": 0.4, "ratio": 3.0, "model_version": "1"}
    with transaction.atomic():
        detecting.write([one], day, timezone.now())
    return Signal.objects.latest("pk")


def _cured(cast: Cast, made: dict[str, Complaint]) -> None:
    """A signal of two of them, with a cause, an action and order volumes that wait."""
    by = cast.supervisor
    giving.plant(by=by)
    signal = _in_a_signal(made["registered"], made["investigating"])
    acting.take(signal.pk, "acknowledge", by=by)
    acting.take(signal.pk, "confirm", by=by, reason="核对属实")
    giving.of_signal(signal.pk, giving.tree()[0][0].pk, "看了录音", by=by)
    due = str(timezone.localdate() + timedelta(days=9))
    wanted = {"what": "培训", "owner": by.username, "due_on": due}
    one = curing.open_one(wanted, by=by, signal=signal.pk)
    proving.add(one.pk, [b"who was there"], "list.txt", by=by)
    volume_files.upload([VOLUMES.encode()], "volumes.csv", by=by)


def _held(cast: Cast, case: Complaint) -> None:
    """A finished case is listed for disposal, then under a legal hold which one of counsel wants to
    release.
    """
    Retention.objects.filter(complaint=case).update(until="2020-01-01")
    disposal.propose(timezone.now())
    sent = {"matter": "(2026) 测 01 民初 1 号", "reason": "已起诉", "numbers": case.number}
    now = timezone.now()
    hold = legal_hold.place(sent, by=cast.counsel, reauthenticated_at=now, now=now)
    legal_hold.ask_release(hold.pk, {"reason": "已结案"}, by=cast.counsel2)


def own_cases(cast: Cast) -> dict[str, Complaint]:
    """State → a case of the agent, brought there by steps; its consumer has all personal fields.

    The agent has also uploaded a list that holds the same person in clear, and counsel has tried a
    rule that changes some of the cases. The calendar changed, and a notice waits to be loaded.
    """
    promise_register.publish(PROMISED, by=cast.supervisor)
    headings, row = ["内容", "姓名", "电话", "身份证号"], ["上门推销，要求退款。"]
    row += [OWN_PERSON[k] for k in ("name", "phone", "id_number")]
    importing.upload([as_csv([row], headings)], "list.csv", by=cast.agent)
    half_typed.save_draft(
        cast.agent, "settings:absence", {"note": "请找何静"}, about={"page": "/settings/absence/"}
    )
    payment_file.upload([PAYMENTS.encode()], "payments.csv", by=cast.supervisor)
    made = {
        state: make(
            cast,
            consumer=dict(OWN_PERSON),
            order_number=f"SO-{state}",
            external_reference=f"EXT-{state}",
            transaction_date=(timezone.localdate() - timedelta(days=20)).isoformat(),
        )
        for state, make in f.IN_STATE.items()
    }
    written = letter_batches.start({"kind": "acceptance", "state": "offered"}, by=cast.agent)
    while letter_batches.work(written.pk):
        pass
    nothing = HandOver([Chosen("TS26-999999")], cast.colleague, None, "批量转派")
    bulk.carry_out(uuid4(), nothing, by=cast.supervisor)
    linked = {"to": made["in_review"].number, "kind": "same_matter"}
    for state in ("investigating", "offered", "archived"):
        linking.link(made[state].number, linked, by=cast.agent)
    f.answer(made["in_review"], cast.agent, **OVERPAID)
    work_off(started(cast.counsel))
    _of_one_defect(cast, made)
    _cured(cast, made)
    _held(cast, made["archived"])
    _moved(cast)
    sent = {"number": made["registered"].number, "kind": "emergency", "why": "safety"}
    asked = access.ask({**sent, "reason": "消费者称要自伤"}, by=cast.outsider)
    access_decision.decide(asked.pk, {"agree": "1"}, by=cast.supervisor)
    access.ask({**sent, "kind": "read", "reason": "核对"}, by=cast.outsider)
    wanted = {"kinds": ["access", "deletion"], "requester": "self", "details": "要一份副本并删除"}
    row = rights.ask(made["in_review"].number, wanted, by=cast.agent)
    rights_answer.ask_identity(row.pk, {"channel": "letter"}, by=cast.agent)
    return made


def example(cast: Cast, case: Complaint) -> Example:
    """A case with the people and teams that addresses name besides."""
    return Example(case, {"pk": cast.team.pk})
