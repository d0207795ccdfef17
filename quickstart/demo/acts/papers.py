"""Evidence, letters and notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from complaints.actions import evidence as evidence_actions
from complaints.actions import holds
from complaints.models import Hold
from quickstart.demo import files
from quickstart.demo.cases import in_full
from quickstart.demo.stage import Scene
from quickstart.demo.stories import common


def evidence(s: Scene) -> None:
    place = s.values.get("item", 0)
    item = s.case.story.evidence[place]
    kind = item.file.rpartition(".")[2]
    lines = [s.case.fill(item.title), f"案件 {s.number}　订单 {s.case.order}"]
    lines += [s.case.fill(line) for line in item.lines]
    lines += [f"取得日期：{in_full(s.now.date())}", f"来源：{s.case.fill(item.source)}"]
    about = {
        "title": s.case.fill(item.title),
        "obtained_from": s.case.fill(item.source),
        "obtained_at": s.now - timedelta(minutes=20),
        "proves": s.case.fill(item.proves),
        "is_original": item.original,
    }
    name = f"{s.case.fill(item.file.rpartition('.')[0])}.{kind}"
    _file(s, files.MAKERS[kind](lines), name, about)


def paper(s: Scene) -> None:
    """A short text as evidence: what the consumer wrote, a decision, a receipt."""
    lines = [s.values["title"], *s.case.fill(s.values["text"]).splitlines()]
    about = {
        "title": s.values["title"],
        "obtained_from": s.values.get("source", s.case.consumer.called),
        "obtained_at": s.now - timedelta(minutes=30),
        "proves": s.values.get("proves", ""),
        "is_original": False,
    }
    _file(s, files.text(lines), s.values["title"] + ".txt", about)


def _file(s: Scene, content: bytes, name: str, about: dict[str, Any]) -> None:
    evidence_actions.add(s.number, [content], name, about, by=s.by, now=s.now)


def call(s: Scene) -> None:
    s.write("call_note", s.said("calls", s.case.story.calls), channel="phone")


def reply(s: Scene) -> None:
    s.write("reply", s.said("replies", s.case.story.replies))


def written(s: Scene) -> None:
    """The consumer writes to us."""
    channel = s.case.channel if s.case.channel in ("email", "wechat", "web", "app") else "wechat"
    s.write("reply", s.said("written"), channel=channel, inbound=True)


def note(s: Scene) -> None:
    s.write("internal_note", s.said("notes", s.case.story.notes))


def hold(s: Scene) -> None:
    why = s.values.get("why") or s.case.dice.pick(common().holds)
    until = s.now.date() + timedelta(days=int(why["days"]))
    values = {"reason": why["reason"], "note": s.case.fill(why["note"]), "expected_end": until}
    holds.start(s.number, values, by=s.by, now=s.now)


def resume(s: Scene) -> None:
    """The answer of a consumer has ended the wait for it by itself."""
    if not Hold.objects.filter(complaint__number=s.number, ended_at=None).exists():
        return
    holds.end(s.number, by=s.by, now=s.now)
