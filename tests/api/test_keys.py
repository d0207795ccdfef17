"""Keys: made once, kept as a hash, opening no more than their scopes and their person's role."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey
from audit.models import Entry
from tests import factories as f
from tests.api.conftest import Caller, complaint, person, program
from tests.cast import Cast


def holding(text: str) -> Caller:
    return Caller({"Authorization": f"Bearer {text}"})


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_key_alone_and_it_works(cast: Cast) -> None:
    printed = create("agent", "--scope", "complaints:read", "--scope", "legal:read", "--label", "x")
    [text] = printed.splitlines()
    me = holding(text).get("me/").json()
    assert me["username"] == "agent"
    assert me["key"]["scopes"] == ["complaints:read", "legal:read"]
    assert me["teams"] == [{"id": cast.team.pk, "name": "客服一组", "leads": False}]
    kept = ApiKey.objects.get()
    assert text not in {kept.key_hash, kept.prefix}
    assert Entry.objects.get(verb="key.issued").subject == "user:agent"
    assert text not in str(Entry.objects.get(verb="key.issued").detail)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody", "--scope", "legal:read"), "nobody"),
        (("agent", "--scope", "everything"), "complaints:read, complaints:write"),
        (("agent", "--scope", "legal:read", "--expires", "0"), "1 至 365"),
        (("agent",), "--scope"),
    ],
)
def test_the_command_says_what_is_wrong(
    cast: Cast, arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        create(*arguments)
    assert not ApiKey.objects.exists()


def test_somebody_who_left_gets_no_key_and_an_old_one_opens_nothing(cast: Cast) -> None:
    _key, text = keys.issue(cast.agent, ["complaints:read"])
    assert holding(text).get("complaints/").status_code == 200
    cast.agent.is_active = False
    cast.agent.save()
    assert holding(text).get("complaints/").status_code == 401
    with pytest.raises(keys.KeyRefused, match="已停用"):
        keys.issue(cast.agent, ["complaints:read"])


def test_an_expired_a_revoked_and_a_changed_key_are_refused_with_the_same_words(cast: Cast) -> None:
    _key, expiring = keys.issue(cast.agent, ["complaints:read"], days=1)
    key, revoked = keys.issue(cast.agent, ["complaints:read"])
    assert holding(expiring).get("complaints/").status_code == 200
    assert holding(revoked).get("complaints/").status_code == 200
    keys.revoke(key, by=cast.administrator)
    changed = revoked[:-1] + ("A" if revoked[-1] != "A" else "B")
    answers = [holding(text).get("complaints/") for text in (revoked, changed, "kesu_x", "")]
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        answers.append(holding(expiring).get("complaints/"))
    assert {a.status_code for a in answers} == {401}
    assert len({a.content for a in answers}) == 1
    assert all(a["WWW-Authenticate"].startswith("Bearer") for a in answers)
    assert Entry.objects.get(verb="key.revoked").actor == "administrator"


def test_the_last_use_is_written_once_in_ten_minutes(cast: Cast) -> None:
    now = timezone.now()
    _key, text = keys.issue(cast.agent, ["complaints:read"], now=now)
    for minutes, writes in ((0, 1), (5, 0), (11, 1)):
        with CaptureQueriesContext(connection) as statements:
            assert keys.verify(text, now + timedelta(minutes=minutes)) is not None
        assert sum(q["sql"].startswith("UPDATE") for q in statements) == writes


@pytest.mark.parametrize(
    ("scope", "method", "path", "opened"),
    [
        ("complaints:read", "get", "complaints/", 200),
        ("complaints:write", "post", "complaints/", 400),
        ("legal:read", "get", "legal/facts/", 200),
        ("complaints:read", "get", "me/", 200),
    ],
)
def test_a_scope_opens_its_own_doors_only(
    cast: Cast, scope: str, method: str, path: str, opened: int
) -> None:
    others = [s for s in keys.SCOPES if s != scope]
    assert program(cast.agent, scope)(method, path, {}).status_code == opened
    if path != "me/":
        refused = program(cast.agent, *others)(method, path, {})
        assert refused.status_code == 403
        assert scope in refused.json()["detail"]


def test_a_key_gives_no_more_than_its_person_may(cast: Cast) -> None:
    f.registered(cast)
    assert program(cast.auditor).get("complaints/").json()["results"]
    assert program(cast.auditor).post("complaints/", complaint()).status_code == 403
    assert program(cast.administrator).get("complaints/").status_code == 403
    assert program(cast.agent).get("audit/").status_code == 403
    assert program(cast.outsider).get("complaints/").json()["results"] == []


def test_the_audit_record_is_read_by_the_auditor_alone(cast: Cast) -> None:
    case = f.registered(cast)
    auditor = program(cast.auditor)
    for subject in (case.number, case.subject):
        [entry] = auditor.get(f"audit/?subject={subject}").json()["results"]
        assert (entry["verb"], entry["actor"]) == ("complaint.registered", "agent")
    for user in (cast.agent, cast.supervisor, cast.counsel, cast.administrator):
        assert program(user).get(f"audit/?subject={case.number}").status_code == 403
        assert person(user).get(f"audit/?subject={case.number}").status_code == 403


def test_without_a_key_or_session_nothing_answers(cast: Cast) -> None:
    answer = Caller({}).get("complaints/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert Caller({"Authorization": "Basic YTpi"}).get("me/").status_code == 401


def test_a_given_password_has_to_be_changed_before_a_session_is_of_use(cast: Cast) -> None:
    cast.agent.must_change_password = True
    cast.agent.save()
    refused = person(cast.agent).get("me/")
    assert (refused.status_code, "密码" in refused.json()["detail"]) == (403, True)
