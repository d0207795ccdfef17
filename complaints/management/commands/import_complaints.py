"""Import complaints from a CSV or XLSX file: `manage.py import_complaints FILE --as USER`. See
docs/import.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import Team, User
from complaints.actions import import_run, importing
from complaints.actions.import_rows import FORECAST
from complaints.errors import Invalid, NotAllowed
from complaints.importing import mapping, sheets
from complaints.importing.headings import FIELDS
from complaints.importing.table import MAX_ROWS, Table
from complaints.models import ImportRow, ImportRun
from evidence.receive import FileRefused

OUTCOMES = dict(ImportRow.Outcome.choices)
SHOWN = 20  # reasons on the terminal; all of them stand in the file of rejected rows


class Command(BaseCommand):
    """The same import as on the screen, in this terminal."""

    help = "Import complaints from a CSV or XLSX file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument("file", type=Path, help="a .csv or .xlsx file")
        parser.add_argument("--as", dest="user", required=True, help="who imports (user name)")
        parser.add_argument(
            "--map",
            dest="map",
            action="append",
            default=[],
            metavar="列名=field",
            help="which column is which field, once per column; nothing after = leaves it out",
        )
        parser.add_argument("--team", default="", help="team that gets the cases (name)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 when nothing could be read or done, else 0, even with rejected rows."""
        try:
            self._import(options)
        except (FileRefused, NotAllowed, Invalid) as refusal:
            raise CommandError(refusal.message) from refusal

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        by = _person(options["user"])
        data = _content(path)
        table = sheets.read(data, limit=MAX_ROWS)
        chosen = importing.usual_mapping(table, by) | mapping.parse(options["map"], table.columns)
        mapping.check(chosen)
        team = _team(by, options["team"])
        self._say_mapping(table, chosen)
        if options["dry_run"]:
            self._dry_run(table, chosen, by, team)
        else:
            self._run(path, data, chosen, by, team)

    def _say_mapping(self, table: Table, chosen: dict[str, str]) -> None:
        self.stdout.write("；".join([*table.about, _("{n} 行").format(n=len(table.rows))]))
        for column in table.columns:
            field = FIELDS.get(chosen[column])
            words = f"{field.label}（{field.code}）" if field else _("不导入")
            self.stdout.write(f"  {column} → {words}")

    def _dry_run(self, table: Table, chosen: dict[str, str], by: User, team: Team) -> None:
        found = importing.examine(table, chosen, by=by, team=team)
        for verdict in found.refused[:SHOWN]:
            reasons = [vars(p) for p in verdict.candidate.reading.problems]
            self._say_row(verdict.candidate.number, reasons)
        self._say_more(len(found.refused))
        self.stdout.write(_("试运行，没有写入：") + _sums(found.counts, FORECAST))

    def _run(self, path: Path, data: bytes, chosen: dict[str, str], by: User, team: Team) -> None:
        began = time.monotonic()
        run = importing.upload([data], path.name, by=by)
        importing.choose(run, chosen, str(team.pk))
        importing.start(run, by=by, enqueue=False)
        try:
            run = import_run.proceed(run.pk, progress=self._progress)
        except KeyboardInterrupt:
            importing.stop(run)
            raise CommandError(
                _("已停止；已登记的投诉保留，再次导入同一文件会从没有登记的行继续"), returncode=130
            ) from None
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.message)
        counts = {name: getattr(run, name) for name in ImportRow.Outcome.values}
        seconds = time.monotonic() - began
        self.stdout.write(
            _("完成：") + _sums(counts, OUTCOMES) + _("；{n:.1f} 秒").format(n=seconds)
        )
        self._say_rows(run, path, by)

    def _progress(self, run: ImportRun) -> None:
        line = _("已处理 {read} / {rows} 行").format(read=run.read, rows=run.rows)
        self.stderr.write(line, ending="\r" if self.stderr.isatty() else "\n")

    def _say_rows(self, run: ImportRun, path: Path, by: User) -> None:
        for outcome in (ImportRow.Outcome.DIFFERING, ImportRow.Outcome.REJECTED):
            lines = ImportRow.objects.filter(run=run, outcome=outcome).order_by("number")
            for line in lines[:SHOWN]:
                self._say_row(line.number, line.problems)
            self._say_more(getattr(run, outcome))
        if run.rejected_file:
            beside = _free_name(path)
            try:
                beside.write_bytes(importing.rejected_rows(run, by=by))
                beside.chmod(0o600)
            except OSError:
                self.stderr.write(
                    _("退回的行没能写到 {file}；可在“导入”页面下载").format(file=beside)
                )
                return
            self.stdout.write(_("退回的行在 {file}；改正后可以再次导入").format(file=beside))

    def _say_row(self, number: int, problems: list[dict[str, Any]]) -> None:
        for problem in problems:
            column = f"{problem['column']}：" if problem["column"] else ""
            start = _("第 {n} 行").format(n=number)
            self.stdout.write(f"  {start} {column}{problem['message']}")

    def _say_more(self, number: int) -> None:
        if number > SHOWN:
            self.stdout.write(_("  ……另有 {n} 行").format(n=number - SHOWN))


def _person(username: str) -> User:
    by = User.objects.filter(username=username).first()
    if by is None:
        raise CommandError(_("没有“{user}”这个用户；请核对用户名").format(user=username))
    if not by.may("import_complaints"):
        raise NotAllowed(_("“{user}”不能导入投诉；需要客服坐席或主管的角色").format(user=username))
    return by


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return importing.read_bounded(iter(lambda: handle.read(1024 * 1024), b""))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError(_("打不开 {file}：{why}").format(file=path, why=reason)) from error


def _team(by: User, name: str) -> Team:
    teams = importing.teams_of(by)
    if not teams:
        raise NotAllowed(_("“{user}”还不属于任何团队").format(user=by.username))
    team = next((t for t in teams if t.name == name), None) if name else teams[0]
    if team is None:
        raise CommandError(
            _("“{user}”不属于“{team}”；可用：{teams}").format(
                user=by.username, team=name, teams="、".join(t.name for t in teams)
            )
        )
    return team


def _free_name(path: Path) -> Path:
    """NAME.rejected.csv beside the file; never one that is there: somebody may be correcting it."""
    beside, count = path.with_name(f"{path.stem}.rejected.csv"), 1
    while beside.exists():
        count += 1
        beside = path.with_name(f"{path.stem}.{count}.rejected.csv")
    return beside


def _sums(counts: dict[str, int], labels: Mapping[str, Any]) -> str:
    return "，".join(f"{labels[name]} {counts[name]}" for name in counts)
