"""C2, Show 5: both keys are replaced while people and programs work, and a lost key stops a start.

Real processes: web, worker, and the commands. What they write and read meanwhile is all there, and
nothing of it stands in clear in the files of the database, its write-ahead log, or any log.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import keys as api_keys
from accounts.models import VaultKey
from accounts.vault import fields, index, keys, ring, rotation, sealing, start
from complaints.actions import half_typed
from complaints.models import Complaint, Consumer
from complaints.views.case_composer import TABS, draft_key
from config.state import PROJECT
from tests import factories as f
from tests.accounts.test_key_rotation import wait_over
from tests.cast import Cast
from tests.live import Site, Worker, environment, eventually, fetch
from tests.outages.conftest import Installation
from tests.outages.scenes import sent
from tests.outages.test_servers import cookie, poke

SCOPES = ("complaints:read", "complaints:write")
WORDS = "typed-and-not-yet-sent-7719"


@dataclass
class Load:
    """Programs that call without a pause. `wrong`: answers that should have been others."""

    url: str
    key: str
    planted: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                **headers,
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def expect(self, what: str, right: bool, answer: Any) -> None:
        self.done[what] += 1
        if not right:
            self.wrong.append(f"{what}: {answer!r}"[:400])

    def work(self, seed: int) -> None:
        """Registers somebody, finds the person again, and changes the name, which compares the one
        before; over and over.
        """
        dice = random.Random(seed)  # noqa: S311 no secret
        while not self.stop.is_set():
            phone = f"120{dice.randrange(10**8):08d}"
            person = {"name": "王压力", "phone": phone, "email": f"u{phone}@example.org"}
            answer = self.call(
                "POST", "complaints/", f.values(consumer=person, order_number=phone[3:])
            )
            self.expect("write", answer[0] == 201, answer)
            if answer[0] != 201:
                continue
            self.planted.append(phone)
            number, version = answer[1]["number"], answer[1]["version"]
            answer = self.call("GET", f"complaints/?q={dice.choice(self.planted)}")
            self.expect("find", answer[0] == 200 and len(answer[1]["results"]) == 1, answer)
            body = {"consumer": {"name": "李压力", "phone": phone}, "version": version}
            answer = self.call("PATCH", f"complaints/{number}/", body)
            self.expect("read", answer[0] == 200, answer)


def manage(installation: Installation, *arguments: str, **changes: str) -> str:
    """What `manage.py` said, as a process of its own; its exit status must be 0."""
    done = refused(installation, *arguments, **changes)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(
    installation: Installation, *arguments: str, **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(REDIS_URL=installation.valkey.url, **changes),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def in_clear(folder: Path, *planted: str) -> list[str]:
    """The files below that hold one of these words, or its UTF-8 in hex."""
    words = [w for p in planted for w in (p, p.encode().hex())]
    asked = [part for word in words for part in ("-e", word)]
    command = ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches"]
    done = subprocess.run(  # noqa: S603
        [*command, *asked, str(folder)], capture_output=True, text=True, check=False
    )
    return done.stdout.split()


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> dict[str, str]:
    """Both rings as files, for this process and for those that it starts."""
    wrapping, hashing = tmp_path / "vault_key", tmp_path / "blind_index_key"
    wrapping.write_text(ring.source().read(), encoding="ascii")
    hashing.write_text(index.source().read(), encoding="ascii")
    settings.VAULT_KEYS, settings.VAULT_KEYS_FILE = "", str(wrapping)
    settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEY_FILE = "", str(hashing)
    return {
        "VAULT_KEYS": "",
        "BLIND_INDEX_KEY": "",
        "VAULT_KEYS_FILE": str(wrapping),
        "BLIND_INDEX_KEY_FILE": str(hashing),
        "API_CALLS_PER_MINUTE": "100000",
        "WEB_WORKERS": "2",
    }


def test_c2_keys_are_replaced_under_load_and_no_read_fails(
    installation: Installation, people: Cast, files: dict[str, str], tmp_path: Path
) -> None:
    case = f.investigating(people)
    Consumer.objects.bulk_create(_crowd(600))
    half_typed.save_draft(people.agent, draft_key(case.number, TABS[0][0]), {"text": WORDS})
    _key, key = api_keys.issue(people.agent, SCOPES)
    settings_of = {"REDIS_URL": installation.valkey.url, **files}
    logs = tmp_path / "log"
    logs.mkdir()
    with Site(logs, **settings_of) as site, Worker(logs, **settings_of) as worker:
        load = Load(site.url, key)
        hands = [threading.Thread(target=load.work, args=(seed,), daemon=True) for seed in (1, 2)]
        for hand in hands:
            hand.start()
        eventually(lambda: load.done["read"] > 3)
        mails = sent()
        for command in ("rotate_keys", "rotate_blind_index"):
            before = load.done["read"]
            assert "is retired" in manage(installation, command, "--new", **files)
            f.investigating(people, order_number=command)  # its letter opens an address
            page = fetch(f"{site.url}/complaints/{case.number}/", **cookie(people.agent))
            assert (page[0], WORDS in page[1]) == (200, True)
            eventually(lambda before=before: load.done["read"] > before + 3)
            wait_over()
            assert "taken out" in manage(installation, command, "--take-out", **files)
        poke(installation)  # these servers are not those to which this process sends signals
        eventually(lambda: sent() >= mails + 2)
        more = load.done["read"]
        eventually(lambda: load.done["read"] > more + 3)
        load.stop.set()
        for hand in hands:
            hand.join()
        assert fetch(f"{site.url}/readyz")[0] == 200
        assert worker.process.alive
    assert load.wrong == []
    assert {row.name for row in VaultKey.objects.filter(retired_at=None)} == {
        sealing.newest(),
        index.index_keys()[0].name,
    }
    assert start.problems() == []
    last = Complaint.objects.select_related("consumer").get(order_number=load.planted[-1][3:])
    assert last.consumer.clear("phone") == load.planted[-1]
    assert sum(1 for _ in fields.with_data_keys()) >= 3
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    assert (data / "pg_wal").is_dir()
    planted = [load.planted[0], load.planted[-1], f.CONSUMER["email"], WORDS]
    assert in_clear(data, last.number) != [], "the look finds what does stand there"
    assert in_clear(data, *planted) == []
    assert in_clear(logs, *planted, *(k for _n, k in keys.parts(ring.source().read()))) == []


def _crowd(count: int) -> list[Consumer]:
    people = []
    for n in range(count):
        person = Consumer()
        person.fill({"name": "李众", "phone": f"1210000{n:04d}"})
        people.append(person)
    assert count > rotation.BATCH
    return people


def test_c2_nothing_starts_with_a_lost_or_another_key(
    installation: Installation, people: Cast, files: dict[str, str], tmp_path: Path
) -> None:
    f.registered(people)
    assert start.problems() == []
    Path(files["VAULT_KEYS_FILE"]).write_text(f"k1:{keys.fresh()}", encoding="ascii")
    settings_of = {"REDIS_URL": installation.valkey.url, **files}
    done = refused(installation, "bootstrap", "--empty", **files)
    assert done.returncode == 1
    assert "密钥不符" in done.stderr
    assert f"Another key: k1 in VAULT_KEYS ({files['VAULT_KEYS_FILE']})" in done.stderr
    os.unlink(files["BLIND_INDEX_KEY_FILE"])
    for program in (Site(tmp_path, **settings_of), Worker(tmp_path, **settings_of)):
        with pytest.raises(AssertionError):
            program.start()
        said = program.process.log.read_text(encoding="utf-8")
        assert "BLIND_INDEX_KEY" in said
        assert "cannot be read" in said
        assert eventually(lambda p=program: not p.process.alive)
        program.stop()
