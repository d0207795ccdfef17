"""A time stamping authority for the tests of the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.audit.authority import Authority, authority


@pytest.fixture
def tsa(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    """A running authority that this installation trusts; anchors go into a folder of their own."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    with authority(tmp_path / "tsa") as place:
        settings.TSA_URL, settings.TSA_CERTIFICATES = place.url, str(place.certificates)
        yield place
