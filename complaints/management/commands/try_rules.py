"""`manage.py try_rules FILE_OR_DIR`: reads rule files beside the running rulebook, then says what
they would change in the open cases. Nothing of the running rulebook is touched.

Answers 0, and 2 for files that cannot be taken: each mistake with file, line and remedy.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.actions import trials
from complaints.errors import Invalid
from complaints.management.working import Watch
from complaints.models import Trial
from legal_rules import candidate, rulebook
from legal_rules.candidate import Candidate
from legal_rules.reasoning.rules import Rule


class Command(BaseCommand):
    help = "Tries rule files on all open cases: what would change, in words. Nothing is enabled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a rule file, or a folder of them")
        parser.add_argument("--check", action="store_true", help="only read the files")
        parser.add_argument("--all", action="store_true", help="print every case, not the first 50")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            files = self._files(options["path"])
            found = candidate.read(files, rulebook.current())
            self._tell(found, options["lang"])
            if options["check"]:
                return
            trial = self._keep(found, files)
            trials.start(trial, by=None)
            Watch(self.stdout, options["lang"], everything=options["all"]).until_done(trial)

    def _files(self, path: Path) -> dict[str, bytes]:
        """Name → content; of a folder every .yaml below it. Raises CommandError."""
        if not path.exists():
            raise CommandError(_("没有文件 {path}").format(path=path), returncode=2)
        paths = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        start = path if path.is_dir() else path.parent
        try:
            return {each.relative_to(start).as_posix(): each.read_bytes() for each in paths}
        except OSError as bad:
            raise CommandError(f"{bad.filename}: {bad.strerror}", returncode=2) from bad

    def _keep(self, found: Candidate, files: dict[str, bytes]) -> Trial:
        try:
            return trials.keep(
                found, {n: text.decode("utf-8-sig") for n, text in files.items()}, by=None
            )
        except Invalid as refused:
            raise CommandError(refused.message, returncode=2) from refused

    def _tell(self, found: Candidate, lang: str) -> None:
        """The mistakes, which end it, or what the files change. Raises CommandError."""
        wrong = [*found.mistakes, *found.failures]
        if wrong:
            head = ngettext("%(n)s 处错误：", "%(n)s 处错误：", len(wrong)) % {"n": len(wrong)}
            text = "\n".join([head, *candidate.in_words(wrong, lang)])
            raise CommandError(text, returncode=2)
        for rule in found.added:
            self._line(_("新增"), rule, lang)
        for rule in found.replaced:
            self._line(_("替换"), rule, lang)
            self._changes(found, rule, lang)
        for rule in found.unchanged:
            self._line(_("不变"), rule, lang)

    def _line(self, what: str, rule: Rule, lang: str) -> None:
        self.stdout.write(f"{what}  {rule.id}  {rule.title.in_(lang)}")

    def _changes(self, found: Candidate, rule: Rule, lang: str) -> None:
        marks = {"ins": "+", "del": "-"}
        for piece in found.changes(rule, lang):
            if piece.kind in marks and piece.text.strip():
                self.stdout.write(f"    {marks[piece.kind]} {piece.text.strip()}")
        for day in found.rewritten(rule):
            words = _("! {day} 起的旧版本被改动：旧版本应以 until 结束，另写新版本")
            self.stdout.write("    " + words.format(day=day))
