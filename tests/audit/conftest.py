"""A time stamping authority and a role of the application for the tests of the record."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from audit import grants
from tests.audit.authority import Authority, authority


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    """A store of evidence and a folder of anchors for this test alone."""
    settings.EVIDENCE_DIR = str(tmp_path / "evidence")
    settings.ANCHOR_DIR = str(tmp_path / "anchors")


@pytest.fixture
def tsa(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    """A running authority that this installation trusts; anchors go into a folder of their own."""
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        yield place


@pytest.fixture
def role(transactional_db: None) -> Iterator[str]:
    """A role that can sign in and nothing else; its password is its name."""
    name = f"kesu_app_{secrets.token_hex(6)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def application(role: str) -> Iterator[Any]:
    """A connection as that role, once it has been granted what the site needs."""
    grants.give(role)
    about = connection.settings_dict
    place = {"host": about["HOST"], "port": about["PORT"], "dbname": about["NAME"]}
    with closing(psycopg2.connect(user=role, password=role, **place)) as opened:
        opened.autocommit = True
        yield opened
