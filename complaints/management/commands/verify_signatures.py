"""Recompute every signature from the rows: `manage.py verify_signatures [--case N] [--json]`. See
docs/resolution.md.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Entry
from complaints.models import Complaint
from complaints.signing import checking, differences, mass
from complaints.signing.checking import Found, Missing


class Command(BaseCommand):
    """Names the signatures that do not cover what stands in the rows, and where they differ."""

    help = "Verify what counsel signed against the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that can be said on the command line."""
        parser.add_argument("--case", default="", metavar="NUMBER", help="one case alone")
        parser.add_argument("--json", action="store_true", help="one JSON value per line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 when a signature differs; 2 when the case does not exist."""
        number = options["case"]
        if number and not Complaint.objects.filter(number=number).exists():
            raise CommandError(_("没有案件 {number}").format(number=number), returncode=2)
        counts = {"ok": 0, "differing": 0, "unsigned": 0, "voided": 0}
        self.as_json = bool(options["json"])
        for found in checking.check(checking.signatures(number)):
            self._one(found, counts)
        for gone in checking.missing(number):
            counts["differing"] += 1
            self._gone(gone)
        if not number:
            self._findings(counts)
        if not self.as_json:
            words = _(
                "签署 {total} 份：{ok} 份与签署时一致，{differing} 份不一致；"
                "其中 {unsigned} 份没有数字签名，{voided} 份已失效"
            )
            total = counts["ok"] + counts["differing"]
            self.stdout.write(words.format(total=total, **counts))
        if counts["differing"]:
            raise SystemExit(1)

    def _json(self, value: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False))

    def _one(self, found: Found, counts: dict[str, int]) -> None:
        counts["differing" if found.faults else "ok"] += 1
        counts["unsigned"] += found.unsigned
        counts["voided"] += found.voided
        if self.as_json:
            self._json(found.as_json())
        elif found.faults or found.unsigned:
            self._say(found)

    def _gone(self, gone: Missing) -> None:
        """A signature of which the audit record knows and the database does not."""
        if self.as_json:
            self._json(gone.as_json())
            return
        words = _("案件 {number} 方案 v{version}：{name} {at} 的签署已不在数据库里（missing）")
        at = _moment(gone.at) if gone.at else ""
        said = words.format(number=gone.number, version=gone.version, name=gone.signer, at=at)
        self.stdout.write(said)

    def _findings(self, counts: dict[str, int]) -> None:
        """The signatures over the findings of mass cases."""
        for opinion in mass.all_signed():
            faults = mass.faults(opinion)
            counts["differing" if faults else "ok"] += 1
            counts["voided"] += bool(mass.changed_since(opinion))
            said = {"mass": opinion.mass_id, "signer": opinion.by.username, "ok": not faults}
            if self.as_json:
                self._json({**said, "at": opinion.at.isoformat(), "differing": faults})
            elif faults:
                words = _("群体性案件“{title}”的共同认定，{name} 签署：不一致（{first}）")
                name, title = opinion.by.name or opinion.by.username, opinion.mass.title
                self.stdout.write(words.format(title=title, name=name, first=faults[0]))
        for entry in mass.missing():
            counts["differing"] += 1
            self._finding_gone(entry)

    def _finding_gone(self, entry: Entry) -> None:
        number = entry.subject.partition(":")[2]
        if self.as_json:
            said = {"mass": int(number), "signer": entry.actor, "ok": False}
            self._json({**said, "at": entry.at.isoformat(), "differing": ["missing"]})
            return
        words = _("群体性案件 {mass} 的共同认定：{name} {at} 的签署已不在（missing）")
        at = _moment(entry.at)
        self.stdout.write(words.format(mass=number, name=entry.actor, at=at))

    def _say(self, found: Found) -> None:
        opinion = found.opinion
        words = _("案件 {number} 方案 v{version}，{name} 签署于 {at}：{what}")
        if not found.faults:
            what = _("签署于启用数字签名之前，内容与指纹一致")
        else:
            first = found.faults[0]
            what = _("不一致：{words}（{first}）").format(words=found.words, first=first)
        self.stdout.write(
            words.format(
                number=opinion.resolution.complaint.number,
                version=opinion.resolution.version,
                name=opinion.by.name or opinion.by.username,
                at=_moment(opinion.at),
                what=what,
            )
        )
        for value in found.values:
            what = differences.words_of(value.part)
            self.stdout.write(_("　　{what}：{values}").format(what=what, values=value.words))


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
