"""The journey that the crawl follows: numbers of persons, and markup that would run in a browser,
in whatever takes words, in a case of the own team, another team's, a confidential one and one that
was carried through and archived, and in everything around them.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from functools import cache

import pytest
from django.utils import timezone

from accounts import absences, keys, training
from complaints.actions import (
    access,
    access_decision,
    commenting,
    communication,
    confidentiality,
    consulting,
    evidence,
    half_typed,
    importing,
    letter_batches,
    macros,
    mass,
    own_calendar,
    payment_file,
    promise_register,
    quick_texts,
    revealing,
    searches,
    silent,
    tail_check,
)
from complaints.actions import resolution as resolutions
from complaints.finding import waiting
from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests import factories as f
from tests import markup, planted
from tests.cast import Cast
from tests.complaints import test_nothing_left as scenes
from tests.complaints.test_trials import started, work_off
from tests.crawl.signals import watched
from tests.importing.files import as_csv, as_xlsx
from tests.walks.world import PROMISED, other_team

COUNT = 200
KINDS = ("own", "other", "confidential", "archived")


@dataclass
class World:
    """The cases by kind, and every number in plain form that was written somewhere."""

    cast: Cast
    cases: dict[str, Complaint] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)  # the words before what was planted
    _more: Callable[[], str] = field(default_factory=markup.more)
    _numbers: list[tuple[str, str, str]] = field(default_factory=lambda: planted.planted(COUNT, 2))
    _rng: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 invented

    def words(self, where: str) -> str:
        """Words that name the place, with markup and the next number in the next spelling."""
        return f"{self.place(where)}{self._more()}：{self._written()}。"

    def said(self, where: str) -> str:
        """The same, short enough for any field."""
        return f"{self.place(where)}：{self._written()}。"

    def line(self, where: str) -> str:
        """The same on one line."""
        return self.said(where).replace("\r", "").replace("\n", "")

    def place(self, where: str) -> str:
        """The name of the place with markup, and no number."""
        self.places.add(where)
        return where + markup.BREAKER

    def _written(self) -> str:
        number, written, _way = self._numbers.pop()
        self.written.add(number)
        return written

    def plain(self, make: Callable[[random.Random], str]) -> str:
        """A number as it stands, for a field or a cell of its own."""
        number = make(self._rng)
        self.written.add(number)
        return number

    def person(self) -> dict[str, str]:
        """A consumer whose numbers hold."""
        return {
            "name": "玄冥子",
            "phone": self.plain(planted.mobile),
            "email": "xuanming@example.org",
            "id_number": self.plain(planted.id_number),
            "bank_account": self.plain(planted.card),
            "address": self.line("云外省无名市玄冥路 9 号，收件"),
        }


def lived(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> World:
    """All of it, taken by the steps that people take."""
    world = World(cast)
    _named(world)
    acts: dict[str, Callable[[World], Complaint]] = {
        "archived": _archived,
        "own": _own,
        "other": _other,
        "confidential": _confidential,
    }
    for kind, act in acts.items():
        monkeypatch.setattr(scenes, "PERSON", world.person())
        monkeypatch.setattr(scenes, "said", cache(world.said))  # one place is named twice
        world.cases[kind] = act(world)
    _lists(world)
    _around(world)
    watched(world)
    _looked(world)
    while world._numbers:
        note = {"kind": "internal_note", "text": world.words("又记")}
        communication.write(world.cases["own"].number, note, by=cast.agent)
    send_waiting()
    assert waiting.read_waiting(timezone.now() + timedelta(minutes=1))
    return world


def _named(world: World) -> None:
    """Whoever is shown somewhere, and the teams."""
    for row in (*world.cast.everybody().values(), world.cast.team, world.cast.other_team):
        world.places.add(row.name)
        row.name += markup.BREAKER
        row.save(update_fields=["name"])


def _archived(world: World) -> Complaint:
    case = scenes.begun(world.cast)
    scenes.carried_through(world.cast, case)
    scenes.kept_once(world.cast, case)
    return case


def _own(world: World) -> Complaint:
    """With counsel: proposed, commented on, asked about."""
    cast, case = world.cast, scenes.begun(world.cast)
    _files(world, case)
    words = ("title", "consumer_says", "we_found", "finding_words")
    proposal = f.proposal(
        explanation=world.words("说明"),
        letter=f"{f.LETTER}\n{world.words('函件')}",
        points=[{**f.POINT, **{name: world.line(name) for name in words}}],
    )
    resolutions.save_draft(case.number, proposal, by=cast.agent)
    f.step(case, "submit", cast.agent)
    remark = {"part": "letter", "text": world.words("批注")}
    commenting.add(case.number, remark, by=cast.counsel)
    asked = {"user": "counsel2", "question": world.words("会商问题")}
    consulting.ask(case.number, asked, by=cast.counsel)
    return case


def _files(world: World, case: Complaint) -> None:
    """Files whose previews show words, under a name that is more than a name."""
    title, text = world.line("信件主题"), world.words("信件正文")
    letter = EmailMessage()
    letter["Subject"], letter["From"] = title, "a@example.org"
    letter.set_content(f"<p>{html.escape(text, quote=False)}</p><script>planted()</script>", "html")
    rows = [[world.line("格子"), world.words("表中文字")]]
    files = {"eml": letter.as_bytes(), "xlsx": as_xlsx(rows, ["一", "二"]), "csv": as_csv(rows)}
    for kind, content in files.items():
        name = f"{kind}{markup.BREAKER}.{kind}"
        evidence.add(case.number, [content], name, {"title": world.line(kind)}, by=world.cast.agent)


def _other(world: World) -> Complaint:
    return scenes.begun(other_team(world.cast))


def _confidential(world: World) -> Complaint:
    case = f.investigating(world.cast, consumer=dict(scenes.PERSON), title=world.line("机密"))
    why = {"confidential": True, "reason": world.words("保密理由")}
    communication.write(
        case.number, {"kind": "reply", "text": world.words("答复")}, by=world.cast.agent
    )
    confidentiality.change(case.number, why, by=world.cast.agent)
    return case


def _lists(world: World) -> None:
    """Files that are read: complaints to import, with a heading and without; payments; persons."""
    cast = world.cast
    rows = [
        [world.line("表文"), "玄冥子", world.plain(planted.mobile), world.line("别的列")]
        for _ in range(4)
    ]
    bare = as_csv(rows[1:], rows[0])  # the first, which the walk opens
    importing.upload([bare], f"{world.line('没有表头')}.csv", by=cast.agent)
    importing.upload([as_csv(rows, ["内容", "姓名", "电话", "别的"])], "列表.csv", by=cast.agent)
    paid = f"TS26-999999,1.00,2026-01-02,W-1,{world.line('付款备注')}\n"
    heading = "案件编号,付款金额,付款日期,流水号,备注\n"
    payment_file.upload([(heading + paid).encode()], "payments.csv", by=cast.supervisor)
    one = mass.open_one(
        {
            "title": world.line("批次"),
            "category": "telesales_fraud",
            "defect": world.words("缺陷"),
            "finding": world.words("认定"),
        },
        by=cast.supervisor,
    )
    mass.join(world.cases["own"].number, one.pk, by=cast.supervisor)
    listed = as_csv([["乙测试", world.plain(planted.mobile)]], ["姓名", "电话"])
    silent.take(one.pk, [listed], by=cast.supervisor)
    letter_batches.start({"kind": "acceptance", "state": "in_review"}, by=cast.agent)


def _around(world: World) -> None:
    """What people write beside cases."""
    cast, today = world.cast, timezone.localdate()
    promise_register.publish(
        {**PROMISED, "text_zh": world.line("承诺"), "published": world.line("公布")},
        by=cast.supervisor,
    )
    day = {"first": (today + timedelta(days=9)).isoformat(), "kind": "off"}
    own_calendar.set_days({**day, "name": world.line("停电")}, by=cast.supervisor)
    off = {"first_day": today + timedelta(days=3), "last_day": today + timedelta(days=4)}
    absences.set_absence(
        cast.colleague, **off, deputy=cast.agent, note=world.line("休假"), by=cast.colleague
    )
    keys.issue(cast.agent, ["complaints:read"], label=world.line("密钥"), by=cast.agent)
    for user in (cast.agent, cast.supervisor):
        training.enter(
            user,
            passed_on=today,
            valid_until=today + timedelta(days=300),
            certificate_no=world.line("证书"),
            by=cast.security,
        )
    work_off(started(cast.counsel))
    emergency = {"number": world.cases["own"].number, "kind": "emergency", "why": "safety"}
    asked = access.ask({**emergency, "reason": world.words("紧急")}, by=cast.outsider)
    said = {"agree": "1", "reason": world.words("同意")}
    access_decision.decide(asked.pk, said, by=cast.supervisor)
    access.ask({**emergency, "kind": "read", "reason": world.words("核对")}, by=cast.outsider)
    draft = {"narrative": [world.words("草稿")]}
    half_typed.save_draft(cast.agent, f"reply:{world.cases['own'].number}", draft)
    searches.save(world.line("搜索名"), "退款", {}, by=cast.agent)
    written = {"kind": "internal_note", "text": world.words("宏文字")}
    team = {"name": world.line("宏名"), "team": str(cast.team.pk)}
    macros.save({**team, **written}, by=cast.supervisor)
    short = {"name": world.line("常用语名"), "abbreviation": "cy", "text": world.words("常用语")}
    quick_texts.save(short, by=cast.agent)


def _looked(world: World) -> None:
    """Numbers that were seen in clear and compared."""
    case, agent, now = world.cases["own"], world.cast.agent, timezone.now()
    revealing.reveal(
        case.number,
        {"field": "phone", "purpose": "call_back", "note": world.line("回电")},
        by=agent,
        via="session",
        confirmed_at=now,
    )
    tail_check.check(case.number, {"field": "phone", "last_four": "0000"}, by=agent)
