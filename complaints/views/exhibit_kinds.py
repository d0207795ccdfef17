"""How an item can be looked at, and what kind of thing it is, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evidence import kinds, pictures, tables
from evidence.models import Custody, Item

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
# Drawn page by page, because no browser shows them or because they could do something there.
DRAWN = ("application/pdf", "image/heic", "image/tiff", "image/bmp")
SOUNDS = {"audio/mpeg": "audio/mpeg", "audio/x-wav": "audio/wav", "audio/ogg": "audio/ogg"}
SOUNDS |= {"audio/m4a": "audio/mp4", "audio/mp4": "audio/mp4", "audio/aac": "audio/aac"}
FILMS = {"video/mp4": "video/mp4", "video/x-m4v": "video/mp4", "video/webm": "video/webm"}
FILMS |= {"video/quicktime": "video/quicktime"}
_SHOWN = {"text/plain": "text", "message/rfc822": "mail", kinds.ZIP: "list"}
_SHOWN |= {kind: "document" for kind, e in kinds.ALLOWED_TYPES.items() if e[0] in ("docx", "pptx")}
_SHOWN |= dict.fromkeys(DRAWN, "pages") | dict.fromkeys(PICTURES, "picture")
_SHOWN |= dict.fromkeys(SOUNDS, "sound") | dict.fromkeys(FILMS, "film")
ON_PAPER = ("picture", "pages", "text", "document", "mail", "tables", "list")

_WORDS: dict[str, str | Promise] = {
    "image": gettext_lazy("图片"),
    "audio": gettext_lazy("录音"),
    "video": gettext_lazy("录像"),
    "text": gettext_lazy("文本"),
    "message": gettext_lazy("电子邮件"),
    "pdf": gettext_lazy("文档"),
    "doc": gettext_lazy("Word 文档"),
    "xls": gettext_lazy("Excel 表格"),
    "ppt": gettext_lazy("演示文稿"),
    "zip": gettext_lazy("压缩包"),
}


def kind_of(item: Item) -> str:
    """picture, pages, sound, film, text, document, mail, tables, list; "" for not here."""
    ending = _ending(item)
    if ending == "xlsx" or (item.content_type == "text/plain" and item_ending(item) == "csv"):
        return "tables"
    found = _SHOWN.get(item.content_type, "")
    return "" if found == "picture" and item.size > pictures.MOST else found


def can_be(act: Custody.Act, item: Item) -> bool:
    """Whether there is anything to look at, or to put on paper."""
    kind = kind_of(item)
    return kind in ON_PAPER if act == Custody.Act.PRINTED else kind != ""


def item_ending(item: Item) -> str:
    """The ending of its name, in small letters."""
    return kinds.ending_of(item.file_name)


def table_kind(item: Item) -> str:
    """Which of the readers of tables reads it."""
    return "csv" if item.content_type == "text/plain" else tables.KINDS[0]


def _ending(item: Item) -> str:
    return kinds.ALLOWED_TYPES.get(item.content_type, ("",))[0]


def words_of(item: Item) -> str:
    """What it is to a person: the kind, and the ending that programs know."""
    ending, group = _ending(item), item.content_type.partition("/")[0]
    words = _WORDS.get(ending[:3]) or _WORDS.get(group)
    if words is None or not ending:
        return item.content_type
    return f"{words} · {(item_ending(item) or ending).upper()}"


def why_not(item: Item) -> str:
    """Why it cannot be looked at here, and what to do."""
    ending = _ending(item)
    if ending == "amr":
        return _("AMR 是部分手机的通话录音格式，浏览器不能播放；请下载后用播放器打开。")
    if ending in ("doc", "xls"):
        return _("旧版 Office 格式（97–2003）不能在页面上预览；请下载后打开。")
    if item.content_type in PICTURES:
        return _("图片超过 {most} MB，不在页面上预览；请下载后打开。").format(
            most=pictures.MOST // 1024**2
        )
    return _("这种文件不能在页面上预览；请下载后用相应的程序打开。")
