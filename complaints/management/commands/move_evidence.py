"""manage.py move_evidence --to s3://…, then set EVIDENCE_STORE, then move_evidence --remove."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from complaints.actions import moving
from evidence.store import store_at

FOLDER = "folder"


class Command(BaseCommand):
    """Exit status 1 when the store did not answer, or a file is not what its name says."""

    help = "Copy every stored file to another store; with --remove take away what was read again."
    requires_system_checks = []  # one of them asks for this command

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="source", default=FOLDER, help="folder, or s3://…")
        parser.add_argument("--to", dest="target", help="s3://…, or folder; default: the setting")
        parser.add_argument("--remove", action="store_true", help="remove each file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many, and names what was altered."""
        target = options["target"] or settings.EVIDENCE_STORE or FOLDER
        source = options["source"]
        if source == target:
            raise CommandError("用 --to 或 EVIDENCE_STORE 说明搬到哪里 / say where to.")
        if options["remove"] and target != (settings.EVIDENCE_STORE or FOLDER):
            raise CommandError(
                "系统还从原处读取：先改 EVIDENCE_STORE，再加 --remove / the installation still "
                "reads from there: change EVIDENCE_STORE first, then use --remove."
            )
        places = (store_at("" if url == FOLDER else url) for url in (source, target))
        try:
            moved = moving.move(*places, remove=options["remove"])
        except OSError as error:
            raise CommandError(
                f"存储没有应答或已满，可以再运行一次 / the store does not answer or is full; run "
                f"it again: {type(error).__name__}"
            ) from None
        self.stdout.write(
            f"复制 / copied: {moved.copied}\n已在那里 / there before: {moved.there}\n"
            f"已从原处移除 / removed: {moved.removed}"
        )
        if moved.altered:
            raise CommandError(f"被改动，留在原处 / altered, left: {', '.join(moved.altered)}")
