"""Verify the whole record: `manage.py verify_audit [--since DAY] [--anchors FOLDER] [--no-files]
[--json]`. See docs/record.md.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import anchors, words
from audit.faults import Report
from audit.verify import verify


class Command(BaseCommand):
    """Names the first place of each sort of fault, and how many there are."""

    help = "Verify the audit record, its blocks and everything that is sealed in them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument(
            "--since", default="", metavar="DAY", help="blocks sealed from this day on (YYYY-MM-DD)"
        )
        parser.add_argument(
            "--anchors", default="", metavar="FOLDER", help="anchors that were kept elsewhere"
        )
        parser.add_argument(
            "--no-files", action="store_true", help="do not read the stored files: faster"
        )
        parser.add_argument("--files", action="store_true", help="read them, as is done anyway")
        parser.add_argument("--json", action="store_true", help="the report as one JSON value")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 when something does not hold."""
        folder = Path(options["anchors"]) if options["anchors"] else None
        if folder is not None and not folder.is_dir():
            raise CommandError(_("没有文件夹 {path}").format(path=folder), returncode=2)
        since = _day(options["since"])
        known, files = anchors.known(folder), "" if options["no_files"] else "all"
        try:
            report = verify(timezone.now(), since=since, anchors=known, files=files)
        except OSError as error:
            away = _("保存证据的存储没有应答：{error}。加上 --no-files 可以只校验数据库。")
            raise CommandError(away.format(error=error), returncode=2) from error
        if options["json"]:
            said = {"ok": report.is_whole, "seconds": report.seconds, **report.as_json()}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self._say(report)
        if not report.is_whole:
            raise SystemExit(1)

    def _say(self, report: Report) -> None:
        rows = sum(report.rows.values())
        seen = words.summary(rows, report.blocks, report.chains, report.waiting)
        self.stdout.write(f"{seen} ({report.seconds} s)")
        if report.unnamed:
            self.stdout.write(words.unnamed(report.unnamed))
        for what, place, count in report.faults():
            self.stdout.write(words.sentence(what, place, count))
            for other in report.others(what, place.kind):
                self.stdout.write(f"  · {words.where(other)}")
        if report.is_whole:
            self.stdout.write(_("校验通过，与封存时一致"))


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        said = _("“{value}”不是有效日期，请按 2026-11-23 的格式填写。")
        raise CommandError(said.format(value=text), returncode=2) from None
    return timezone.make_aware(datetime.combine(day, time(0)))
