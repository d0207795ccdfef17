"""A backup is one once it has been restored: as docs/operations.md says, with real programs."""

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from config.state import PROJECT
from tests import factories as f
from tests.cast import assemble
from tests.live import database_url
from tests.quickstart.installation import program

LOOK = """
import json
from audit.record import broken_links
from complaints.models import Complaint
case = Complaint.objects.select_related("consumer").get()
print(json.dumps([case.number, case.state, case.consumer.clear("name"),
                  broken_links(case.subject), case.events.count()]))
"""


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


def look(database: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What another process finds in the database."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", LOOK],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_restored_backup_has_the_case_its_person_and_its_unbroken_record(
    empty_database: str, tmp_path: Path
) -> None:
    case = f.executing(assemble())
    dump = tmp_path / "kesu.dump"
    backup = [program("pg_dump"), "--format=custom", "--compress=0", f"--file={dump}"]
    subprocess.run([*backup, database_url()], check=True)
    restore = [program("pg_restore"), "--no-owner", f"--dbname={empty_database}", str(dump)]
    subprocess.run(restore, check=True)

    found = look(empty_database)
    assert found.returncode == 0, found.stderr
    expected = [case.number, "executing", f.CONSUMER["name"], [], case.events.count()]
    assert json.loads(found.stdout) == expected

    content = dump.read_bytes()
    assert case.number.encode() in content
    for personal in f.CONSUMER.values():
        assert personal.encode() not in content
    another_key = f"other:{base64.b64encode(bytes(32)).decode()}"
    refused = look(empty_database, VAULT_KEYS=another_key)
    assert refused.returncode != 0
    assert "VaultError" in refused.stderr
