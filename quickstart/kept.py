"""Small JSON files of the state folder, readable by their owner only."""

import json
import os
from pathlib import Path
from typing import Any


def read(file: Path, otherwise: Any) -> Any:
    """The content; `otherwise` when there is none that can be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise


def write(file: Path, content: Any) -> None:
    """Replace the content, wholly or not at all."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False, indent=1)
    new.replace(file)
