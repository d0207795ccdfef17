"""The form of evidence: one file or several, sent with the form or in pieces before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints.actions import evidence, uploads
from complaints.errors import Invalid
from evidence import resuming
from evidence.models import Item, Upload
from evidence.receive import FileRefused
from evidence.uploads import content_of

MOST = 100  # files of one form
TITLE = 200  # characters
NEVER = (400, 413, 415)  # refused for what the file is: sending it again changes nothing
Add = Callable[[Mapping[str, Any]], Item]


@dataclass
class Taken:
    """What became evidence, and the name and reason of what did not."""

    items: list[Item] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """What was added, in a sentence."""
        first = self.items[0]
        if len(self.items) == 1:
            return _("已添加证据 {number}：{title}").format(number=first.number, title=first.title)
        return _("已添加 {n} 份证据（编号 {first}–{last}）").format(
            n=len(self.items), first=first.number, last=self.items[-1].number
        )

    @property
    def sentences(self) -> list[str]:
        """Each file that was not added, and first how many were."""
        done = len(self.items)
        words = ngettext(
            "{n} 个文件已经添加；下面的没有添加，请移除后重试",
            "{n} 个文件已经添加；下面的没有添加，请移除后重试",
            done,
        )
        return [words.format(n=done), *self.refused] if done else self.refused


def take(
    number: str, files: MultiValueDict[str, Any], posted: QueryDict, about: dict[str, Any], by: User
) -> Taken:
    """Every file of the form becomes evidence, each by itself: one that is refused keeps none of
    the others out. Raises Invalid for what is said of them, or where there is none.
    """
    sent = [*_pieces(number, posted, by), *_whole(number, files, by)]
    if not sent:
        raise Invalid({"file": [_("请选择文件")]})
    if len(sent) > MOST:
        words = _("一次最多添加 {most} 个文件；请分几次添加")
        raise Invalid({"file": [words.format(most=MOST)]})
    taken = Taken()
    for place, (name, add) in enumerate(sent, 1):
        said = about if len(sent) == 1 else _numbered(about, place)
        try:
            taken.items.append(add(said))
        except FileRefused as refusal:
            alone = len(sent) == 1
            taken.refused.append(refusal.message if alone else f"{name}：{refusal.message}")
    return taken


def _numbered(about: dict[str, Any], place: int) -> dict[str, Any]:
    """One title for several files tells them apart by a number."""
    title, number = about.get("title", ""), f"（{place}）"
    if not title or len(title) > TITLE:
        return about
    return {**about, "title": title[: TITLE - len(number)] + number}


def _whole(number: str, files: MultiValueDict[str, Any], by: User) -> Iterator[tuple[str, Add]]:
    for file in files.getlist("file"):

        def add(about: Mapping[str, Any], file: Any = file) -> Item:
            return evidence.add(number, content_of(file), file.name or "", about, by=by)

        yield file.name or "", add


def _pieces(number: str, posted: QueryDict, by: User) -> Iterator[tuple[str, Add]]:
    for upload in _ids(posted):
        yield _name(number, upload, by), partial(_finish, number, upload, by)


def _finish(number: str, upload: UUID, by: User, about: Mapping[str, Any]) -> Item:
    try:
        return uploads.finish(number, upload, about, by=by)
    except Upload.DoesNotExist as error:
        words = _("上传的内容已经清除（超过一天没有提交）；请重新选择文件")
        raise FileRefused(words, 404) from error
    except FileRefused as refusal:
        if refusal.status in NEVER:
            uploads.cancel(number, upload, by=by)
        raise


def _name(number: str, upload: UUID, by: User) -> str:
    try:
        return uploads.own(number, upload, by=by).name
    except Upload.DoesNotExist:
        return _("文件")


def _ids(posted: QueryDict) -> list[UUID]:
    """The uploads that the page put into the form, each once; anything else is no upload."""
    found: list[UUID] = []
    for text in dict.fromkeys(posted.getlist("upload")):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def waiting(number: str, posted: QueryDict | None, by: User) -> list[dict[str, Any]]:
    """The person's uploads for the case that have not become evidence yet: those of a form that is
    shown again, or all of which something came where it is opened, so that none is lost with a
    page.
    """
    rows = Upload.objects.filter(by=by, about=f"complaint:{number}", item=None)
    if posted is not None:
        rows = rows.filter(pk__in=_ids(posted))
    found = [
        {"id": str(row.pk), "name": row.name, "size": row.size, "came": resuming.received(row)}
        for row in rows.order_by("started_at")[:MOST]
    ]
    return [one for one in found if one["came"] or posted is not None]


def page_of(number: str, posted: QueryDict | None, by: User) -> dict[str, Any]:
    """What the template needs beside the fields."""
    return {
        "uploads_at": reverse("api-uploads", args=[number]),
        "known_at": reverse("known_evidence", args=[number]),
        "waiting": waiting(number, posted, by),
        "piece": resuming.PIECE,
        "limit": settings.EVIDENCE_LIMIT,
        "upload_texts": {
            "waiting": _("等待上传"),
            "sending": _("{percent}%，还需约 {left}"),
            "started": _("正在上传"),
            "done": _("已传完"),
            "offline": _("网络中断，恢复后从这里继续"),
            "signed_out": _("登录已过期，重新登录后继续"),
            "failed": _("没有传上，请重试"),
            "too_large": _("超过 {limit} MB，请压缩或拆分后再上传"),
            "empty": _("文件是空的（0 字节）"),
            "remove": _("移除"),
            "unfinished": _("还有没有传上的文件：请重试或移除，再提交"),
            "cancel_of": _("取消 {name}"),
            "retry_of": _("重试 {name}"),
            "done_of": _("{name} 已传完"),
            "seconds": _("{n} 秒"),
            "minutes": _("{n} 分钟"),
            "pasted": _("截图"),
        },
    }
