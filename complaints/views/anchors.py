"""外部锚定: what of the record was laid down outside, and whether it still says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import needs
from audit import proving
from audit.anchors import named
from audit.canonical import block_hash
from audit.models import Block
from audit.outside import Anchor, Stamp, Wanted, Way
from complaints import anchor_words

PAGE_SIZE = 60  # days
SHOWN = 20  # other stamps
_HASH = 64


@dataclass
class Cell:
    """One way of one day: where it lies, or why not yet; both empty for a way not in use then."""

    way: Way
    anchor: Anchor | None = None
    stamp: Stamp | None = None
    where: str = ""
    why: str = ""


@dataclass
class Day:
    """The last block of a day, as it was laid down. `now`: its hash today, "" when it is gone."""

    day: date
    block: int
    hash: str
    now: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the block still has the hash that was laid down, everywhere the same."""
        laid = {cell.anchor.hash for cell in self.cells if cell.anchor} | {self.hash}
        return laid == {self.now}


@require_GET
@needs("read_audit")
def anchors(request: HttpRequest) -> HttpResponse:
    """The page: ways, days, other stamps; and one hash compared, from an e-mail or a file."""
    rows, older = _days(request.GET.get("before", ""))
    context: dict[str, Any] = {
        "rows": rows,
        "broken": sum(not row.holds for row in rows),
        "ways": _ways(),
        "older": f"?before={rows[-1].day}" if older else "",
        "stamps": Stamp.objects.exclude(what__startswith="block:").order_by("-pk")[:SHOWN],
        "waiting": [(w, anchor_words.why(w)) for w in _other_waiting()],
        "compared": _compared(request.GET),
        "typed": {n: request.GET.get(n, "").strip()[:150] for n in ("block", "hash")},
    }
    return render(request, "audit/anchors.html", context)


@require_GET
@needs("read_audit")
def stamp(request: HttpRequest, stamp: int) -> HttpResponse:
    """The time stamp as the authority signed it, for `openssl ts -verify`."""
    found = get_object_or_404(Stamp, pk=stamp)
    name = found.what.replace(":", "-").replace("/", "-")
    return HttpResponse(
        bytes(found.token),
        content_type="application/timestamp-reply",
        headers={"Content-Disposition": f'attachment; filename="{name}.tsr"'},
    )


def _other_waiting() -> list[Wanted]:
    return list(Wanted.objects.filter(day=None).order_by("since", "pk")[:SHOWN])


def _ways() -> list[dict[str, Any]]:
    """Each way: whether it is in use, through what, and when it was last gone."""
    last = {anchor.how: anchor for anchor in Anchor.objects.order_by("how", "-day").distinct("how")}
    through = {
        Way.FILE: settings.ANCHOR_DIR,
        Way.MAIL: _("发给每位留有邮箱的法务"),
        Way.STAMP: urlsplit(settings.TSA_URL).hostname or "",
    }
    missing = {
        Way.MAIL: _("没有法务留有邮箱，请系统管理员补上"),
        Way.STAMP: _("没有配置时间戳服务机构（设置 TSA_URL）"),
    }
    found = []
    for way in Way:
        in_use = way in proving.MEANS and proving.MEANS[way].in_use()
        words = through[way] if in_use else missing.get(way, "")
        found.append({"way": way, "in_use": in_use, "words": words, "last": last.get(way)})
    return found


def _days(before: str) -> tuple[list[Day], bool]:
    """(the newest days first, whether there are older ones). Keyset by day."""
    done, waits = Anchor.objects.all(), Wanted.objects.exclude(day=None)
    if (limit := _day(before)) is not None:
        done, waits = done.filter(day__lt=limit), waits.filter(day__lt=limit)
    both = done.values_list("day").union(waits.values_list("day"))
    days = [row[0] for row in both.order_by("-day")[: PAGE_SIZE + 1]]
    return _filled(days[:PAGE_SIZE]), len(days) > PAGE_SIZE


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filled(days: list[date]) -> list[Day]:
    anchors = {(a.day, a.how): a for a in Anchor.objects.filter(day__in=days)}
    waits = {(w.day, w.how): w for w in Wanted.objects.filter(day__in=days)}
    rows = [_row(day, anchors, waits) for day in days]
    numbers = [row.block for row in rows]
    now = dict(Block.objects.filter(pk__in=numbers).values_list("number", "hash"))
    stamps = {s.what: s for s in Stamp.objects.filter(what__in=map(named, numbers)).defer("token")}
    for row in rows:
        row.now = now.get(row.block, "")
        for cell in row.cells:
            if cell.anchor is not None:
                cell.stamp = stamps.get(named(row.block)) if cell.way == Way.STAMP else None
                cell.where = anchor_words.where(cell.anchor, cell.stamp)
    return rows


def _row(
    day: date,
    anchors: Mapping[tuple[date, str], Anchor],
    waits: Mapping[tuple[date | None, str], Wanted],
) -> Day:
    cells, about = [], (0, "")
    for way in Way:
        anchor, wanted = anchors.get((day, way)), waits.get((day, way))
        if anchor is not None:
            about = (anchor.block, anchor.hash)
        elif wanted is not None and not about[0]:
            about = (wanted.block or 0, wanted.digest)
        why = anchor_words.why(wanted) if wanted and not anchor else ""
        cells.append(Cell(way, anchor, why=why))
    return Day(day, *about, cells=cells)


def _compared(params: Mapping[str, str]) -> dict[str, str] | None:
    """What comparing one hash found: the kind of the message and the message; None when nothing
    was typed.
    """
    number, typed = params.get("block", "").strip(), params.get("hash", "").strip().lower()
    if not (number or typed):
        return None
    if not (number.isascii() and number.isdecimal() and 0 < len(number) < 19):
        return {"kind": "warn", "words": _("请把邮件或文件里的区块编号填成数字，例如 128。")}
    if len(typed) != _HASH or not set(typed) <= set("0123456789abcdef"):
        return {"kind": "warn", "words": _("哈希应是 64 个字符，只含 0–9 和 a–f，请完整粘贴。")}
    return _verdict(int(number), typed)


def _verdict(number: int, typed: str) -> dict[str, str]:
    block = Block.objects.filter(pk=number).defer("members", "leaves").first()
    if block is None:
        words = _("没有区块 %(n)s：记录在它之前被截断过，或者编号填错了。")
        return {"kind": "danger", "words": words % {"n": number}}
    again = block_hash(block.number, block.sealed_at, block.size, block.root, block.previous_hash)
    if typed == block.hash == again:
        words = _("一致：区块 %(n)s 现在的哈希与当时寄出的相同，它和此前的区块没有被重做。")
        return {"kind": "ok", "words": words % {"n": number}}
    words = _(
        "不一致：区块 %(n)s 现在的哈希是 %(hash)s。记录在锚定之后被改动过，请保全数据库并立即查明。"
    )
    return {"kind": "danger", "words": words % {"n": number, "hash": block.hash}}
