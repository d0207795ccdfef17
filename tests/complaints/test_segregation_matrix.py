"""Who may not judge × everything that is a judgement × page and API: each refused with its own
sentence, in both languages, and nothing is written.

Whether the sentences have an English is asked by the test of the catalogue; here it is asked that
the person reads it.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Membership, Team
from accounts.roles import Role
from audit.models import Entry
from complaints.actions import approvals, limits, mass, reading, segregation, signature
from complaints.actions import resolution as resolutions
from complaints.checklist import ITEMS
from complaints.models import (
    Approval,
    Complaint,
    Event,
    MassCase,
    MassOpinion,
    Opinion,
    Outbox,
    Transition,
)
from complaints.signing import mass as mass_signing
from complaints.signing.canonical import content_hash, hash_of
from tests import factories as f
from tests.api.conftest import Caller, person, program
from tests.cast import PASSWORD, Cast
from tests.complaints.test_mass import VALUES
from tests.complaints.test_segregation import away, client_of, name

SIGN = {"opinion": "同意", "below_minimum_reason": "测试"}
OTHER = {"name": "李测试", "phone": "12055556666"}
THIRD = {"name": "赵测试", "phone": "12077778888"}


@dataclass
class World:
    """`case` waits for an approval of its sum, `grave` for a second signature, the letter of `void`
    for a new one; `mass` has a finding to sign. `user`: who tries.
    """

    cast: Cast
    user: Any
    case: Complaint
    grave: Complaint
    void: Complaint
    mass: MassCase

    @property
    def cases(self) -> tuple[Complaint, ...]:
        return self.case, self.grave, self.void


# --- what makes somebody one who may not


def staff(user: Any, *roles: Role) -> None:
    user.roles = [str(role) for role in roles]
    user.save()
    team = Team.objects.get(name="客服一组")
    leads = Role.SUPERVISOR in roles
    Membership.objects.get_or_create(user=user, team=team, defaults={"leads": leads})


def build(cast: Cast, *drafters: Any, finding: tuple[Any, Any] = (), approver: Any = None) -> World:
    """`drafters` wrote the proposals, one after the other; `finding`: who wrote defect and finding
    of the mass case; `approver`: of the sums.
    """
    made = {
        "case": f.resolving(cast),
        "grave": f.resolving(cast, order_number="G", consumer=OTHER, risk_flags=["safety"]),
        "void": f.resolving(
            cast, order_number="V", consumer={**THIRD, "email": "third@example.com"}
        ),
    }
    for number, case in enumerate(made.values()):
        for by in drafters or (cast.agent,):
            resolutions.save_draft(case.number, f.proposal(), by=by)
        f.step(case, "submit", cast.agent, waits=approver is not None or number == 0)
        if approver is not None:
            approvals.decide(case.number, {"approve": True}, by=approver)
    for case in (made["grave"], made["void"]):
        f.step(case, "sign", cast.counsel2, **SIGN)
    f.with_evidence(made["void"], cast.agent, "后来的聊天记录")
    opener, writer = finding or (cast.supervisor, cast.supervisor)
    common = mass.open_one({**VALUES, "finding": ""}, by=opener)
    mass.join(made["case"].number, common.pk, by=opener)
    mass.write(common.pk, {"finding": VALUES["finding"]}, by=writer)
    cases = {what: Complaint.objects.get(pk=case.pk) for what, case in made.items()}
    return World(cast, cast.counsel, mass=MassCase.objects.get(pk=common.pk), **cases)


def author(cast: Cast) -> World:
    staff(cast.counsel, Role.AGENT, Role.SUPERVISOR, Role.COUNSEL)
    limits.set_limit({"user": "counsel", "amount": "1000"}, by=cast.administrator)
    return build(cast, cast.counsel, finding=(cast.supervisor, cast.counsel))


def co_author(cast: Cast) -> World:
    """Wrote what another saved last."""
    staff(cast.counsel, Role.AGENT, Role.SUPERVISOR, Role.COUNSEL)
    return build(cast, cast.counsel, cast.agent, finding=(cast.counsel, cast.supervisor))


def named(cast: Cast) -> World:
    world = build(cast)
    for case in world.cases:
        name(case, cast.counsel, cast.supervisor)
    return world


def recused(cast: Cast) -> World:
    world = build(cast)
    for case in world.cases:
        segregation.recuse(case.number, {"reason": "与消费者相识"}, by=cast.counsel)
    return world


def deputy_of_the_author(cast: Cast) -> World:
    staff(cast.counsel, Role.COUNSEL)
    world = build(cast)
    away(cast.agent, cast.counsel)
    away(cast.supervisor, cast.counsel)
    return world


def deputy_of_a_co_author(cast: Cast) -> World:
    staff(cast.counsel, Role.COUNSEL)
    world = build(cast, cast.colleague, cast.agent, finding=(cast.supervisor2, cast.supervisor))
    away(cast.colleague, cast.counsel)
    away(cast.supervisor2, cast.counsel)
    return world


def deputy_of_the_deputy(cast: Cast) -> World:
    staff(cast.counsel, Role.COUNSEL)
    world = build(cast)
    for absent in (cast.agent, cast.supervisor):
        away(absent, cast.colleague)
    away(cast.colleague, cast.counsel)
    return world


def deputy_of_the_named(cast: Cast) -> World:
    staff(cast.counsel, Role.COUNSEL)
    world = build(cast)
    for case in world.cases:
        name(case, cast.colleague, cast.supervisor)
    away(cast.colleague, cast.counsel)
    return world


def approver(cast: Cast) -> World:
    """One of counsel who leads the team as well, and approved the sums as a supervisor."""
    staff(cast.counsel, Role.SUPERVISOR, Role.COUNSEL)
    return build(cast, approver=cast.counsel)


def with_role(role: str) -> Callable[[Cast], World]:
    def make(cast: Cast) -> World:
        world = build(cast)
        world.user = getattr(cast, role)
        return world

    make.__name__ = role
    return make


# --- the judgements, on the page and over the API


def fingerprint(case: Complaint) -> str:
    resolution = signature.as_it_would_be_signed(Complaint.objects.get(pk=case.pk))
    assert resolution is not None
    return content_hash(resolution)


def on_the_page(act: str, which: str, **more: str) -> Callable[[World, Client], Any]:
    """Post counsel's word on the review page, as if it had just been read."""

    def post(world: World, client: Client, **headers: str) -> Any:
        case = Complaint.objects.get(pk=getattr(world, which).pk)
        version = case.resolutions.order_by("-version").values_list("version", flat=True)[0]
        newest = case.events.order_by("-id").values_list("id", flat=True)[0]
        taken_over = {f"take_over-{rule}": "由本人承担" for rule in f.taken_over(case)}
        sent = {
            "action": act,
            "read": fingerprint(case),
            "seen": str(newest),
            "version": str(version),
            "opinion": "同意",
            "below_minimum_reason": "测试",
            "checklist": list(ITEMS),
            "password": PASSWORD,
        }
        address = reverse("review_case", args=[case.number])
        return client.post(address, {**sent, **taken_over, **more}, headers=headers)

    return post


