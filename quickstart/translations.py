"""Compiles the translation catalogues with Babel: no system gettext is needed."""

from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(folders: Iterable[Path]) -> list[Path]:
    """Compile `*/LC_MESSAGES/*.po` of locale folders where newer; answers the compiled files."""
    made = []
    for folder in folders:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
                _compile(source, target)
                made.append(target)
    return made


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as handle:
        catalogue = read_po(handle, locale=source.parent.parent.name)
    new = target.with_suffix(".mo.new")
    with new.open("wb") as handle:
        write_mo(handle, catalogue)  # leaves fuzzy entries out
    new.replace(target)
