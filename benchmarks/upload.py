"""What taking in a large recording costs, beside `cp` and `sha256sum` of the same file, in one run.

    python -m benchmarks.upload [MEGABYTES]

Throw-away servers that write to the disk as an installation does, gunicorn, and a program that
sends the file over HTTP: as a form, and in pieces of 32 MB as the page does. Each is asked in turn
with the bare tools; the evidence is on the disk (fsync) and in the case when we stop the watch.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django

from benchmarks.measure import seconds
from quickstart import throw_away
from quickstart.terminal import table, tolerate_any_encoding

MEGABYTES, ROUNDS, LEAST = 200, 5, 0.70
BORDER = "kesu-benchmark"


def main() -> int:
    """The exit code: 1 when a way is slower than 70 % of the bare tools."""
    tolerate_any_encoding()
    size = (int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES) * 1024 * 1024
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    from accounts import keys
    from tests import factories
    from tests.cast import assemble
    from tests.live import Site

    call_command("migrate", verbosity=0)
    people = assemble()
    number = factories.investigating(people).number
    _key, secret = keys.issue(people.agent, tuple(keys.SCOPES))
    with tempfile.TemporaryDirectory(prefix="kesu-upload-") as folder:
        file = _recording(Path(folder), size)
        with Site(Path(folder), WEB_WORKERS="2") as site:
            caller = Caller(site.url, secret, number, file)
            found = _measure(file, {"form": caller.form, "pieces": caller.pieces})
    return _show(size, found)


def _recording(folder: Path, size: int) -> Path:
    """A file that begins like a recording; the rest cannot be compressed."""
    file = folder / "recording.wav"
    with file.open("wb") as out:
        out.write(b"RIFF\xff\xff\xff\x7fWAVEfmt ")
        for _ in range(size // (1024 * 1024)):
            out.write(os.urandom(1024 * 1024))
    return file


def _measure(file: Path, ways: dict[str, Callable[[], str]]) -> dict[str, float]:
    """Median seconds of each way, asked in turn. Raises RuntimeError for a wrong hash."""
    with file.open("rb") as opened:
        right = hashlib.file_digest(opened, "sha256").hexdigest()
    took: dict[str, list[float]] = {"cp + sha256sum": [], **{name: [] for name in ways}}
    for _ in range(ROUNDS):
        took["cp + sha256sum"].append(seconds(lambda: _bare(file)))
        for name, way in ways.items():
            answers: list[str] = []
            took[name].append(seconds(lambda way=way, answers=answers: answers.append(way())))
            if answers != [right]:
                raise RuntimeError(f"{name}: another hash")
    return {name: median(times) for name, times in took.items()}


def _bare(file: Path) -> None:
    copy = file.with_suffix(".copy")
    subprocess.run(["cp", str(file), str(copy)], check=True)
    subprocess.run(["sha256sum", str(copy)], check=True, stdout=subprocess.DEVNULL)
    copy.unlink()


class Caller:
    """A program with a key that sends the file; each way answers the hash that it was told."""

    def __init__(self, url: str, secret: str, number: str, file: Path) -> None:
        self.place = urlsplit(url).netloc
        self.path = f"/api/v1/complaints/{number}/evidence/"
        self.key, self.file = {"Authorization": f"Bearer {secret}"}, file

    def _ask(self, method: str, path: str, body: Any, **headers: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.place, timeout=120, blocksize=1024 * 1024)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {**self.key, **named})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status} {content.decode()[:500]}")
        found: dict[str, Any] = json.loads(content)
        return found

    def form(self) -> str:
        """One multipart form, as without scripts."""
        head = (
            f"--{BORDER}\r\nContent-Disposition: form-data; "
            f'name="file"; filename="{self.file.name}"\r\n\r\n'
        ).encode()
        tail = f"\r\n--{BORDER}--\r\n".encode()
        length = len(head) + self.file.stat().st_size + len(tail)

        def parts() -> Any:
            yield head
            with self.file.open("rb") as opened:
                while piece := opened.read(1024 * 1024):
                    yield piece
            yield tail

        kind = f"multipart/form-data; boundary={BORDER}"
        answer = self._ask(
            "POST", self.path, parts(), Content_Type=kind, Content_Length=str(length)
        )
        return str(answer["sha256"])

    def pieces(self) -> str:
        """Begun, sent piece by piece, finished, as the page does."""
        from evidence.resuming import PIECE

        about = json.dumps({"name": self.file.name, "size": self.file.stat().st_size})
        text = {"Content_Type": "application/json"}
        made = self._ask("POST", f"{self.path}uploads/", about, **text)
        place, came = f"{self.path}uploads/{made['id']}/", 0
        with self.file.open("rb") as opened:
            while piece := opened.read(PIECE):
                kind = {"Content_Type": "application/octet-stream", "Upload_Offset": str(came)}
                came = self._ask("PATCH", place, piece, **kind)["received"]
        return str(self._ask("POST", f"{place}finish/", "{}", **text)["sha256"])


def _show(size: int, found: dict[str, float]) -> int:
    bare = found["cp + sha256sum"]
    rows = [("", "seconds", "MB/s", "of the bare speed")]
    for name, took in found.items():
        speed = size / took / 1024 / 1024
        rows.append((name, f"{took:.2f}", f"{speed:.0f}", f"{bare / took:.0%}"))
    print("\n" + table(rows) + "\n")
    return int(min(bare / took for took in found.values()) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
