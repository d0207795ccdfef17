"""Collects what the screens say, so that the English catalogue can be kept complete.

Babel reads the Python; Django turns a template into Python that Babel can read. No system gettext.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

KEYWORDS = {
    **{name: None for name in ("_", "_t", "gettext", "gettext_lazy", "gettext_noop")},
    **{name: (1, 2) for name in ("ngettext", "ngettext_lazy")},
    **{name: ((1, "c"), 2) for name in ("pgettext", "pgettext_lazy")},
    **{name: ((1, "c"), 2, 3) for name in ("npgettext", "npgettext_lazy")},
}
NOT_OURS = {"tests", "benchmarks", "migrations", "var", "locale", "docs", "static"}
WIDTH = 100


def sources(project: Path) -> Iterator[Path]:
    """Python modules and templates of the project, in a fixed order."""
    for file in sorted((*project.glob("*/**/*.py"), *project.glob("templates/**/*.*"))):
        parts = file.relative_to(project).parts
        if not any(part in NOT_OURS or part.startswith(".") for part in parts):
            yield file


def collect(project: Path) -> Catalog:
    """Every text that is marked for translation, with the files that say it."""
    found = Catalog(locale="en", project="Kesu", charset="utf-8", fuzzy=False)
    for file in sources(project):
        name = file.relative_to(project).as_posix()
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            # no indentation: what stands for the markup is no Python that could be indented
            text = "\n".join(x.lstrip() for x in templatize(text, origin=name).splitlines())
        for _line, message, comments, context in extract(
            "python", BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            place: Any = (name, None)  # without a line: it would change with every edit
            found.add(message, locations=[place], auto_comments=comments, context=context)
    return found


def read(po: Path) -> Catalog:
    """A catalogue as it is kept; an empty one where there is none."""
    if not po.exists():
        return Catalog(locale="en")
    with po.open("rb") as handle:
        return read_po(handle, locale="en")


def update(project: Path, po: Path) -> list[str]:
    """Bring the catalogue up to the sources: new texts wait empty, unused ones go.

    Answers the texts that have no translation yet.
    """
    wanted, kept = collect(project), read(po)
    for message in wanted:
        old = kept.get(message.id, message.context) if message.id else None
        if old is not None and not old.fuzzy:
            message.string = old.string
    wanted.header_comment = "# English of every screen. The source texts are Chinese."
    wanted.creation_date, wanted.revision_date = kept.creation_date, kept.revision_date
    po.parent.mkdir(parents=True, exist_ok=True)
    new = po.with_suffix(".po.new")
    with new.open("wb") as handle:
        write_po(handle, wanted, width=WIDTH, include_lineno=False, sort_by_file=True)
    new.replace(po)
    return untranslated(wanted)


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without a whole translation, or with one that nobody has checked."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not _whole(message.string))
    ]


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)
