"""校验本案: one finished case verified now, what was found line by line, the last anchor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, person
from audit.models import Entry
from audit.outside import Way
from complaints.archive import checking
from complaints.errors import NotAllowed
from complaints.models import Complaint, Sealing

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """What was looked at, whether it holds (None: nothing can be said), and that in words."""

    title: str
    holds: bool | None
    words: str


def lines_of(entry: Entry) -> list[Line]:
    """What a check of a case found, as the record keeps it."""
    found: Found = entry.detail
    return [
        Line(title, *says(found[part]))
        for part, title, says in (
            ("chain", _("审计链与区块"), _chain),
            ("files", _("证据文件"), _files),
            ("signatures", _("签署"), _signatures),
            ("packages", _("证据包"), _packages),
            ("anchor", _("外部锚定"), _anchor),
        )
        if part in found
    ]


def _chain(found: Found) -> tuple[bool | None, str]:
    if not found["holds"]:
        faults = (
            ("broken", _("与哈希不符或缺失：第 {n} 条")),
            ("altered", _("与封存时不同：第 {n} 条")),
            ("unsealed", _("没有经过封存：第 {n} 条")),
        )
        said = [words.format(n=_some(found[name])) for name, words in faults if found[name]]
        if found["cut_off"]:
            said.append(_("末尾与登记的不一致，可能被截去"))
        return False, _("；").join(said)
    words = _("{count} 条记录逐条复算哈希，与 {blocks} 个区块封存的一致")
    if found["waiting"]:
        words += _("；{waiting} 条等待封存，一分钟内完成")
    return True, words.format(**{k: found[k] for k in ("count", "blocks", "waiting")})


def _files(found: Found) -> tuple[bool | None, str]:
    if found["bad"]:
        words = _("与收到时的哈希不符或不在存储中：证据 {n}")
        return False, words.format(n=_some(found["bad"]))
    count, left = found["count"], found["left"]
    words = _("{n} 份文件从存储中读出复算，与收到时相同").format(n=count)
    if left:
        words += _("；另有 {left} 份太大，没有一并读，请在证据页逐件校验").format(left=left)
    return True if found["count"] or not found["left"] else None, words


def _signatures(found: Found) -> tuple[bool | None, str]:
    if found["bad"]:
        return False, _("复算不一致：方案 v{n}").format(n=_some(found["bad"]))
    if not found["count"]:
        return None, _("这件案件没有签署过方案。")
    return True, _("{n} 次签署的内容、密钥与记录复算一致").format(n=found["count"])


def _packages(found: Found) -> tuple[bool | None, str]:
    if found["bad"]:
        return False, _("与封存时的哈希不符或不在存储中：{n}").format(n=_some(found["bad"]))
    if not found["count"]:
        return None, _("还没有证据包")
    return True, _("{n} 个证据包与封存时逐字节相同").format(n=found["count"])


def _anchor(found: Found) -> tuple[bool | None, str]:
    if found["differs"]:
        return False, _("与留在外面的不符：第 {block} 区块").format(block=found["block"])
    return (True if found["covers"] else None), anchor_words(found)


def anchor_words(found: Found) -> str:
    """When, how and which block was anchored last, and whether that covers the case."""
    if found["block"] is None:
        return _("还没有外部锚定；当天最后一个区块在次日零点后留到外面。")
    words = (
        _("上次锚定：{day} 的第 {block} 区块（{how}），已覆盖本案全部记录。")
        if found["covers"]
        else _("上次锚定：{day} 的第 {block} 区块（{how}）；本案此后的记录次日零点后锚定。")
    )
    how = _("、").join(str(Way(each).label) for each in found["how"])
    day = formats.date_format(date.fromisoformat(found["day"]), "Y-m-d")
    return words.format(day=day, block=found["block"], how=how)


def _some(numbers: list[Any]) -> str:
    shown = _("、").join(str(each) for each in numbers[:5])
    return shown + ("…" if len(numbers) > 5 else "")


@require_POST
@needs("export_packages")
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Verify the case now. A POST, because it is recorded."""
    return _done(request, number, lambda: checking.check(number, by=person(request)))


def _done(request: HttpRequest, number: str, does: Callable[[], Found]) -> HttpResponse:
    try:
        found = does()
    except Complaint.DoesNotExist as missing:
        raise Http404 from missing
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except OSError:
        messages.error(request, _("存储没有应答，没有校验；请稍后再试"))
        return redirect("archive_case", number)
    if not found["whole"]:
        messages.error(request, _("校验发现不一致，逐项见下"))
    return redirect(reverse("archive_case", args=[number]) + "?checked=1")


@require_GET
@needs("see_complaints")
def sealing(request: HttpRequest, number: str) -> HttpResponse:
    """For the page that waits for a package: nothing while it is being made, then look again."""
    if not Complaint.objects.visible_to(person(request)).filter(number=number).exists():
        raise Http404
    waits = Sealing.objects.filter(complaint__number=number, done_at=None, problem="").exists()
    return HttpResponse(status=204, headers={} if waits else {"HX-Refresh": "true"})
