"""Bytes → text: UTF-8 with or without BOM, UTF-16, GB18030 (and so GBK and GB 2312)."""

from __future__ import annotations

import codecs
import re

from django.utils.translation import gettext as _

from evidence.receive import FileRefused

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
_DAMAGE = re.compile("\udcff")
_HIGH_BYTES = bytes(range(128, 256))
_LOOKED_AT = 32 * 1024  # bytes on each side of the first that does not fit
_TOLERATED = 0.1  # damaged places per byte beyond ASCII; with more it must be another encoding


def _mark(error: UnicodeError) -> tuple[str, int]:
    """One lone surrogate, which no real text holds, for what could not be read."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error("kesu.mark_damage", _mark)


def is_damaged(text: str) -> bool:
    """True when some of its bytes could not be read."""
    return _DAMAGE.search(text) is not None


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. A few damaged bytes are marked in it, so that only
    their rows are refused.

    Raises FileRefused when no encoding fits.
    """
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(codec, "kesu.mark_damage"), name
    if b"\0" in data[:4096]:
        return data.decode(_utf16_without_bom(data[:4096]), "kesu.mark_damage"), "UTF-16"
    try:
        return data.decode(), "UTF-8"
    except UnicodeDecodeError as error:
        around = data[max(0, error.start - _LOOKED_AT) : error.start + _LOOKED_AT]
    if _damage(around, "utf-8") <= _TOLERATED:
        return data.decode("utf-8", "kesu.mark_damage"), "UTF-8"
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        around = data[max(0, error.start - _LOOKED_AT) : error.start + _LOOKED_AT]
    if _damage(around, "gb18030") > _TOLERATED:
        raise _unknown()
    return data.decode("gb18030", "kesu.mark_damage"), "GB18030"


def _damage(sample: bytes, codec: str) -> float:
    """Damaged places per byte beyond ASCII."""
    high = len(sample) - len(sample.translate(None, _HIGH_BYTES))
    return len(_DAMAGE.findall(sample.decode(codec, "kesu.mark_damage"))) / max(high, 1)


def _utf16_without_bom(head: bytes) -> str:
    """Latin letters and commas have a zero as their high byte in UTF-16: on which side do the
    zeros stand?
    """
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < max(2, 4 * min(even, odd)):
        raise _unknown()
    return "utf-16-be" if even > odd else "utf-16-le"


def _unknown() -> FileRefused:
    return FileRefused(
        _("认不出文件的文字编码；请在表格软件中另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后再试"), 415
    )
