"""What the person in front of the terminal reads. Standard library only."""

import contextlib
import sys
import time
import unicodedata

_began = time.monotonic()


def say(text: str, *, timed: bool = True) -> None:
    """One line with the seconds since the start. A closed terminal is no reason to stop."""
    stamp = f"[{time.monotonic() - _began:6.1f} s] " if timed else ""
    with contextlib.suppress(OSError, ValueError):
        print(stamp + text, flush=True)


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows: list[tuple[str, ...]], indent: str = "  ") -> str:
    """Rows as aligned text; every row has as many cells as the first."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        "  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)).rstrip()
        for row in rows
    )
    return "\n".join(indent + line for line in lines)


def tolerate_any_encoding() -> None:
    """A terminal that cannot show Chinese gets question marks, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
