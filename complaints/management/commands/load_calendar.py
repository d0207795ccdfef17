"""`manage.py load_calendar FILE`: loads the State Council's notice for a year (CSV, XLSX, YAML or
JSON), says what changes, and counts the running clocks anew. See docs/calendar.md.

Answers 0, 1 for a year that has a notice already (see --replace), and 2 for a file that cannot be
taken: each mistake with its line.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.actions import calendar_notice, recount, recount_work
from complaints.actions.calendar_notice import DayChange
from complaints.errors import Invalid, NotAllowed
from complaints.importing.notice_rows import MOST_BYTES, NoticeRefused
from complaints.models import CalendarChange, CalendarNotice

SHOWN = 60  # days
PAUSE = 0.5  # seconds


class Command(BaseCommand):
    """The same loading as on the screen, in this terminal."""

    help = "Loads the State Council's notice on the days off of a year and counts clocks anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument("file", type=Path, help="a .csv, .xlsx, .yaml or .json file")
        parser.add_argument("--year", type=int, help="refuse the file when it is of another year")
        parser.add_argument("--title", default="", help="name of the notice")
        parser.add_argument("--number", default="", help="its number (文号)")
        parser.add_argument("--as", dest="user", default="", help="who loads it (user name)")
        parser.add_argument(
            "--replace", action="store_true", help="the year has a notice already: replace it"
        )
        parser.add_argument("--check", action="store_true", help="only say what would change")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, say what changes, load."""
        with translation.override(options["lang"]):
            by = _person(options["user"])
            notice = self._read(options, by)
            try:
                self._load(notice, by, options)
            finally:
                CalendarNotice.objects.filter(pk=notice.pk, loaded_at=None).delete()

    def _read(self, options: dict[str, Any], by: User | None) -> CalendarNotice:
        path: Path = options["file"]
        told = {name: options[name] for name in ("year", "title", "number")}
        try:
            return calendar_notice.read(_content(path), path.name, by=by, **told)
        except NoticeRefused as refused:
            lines = "\n".join(str(mistake) for mistake in refused.mistakes)
            raise CommandError(f"{path}：\n{lines}", returncode=2) from refused
        except NotAllowed as refused:
            raise CommandError(refused.message) from refused

    def _load(self, notice: CalendarNotice, by: User | None, options: dict[str, Any]) -> None:
        self._say(notice)
        if options["check"]:
            return
        try:
            change = calendar_notice.load(notice.pk, by=by, replace=options["replace"])
        except Invalid as refused:
            if "replace" in refused.errors:
                refused.errors["replace"].append(_("加 --replace 替换"))
            sentences = [s for found in refused.errors.values() for s in found]
            raise CommandError("；".join(sentences)) from refused
        self.stdout.write(_("已载入；正在重算期限"))
        self._count(change)

    def _say(self, notice: CalendarNotice) -> None:
        found, told = calendar_notice.difference(notice), calendar_notice.forecast(notice)
        days = ngettext("%(n)s 天", "%(n)s 天", len(notice.days)) % {"n": len(notice.days)}
        self.stdout.write(f"{notice.year} {notice.title} {notice.number} · {days}")
        for change in found.days[:SHOWN]:
            self.stdout.write(f"  {change.date}  {_words(change)}  {change.name}".rstrip())
        if doubt := calendar_notice.doubt(notice):
            self.stdout.write(doubt)
        words = _(
            "涉及 {touched} 个计时中的期限，其中 {moves} 个的日期会变，{confirmed} 个不再暂定"
        )
        self.stdout.write(
            words.format(touched=told.touched, moves=told.moves, confirmed=told.confirmed)
        )

    def _count(self, change: CalendarChange) -> None:
        """Work like any worker until both rounds are done."""
        while (wait := recount_work.work(change.pk)) is not None:
            if wait > 0:
                time.sleep(min(wait, PAUSE))
        change.refresh_from_db()
        done = recount.progress(change)
        words = _("已重算 {done} 件案件：{moved} 个期限的日期变了，{confirmed} 个不再暂定")
        line = words.format(done=done.done, moved=done.moved, confirmed=done.confirmed)
        if done.failed:
            line += _("，{n} 件没能重算，见日志").format(n=done.failed)
        self.stdout.write(line)


def _words(change: DayChange) -> str:
    names = {True: _("上班"), False: _("放假")}
    return f"{names[change.was]} → {names[change.becomes]}"


def _person(username: str) -> User | None:
    if not username:
        return None
    by = User.objects.filter(username=username).first()
    if by is None:
        raise CommandError(_("没有“{user}”这个用户；请核对用户名").format(user=username))
    return by


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError(
            _("打不开 {file}：{why}").format(file=path, why=reason), returncode=2
        ) from error
