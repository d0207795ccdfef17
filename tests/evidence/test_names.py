"""Names that somebody sends to do harm, or that happen: harmless in the store, in a download, and
in a package on any computer.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from django.http.response import content_disposition_header

from evidence.bag import Bag, safe_name
from evidence.receive import clean_name
from tests.archive.outside import run

NAMES = {
    "path up": ("../../etc/passwd", "passwd"),
    "path of Windows": ("..\\..\\C:\\Windows\\win.ini", "win.ini"),
    "NUL": ("合同\0.pdf.exe\0.pdf", "合同.pdf.exe.pdf"),
    "lines": ("a\r\nSet-Cookie: x=1\n.txt", "aSet-Cookie: x=1.txt"),
    "separators of lines": ("a\u2028b\u2029c\x85d\x0be.txt", "abcde.txt"),
    "right to left": ("合同\u202etxt.exe.pdf", "合同txt.exe.pdf"),
    "isolates and marks": ("\u2066a\u2069\u200f\u200b\ufeff.pdf", "a.pdf"),
    "leading dots": ("...bashrc", "bashrc"),
    "leading dash": ("-rf.txt", "-rf.txt"),
    "device": ("CON", "CON"),
    "device with ending": ("nul.txt", "nul.txt"),
    "trailing dots": ("合同.pdf. . .", "合同.pdf"),
    "only spaces": ("  \u3000\u00a0 ", "file"),
    "only dots": ("....", "file"),
    "nothing": ("", "file"),
    "folder": ("a/", "file"),
    "emoji": ("👨\u200d👩\u200d👧 发票😀.png", "👨👩👧 发票😀.png"),
    "combining": ("e\u0301" * 20 + ".txt", "e\u0301" * 20 + ".txt"),
    "many marks": ("a" + "\u0301" * 500 + ".txt", "a" + "\u0301" * 195 + ".txt"),
    "percent": ("%2e%2e%2f%00.txt", "%2e%2e%2f%00.txt"),
    "300 Chinese": ("投" * 300 + ".pdf", "投" * 196 + ".pdf"),
    "300 without an ending": ("投" * 300, "投" * 200),
    "a cut before a space": ("a" * 199 + " b.c" + "d" * 20, "a" * 199),
    "half a character": ("a\ud800b.txt", "ab.txt"),
    "quotes": ("\"a\";filename='b'.txt", "\"a\";filename='b'.txt"),
    "formula": ("=cmd|'calc'!A1.csv", "=cmd|'calc'!A1.csv"),
    "wildcards and a pipe": ('a*b?c<d>e|f:g".txt', 'a*b?c<d>e|f:g".txt'),
    "upper": ("A.TXT", "A.TXT"),
    "lower": ("a.txt", "a.txt"),
}


@pytest.mark.parametrize("what", NAMES)
def test_a_name_keeps_what_is_harmless(what: str) -> None:
    given, kept = NAMES[what]
    assert clean_name(given) == kept
    assert clean_name(kept) == kept
    assert len(kept) <= 200


@pytest.mark.parametrize("what", NAMES)
def test_a_name_adds_no_header_and_no_second_name_to_a_download(what: str) -> None:
    header = content_disposition_header(True, clean_name(NAMES[what][0])) or ""
    assert not re.search(r"[\r\n\0]", header)
    quoted = re.sub(r'"(?:[^"\\]|\\.)*"', '""', header)
    assert re.fullmatch(r"attachment; (filename=\"\"|filename\*=utf-8''[^;\s]+)", quoted)
    header.encode("ascii")


def test_every_name_stands_in_a_package_that_any_computer_takes_and_every_tool_verifies(
    tmp_path: Path,
) -> None:
    paths = []
    with (tmp_path / "a.zip").open("w+b") as file, Bag(file, "TS26-1", datetime.now(UTC)) as bag:
        for number, (given, kept) in enumerate(NAMES.values(), 1):
            for name in (kept, given):  # also one that lies in the table as it came
                paths.append(f"data/evidence/{number:02}-{safe_name(name)}")
                number += 100
                bag.add(paths[-1], name.encode(errors="replace"))
        bag.close({}, {}, lambda digest: {})
    for path in paths:
        name = path.rpartition("/")[2]
        assert len(name.encode()) <= 130
        assert not re.search(r'[<>:"/\\|?*%]|[ .]$', name)
        assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in name)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", name)
    assert len({path.casefold() for path in paths}) == len(paths)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {n.partition("/")[2] for n in archive.namelist()} >= set(paths)
        archive.extractall(tmp_path / "out")
    bagit.Bag(str(tmp_path / "out/TS26-1")).validate()
    status, said = run("sha256sum -c --quiet manifest-sha256.txt", tmp_path / "out/TS26-1")
    assert (status, said) == (0, "")
