"""C1, the proof: two hundred numbers of persons, written in every way into every input, by real
programs; then nothing that is kept holds any of them in clear, and every one can be had back.

Left out is the evidence itself: a file is kept as it was handed in (docs/privacy.md).
"""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.middleware.csrf import _get_new_csrf_string

from accounts.models import User
from complaints.models import Complaint, ImportRun, Passage, VaultedSpan, WordsChanged
from config.state import state_dir
from quickstart.backup import server
from tests import planted
from tests.cast import Cast
from tests.complaints import test_nothing_left as scenes
from tests.importing import files
from tests.live import Beat, Site, Worker, eventually, session_of

COUNT = 200


class Numbers:
    """The numbers, handed out one by one as they are written; the same place gets the same."""

    def __init__(self) -> None:
        self.all = planted.planted(COUNT)
        self.given: dict[str, str] = {}
        self.next = 0

    def __call__(self, where: str) -> str:
        """Words that name the place, with a number in them."""
        if where not in self.given:
            _number, written, _way = self.all[self.next]
            self.next += 1
            self.given[where] = f"{where}：{written}。"
        return self.given[where]

    def rest(self) -> Iterator[str]:
        """All that are left, each in words."""
        while self.next < COUNT:
            yield self(f"第{self.next}处")

    @property
    def plain(self) -> list[str]:
        """Those that were handed out, in plain form."""
        return [number for number, _written, _way in self.all[: self.next]]


class Browser:
    """A person at the site, signed in; sends what forms and scripts of the pages send."""

    def __init__(self, site: Site, user: User) -> None:
        self.url, self.token = site.url, _get_new_csrf_string()
        names = (configured.SESSION_COOKIE_NAME, configured.CSRF_COOKIE_NAME)
        self.cookies = f"{names[0]}={session_of(user)}; {names[1]}={self.token}"

    def send(
        self, path: str, body: Any = None, kind: str = "application/json", method: str | None = None
    ) -> Any:
        """A POST (a GET without a body): the answer, JSON read."""
        headers = {"Cookie": self.cookies, "X-CSRFToken": self.token, "Content-Type": kind}
        data = json.dumps(body).encode() if kind.endswith("json") and body is not None else body
        address = self.url + path
        asked = urllib.request.Request(address, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
                said = answer.read()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{path}: {refused.code} {refused.read().decode()}") from refused
        return json.loads(said) if answer.headers["Content-Type"].endswith("json") else answer

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """A form with a file."""
        edge = "kesu-edge"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
            for k, v in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content]
        body = b"".join([*parts, f"\r\n--{edge}--\r\n".encode()])
        return self.send(path, body, f"multipart/form-data; boundary={edge}")


def by_actions(cast: Cast, numbers: Numbers, monkeypatch: pytest.MonkeyPatch) -> Complaint:
    """A case from the call to the sealed package, with a number in every place that takes words."""
    monkeypatch.setattr(scenes, "said", numbers)
    case = scenes.begun(cast)
    scenes.carried_through(cast, case)
    scenes.kept_once(cast, case)
    return case


def by_programs(site: Site, cast: Cast, numbers: Numbers, file: str) -> list[str]:
    """The API, forms of pages, drafts, evidence, a list to import, and what stands in addresses;
    answers the numbers of the cases.
    """
    agent = Browser(site, cast.agent)
    wanted = {
        "channel": "phone",
        "title": numbers("接口事由"),
        "narrative": "".join(f"{text}\n" for text in [numbers(f"接口经过{n}") for n in range(20)]),
        "category": "telesales_fraud",
        "product": {"name": numbers("接口商品")},
        "source": numbers("接口来源"),
    }
    case = agent.send("/api/v1/complaints/", wanted)["number"]
    place = f"/api/v1/complaints/{case}"
    for kind in ("call_note", "internal_note", "reply"):
        agent.send(f"{place}/communications/", {"kind": kind, "text": numbers(f"接口{kind}")})
    fact = {"value": True, "source": "consumer", "note": numbers("接口事实")}
    agent.send(f"{place}/facts/", {"fr_false_statement": fact}, method="PUT")
    draft = {"key": f"case:{case}:reply", "data": {"text": [numbers("草稿")]}}
    agent.send("/drafts/", draft)
    agent.upload(
        f"/complaints/{case}/evidence/",
        f"{numbers('文件名').replace(chr(10), '').replace(chr(13), '')}.txt",
        file.encode(),
        title=numbers("证据标题"),
        obtained_from=numbers("证据来源"),
        proves=numbers("证据用途"),
    )
    rows = [
        (f"W-{n}", "2026-03-02", numbers(f"表题{n}"), numbers(f"表文{n}"), "") for n in range(9)
    ]
    run = agent.upload("/import/", "list.csv", files.as_csv(rows)).url.rstrip("/").split("/")[-1]
    mapping = ImportRun.objects.get(pk=run).mapping
    chosen = urlencode({"column": list(mapping), "field": list(mapping.values())}, doseq=True)
    kind = "application/x-www-form-urlencoded"
    agent.send(f"/import/{run}/start/", chosen.encode(), kind)
    agent.send(f"/complaints/?{urlencode({'q': numbers('检索')})}")
    for text in numbers.rest():
        agent.send(f"{place}/communications/", {"kind": "internal_note", "text": text})
    return [case]