def batch(world: World, client: Client, **headers: str) -> Any:
    sent = {"case": [world.case.number], "checklist": list(ITEMS), "opinion": "同意"}
    return client.post("/review/batch/", {**sent, "password": PASSWORD}, headers=headers)


def finding(world: World, client: Client, **headers: str) -> Any:
    read = hash_of(mass_signing.content(world.mass))
    sent = {"text": "认定成立", "read": read, "password": PASSWORD}
    return client.post(reverse("mass_sign", args=[world.mass.pk]), sent, headers=headers)


def approve(world: World, client: Client, **headers: str) -> Any:
    case = Complaint.objects.get(pk=world.case.pk)
    sent = {"approve": "1", "note": "", "version": f"{case.version}:0"}
    return client.post(reverse("approve_offer", args=[case.number]), sent, headers=headers)


def by_step(which: str, step: str, **fields: Any) -> Callable[..., Any]:
    def post(world: World, caller: Caller, **headers: str) -> Any:
        case = getattr(world, which)
        more = {"take_over": f.taken_over(case)} if step == "sign" else {}
        body = {"step": step, **fields, **more}
        return caller.post(f"complaints/{case.number}/steps/", body, **headers)

    return post


def approve_by_api(world: World, caller: Caller, **headers: str) -> Any:
    path = f"complaints/{world.case.number}/approvals/"
    return caller.post(path, {"approve": True}, **headers)


def finding_by_api(world: World, caller: Caller, **headers: str) -> Any:
    body = {"opinion": "认定成立", "content": hash_of(mass_signing.content(world.mass))}
    return caller.post(f"mass/{world.mass.pk}/sign/", body, **headers)


def again_by_api(world: World, caller: Caller, **headers: str) -> Any:
    body = {**SIGN, "take_over": f.taken_over(world.void)}
    return caller.post(f"complaints/{world.void.number}/review/sign-again/", body, **headers)


def batch_by_api(world: World, caller: Caller, **headers: str) -> Any:
    body = {
        "cases": [world.case.number],
        "opinion": "同意",
        "checklist": dict.fromkeys(ITEMS, True),
    }
    return caller.post("review/batch/", body, **headers)


