"""What sealing a large case takes, from the step to the package that lies in the store, and handing
it out; beside `cp` and `sha256sum` of the same evidence.

    python -m benchmarks.sealing [ENTRIES] [FILES] [MEGABYTES]

Throw-away servers that write to the disk, and the worker that an installation has. Cases with as
many entries in their story and as many files: small ones twice, because the first warms the worker
up, then of so many megabytes. The watch runs from the step until the package is there (fsync), and
while the export is asked for, agreed to, made and read to its end. Afterwards the package verifies
itself, as its README says.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from benchmarks.measure import seconds
from quickstart import throw_away
from quickstart.terminal import say, table, tolerate_any_encoding

ENTRIES, FILES, MEGABYTES = 1_000, 200, 5
SMALL = 20  # KB
LIMIT, GROWTH = 20.0, 64  # seconds from the step to the end of the export; MB of the worker
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """One case: seconds of each part, and what the worker had of memory at most."""

    name: str
    bytes: int
    step: float
    package: float
    export: float
    bare: float
    memory: int

    @property
    def whole(self) -> float:
        return self.step + self.package + self.export


def main() -> int:
    """The exit code: 1 when a case took longer than 20 s, or larger files took more memory."""
    tolerate_any_encoding()
    given = [int(argument) for argument in sys.argv[1:]]
    entries, files, megabytes = [*given, *(ENTRIES, FILES, MEGABYTES)[len(given) :]]
    throw_away.begin("kesu-benchmark-", durable=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    from tests.cast import assemble
    from tests.live import Worker

    call_command("migrate", verbosity=0)
    people = assemble()
    with tempfile.TemporaryDirectory(prefix="kesu-sealing-") as folder:
        logs = Path(folder)
        with Worker(logs, DJANGO_SETTINGS_MODULE=os.environ["DJANGO_SETTINGS_MODULE"]) as worker:
            found = [
                _measured(people, worker, logs / str(turn), entries, files, size)
                for turn, size in enumerate((SMALL * 1024, SMALL * 1024, megabytes * PIECE))
            ]
    return _show(found)


def _measured(people: Any, worker: Any, folder: Path, entries: int, files: int, size: int) -> Found:
    from complaints.models import Event
    from tests import factories

    evidence = list(_files(folder / "files", files, size))
    case = _closed(people, evidence, entries)
    told = Event.objects.filter(complaint=case).count()
    say(f"{case.number}: {told:,} entries, {files} files of {size / PIECE:.2f} MB")
    step = seconds(lambda: factories.step(case, "archive", people.supervisor))
    package = seconds(lambda: _packed(case))
    export = seconds(lambda: _exported(people, case))
    bare = seconds(lambda: _bare(evidence, folder))
    _verify(case, folder)
    memory = max(_peak(pid) for pid in _processes(worker.process.pid))
    name = f"{told:,} entries, {files} × {size / PIECE:.2f} MB"
    return Found(name, files * size, step, package, export, bare, memory)


def _files(folder: Path, count: int, size: int) -> Iterator[Path]:
    """Pictures by their beginning; all differ, none can be compressed."""
    folder.mkdir(parents=True)
    for n in range(1, count + 1):
        file = folder / f"picture {n:03}.png"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(size - 8))
        yield file


def _closed(people: Any, evidence: list[Path], entries: int) -> Any:
    """A case that only has to be archived, with everything that belongs to it."""
    from complaints.actions import communication
    from complaints.actions import evidence as taking
    from complaints.models import Event
    from correspondence.tasks import send_waiting
    from tests import factories

    case = factories.closed(people)
    for n, file in enumerate(evidence, 1):
        about = {"title": f"照片 {n}", "proves": "收到时的样子", "obtained_from": "消费者提供"}
        with file.open("rb") as opened:
            pieces = iter(lambda opened=opened: opened.read(PIECE), b"")
            taking.add(case.number, pieces, file.name, about, by=people.agent)
    for n in range(entries - Event.objects.filter(complaint=case).count()):
        note = {"kind": "internal_note", "text": f"第 {n} 次核对：{factories.NARRATIVE}"}
        communication.write(case.number, note, by=people.agent)
    send_waiting()
    return case


def _packed(case: Any) -> None:
    """Wait for the worker."""
    from complaints.models import Package, Sealing
    from tests.live import eventually

    def made() -> bool:
        problems = Sealing.objects.filter(complaint=case).values_list("problem", flat=True)
        if any(problems):
            raise RuntimeError(f"{case.number}: {list(problems)}")
        return Package.objects.filter(sealing__complaint=case).exists()

    eventually(made, seconds=600)


def _exported(people: Any, case: Any) -> None:
    """What the page does, with the consent of the two others; the answer read to its end."""
    from django.utils import timezone

    from complaints.actions import export_consent, exporting
    from complaints.archive import handing_out
    from complaints.models import Export

    [package] = exporting.packages(case)
    by = people.supervisor
    wish = {"package": package.pk, "purpose": "litigation", "recipient": "区人民法院"}
    asked = exporting.ask(case.number, wish, by=by)
    for each in (people.supervisor2, people.counsel):
        export_consent.decide(case.number, asked.pk, {"agree": "1"}, by=each)
    taken = Export.objects.get(request=asked)
    export = exporting.fetch(case.number, taken.pk, by=by, reauthenticated_at=timezone.now())
    with handing_out.written(export) as answer:
        while answer.read(PIECE):
            pass


def _bare(evidence: list[Path], folder: Path) -> None:
    copies = folder / "copies"
    copies.mkdir()
    subprocess.run(["cp", *map(str, evidence), str(copies)], check=True)
    made = [str(file) for file in copies.iterdir()]
    subprocess.run(["sha256sum", *made], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-r", str(copies)], check=True)


def _verify(case: Any, folder: Path) -> None:
    """The package's own program, on what a recipient unpacks. Raises CalledProcessError."""
    from complaints.actions import exporting
    from evidence.store import store

    [package] = exporting.packages(case)
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        with store().open(package.sha256) as file, zipfile.ZipFile(file) as archive:
            archive.extractall(empty)
        [root] = Path(empty).iterdir()
        program = [sys.executable, "-I", "-S", "verify.py"]
        subprocess.run(program, cwd=root, check=True, stdout=subprocess.DEVNULL)


def _processes(pid: int) -> list[int]:
    from tests.quickstart.installation import tree

    return list(tree(pid))


def _peak(pid: int) -> int:
    """The most memory that a process ever had, in MB; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _show(found: list[Found]) -> int:
    rows = [("case", "step", "package", "export", "whole", "cp + sha256sum", "ratio", "memory")]
    for one in found:
        parts = (one.step, one.package, one.export, one.whole, one.bare)
        ratio = f"× {one.whole / one.bare:.1f}"
        rows.append((one.name, *(f"{part:.2f} s" for part in parts), ratio, f"{one.memory} MB"))
    print("\n" + table(rows) + "\n")
    slow = [one.name for one in found if one.whole > LIMIT]
    # the worker replaces a process that grew by its dossiers: the highest of the small cases counts
    growth = found[-1].memory - max(one.memory for one in found[:-1])
    print(f"at most {LIMIT:.0f} s: {'MISSED: ' + ', '.join(slow) if slow else 'kept'}")
    print(f"memory {growth} MB more, at most {GROWTH}: {'MISSED' if growth > GROWTH else 'kept'}\n")
    return int(bool(slow) or growth > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
