"""`manage.py backup FILE`; with the embedded servers by `./run backup`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from quickstart.backup import archive, server, taking


class Command(BaseCommand):
    """Exit status 1 also when the backup was written, but something in it is not in order."""

    help = "Write a verified backup of database and evidence. The keys are not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"].absolute()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            taken = taking.take(file)
        except FileExistsError:
            raise CommandError(
                f"{file} 已存在，不会覆盖 / is there already; name another."
            ) from None
        except (OSError, server.DatabaseFailed, archive.NotABackup) as error:
            raise CommandError(f"没有写成备份 / no backup was written: {error}") from None
        self.stdout.write(
            f"备份已写好并核对 / backup written and verified: {file}\n"
            f"  {taken.size / 1e6:,.1f} MB, 证据文件 / files of evidence: {taken.files}\n"
            f"  SHA-256 (manifest.json): {taken.fingerprint}"
        )
        for sentence in taken.wrong:
            self.stderr.write(sentence)
        if taken.wrong:
            raise CommandError(
                f"备份如实写下了 {len(taken.wrong)} 处不符 / {len(taken.wrong)} things were not in "
                "order when it was taken; it has them as they are."
            )