PAGES: dict[str, Callable[..., Any]] = {
    "sign": on_the_page("sign", "case"),
    "sign with conditions": on_the_page("sign", "case", conditions="先补录音"),
    "cosign": on_the_page("sign", "grave"),
    "sign again": on_the_page("sign", "void"),
    "send back": on_the_page("send_back", "case"),
    "batch": batch,
    "finding": finding,
    "approve": approve,
}
CALLS: dict[str, Callable[..., Any]] = {
    "sign": by_step("case", "sign", **SIGN),
    "sign with conditions": by_step("case", "sign", **SIGN, conditions=["先补录音"]),
    "cosign": by_step("grave", "sign", **SIGN),
    "send back": by_step("case", "send_back", comments="请修改"),
    "sign again": again_by_api,
    "batch": batch_by_api,
    "finding": finding_by_api,
    "approve": approve_by_api,
}

# --- the sentences: for what lies with counsel, for the sum, for the finding

OWN = "方案拟订人不得审核或签署自己的方案；请由另一位法务处理"
HELPED = "您参与拟订过本案的方案，不得审核、批准或签署；请由没有参与拟订的同事处理"
NOT_FOUND = "编号可能有误，或者它不在您可以查看的范围内。"
NO_NUMBER = "没有这个编号，或者它不在您可以查看的范围内"
NO_CASE = "没有这个案件，或者它不在您可以查看的范围内"
BACK = "您已回避本案，不得审核或签署；请由另一位法务处理"
FOR_AUTHOR = "您现在是方案拟订人的代理人，不得审核或签署；请由另一位法务处理"
FOR_NAMED = "您现在是本案被点名同事的代理人，不得审核、批准或签署；请由另一位法务处理"
APPROVED = "您已以主管身份审批过本方案的金额，不得再审核或签署；请由另一位法务处理"
DECIDED = "这份方案已经审批过了；修改后重新送审的，另行审批"
FOR_WRITER = "您现在是撰写人或被点名同事的代理人，共同认定须由另一位法务签署"

CONCERNED: dict[Callable[[Cast], World], dict[str, str]] = {
    author: {
        "": OWN,
        "approve": "方案拟订人不得批准自己的方案；请由另一位主管或法务审批",
        "finding": "共同认定由您撰写，须由另一位法务签署",
    },
    co_author: {
        "": HELPED,
        "finding": "您参与撰写过共同的问题或认定，须由另一位法务签署",
    },
    named: {
        "": NOT_FOUND,
        "batch": NO_CASE,
        "finding": "成员案件点名了您，共同认定须由另一位法务签署",
    },
    recused: {
        "": BACK,
        "finding": "您已回避其中的成员案件，共同认定须由另一位法务签署",
    },
    deputy_of_the_author: {"": FOR_AUTHOR, "finding": FOR_WRITER},
    deputy_of_a_co_author: {"": FOR_AUTHOR, "finding": FOR_WRITER},
    deputy_of_the_deputy: {"": FOR_AUTHOR, "finding": FOR_WRITER},
    deputy_of_the_named: {"": FOR_NAMED, "finding": FOR_WRITER},
    approver: {"": APPROVED, "approve": DECIDED},
}


def english(sentence: str) -> str:
    with translation.override("en"):
        return str(translation.gettext(sentence))


def text_of(page: Any) -> str:
    return html.unescape(page.content.decode())


def written() -> list[int]:
    """How many rows there are of everything that a judgement would write."""
    rows = [m.objects.count() for m in (Opinion, MassOpinion, Event, Outbox, Transition)]
    entries = Entry.objects.exclude(subject__startswith="user:").count()
    return [*rows, entries, Approval.objects.filter(decided_at=None).count()]