class Overheard:
    """Every command that anybody sends to Valkey meanwhile: what a task was given and what was kept
    for a moment is gone at the end. Use as a context manager; then `said`, in lumps.
    """

    END = "nothing more is overheard"

    def __init__(self) -> None:
        self.store = redis.from_url(os.environ["REDIS_URL"], socket_timeout=None)
        self.commands: set[bytes] = set()
        self.listens = threading.Event()
        self.thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        with self.store.monitor() as monitor:
            self.listens.set()
            for command in monitor.listen():
                if self.END in command["command"]:
                    return
                # as the server prints it: other bytes than ASCII as \\x.., a quote as \\"
                self.commands.add(codecs.escape_decode(command["command"].encode())[0])

    def __enter__(self) -> Overheard:
        self.thread.start()
        assert self.listens.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.store.echo(self.END)
        self.thread.join(60)

    def said(self) -> Iterator[tuple[str, bytes]]:
        """(name, bytes), each less than what is looked through for encoded words."""
        lump: list[bytes] = []
        for command in sorted(self.commands):
            lump.append(command)
            if sum(map(len, lump)) > 200_000:
                yield "Valkey overheard", b"\n".join(lump)
                lump = []
        yield "Valkey overheard", b"\n".join(lump)


def quiet() -> bool:
    """The worker has read, imported and sent what there was."""
    runs = set(ImportRun.objects.values_list("state", flat=True))
    return not WordsChanged.objects.exists() and runs == {"done"}


def everything(logs: Path) -> Iterator[tuple[str, bytes]]:
    """Whatever is kept anywhere: name and bytes."""
    command = [server.program("pg_dump"), "--format=plain", "--inserts"]
    done = subprocess.run(command, env=server._environment(), capture_output=True, check=True)  # noqa: S603
    yield "pg_dump", done.stdout
    for session in Session.objects.all():
        yield "session", json.dumps(session.get_decoded(), ensure_ascii=False).encode()
    store = redis.from_url(os.environ["REDIS_URL"])
    for key in store.scan_iter("*"):
        yield f"redis {key!r}", key + b"\n" + (store.dump(key) or b"") + valued(store, key)
    for folder in (logs, state_dir() / "mail", state_dir() / "log"):
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()


def valued(store: Any, key: bytes) -> bytes:
    """What stands under a key of Redis, whatever its type: lists are Celery's messages."""
    kind = store.type(key)
    read = {
        b"string": lambda: store.get(key),
        b"list": lambda: b"\n".join(store.lrange(key, 0, -1)),
        b"hash": lambda: b"\n".join(v for pair in store.hgetall(key).items() for v in pair),
        b"zset": lambda: b"\n".join(store.zrange(key, 0, -1)),
        b"set": lambda: b"\n".join(store.smembers(key)),
    }
    return read[kind]() if kind in read else b""


@pytest.mark.django_db(transaction=True)
def test_c1_of_two_hundred_numbers_in_every_input_none_is_kept_in_clear_and_none_is_lost(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    numbers = Numbers()
    by_actions(cast, numbers, monkeypatch)
    filed = numbers("附件里")
    heard = Overheard()
    with heard, Site(tmp_path) as site, Worker(tmp_path) as worker, Beat(tmp_path):
        by_programs(site, cast, numbers, filed)
        eventually(quiet)
        assert worker.process.alive
    assert numbers.next == COUNT
    tasks = b"\n".join(heard.commands)
    assert b"correspondence.tasks" in tasks
    assert b"complaints.tasks" in tasks
    kept = [*everything(tmp_path), *heard.said()]
    assert len(kept) > 5, [name for name, _data in kept]
    found = {name: planted.traces(data, numbers.plain) for name, data in kept}
    assert not any(found.values()), {name: sorted(n) for name, n in found.items() if n}
    assert "附件里" in "".join(Passage.objects.values_list("text", flat=True))
    back = {span.clear() for span in VaultedSpan.objects.all()}
    lost = {
        where: n for where, n in zip(numbers.given, numbers.plain, strict=True) if not _in(n, back)
    }
    # sealed as a whole: drafts, what a consumer said; in the files themselves: their contents;
    # kept nowhere: what was searched for, and words to black out, which are an order, not a text
    elsewhere = {"草稿", "评价", "新地址", "附件里", "文件一", "文件二", "没传完的", "检索", "遮盖"}
    assert set(lost) <= elsewhere, set(lost) - elsewhere


def _in(number: str, back: set[str]) -> bool:
    """A spoken one may be read a digit longer, when a numeral stands beside it."""
    return any(number in one for one in back)
