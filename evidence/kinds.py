"""What a file is: told by its content, and its name has to agree.

Anything that a browser or a computer could run is not on the list, and neither is a file that is
two things at once.
"""

from __future__ import annotations

import codecs
import re

import filetype
from django.utils.translation import gettext as _

from evidence import archives
from evidence.errors import FileRefused
from evidence.store import Incoming

_OFFICE = "application/vnd.openxmlformats-officedocument."
ZIP, OLE = "application/zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a case file may contain: content type → file endings.
ALLOWED_TYPES: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    "image/bmp": ("bmp",),
    "application/pdf": ("pdf",),
    "audio/mpeg": ("mp3",),
    "audio/x-wav": ("wav",),
    "audio/m4a": ("m4a",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/aac": ("aac",),
    "audio/amr": ("amr", "awb"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "video/mp4": ("mp4", "m4v"),
    "video/x-m4v": ("m4v", "mp4"),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
    "video/3gpp": ("3gp",),
    ZIP: ("zip",),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",),
    "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",),
    "text/plain": ("txt", "log", "csv", "md"),
    "message/rfc822": ("eml",),
}
_INSIDE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel"}
_TYPE_OF = {ending: kind for kind, endings in ALLOWED_TYPES.items() for ending in endings}
_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,7})$")  # "通话2026.11" has none
_RUNS = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script")


def ending_of(name: str) -> str:
    """The ending by which computers choose a program, in small letters, "" for none."""
    found = _ENDING.search(name.strip())
    return found[1].lower() if found else ""


def check_name(name: str) -> None:
    """Raises FileRefused for an ending that nothing on the list has: asked before a large file is
    sent.
    """
    ending = ending_of(name)
    if ending and ending not in _TYPE_OF:
        raise _not_taken(f".{ending}")


def by_head(head: bytes, name: str) -> str:
    """The content type by the beginning of the file. Raises FileRefused for one that is not on the
    list, or that the name denies.
    """
    ending = ending_of(name)
    if head.startswith(OLE) and ending in _INSIDE:  # how Office wraps what has a password
        words = _("文档加了打开密码，没有保存；请去掉密码，另存为 .{ending} 后再上传")
        raise FileRefused(words.format(ending=ending), 415)
    kind = _sniffed(head, ending)
    if kind not in ALLOWED_TYPES:
        raise _not_taken(kind)
    if not kind.startswith(("text/", "message/")) and re.search(rb"<script\b|<html\b", head, re.I):
        raise _two_things()
    _agrees(kind, name)
    return kind


def of_file(incoming: Incoming, name: str) -> str:
    """The content type of a whole file. Raises FileRefused, also for a zip that would burst and for
    one thing that hides another.
    """
    kind = by_head(incoming.head, name)
    if not incoming.head.startswith(b"PK"):
        if archives.end_record(incoming.tail(archives.TAIL)) >= 0:
            raise _two_things()
        return kind
    try:
        with incoming.path.open("rb") as file:
            listing = archives.listing(file, incoming.size)
    except archives.Damaged as error:
        raise FileRefused(
            _("压缩包或文档不完整，读不出里面有什么，没有保存；请重新导出或打包后再上传"), 415
        ) from error
    except archives.TooMuch as error:
        raise FileRefused(
            _("压缩包展开后过大或文件过多（可能是压缩炸弹），没有保存；请解压后只上传需要的文件"),
            415,
        ) from error
    kind = _office(kind, listing, ending_of(name))
    _agrees(kind, name, whole=True)
    return kind


def _office(kind: str, listing: archives.Listing, ending: str) -> str:
    """Documents of some programs begin like any zip; what they hold tells them."""
    folder = _INSIDE.get(ending)
    if kind == ZIP and folder and any(name.startswith(folder) for name, _size in listing.entries):
        return _TYPE_OF[ending]
    return kind


def _agrees(kind: str, name: str, *, whole: bool = False) -> None:
    """Raises FileRefused for a name that says something else than the content."""
    ending = ending_of(name)
    undecided = kind == ZIP and ending in _INSIDE and not whole
    if ending and ending not in ALLOWED_TYPES[kind] and not undecided:
        words = _(
            "文件名以“.{ending}”结尾，内容却是 {type}，没有保存；请确认选对了文件，"
            "并把扩展名改成与内容一致（.{right}）"
        )
        right = ALLOWED_TYPES[kind][0]
        raise FileRefused(words.format(ending=ending, type=kind, right=right), 415)


def _sniffed(head: bytes, ending: str) -> str:
    if head.startswith(OLE) and ending in _OLD_OFFICE:
        return _OLD_OFFICE[ending]
    if kind := _recording(head):
        return kind
    kind, text = filetype.guess(head), _as_text(head)
    if kind is not None and not (text is not None and _only_begins_so(str(kind.mime), ending)):
        return str(kind.mime)
    return "application/octet-stream" if text is None else _text(text, ending)


def _only_begins_so(kind: str, ending: str) -> bool:
    """Whether a text just begins with the letters of another kind: “BMW 车主来电” is no bitmap."""
    return ending in ALLOWED_TYPES["text/plain"] and (
        kind == "image/bmp" or kind not in ALLOWED_TYPES
    )


def _recording(head: bytes) -> str:
    """Recordings of telephones that `filetype` does not know: AMR with a wide band, and MP3 of 8
    to 12 kHz or without a checksum. "" for none.
    """
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    layer_three = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "audio/mpeg" if layer_three and head[2] >> 4 not in (0, 15) else ""


def _as_text(head: bytes) -> bytes | None:
    """The beginning as a text of which the first letters can be read, None for what is none: in
    UTF-8, GB 18030, or UTF-16 with its mark, as the notepad of Windows writes it.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            words = codecs.getincrementaldecoder("utf-16")().decode(head)
        except UnicodeDecodeError:
            return None
        return None if "\0" in words else words.encode("utf-8", "replace")
    return head if b"\0" not in head and _decodes(head) else None


def _decodes(head: bytes) -> bool:
    """In one of the two; a character that the bound cut in half counts as whole."""
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                continue
        return True
    return False


def _text(head: bytes, ending: str) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if ending in {"htm", "html", "svg", "xml", "xhtml", "js"} or start.startswith(_RUNS):
        return "text/html"
    return "message/rfc822" if ending == "eml" else "text/plain"


def _not_taken(kind: str) -> FileRefused:
    return FileRefused(
        _(
            "不能接收这种类型的文件（{type}）；"
            "可以上传图片、录音、录像、PDF、Office 文档、文本或 zip"
        ).format(type=kind),
        415,
    )


def _two_things() -> FileRefused:
    return FileRefused(
        _("文件里还藏着另一种文件（网页或压缩包），没有保存；请导出或截图后，上传单一类型的文件"),
        415,
    )
