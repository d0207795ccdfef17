"""`manage.py replay_analysis NUMBER`: run the stored analyses of a case again and compare.

Answers 0 when every snapshot gave the same result byte for byte, 1 when one did not or could not be
run, 2 for a case or snapshot that is not there.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import replaying, snapshots
from complaints.models import Analysis, Complaint
from complaints.replaying import Replay
from legal_rules import rulebook


class Command(BaseCommand):
    help = "Runs the stored legal analyses of a case again and compares them byte for byte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="number of the case, such as TS26-000123")
        parser.add_argument("--snapshot", type=int, help="only this snapshot")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            failed = 0
            for analysis in _chosen(options["number"], options["snapshot"]):
                found = replaying.replay(analysis, options["lang"])
                failed += not found.identical
                for line in told(found):
                    self.stdout.write(line)
            if failed:
                words = _("{n} 份快照没有重演出相同的结果").format(n=failed)
                raise CommandError(words, returncode=1)


def _chosen(number: str, wanted: int | None) -> list[Analysis]:
    complaint = Complaint.objects.filter(number=number).first()
    if complaint is None:
        words = _("没有案件 {number}；请核对编号").format(number=number[:40])
        raise CommandError(words, returncode=2)
    found = snapshots.of_case(complaint)[::-1]
    if wanted is None and found:
        return found
    chosen = [each for each in found if each.pk == wanted]
    if not chosen:
        known = _("、").join(str(each.pk) for each in found) or _("没有")
        words = _("案件 {number} 没有这份快照；现有：{known}").format(number=number, known=known)
        raise CommandError(words, returncode=2)
    return chosen


def told(found: Replay) -> Iterator[str]:
    """What a replay showed, in sentences."""
    analysis, book = found.analysis, rulebook.current()
    yield _("快照 {id} · {occasion} · {by} · {at} · 适用 {day} 的法律").format(
        id=analysis.pk,
        occasion=analysis.get_occasion_display(),
        by=analysis.by.name,
        at=f"{timezone.localtime(analysis.at):%Y-%m-%d %H:%M}",
        day=analysis.as_of.isoformat(),
    )
    yield f"  {found.verdict}"
    for each in found.differences:
        yield f"    - {each.sentence}"
    if not found.recorded:
        yield "  " + _("审计记录中没有这份快照的指纹：内容可能在应用之外被改动")
    if not found.same_rulebook:
        yield "  " + _("现行规则库 {version}（{short}）与当时不同：").format(
            version=book.version, short=book.sha256[:12]
        )
        for each in found.present:
            yield f"    - {each.sentence}"
        if not found.present[1:]:
            yield "    " + _("同样的事实，现行规则库的结论没有不同。")
