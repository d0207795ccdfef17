"""A backup is one once it has been restored, into an empty place, by other processes."""

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from accounts.vault.keys import fresh
from audit.models import Entry
from complaints.actions import disposal, sealing, shredding
from complaints.models import Complaint, Retention, Sealing
from config.state import PROJECT
from evidence.models import Item
from evidence.store import FileStore, store
from quickstart import unfinished
from quickstart.backup import keys
from quickstart.errors import CannotStart
from quickstart.places import Places
from tests import factories as f
from tests.cast import Cast, assemble
from tests.complaints.test_disposal import YES, later
from tests.live import database_url, eventually

LOOK = """
import json
from audit.record import broken_links
from complaints.models import Complaint
case, gone = Complaint.objects.select_related("consumer").order_by("pk")
print(json.dumps([case.number, case.state, case.consumer.clear("name"),
                  broken_links(case.subject), case.events.count(),
                  gone.narrative, gone.destroyed_at is not None]))
"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return assemble()


@pytest.fixture
def case(cast: Cast) -> Complaint:
    """Being carried out; with evidence, a signed resolution, a record."""
    return f.executing(cast)


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    """The address of a database with nothing in it."""
    server, _slash, _name = database_url().rpartition("/")
    name = f"restored_{secrets.token_hex(6)}"
    connection = psycopg2.connect(database_url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


class Place:
    """An installation elsewhere: its own database, state folder and, unless changed, our keys."""

    def __init__(self, database: str, state: Path, **changes: str) -> None:
        ours = keys.here()
        own = {"DATABASE_URL": database, "STATE_DIR": str(state), **ours, **changes}
        self.environment = {**os.environ, **own}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` there."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def kill_once_tables_are_there(self, *arguments: str) -> None:
        """`manage.py` there, killed after its first transaction."""
        command = [sys.executable, "manage.py", *arguments]
        there = psycopg2.connect(self.environment["DATABASE_URL"])
        there.autocommit = True
        with (
            there.cursor() as cursor,
            subprocess.Popen(
                command, cwd=PROJECT, env=self.environment, stdout=subprocess.DEVNULL
            ) as running,
        ):

            def tables() -> bool:
                cursor.execute("SELECT to_regclass('complaints_destroyed') IS NOT NULL")
                return bool(cursor.fetchone()[0])

            eventually(tables)
            running.kill()
        there.close()
        assert running.returncode == -signal.SIGKILL


def destroyed_since(cast: Cast, case: Complaint) -> Path:
    """Two agree, the file is destroyed; the register as it lies outside of the database."""
    Retention.objects.filter(complaint=case).update(until="2020-01-01")
    batch = disposal.propose(timezone.now())
    assert batch is not None
    for by in (cast.supervisor2, cast.counsel2):
        disposal.review(batch.pk, [batch.rows.get().pk], YES, by=by, now=timezone.now())
    assert shredding.run(later()) == 1
    return shredding.register_file()


def test_a_restored_backup_has_case_person_evidence_and_unbroken_record(
    cast: Cast, case: Complaint, empty_database: str, tmp_path: Path
) -> None:
    backup = tmp_path / "kesu.tar"
    other = f.archived(cast, order_number="SO-2", narrative="备份以后才销毁的叙述")
    package = sealing.seal(Sealing.objects.get(complaint=other).pk)
    assert package is not None
    newest = f"k2:{fresh()}"
    with override_settings(VAULT_KEYS=f"{newest},{keys.here()['VAULT_KEYS']}"):
        call_command("rotate_keys", stdout=StringIO())
        call_command("backup", str(backup))  # needs the retired key no more
    content = backup.read_bytes()
    for personal in f.CONSUMER.values():
        assert personal.encode() not in content
    assert f"evidence/{package.sha256}".encode() in content
    register = destroyed_since(cast, other)

    place = Place(empty_database, tmp_path / "there", VAULT_KEYS=newest)
    (tmp_path / "there").mkdir()
    shutil.copy(register, tmp_path / "there" / register.name)
    place.kill_once_tables_are_there("restore", str(backup))
    restored = place.manage("restore", str(backup))  # goes on: destroys again, verifies
    assert restored.returncode == 0, restored.stderr
    assert "every hash, chain and signature was verified" in restored.stdout
    found = place.manage("shell", "--no-imports", "-c", LOOK)
    expected = [case.number, "executing", f.CONSUMER["name"], [], case.events.count()]
    assert json.loads(found.stdout) == [*expected, "已删除", True]
    verified = place.manage("verify_audit", "--files")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    there = FileStore(tmp_path / "there" / Path(settings.EVIDENCE_DIR).name)
    for item in Item.objects.filter(folder=case.folder_id):
        assert there.digest(item.sha256) == item.sha256
    assert not there.exists(package.sha256)  # it came with the backup and went again
    assert Entry.objects.filter(subject="installation", verb="installation.backed_up").exists()

    again = place.manage("restore", str(backup))
    assert again.returncode == 1
    assert "the database has tables" in again.stderr


def test_a_backup_that_was_touched_or_has_other_keys_is_not_restored(
    case: Complaint, tmp_path: Path
) -> None:
    backup = tmp_path / "kesu.tar"
    call_command("backup", str(backup))
    another = f"other:{base64.b64encode(bytes(32)).decode()}"
    with override_settings(VAULT_KEYS=another):
        refused(backup, "VAULT_KEYS: not the keys of this backup")
    refused(backup, "the database has tables")

    written = backup.read_bytes()
    sha256 = Item.objects.values_list("sha256", flat=True)[0]
    place = written.index(f"evidence/{sha256}".encode()) + 512  # the first byte of the file
    flipped = bytes([written[place] ^ 1])
    backup.write_bytes(written[:place] + flipped + written[place + 1 :])
    refused(backup, f"evidence/{sha256}: not as written")
    backup.write_bytes(written)
    without(backup, f"evidence/{sha256}")
    refused(backup, f"evidence/{sha256}")
    for length in (len(written) // 2, 512, 0):
        backup.write_bytes(written[:length])
        refused(backup, "is no intact backup")


def without(backup: Path, name: str) -> None:
    """The same archive, whole in itself, that lacks one member."""
    other = backup.with_name("other.tar")
    with tarfile.open(backup) as source, tarfile.open(other, "w") as target:
        for member in source:
            if member.name != name:
                target.addfile(member, source.extractfile(member))
    other.replace(backup)


def refused(backup: Path, why: str) -> None:
    """Nothing is restored, and it is said why."""
    with pytest.raises(CommandError, match=why):
        call_command("restore", str(backup))


def test_a_backup_says_what_is_not_as_it_was_recorded_and_overwrites_nothing(
    case: Complaint, tmp_path: Path
) -> None:
    sha256 = Item.objects.values_list("sha256", flat=True)[0]
    files = store()
    assert isinstance(files, FileStore)
    path, before = files.path_of(sha256), files.path_of(sha256).read_bytes()
    path.write_bytes(b"another text")
    for days, name in ((2, "kesu-1.tar.part"), (2, "kesu-1.tar.dump"), (0, "kesu-2.tar.part")):
        (tmp_path / name).touch()  # of backups that were killed; the last may still be at work
        long_ago = time.time() - days * 24 * 3600
        os.utime(tmp_path / name, (long_ago, long_ago))
    try:
        with pytest.raises(CommandError, match="1 things were not in order"):
            call_command("backup", str(tmp_path / "kesu.tar"))
        path.unlink()
        with pytest.raises(CommandError, match="1 things were not in order"):
            call_command("backup", str(tmp_path / "without.tar"))
    finally:
        path.write_bytes(before)
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(tmp_path / "kesu.tar"))
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {"kesu.tar", "without.tar", "kesu-2.tar.part"}


def test_a_restore_that_was_killed_is_begun_anew_and_an_installation_is_left_alone(
    tmp_path: Path,
) -> None:
    places, data = Places(tmp_path, tmp_path, None), tmp_path / "postgres"
    unfinished.begin(places)
    data.mkdir()
    assert unfinished.is_there(places)
    unfinished.begin(places)
    assert not data.exists()
    data.mkdir()
    unfinished.end(places)
    with pytest.raises(CannotStart, match="not overwritten"):
        unfinished.begin(places)
    assert data.exists()
