"""Invented numbers of persons that hold by their check digits, and the ways in which people write
them. Worked out here, apart from the product: what finds them again must not be what hid them.
"""

from __future__ import annotations

import base64
import contextlib
import random
import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterator

_ALPHABETS = (
    "零〇洞",
    "一幺壹",
    "二两贰",
    "三叁",
    "四肆",
    "五伍",
    "六陆",
    "七拐柒",
    "八捌",
    "九勾玖",
)
_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]


def id_number(rng: random.Random) -> str:
    """18 characters by GB 11643-1999, of a county that does not exist (99)."""
    day = f"{rng.randint(1940, 2005)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = f"99{rng.randint(1000, 9999)}{day}{rng.randint(0, 999):03}"
    rest = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


def card(rng: random.Random, length: int = 19) -> str:
    """A UnionPay number of 16 or 19 digits that holds by Luhn."""
    body = "62" + "".join(rng.choice("0123456789") for _ in range(length - 3))
    return next(body + last for last in "0123456789" if holds(body + last))


def holds(digits: str) -> bool:
    """Luhn."""
    total = 0
    for place, d in enumerate(reversed(digits)):
        n = int(d) * (1 + place % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def mobile(rng: random.Random) -> str:
    """11 digits from 13 to 19."""
    return f"1{rng.randint(3, 9)}" + "".join(rng.choice("0123456789") for _ in range(9))


def _put(digits: str) -> Callable[[str], str]:
    return lambda s: s.translate({ord(str(n)): c for n, c in enumerate(digits)})


def _between(sign: str, every: int) -> Callable[[str], str]:
    return lambda s: sign.join(s[i : i + every] for i in range(0, len(s), every))


WAYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "spaced": _between(" ", 1),
    "in fours": _between(" ", 4),
    "dashed": _between("-", 4),
    "dotted": _between(".", 4),
    "middle dots": _between("·", 3),
    "full width": _put("０１２３４５６７８９"),
    "spoken": _put("零一二三四五六七八九"),
    "spoken as on the telephone": _put("〇幺两三四五六七八九"),
    "spoken as on the radio": _put("洞幺两三四五六拐八勾"),
    "spoken with pauses": lambda s: "、".join(_put("零一二三四五六七八九")(s)),
    "financial": _put("零壹贰叁肆伍陆柒捌玖"),
    "mixed": lambda s: _put("零一二三四五六七八九")(s[:5]) + s[5:],
    "over a line end": lambda s: f"{s[:6]}\n{s[6:]}",
    "over an indented line end": lambda s: f"{s[:6]}-\r\n   {s[6:]}",
    "invisible": _between("\u200b", 1),
    "soft hyphen": lambda s: f"{s[:3]}\u00ad{s[3:]}",
    "wide spaces": _between("\u3000", 4),
    "brackets": lambda s: f"({s[:3]}) {s[3:]}",
    "keycaps": lambda s: "".join(f"{c}\ufe0f\u20e3" for c in s),
    "bold": lambda s: f"**{s}**",
    "behind a word": lambda s: f"wx{s}",
}


def planted(count: int, seed: int = 1) -> list[tuple[str, str, str]]:
    """(plain form, as it is written, the way): ID numbers, cards of 19 and 16, mobiles in turn."""
    rng = random.Random(seed)  # noqa: S311 invented numbers
    makers = [id_number, card, lambda r: card(r, 16), mobile]
    ways = list(WAYS)
    found = []
    for n in range(count):
        number = makers[n % 4](rng)
        way = ways[(n // 4 + n) % len(ways)]
        found.append((number, WAYS[way](number), way))
    return found


# --- looking for them, in whatever they may have been written into

_PLAIN = {ord(c): d for d in "0123456789" for c in _ALPHABETS[int(d)]}
_DROPPED = re.compile(r"[\s\-.·・,，、()（）/_\u200b\u00ad\ufe0f\u20e3\u3000*]")


def readings(data: bytes) -> Iterator[str]:
    """What the bytes say: as text, with the escapes of JSON undone, and base64 in it decoded."""
    text = data.decode("utf-8", errors="replace")
    yield text
    if "\\u" in text:
        yield re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    if len(data) > 1_000_000:
        return  # a dump: what is encoded in it (sessions) is read apart
    for block in re.findall(r"[A-Za-z0-9+/_\-]{24,}={0,2}", text):
        with contextlib.suppress(ValueError):
            raw = base64.urlsafe_b64decode(block.replace("+", "-").replace("/", "_") + "==")
            for each in (raw, _unpacked(raw)):
                yield each.decode("utf-8", errors="replace")


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def traces(data: bytes, numbers: Collection[str]) -> set[str]:
    """Which of the numbers stand in the bytes, in any of the ways in which they are written."""
    found: set[str] = set()
    for text in readings(data):
        plain = _DROPPED.sub("", unicodedata.normalize("NFKC", text).translate(_PLAIN))
        found |= {number for number in numbers if number in plain}
    return found
