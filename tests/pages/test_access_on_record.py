"""C13, the audit of access: who came in, could not, left; what was seen, taken out, signed, denied;
whose rights were changed. Each stands in the chained record, with who, when and what, and nothing
of a consumer; the auditor finds it; and the record is whole.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from audit.models import Entry
from audit.record import broken_links
from audit.seal import seal
from complaints import audit_words
from complaints.models import Complaint
from tests import factories as f
from tests.cast import PASSWORD, Cast
from tests.pages.test_review import word
from tests.walks.ask import browser

PERSON = {**f.CONSUMER, "id_number": "110101197001010011", "bank_account": "6200000000000007788"}
TYPED = "13812345678"  # into the box for the name


def comes_in(who: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("login"), {"username": who, "password": password})
    return client


def lived(cast: Cast, case: Complaint, foreign: Complaint) -> None:
    """All of it, as people do it in their browsers."""
    comes_in("agent", "wrong")
    comes_in(TYPED, "wrong")
    agent = comes_in("agent")
    shown = agent.post(
        reverse("reveal", args=[case.number, "phone"]),
        {"purpose": "call_back", "password": PASSWORD},
    )
    assert PERSON["phone"] in shown.content.decode()
    assert agent.get(reverse("case", args=[foreign.number])).status_code == 404
    assert agent.get(reverse("audit_log")).status_code == 403
    agent.post(reverse("logout"))
    counsel = comes_in("counsel")
    desk = reverse("review_case", args=[case.number])
    done(counsel.post(desk, word(counsel.get(desk), "sign")))
    supervisor, taken = comes_in("supervisor"), {"purpose": "答复查询", "password": PASSWORD}
    done(supervisor.post(reverse("readings_export", args=[case.number]), taken), 200)
    administrator = comes_in("administrator")
    sent = {"name": "何静", "roles": ["agent", "supervisor"], "is_active": "on"}
    teams = {f"team_{cast.team.pk}": "member"}
    done(administrator.post(reverse("user", args=[cast.colleague.pk]), {**sent, **teams}))


def done(answer: HttpResponse, status: int = 302) -> None:
    assert answer.status_code == status, answer.content.decode()


def test_c13_whatever_people_see_sign_take_out_and_are_refused_is_on_record_and_it_holds(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    case = f.in_review(cast, consumer=dict(PERSON))
    foreign = f.registered(cast, by=cast.outsider)
    begun, before = timezone.now(), Entry.objects.latest("pk").pk
    lived(cast, case, foreign)
    entries = Entry.objects.filter(pk__gt=before)
    wanted: list[tuple[str, str, str, dict[str, Any]]] = [
        ("sign_in_failed", "system", "user:agent", {}),
        ("sign_in_failed", "system", lockout.NOBODY, {}),
        ("signed_in", "agent", "user:agent", {}),
        ("reveal.made", "agent", case.subject, {"field": "phone", "reveal_purpose": "call_back"}),
        ("access.denied", "agent", "user:agent", {"case": foreign.number, "status": 404}),
        ("access.denied", "agent", "user:agent", {"page": "audit_log", "status": 403}),
        ("signed_out", "agent", "user:agent", {}),
        ("signature.made", "counsel", case.subject, {}),
        ("readings.exported", "supervisor", "user:supervisor", {"case": case.number}),
        ("user_changed", "administrator", "user:colleague", {"roles": [["agent"], [
            "agent", "supervisor"]]}),
    ]  # fmt: skip
    auditor = browser(cast.auditor)
    for verb, actor, subject, detail in wanted:
        (entry,) = entries.filter(verb=verb, subject=subject, detail__contains=detail)
        assert (entry.actor, bool(entry.request_id)) == (actor, True), verb
        assert begun <= entry.at <= timezone.now(), verb
        page = auditor.get(reverse("audit_log"), {"verb": verb, "subject": subject})
        text = page.content.decode()
        assert entry.hash in text, verb
        assert f'<td class="t13">{audit_words.named(verb)}' in text, verb
        assert broken_links(subject) == []
    whole = json.dumps(list(entries.values()), default=str, ensure_ascii=False)
    assert not [value for value in (*PERSON.values(), TYPED, PASSWORD) if value in whole]
    seal(timezone.now())
    call_command("verify_audit", "--no-files", "--json")
    assert json.loads(capsys.readouterr().out)["ok"]


def test_wrong_passwords_are_recorded_within_bounds_and_nothing_that_was_typed(
    cast: Cast, settings: Any
) -> None:
    settings.AXES_FAILURE_LIMIT = settings.SIGN_IN_TRIES = 1000
    failed = Entry.objects.filter(verb=lockout.FAILED)
    for n in range(lockout.MOST + 5):
        comes_in(f"nobody{n}", "wrong")
    comes_in("agent", "wrong")
    assert failed.filter(subject=lockout.NOBODY).count() == lockout.MOST
    assert failed.filter(subject="user:agent").count() == 1
    settings.AXES_FAILURE_LIMIT = 3
    for _n in range(5):
        comes_in("counsel", "wrong")
    assert failed.filter(subject="user:counsel").count() == 3  # then locked out
