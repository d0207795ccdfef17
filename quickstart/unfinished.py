"""A restore that did not come to its end: known at the next start, and cleared away by the next
restore. Only a folder that was empty when the restore began is ever cleared.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from quickstart import kept
from quickstart.errors import CannotStart
from quickstart.places import Places


def begin(places: Places) -> None:
    """From here to `end` the data are those of a restore. Raises CannotStart when there is an
    installation.
    """
    data = places.servers / "postgres"
    if is_there(places):
        shutil.rmtree(data, ignore_errors=True)
    if data.exists():
        raise CannotStart(
            f"{data} 里已有数据，不会被覆盖：请换一个 STATE_DIR，或先移走。\n"
            f"There is an installation in {data}, which is not overwritten: use another STATE_DIR, "
            "or move it away first."
        )
    kept.write(_file(places), {})


def clear(places: Places) -> None:
    """Nothing was restored: as it was before `begin`."""
    shutil.rmtree(places.servers / "postgres", ignore_errors=True)
    end(places)


def end(places: Places) -> None:
    """The data are an installation's."""
    _file(places).unlink(missing_ok=True)


def is_there(places: Places) -> bool:
    """Whether a restore has begun and not ended."""
    return _file(places).exists()


def _file(places: Places) -> Path:
    return places.state / "restoring.json"
