"""`manage.py restore FILE`; with the embedded servers by `./run restore`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from quickstart.backup import archive, keys, restoring, server

FOUND_WRONG = 3  # exit status: restored, but not everything is as it was recorded


class Command(BaseCommand):
    """Exit status 1: nothing was restored; 3: restored, with what is named."""

    help = "Verify a backup, restore it where nothing is yet, and verify every hash and chain."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"].absolute()
        try:
            restored = restoring.restore(file)
        except archive.NotABackup as error:
            raise CommandError(f"{file} 不是完好的备份 / is no intact backup: {error}") from None
        except (OSError, keys.WrongKeys, restoring.NotEmpty, server.DatabaseFailed) as error:
            raise CommandError(f"没有恢复 / not restored: {error}") from None
        self.stdout.write(
            f"已恢复 / restored: {restored.made_at}\n"
            f"  证据文件 / files of evidence: {restored.files}\n"
            f"  审计记录 / entries of the record: {restored.entries}"
        )
        for sentence in restored.wrong:
            self.stderr.write(sentence)
        if restored.wrong:
            raise CommandError(
                f"有 {len(restored.wrong)} 处与记录不符 / {len(restored.wrong)} things are not as "
                "they were recorded.",
                returncode=FOUND_WRONG,
            )
        self.stdout.write("全部核对一致 / every hash, chain and signature was verified.")
