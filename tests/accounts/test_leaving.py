"""C18: whoever leaves may do nothing any more, at once: sessions, keys, stand-ins, drafts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import absences, keys, leaving
from accounts.models import Absence, ApiKey, User
from accounts.people import PeopleError
from audit.models import Entry
from complaints.actions import (
    access,
    access_decision,
    assignment,
    commitments,
    consulting,
    half_typed,
    legal_hold,
    revealing,
)
from complaints.models import (
    AccessRequest,
    Commitment,
    Consult,
    Draft,
    Event,
    ImportRun,
    LetterBatch,
    PaymentFile,
    Trial,
)
from tests import factories as f
from tests.api.conftest import Caller
from tests.cast import PASSWORD, Cast


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def absent(user: User, deputy: User | None, days: int) -> Absence:
    day = timezone.localdate() + timedelta(days=days)
    return absences.set_absence(user, first_day=day, last_day=day, deputy=deputy, by=user)


def signed_in(password: str) -> HttpResponse:
    sent = {"username": "agent", "password": password}
    return Client().post(reverse("login"), sent)  # type: ignore[return-value]


def counts(user: User) -> dict[str, int]:
    found = leaving.hanging(user, timezone.now())
    return {each.part.code: each.number for each in found if each.number}


def test_c18_leaving_ends_everything_in_one_act_and_says_what(cast: Cast) -> None:
    """By the page, as security; the next request is refused whatever asks; coming back returns
    nothing.
    """
    own, held = f.registered(cast), f.registered(cast, order_number="ORD-2")
    assignment.share_with_counsel(held.number, by=cast.agent, note="涉诉")
    legal_hold.place(
        {"matter": "（2026）浙 01 民初 1 号", "reason": "起诉", "numbers": held.number},
        by=cast.counsel,
        reauthenticated_at=timezone.now(),
    )
    own_days = absent(cast.agent, cast.colleague, 3)
    stood_in = absent(cast.supervisor, cast.agent, 9)
    _key, text = keys.issue(cast.agent, ["complaints:read"])
    program = Caller({"Authorization": f"Bearer {text}"})
    half_typed.save_draft(cast.agent, f"complaint:{own.number}:reply", {"text": "草稿"})
    wanted = {"cases": 1, "held_cases": 1, "absences": 1, "stands_in": 1, "api_keys": 1}
    gone, security = browser(cast.agent), browser(cast.security)
    asked = ("/complaints/", f"/api/v1/complaints/{own.number}/", "/settings/")
    assert {gone.get(a).status_code for a in asked} == {200}
    assert program.get("me/").status_code == 200
    wanted |= {"sessions": 1, "drafts": 1}
    assert counts(cast.agent) == wanted
    page = security.get(reverse("account", args=[cast.agent.pk])).content.decode()
    assert "立即停用" in page
    assert own.number not in page
    for _twice in range(2):
        answer = security.post(reverse("leave", args=[cast.agent.pk]), {"why": "left"})
        assert answer.status_code == 302
    [entry] = Entry.objects.filter(verb="user_left")
    ended = {code: n for code, n in wanted.items() if code != "held_cases"}
    assert entry.detail == {"why": "left", "ended": ended}
    assert entry.actor == "security"
    for address in asked:
        assert gone.get(address).status_code in (302, 401, 403), address
    assert gone.get("/complaints/", headers={"HX-Request": "true"}).status_code == 401
    assert program.get("me/").status_code == 401
    refused = signed_in(PASSWORD)
    assert (refused.status_code, "用户名或密码不正确" in refused.content.decode()) == (200, True)
    own.refresh_from_db()
    held.refresh_from_db()
    assert (own.owner, held.owner) == (None, cast.agent)
    assert Event.objects.filter(complaint=own, code="returned_to_queue").count() == 1
    own_days.refresh_from_db()
    stood_in.refresh_from_db()
    assert own_days.ended_at is not None
    assert (stood_in.ended_at, stood_in.deputy) == (None, None)
    assert not Draft.objects.filter(user=cast.agent).exists()
    page = security.get(reverse("account", args=[cast.agent.pk])).content.decode()
    assert "当时结束了" in page
    assert "请主管逐件转派" in page
    secret = leaving.come_back(User.objects.get(username="agent"), by=cast.administrator)
    assert signed_in(secret).status_code == 302
    assert program.get("me/").status_code == 401
    assert gone.get("/settings/").status_code == 302
    assert counts(User.objects.get(username="agent")) == {"held_cases": 1, "sessions": 1}


def hang_everything_on(cast: Cast, user: User) -> dict[str, int]:
    """One of each kind of thing that hangs on somebody of counsel; part → how many."""
    now = timezone.now()
    case = f.in_review(cast)
    consulting.ask(case.number, {"user": user.username, "question": "？"}, by=cast.counsel)
    due = str(timezone.localdate() + timedelta(days=3))
    promise = {"text": "周五前回电", "due": due, "source": "call"}
    made = commitments.make(f.investigating(cast).number, promise, by=cast.agent)
    Commitment.objects.filter(pk=made.pk).update(owner=user)
    wanted = {"kind": "read", "why": "same_matter", "reason": "同批次", "hours": "2"}
    for number, granted in ((made.complaint.number, True), ("TS26-999998", False)):
        row = access.ask({"number": number, **wanted}, by=user)
        if granted:
            access_decision.decide(row.pk, {"agree": "1"}, by=cast.supervisor)
    at = {"created_at": now, "file_name": "a.csv", "sha256": "0" * 64, "progress_at": now}
    for state in ("uploaded", "running"):
        ImportRun.objects.create(user=user, team=cast.team, state=state, **at)
    for state in ("checked", "running"):
        PaymentFile.objects.create(user=user, way="transfer", state=state, **at)
    LetterBatch.objects.create(by=user, kind="reply", created_at=now, heard_at=now)
    Trial.objects.create(
        by=user, kind="candidate", base_sha256="0", new_sha256="1", rule_set="1", created_at=now
    )
    waits = {"consults": 1, "promises": 1, "grants": 1, "access_requests": 1}
    return {**waits, "runs": 3, "files": 3}


def test_c18_of_somebody_of_counsel_everything_asked_lent_promised_and_running_ends(
    cast: Cast,
) -> None:
    wanted = hang_everything_on(cast, cast.counsel2)
    leaver = User.objects.get(pk=cast.counsel2.pk)
    assert counts(leaver) == wanted
    with CaptureQueriesContext(connection) as asked:
        ended = leaving.leave(leaver, "left", by=cast.security)
    assert {code: n for code, n in ended.items() if n} == wanted
    leaver.refresh_from_db()
    assert counts(leaver) == {}
    assert leaver.sees_more_until is None
    assert Consult.objects.get().withdrawn_at is not None
    assert Commitment.objects.get(text="周五前回电").owner is None
    assert set(ImportRun.objects.values_list("state", flat=True)) == {"failed"}
    assert set(PaymentFile.objects.values_list("state", flat=True)) == {"failed"}
    assert (Trial.objects.get().state, LetterBatch.objects.count()) == ("stopped", 0)
    # an earlier request is void for good; the same again is a new one
    leaving.come_back(leaver, by=cast.administrator)
    leaver.refresh_from_db()
    assert counts(leaver) == {}
    waits = AccessRequest.objects.get(number="TS26-999998")
    assert "申请人的账号已停用" in access_decision.closed(waits, timezone.now())
    words = {"kind": "read", "why": "same_matter", "reason": "同批次", "hours": "2"}
    assert access.ask({"number": waits.number, **words}, by=leaver) != waits
    # what ended then is not counted again; the one above waits now
    assert leaving.leave(leaver, "left", by=cast.security)["access_requests"] == 1
    order = locks(asked)
    assert order[0] == "accounts_user"
    assert order.index("complaints_importrun") < order.index("complaints_complaint")
    last = len(order) - 1 - order[::-1].index("complaints_complaint")
    assert last < order.index("audit_entry user:")


def locks(asked: CaptureQueriesContext) -> list[str]:
    """Which tables were held, one after the other; entries of a person's chain by name."""
    found = []
    for query in asked.captured_queries:
        sql = query["sql"]
        if "FOR NO KEY UPDATE" in sql or "FOR UPDATE" in sql or sql.startswith("UPDATE"):
            found.append(re.search(r'(?:FROM|UPDATE) "(\w+)"', sql).group(1))  # type: ignore[union-attr]
        elif 'INSERT INTO "audit_entry"' in sql and "user:" in sql:
            found.append("audit_entry user:")
    return found


