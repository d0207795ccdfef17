"""Import whole statutes into the reading room: `manage.py import_statutes DIR`. See
docs/operations.md.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from reading_room import quotations, statute_file, storing
from reading_room.statute_file import Refused, Statute
from reading_room.statute_rows import Mistake
from reading_room.storing import Changes, Stored

SHOWN = 12  # article numbers of one kind of change; the page of the statute has them all


class Command(BaseCommand):
    """Every file by itself: a mistake keeps its own file out, and no other."""

    help = "Import whole statutes (one YAML file each) into the reading room."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument("directory", type=Path, help="a folder of .yaml files")
        parser.add_argument("--as", dest="user", default="", help="who imports (user name)")
        parser.add_argument("--dry-run", action="store_true", help="only check the files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 when a file was refused, else 0, also when nothing was new."""
        began = time.monotonic()
        paths, by = _files(options["directory"]), _person(options["user"])
        counts: Counter[str] = Counter()
        seen: dict[str, str] = {}
        for path in paths:
            try:
                statute = _read(path, seen)
            except Refused as refused:
                counts["refused"] += 1
                for mistake in refused.mistakes:
                    self.stdout.write(f"× {mistake}")
                continue
            counts["articles"] += len(statute.articles)
            if options["dry_run"]:
                counts["sound"] += 1
                continue
            stored = storing.store(statute, path.name, by, timezone.now())
            counts[stored.outcome] += 1
            self.stdout.write(f"  {path.name} {_became(statute, stored)}")
        if not options["dry_run"]:
            storing.relate()
        self.stdout.write(_summary(counts, len(paths), time.monotonic() - began))
        if not options["dry_run"]:
            self._quotations()
        if counts["refused"]:
            raise CommandError(
                _("{n} 个文件没有存入，原因见上；改正后再运行一次").format(n=counts["refused"])
            )

    def _quotations(self) -> None:
        """Whether the rules quote the texts that are here now."""
        proof = quotations.proof()
        self.stdout.write(
            _("规则引用 {n} 处：{same} 处与条文一致，{missing} 处的条文没有存入").format(
                n=proof.count,
                same=proof.count - len(proof.missing) - len(proof.differing),
                missing=len(proof.missing),
            )
        )
        places = [(c.rule.id, c.quote.instrument, c.quote.article) for c in proof.differing]
        for rule, code, no in dict.fromkeys(places):
            message = _("! 规则 {rule} 所引与 {code} 第 {no} 条的条文不一致；请法务核对")
            self.stdout.write(message.format(rule=rule, code=code, no=no))
        count, wrong = quotations.deadlines_that_differ()
        same = count - len(wrong)
        self.stdout.write(
            _("期限引用 {n} 处有条文可以核对：{same} 处一致").format(n=count, same=same)
        )
        for entry, cited in wrong:
            message = _("! 期限 {entry} 所引与 {code} 第 {no} 条的条文不一致；请法务核对")
            self.stdout.write(
                message.format(entry=entry.id, code=cited.instrument, no=cited.article)
            )


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml"))
    except NotADirectoryError as bad:
        raise CommandError(
            _("{path} 不是文件夹；请给出放法规文件的文件夹").format(path=folder)
        ) from bad
    except OSError as bad:
        why = bad.strerror or type(bad).__name__
        raise CommandError(_("打不开文件夹 {path}：{why}").format(path=folder, why=why)) from bad
    if not found:
        raise CommandError(_("{path} 里没有 .yaml 文件；一部法规一个文件").format(path=folder))
    return found


def _person(username: str) -> User | None:
    by = User.objects.filter(username=username).first() if username else None
    if username and by is None:
        raise CommandError(_("没有“{user}”这个用户；请核对用户名").format(user=username))
    return by


def _read(path: Path, seen: dict[str, str]) -> Statute:
    """One file. Raises Refused, also for a code that another file of the folder has."""
    statute = statute_file.read(path)
    if statute.code in seen:
        what = _("“{code}”已在 {other} 里；一部法规只放一个文件")
        raise Refused(
            [Mistake(path.name, 1, what.format(code=statute.code, other=seen[statute.code]))]
        )
    seen[statute.code] = path.name
    return statute


def _became(statute: Statute, stored: Stored) -> str:
    title, count = statute.texts["title"], len(statute.articles)
    if stored.outcome == "unchanged":
        return _("没有变化：{title}").format(title=title)
    if stored.outcome == "new":
        return _("新存入：{title}，{n} 条").format(title=title, n=count)
    said = _("有改动，存为第 {number} 份：{title}（{changes}）；原来的文本仍保留")
    return said.format(number=stored.number, title=title, changes=_in_words(stored.changes))


def _in_words(changes: Changes) -> str:
    kinds = {
        "changed": _("改动 {nos}"),
        "added": _("新增 {nos}"),
        "removed": _("删去 {nos}"),
        "about": _("条文以外 {nos}"),
    }
    parts = []
    for kind, words in kinds.items():
        if nos := changes.get(kind):
            more = "…" if len(nos) > SHOWN else ""
            parts.append(words.format(nos="、".join(nos[:SHOWN]) + more))
    return "；".join(parts)


def _summary(counts: Counter[str], files: int, seconds: float) -> str:
    if counts["sound"]:
        said = _(
            "试运行，没有写入：{files} 个文件，{sound} 个可以存入，{refused} 个有误；"
            "共 {n} 条；{s:.1f} 秒"
        )
        return said.format(files=files, s=seconds, n=counts["articles"], **_of(counts, "sound"))
    said = _(
        "{files} 个文件：新存入 {new}，更新 {changed}，没有变化 {unchanged}，退回 {refused}；"
        "共 {n} 条；{s:.1f} 秒"
    )
    kinds = _of(counts, "new", "changed", "unchanged")
    return said.format(files=files, s=seconds, n=counts["articles"], **kinds)


def _of(counts: Counter[str], *kinds: str) -> dict[str, int]:
    return {kind: counts[kind] for kind in (*kinds, "refused")}
