"""C3, C5, C6: a number in clear is bound to a purpose, counted, recorded before it is opened."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import keys, training
from accounts.models import Absence, Alarm, AlarmKind
from accounts.reauthentication import KEY
from audit.models import Entry
from complaints import reveal_policy
from complaints.actions import revealing, tail_check
from complaints.lifecycle import State
from complaints.models import Complaint, Reveal, TailCheck
from complaints.models.reveal import Purpose
from complaints.reveal_policy import Basis, No
from correspondence.tasks import send_waiting
from tests import factories as f
from tests.cast import PASSWORD, Cast, assemble
from tests.complaints.test_race import at_once

PERSON = {
    "name": "王测试",
    "phone": "12012345678",
    "id_number": "110101197001010011",
    "bank_account": "6200000000000007788",
}


@pytest.fixture
def case(cast: Cast) -> Complaint:
    return f.investigating(cast, consumer=dict(PERSON))


def ask(client: Client, case: str, act: str = "reveal", **sent: Any) -> Any:
    return client.post(f"/api/v1/complaints/{case}/{act}/", sent, content_type="application/json")


def browser(user: Any, confirmed: bool = True) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    session = client.session
    if confirmed:
        session[KEY] = timezone.now().isoformat()
    session.save()
    return client


def look(case: Complaint, by: Any, field: str = "id_number", **more: Any) -> revealing.Revealed:
    purpose = more.pop("purpose", "verify_identity")
    return revealing.reveal(
        case.number,
        {"field": field, "purpose": purpose},
        by=by,
        via="session",
        confirmed_at=more.get("now") or timezone.now(),
        **more,
    )


def code_of(case: Complaint, by: Any, now: datetime) -> str:
    found: Basis | No = reveal_policy.basis_of(case, by, now)
    return found.code


# Who → the states in which a number of the case is shown. All others: never.
OPEN = {s.value for s in State} - {"closed", "archived"}
ALLOWED = {
    "agent": OPEN,  # owns it
    "supervisor": OPEN | {"closed"},
    "supervisor2": OPEN | {"closed"},
    "counsel": {"in_review", "external"},
    "counsel2": {"in_review", "external"},
}


def test_c5_who_may_look_by_role_state_and_assignment(cast: Cast, case: Complaint) -> None:
    now = timezone.now()
    seen: dict[str, set[str]] = {}
    for who, user in cast.everybody().items():
        for state in State.values:
            case.state = state
            found = reveal_policy.basis_of(case, user, now)
            if not isinstance(found, No):
                seen.setdefault(who, set()).add(state)
            else:
                assert found.message
                assert found.code in ("role", "archived", "state", "not_assigned")
    assert seen == ALLOWED
    # the deputy of the absent owner may what the owner may, only on those days
    day = timezone.localdate(now)
    away = Absence.objects.create(
        user=cast.agent, deputy=cast.colleague, first_day=day, last_day=day, by=cast.agent,
        created_at=now,
    )  # fmt: skip
    case.state = "investigating"
    assert code_of(case, cast.colleague, now) == "deputy"
    later = now + timedelta(days=1)
    assert code_of(case, cast.colleague, later) == "not_assigned"
    Absence.objects.filter(pk=away.pk).update(ended_at=now)
    assert code_of(case, cast.colleague, now) == "not_assigned"
    # every purpose fits somewhere, none once the case is archived; each says what should follow
    for field in reveal_policy.PURPOSES[Purpose.LEGAL_DOCUMENT].fields:
        case.state = "archived"
        assert reveal_policy.purposes_for(case, field) == []
    assert all(rule.states & rule.fields == set() for rule in reveal_policy.PURPOSES.values())
    assert set(reveal_policy.PURPOSES) == set(Purpose.values)
    by_dialog = [r for p, r in reveal_policy.PURPOSES.items() if p != Purpose.RIGHTS]
    assert all(rule.states and rule.expects for rule in by_dialog)


def test_c5_one_value_for_a_purpose_and_everything_about_it_on_record(
    cast: Cast, case: Complaint
) -> None:
    agent = browser(cast.agent)
    answer = ask(agent, case.number, field="phone", purpose="call_back", note="约定 15:00 回电")
    assert answer.status_code == 200, answer.content
    assert answer.json()["value"] == PERSON["phone"]
    assert answer["Cache-Control"] == "no-store"
    row = Reveal.objects.get()
    assert (row.by, row.field, row.basis) == (cast.agent, "phone", "owner")
    assert row.expects == "call_note"
    entry = Entry.objects.get(verb="reveal.made", subject=case.subject)
    assert entry.detail == {"field": "phone", "reveal_purpose": "call_back", "basis": "owner"}
    refused = {  # what is sent, by whom → status and code
        "a key": (ask(Client(headers=key(cast.agent)), case.number, **PHONE), 403, "program"),
        "not confirmed": (ask(browser(cast.agent, False), case.number, **PHONE), 403,
                          "not_confirmed"),
        "a colleague": (ask(browser(cast.colleague), case.number, **PHONE), 403, "not_assigned"),
        "the auditor": (ask(browser(cast.auditor), case.number, **PHONE), 403, "role"),
        "a purpose of another time": (
            ask(agent, case.number, field="bank_account", purpose="refund"), 403, "purpose"),
        "another team": (ask(browser(cast.outsider), case.number, **PHONE), 404, "not_found"),
        "missing": (ask(browser(cast.outsider), "TS26-999999", **PHONE), 404, "not_found"),
        "no such field": (ask(agent, case.number, field="narrative", purpose="call_back"), 400,
                          "invalid"),
        "no such purpose": (ask(agent, case.number, field="phone", purpose="x"), 400, "invalid"),
        "not stored": (ask(agent, case.number, field="email", purpose="call_back"), 400, "invalid"),
        "a number as a note": (ask(agent, case.number, **PHONE, note="120-1234 5678"), 400,
                               "invalid"),
    }  # fmt: skip
    for why, (given, status, code) in refused.items():
        assert (given.status_code, given.json()["code"]) == (status, code), why
        assert PERSON["phone"] not in given.content.decode(), why
    nonsense = ask(browser(cast.outsider), case.number, field="x")
    assert nonsense.json() == refused["missing"][0].json()
    foreign, missing = (refused[why][0].json() for why in ("another team", "missing"))
    assert foreign == missing
    assert Reveal.objects.count() == 1
    told = Entry.objects.filter(verb="reveal.refused").values_list("detail__why", flat=True)
    assert Counter(told) == Counter(
        ["program", "not_confirmed", "not_assigned", "role", "purpose", *["foreign"] * 3]
    )
    kinds = Alarm.objects.filter(kind=AlarmKind.REVEAL_FOREIGN).values_list("case", flat=True)
    assert set(kinds) == {case.number, "TS26-999999"}
    wholes = [str(e) for e in Entry.objects.values_list("detail", flat=True)]
    assert not [w for w in wholes for clear in PERSON.values() if clear in w]


PHONE = {"field": "phone", "purpose": "call_back"}


def key(user: Any) -> dict[str, str]:
    _row, text = keys.issue(user, ["complaints:write"], days=1)
    return {"Authorization": f"Bearer {text}"}


def test_c5_a_number_of_a_text_is_shown_as_one_of_the_consumer_is(cast: Cast) -> None:
    text = "请打 13800138000 联系，卡号 6222021234567890128"
    case = f.investigating(cast, consumer=dict(PERSON), narrative=text)
    assert "13800138000" not in case.narrative
    agent, there = browser(cast.agent), {s.kind: f"span:{s.pk}" for s in case.vaulted.all()}
    page = agent.get(f"/complaints/{case.number}/numbers/").content.decode()
    assert all(field in page for field in there.values())
    assert "13800138000" not in page
    answer = ask(agent, case.number, field=there["phone"], purpose="call_back")
    assert answer.json()["value"] == "13800138000"
    assert Reveal.objects.get().bucket == "contact"
    wrong = ask(agent, case.number, field=there["phone"], purpose="refund")
    assert wrong.json()["code"] == "purpose"
    other = f.investigating(cast)
    foreign = ask(agent, other.number, field=there["phone"], purpose="call_back")
    assert foreign.json()["code"] == "invalid"


def test_c18_without_a_training_that_counts_nothing_is_shown(
    cast: Cast, case: Complaint, settings: Any
) -> None:
    settings.TRAINING_REQUIRED = True
    agent, today = browser(cast.agent), timezone.localdate()
    answer = ask(agent, case.number, **PHONE)
    assert (answer.status_code, answer.json()["code"]) == (403, "training")
    day = today - timedelta(days=1)
    training.enter(cast.agent, passed_on=day, valid_until=day, by=cast.security)
    assert ask(agent, case.number, **PHONE).status_code == 403
    training.enter(cast.agent, passed_on=today, valid_until=today, by=cast.security)
    assert ask(agent, case.number, **PHONE).status_code == 200


def test_c14_who_administers_secures_or_audits_sees_no_number_however_it_is_asked_for(
    cast: Cast, case: Complaint
) -> None:
    for name in ("administrator", "security", "auditor"):
        client = browser(getattr(cast, name))
        for field in ("phone", "id_number", "bank_account"):
            answer = ask(client, case.number, field=field, purpose="verify_identity")
            assert answer.status_code == 403, name
            sent = {"purpose": "verify_identity", "password": PASSWORD}
            page = client.post(f"/complaints/{case.number}/reveal/{field}/", sent)
            assert page.status_code == (422 if name == "auditor" else 403), name
            text = answer.content.decode() + page.content.decode()
            assert not [clear for clear in PERSON.values() if clear in text], name
    assert not Reveal.objects.exists()


def test_c5_an_archived_case_shows_nothing_and_raises_an_alarm(cast: Cast) -> None:
    case = f.archived(cast, consumer={**f.CONSUMER, **PERSON})
    answer = ask(browser(cast.supervisor), case.number, **PHONE)
    assert (answer.status_code, answer.json()["code"]) == (403, "archived")
    alarm = Alarm.objects.get(kind=AlarmKind.REVEAL_CLOSED)
    assert (alarm.about, alarm.case) == (cast.supervisor, case.number)
    assert ask(browser(cast.supervisor), case.number, "last-four", field="phone",
               last_four="5678").status_code == 403  # fmt: skip


def test_c6_six_in_ten_minutes_and_twenty_a_day_of_numbers_and_contact_apart(
    cast: Cast, case: Complaint, settings: Any
) -> None:
    settings.CONTACT_REVEALS_PER_DAY = 3
    start, shown, waits = timezone.now(), 0, []
    for n in range(100):  # a burst through a whole day, one every ten minutes in the end
        try:
            look(case, cast.agent, now=start + timedelta(minutes=2 * n))
            shown += 1
        except revealing.QuotaReached as full:
            waits.append(full.retry_after)
    assert (shown, len(waits)) == (20, 80)
    assert min(waits) > 0
    times = sorted(Reveal.objects.values_list("at", flat=True))
    assert all(b - a >= timedelta(minutes=10) for a, b in zip(times, times[6:], strict=False))
    near = Alarm.objects.get(kind=AlarmKind.REVEAL_NEAR)
    assert near.detail["used"] == 16
    assert Alarm.objects.filter(kind=AlarmKind.REVEAL_QUOTA).exists()
    # contact is counted apart, and per person
    later = start + timedelta(minutes=200)
    for _n in range(3):
        look(case, cast.agent, "phone", purpose="call_back", now=later)
    with pytest.raises(revealing.QuotaReached):
        look(case, cast.agent, "phone", purpose="call_back", now=later)
    look(case, cast.supervisor, now=later)
    look(case, cast.agent, now=times[0] + timedelta(hours=24, seconds=1))
    answer = ask(browser(cast.agent), case.number, field="phone", purpose="call_back")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_c5_what_cannot_be_recorded_is_not_shown(cast: Cast, case: Complaint) -> None:
    agent = browser(cast.agent)
    for table in ("complaints_reveal", "audit_entry"):
        with transaction.atomic():
            with connection.cursor() as cursor:  # the table takes nothing
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT shut CHECK (false) NOT VALID")
            answer = ask(agent, case.number, **PHONE)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), table
            assert PERSON["phone"] not in answer.content.decode()
            transaction.set_rollback(True)
    assert not Reveal.objects.exists()


def test_c3_the_last_four_are_compared_and_guessing_ends_after_five(
    cast: Cast, case: Complaint
) -> None:
    agent = browser(cast.agent)
    tries = {
        ("phone", "5678"): True,
        ("id_number", "0011"): True,
        ("bank_account", "7788"): True,
        ("phone", "5679"): False,
    }
    for (field, last_four), same in tries.items():
        answer = ask(agent, case.number, "last-four", field=field, last_four=last_four)
        assert answer.json() == {"matches": same, "left": 5 if same else 4}
    for n in range(4):
        tail_check.check(case.number, {"field": "phone", "last_four": f"000{n}"}, by=cast.colleague)
    right = ask(agent, case.number, "last-four", field="phone", last_four="5678")
    assert (right.status_code, right.json()["code"]) == (429, "guessing")
    assert TailCheck.objects.count() == 8
    assert Alarm.objects.get(kind=AlarmKind.GUESSING).case == case.number
    for wrong, status in (("12", 400), ("abcd", 400)):
        assert ask(agent, case.number, "last-four", field="phone", last_four=wrong).status_code == (
            status
        )
    foreign = ask(browser(cast.outsider), case.number, "last-four", field="phone", last_four="5678")
    assert foreign.status_code == 404
    assert not Reveal.objects.exists()


def test_c3_the_five_commonest_tasks_need_no_number_in_clear(cast: Cast) -> None:
    case = f.executing(cast, consumer={**f.CONSUMER, **PERSON})
    agent, seen = browser(cast.agent), []
    [promise] = case.commitments.all()

    def do(path: str, **sent: Any) -> None:
        answer = ask(agent, case.number, path, **sent)
        assert answer.status_code in (200, 201), answer.content
        seen.append(answer.content.decode())

    do("last-four", field="phone", last_four="5678")  # who is on the line
    do("communications", kind="call_note", channel="phone", text="来电核对尾号一致，询问退款进度")
    do("communications", kind="reply", text="您好，退款今天汇出。")  # to the address on file
    paid_on = timezone.localdate().isoformat()
    money = {"amount": str(promise.standing.open), "paid_on": paid_on, "way": "bank"}
    do("payments", commitment=promise.pk, reference="P-1", **money)  # to the account on file
    send_waiting()  # the letter about it leaves by itself
    assert {to for sent in mail.outbox for to in sent.to} == {f.CONSUMER["email"]}
    seen += [
        agent.get(f"/complaints/{case.number}/{page}").content.decode() for page in ("", "told/")
    ]
    clear = [*PERSON.values(), f.CONSUMER["email"], f.CONSUMER["address"]]
    assert not [value for value in clear for text in seen if value in text]
    assert not Reveal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_c6_fifty_at_once_are_six_values_and_each_is_recorded_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = assemble()
    case = f.investigating(cast, consumer=dict(PERSON))
    opened, seen = revealing._opened, []

    def watched(row: Reveal) -> str:
        seen.append(committed(row.pk))
        return opened(row)

    monkeypatch.setattr(revealing, "_opened", watched)
    got = at_once(*[lambda: look(case, cast.agent) for _n in range(50)])
    assert Counter(type(each).__name__ for each in got) == {"Revealed": 6, "QuotaReached": 44}
    assert Reveal.objects.count() == 6
    assert Entry.objects.filter(verb="reveal.made").count() == 6
    assert seen == [True] * 6


def committed(pk: int) -> bool:
    """Whether another connection finds the row and its entry in the record."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM complaints_reveal r JOIN audit_entry e "
                "ON e.verb = 'reveal.made' AND e.at = r.at WHERE r.id = %s",
                [pk],
            )
            found: bool = cursor.fetchone()[0] >= 1
    finally:
        other.close()
    return found
