"""What an answer says to whoever reads it, be it a page, JSON, a list, a workbook, a package or a
sheet of paper; and the numbers of persons in it, found by what the product does not use.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection

import pypdfium2

from tests import planted
from tests.walks.scan import personal_numbers


def words_of(data: bytes, kind: str) -> bytes:
    """The words in a file of that content type; of an archive, those of each member."""
    if "pdf" in kind:
        pages = pypdfium2.PdfDocument(data)
        return "\n".join(page.get_textpage().get_text_range() for page in pages).encode()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            inside = [(name, packed.read(name)) for name in packed.namelist()]
        parts = (words_of(found, "pdf" if n.endswith(".pdf") else "") for n, found in inside)
        return b"\n".join([*(name.encode() for name, _found in inside), *parts])
    return data


class Scanner:
    """Looks at each line once: pages share their frame, and a thousand answers are the same."""

    def __init__(self, numbers: Collection[str]) -> None:
        self.numbers = numbers
        self._seen: set[bytes] = set()

    def found(self, data: bytes) -> set[str]:
        """Any number that holds by its check digits, and any of the known ones in any spelling."""
        new = [line for line in data.splitlines() if line not in self._seen]
        self._seen.update(new)
        text = b"\n".join(new)
        said = personal_numbers(text.decode("utf-8", "replace"))
        return {*said, *planted.traces(text, self.numbers)}
