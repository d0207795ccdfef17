"""A small library: four texts of two laws."""

from pathlib import Path

import pytest

from tests.reading_room.files import CORPUS, imported


@pytest.fixture
def corpus(db: None, tmp_path: Path) -> Path:
    """Imported; the folder of its files."""
    imported(tmp_path / "law", *CORPUS)
    return tmp_path / "law"
