"""Makes an installation of a backup, where there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from audit.record import record
from complaints.actions import shredding
from config.state import made
from evidence.store import store
from quickstart import owner
from quickstart.backup import archive, keys, server, taking, whole


class NotEmpty(Exception):
    """Something is here already; the text says what. Nothing was changed."""


@dataclass(frozen=True)
class Restored:
    """What came back, and what is not as it was recorded."""

    made_at: str
    files: int
    entries: int
    wrong: list[str]


def restore(file: Path) -> Restored:
    """Verify the backup, bring it back, and look whether everything is as it was recorded.

    The files come first, then the database in one transaction; then what was destroyed is destroyed
    again and everything is verified. Killed anywhere, the same call goes on. Raises OSError,
    archive.NotABackup, keys.WrongKeys, NotEmpty (nothing was changed then), server.DatabaseFailed.
    """
    with file.open("rb") as handle:
        contents = archive.verify(handle)
        manifest = contents.manifest
        keys.compare(manifest["keys"], keys.here())
        if not _was_interrupted(contents.fingerprint):
            _must_be_empty(manifest["members"].keys())
            _bring_evidence(handle)
            _mark().write_text(contents.fingerprint, encoding="ascii")
            _bring_database(handle)
    call_command("migrate", interactive=False, verbosity=0)  # and the rights of the application
    wrong = [*_destroy_again(), *whole.findings()]
    files = len(manifest["members"]) - 1
    told = {"manifest": contents.fingerprint, "files": files, "not_in_order": len(wrong)}
    record("installation.restored", "installation", None, timezone.now(), told)
    _mark().unlink(missing_ok=True)
    return Restored(manifest["made_at"], files, manifest["entries"], wrong)


def _mark() -> Path:
    """Which backup is being restored; there until all of it is done."""
    return made(settings.STATE_DIR / "run") / "restoring"


def _was_interrupted(fingerprint: str) -> bool:
    """Whether the database of this very backup is here, and what follows was cut off."""
    mark = _mark()
    begun = mark.is_file() and mark.read_text(encoding="ascii") == fingerprint
    return begun and not server.is_empty()


def _must_be_empty(members: object) -> None:
    """Files of this very backup may lie there: a first try may have ended in the middle."""
    if not server.is_empty():
        raise NotEmpty(
            "数据库里已有数据表；请恢复到空的数据库 / the database has tables; restore into an "
            "empty one."
        )
    foreign = [h for h in taking.held() if f"evidence/{h}" not in members]  # type: ignore[operator]
    if foreign:
        raise NotEmpty(
            f"证据文件夹里已有别的文件 / the evidence has {len(foreign)} other files: "
            f"{settings.EVIDENCE_DIR}"
        )


def _bring_evidence(handle: IO[bytes]) -> None:
    for _sha256, source in archive.evidence(handle):
        with store().incoming() as incoming:
            while piece := source.read(archive.PIECE):
                incoming.write(piece)
            store().keep(incoming)


def _bring_database(handle: IO[bytes]) -> None:
    dump = made(settings.STATE_DIR / "run") / "restoring.dump"
    try:
        dump.touch(mode=0o600)
        with dump.open("wb") as to:
            archive.copy_database(handle, to)
        with owner.speaking():
            server.restore(dump)
    finally:
        dump.unlink(missing_ok=True)


def _destroy_again() -> list[str]:
    """What was lawfully destroyed stays destroyed: as the register in the database says, and the
    copy of it in the state folder, which may be younger than the backup. Only the owner may.
    """
    with owner.speaking():
        _done, problems = shredding.replay()
    return problems