def confirmed(client: Client, minutes: int = 0) -> None:
    """The password was given so long ago."""
    session = client.session
    session["reauthenticated_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()


@pytest.mark.parametrize("who", CONCERNED, ids=lambda who: who.__name__)
def test_whoever_is_concerned_is_refused_everything_with_a_sentence(
    who: Callable[[Cast], World], cast: Cast
) -> None:
    world, sentences = who(cast), CONCERNED[who]
    client, caller = client_of(world.user), person(world.user)
    for each in (client, caller.client):
        confirmed(each)
    if who is not named:  # who is named reads nothing any more
        read = fingerprint(world.case)
        reading.mark_read(world.case.number, read, by=world.user)
    before = written()
    for act, post in PAGES.items():
        sentence = sentences.get(act, sentences[""])
        if act == "finding" and who is approver:
            continue  # its sum is nothing of the finding's
        assert sentence in text_of(post(world, client)), act
        said = text_of(post(world, client, **{"Accept-Language": "en"}))
        assert english(sentence) in said, act
    for act, call in CALLS.items():
        if act == "finding" and who is approver:
            continue
        sentence = sentences.get(act, sentences[""] if who is not named else NO_NUMBER)
        assert refused(call(world, caller), sentence), act
        answer = call(world, caller, Accept_Language="en")
        assert refused(answer, english(sentence)), act
    assert written() == before


def refused(answer: Any, sentence: str) -> bool:
    """It says so, and with a status of refusals; in a batch each case has its own sentence."""
    said = answer.json()
    if "results" in said:
        return not said["signed"] and sentence in said["results"][0]["why_not"]
    sentences = [said["detail"], *(error["message"] for error in said.get("errors", []))]
    return 400 <= answer.status_code < 500 and sentence in "\n".join(sentences)


# who → of page and API: what the role may not, in words
ROLES = ("administrator", "agent", "supervisor", "auditor")
ONLY_COUNSEL = "“签署方案”只能由法务进行，您的角色没有这项权限；请交给他们处理"


@pytest.mark.parametrize("role", ROLES)
def test_who_has_not_the_role_is_told_whose_it_is(role: str, cast: Cast) -> None:
    world = with_role(role)(cast)
    client, caller = client_of(world.user), person(world.user)
    for each in (client, caller.client):
        confirmed(each)
    before = written()
    for lang, only in (("zh", "只能由法务进行"), ("en", "")):
        header = {"Accept-Language": lang}
        for act, post in PAGES.items():
            if act == "approve" and role == "supervisor":
                continue  # that is a supervisor's
            page = post(world, client, **header)
            assert page.status_code in (403, 404), act
            if act not in ("approve", "finding"):
                assert only in text_of(page), act
        for act, call in CALLS.items():
            if act == "approve" and role == "supervisor":
                continue
            answer = call(world, caller, Accept_Language=lang)
            assert answer.status_code in (403, 404), act
            assert len(answer.json()["detail"]) > 10
    assert written() == before


# --- the session and the password


@pytest.fixture
def world(cast: Cast) -> World:
    return build(cast)


def test_an_expired_session_judges_nothing(world: World) -> None:
    before = written()
    for act, post in PAGES.items():
        page = post(world, Client())
        assert page.status_code == 302, act
        assert page["Location"].startswith(reverse("login")), act
        told = post(world, Client(), **{"HX-Request": "true"})
        assert told.json()["detail"] == "请重新登录。", act
    for act, call in CALLS.items():
        answer = call(world, Caller({}))
        assert answer.status_code == 401, act
        assert "身份认证信息未提供" in answer.json()["detail"]
    assert written() == before


NO_PASSWORD = "请输入登录密码以确认身份"
NO_PASSWORD_IN_ENGLISH = "Enter your Password to confirm that it is you"
AGAIN = "请重新输入密码以确认身份（5 分钟内有效）"


@pytest.mark.parametrize("minutes", [None, 6])
def test_without_the_password_of_these_minutes_nothing_is_signed(
    minutes: int | None, world: World
) -> None:
    """Never given, or six minutes ago. Sending back and approving sign nothing."""
    f.approved(world.case)
    client, caller = client_of(world.user), person(world.user)
    reading.mark_read(world.case.number, fingerprint(world.case), by=world.user)
    if minutes is not None:
        for each in (client, caller.client):
            confirmed(each, minutes)
    before = written()
    for act in ("sign", "sign with conditions", "cosign", "sign again", "batch", "finding"):
        without = partial(PAGES[act], world, _NoPassword(client))
        assert NO_PASSWORD in text_of(without()), act
        assert NO_PASSWORD_IN_ENGLISH in text_of(without(**{"Accept-Language": "en"})), act
    for act in ("sign", "sign with conditions", "cosign", "sign again", "batch"):
        assert refused(CALLS[act](world, caller), AGAIN), act
        answer = CALLS[act](world, caller, Accept_Language="en")
        assert refused(answer, english(AGAIN)), act
    assert refused(CALLS["finding"](world, caller), "请先输入密码确认身份，再签署")
    assert written() == before


class _NoPassword:
    """A browser that leaves the field of the password empty."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def post(self, address: str, sent: dict[str, Any], **how: Any) -> Any:
        return self.client.post(address, {**sent, "password": ""}, **how)


def test_a_program_signs_nothing(world: World) -> None:
    caller, before = program(world.user), written()
    for act in ("sign", "sign with conditions", "cosign", "sign again", "batch", "finding"):
        answer = CALLS[act](world, caller)
        assert refused(answer, "签署只能由本人在浏览器中进行，程序密钥不能签署"), act
    assert written() == before