def test_c18_whoever_needs_a_person_and_a_case_holds_the_person_first(cast: Cast) -> None:
    """So that leaving, which holds the person and then the cases, never waits for somebody who
    waits for it.
    """
    case = f.investigating(cast)
    row = access.ask(
        {"number": case.number, "kind": "read", "why": "same_matter", "reason": "x", "hours": "1"},
        by=cast.outsider,
    )
    seen = {"field": "phone", "purpose": "call_back"}
    now = timezone.now()
    for act in (
        lambda: access_decision.decide(row.pk, {"agree": "1"}, by=cast.supervisor),
        lambda: revealing.reveal(
            case.number, seen, by=cast.agent, via="session", confirmed_at=now, now=now
        ),
    ):
        with CaptureQueriesContext(connection) as asked:
            act()
        held = [name for name in locks(asked) if name in ("accounts_user", "complaints_complaint")]
        assert held[:2] == ["accounts_user", "complaints_complaint"]


def test_c18_who_may_not_end_an_account_changes_nothing(cast: Cast) -> None:
    for by, whom, why, words in (
        (cast.security, cast.security, "left", "不能停用自己"),
        (cast.administrator, cast.administrator, "left", "不能停用自己"),
        (cast.supervisor, cast.agent, "left", "只有系统管理员和安全管理员"),
        (cast.auditor, cast.agent, "left", "只有系统管理员和安全管理员"),
        (cast.security, cast.administrator, "left", "最后一位"),
        (cast.security, cast.agent, "", "请选择原因"),
    ):
        with pytest.raises(PeopleError, match=words):
            leaving.leave(whom, why, by=by)
    for name, user in cast.everybody().items():
        answer = browser(user).post(reverse("leave", args=[cast.colleague.pk]), {"why": "odd"})
        may = name in ("administrator", "security")
        assert answer.status_code == (422 if may else 403), name
        page = browser(user).get(reverse("account", args=[cast.colleague.pk]))
        assert page.status_code == (200 if may or name == "auditor" else 403), name
        assert ("立即停用" in page.content.decode()) is may, name
    with pytest.raises(PeopleError, match="只有系统管理员"):
        leaving.come_back(cast.colleague, by=cast.security)
    assert User.objects.filter(is_active=False).count() == 0
    assert not Entry.objects.filter(verb__in=["user_left", "user_returned"]).exists()


def test_c14_a_key_dies_with_the_role_and_is_never_more_than_it(cast: Cast) -> None:
    """Also where the roles were changed past this program."""
    with pytest.raises(keys.KeyRefused, match="角色不含"):
        keys.issue(cast.agent, ["audit:read"])
    with pytest.raises(keys.KeyRefused, match="1 至 365 天"):
        keys.issue(cast.agent, ["legal:read"], days=366)
    _key, text = keys.issue(cast.agent, ["complaints:read", "complaints:write"])
    program = Caller({"Authorization": f"Bearer {text}"})
    assert program.get("complaints/").status_code == 200
    User.objects.filter(pk=cast.agent.pk).update(roles=["security"])
    assert program.get("complaints/").status_code == 403
    User.objects.filter(pk=cast.agent.pk).update(roles=["agent"])
    client = browser(cast.administrator)
    sent = {"name": "陈晓雨", "roles": ["auditor"]}
    assert client.post(reverse("user", args=[cast.agent.pk]), sent).status_code == 302
    assert ApiKey.objects.get().revoked_at is not None
    assert program.get("me/").status_code == 401
    assert Entry.objects.filter(verb="key.revoked", actor="administrator").count() == 1
