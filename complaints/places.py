"""The provinces of China, and which one an address lies in. Pure.

Codes are the first two digits of GB/T 2260 (中华人民共和国行政区划代码): 31 provinces, autonomous
regions and municipalities under the central government, and Taiwan, Hong Kong and Macao. "" stands
for nobody knows.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.place_names import AMBIGUOUS, CITIES, DISTRICTS, ENGLISH

# Code → the name in use, in the order of the standard.
NAMES: dict[str, str | Promise] = {
    "11": _("北京"),
    "12": _("天津"),
    "13": _("河北"),
    "14": _("山西"),
    "15": _("内蒙古"),
    "21": _("辽宁"),
    "22": _("吉林"),
    "23": _("黑龙江"),
    "31": _("上海"),
    "32": _("江苏"),
    "33": _("浙江"),
    "34": _("安徽"),
    "35": _("福建"),
    "36": _("江西"),
    "37": _("山东"),
    "41": _("河南"),
    "42": _("湖北"),
    "43": _("湖南"),
    "44": _("广东"),
    "45": _("广西"),
    "46": _("海南"),
    "50": _("重庆"),
    "51": _("四川"),
    "52": _("贵州"),
    "53": _("云南"),
    "54": _("西藏"),
    "61": _("陕西"),
    "62": _("甘肃"),
    "63": _("青海"),
    "64": _("宁夏"),
    "65": _("新疆"),
    "71": _("台湾"),
    "81": _("香港"),
    "82": _("澳门"),
}
CHOICES = list(NAMES.items())
LONGEST = 400  # characters of an address that are looked at
# The large regions that figures are put together by: key → (name, codes).
AREAS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "east": (_("华东"), ("31", "32", "33", "34", "35", "36", "37")),
    "south": (_("华南"), ("44", "45", "46")),
    "north": (_("华北"), ("11", "12", "13", "14", "15")),
    "central": (_("华中"), ("41", "42", "43")),
    "southwest": (_("西南"), ("50", "51", "52", "53", "54")),
    "northwest": (_("西北"), ("61", "62", "63", "64", "65")),
    "northeast": (_("东北"), ("21", "22", "23")),
    "hmt": (_("港澳台"), ("71", "81", "82")),
}
_AREA_OF = {code: key for key, (_name, codes) in AREAS.items() for code in codes}
# As the names are written in addresses, whatever the language of the screen.
_WRITTEN = (
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 "
    "湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门"
)
_CHINESE = dict(zip(NAMES, _WRITTEN.split(), strict=True))
_FULL = {
    **{code: f"{_CHINESE[code]}市" for code in ("11", "12", "31", "50")},
    "15": "内蒙古自治区",
    "45": "广西(?:壮族)?自治区",
    "54": "西藏自治区",
    "64": "宁夏(?:回族)?自治区",
    "65": "新疆(?:维吾尔)?自治区",
    "81": "香港(?:特别行政区|特区)",
    "82": "澳门(?:特别行政区|特区)",
}
_SHORT = {"15": "内蒙古?"}
_OF_NAME = {"内蒙": "15"} | {name: code for code, name in _CHINESE.items()}
_OF_PLACE = {place: code for code, places in CITIES.items() for place in places.split()}
_TRADITIONAL = str.maketrans(
    "廣東臺灣門陝遼寧龍雲貴蘇內慶肅區縣號龜維爾壯藏徽贛澤餘榮陽鎮",
    "广东台湾门陕辽宁龙云贵苏内庆肃区县号龟维尔壮藏徽赣泽余荣阳镇",
)


def area_of(code: str) -> str:
    """The large region of a province, "" for none."""
    return _AREA_OF.get(code, "")


def name_of(code: str) -> str:
    """A province's name in the language of the screen, "" where nobody knows."""
    return str(NAMES[code]) if code in NAMES else ""


def code_of(text: str) -> str:
    """The code for a code or for a name, short or in full, Chinese or English; "" where it is none
    of them.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    if plain in NAMES:
        return plain
    if re.fullmatch(r"\d{6}", plain) and plain[2:] == "0000":
        return plain[:2] if plain[:2] in NAMES else ""
    chinese = _han(plain)
    if chinese:
        whole = next((c for c, name in _full_names().items() if re.fullmatch(name, chinese)), "")
        return whole or _OF_NAME.get(chinese, "")
    return _in_english(plain)


def of_address(text: str) -> str:
    """The province of an address, "" unless it is certain: it begins with the province or with a
    city that lies in one province alone, or names one province in full. A street or an institution
    that is called after a place says nothing.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    chinese = _han(plain)
    if not chinese:
        return _in_english(plain)
    chinese = _BEFORE.sub("", chinese)
    return _beginning(chinese) or _named_in_full(chinese)


# What people write before the province.
_BEFORE = re.compile(
    r"^(?:(?:收货|联系|通讯|家庭|现|家|居)?(?:地址|住址|住在|住)(?:是|为|在)?)?"
    r"(?:中华人民共和国|中国)?(?:邮编)?\d{0,6}"
)
_HAN = re.compile(r"[^\u3400-\u9fff0-9A-Za-z]+")
# A district of a place whose name is followed by it; streets, grounds and institutions are none.
_NO_UNIT = "路街道巷弄里园苑庭厦桥学院司行店场馆社"
_DISTRICT = (
    rf"(?![{_NO_UNIT}])[^{_NO_UNIT}小校厂景库片]{{1,6}}?(?<![小新校厂景库片城营])"
    "(?:区|县|市|旗|州|盟)"
)
_ZONE = "(?:工业园|高新|经开|经济技术开发|高新技术产业开发)区"


def _han(text: str) -> str:
    """The text in simplified characters without blanks and signs; "" where nothing is Chinese."""
    plain = _HAN.sub("", text.translate(_TRADITIONAL))
    return plain if re.search(r"[\u3400-\u9fff]", plain) else ""


@lru_cache(maxsize=1)
def _full_names() -> dict[str, str]:
    """Code → pattern of the name in full."""
    return {code: _FULL.get(code, f"{name}省") for code, name in _CHINESE.items()}


@lru_cache(maxsize=1)
def _beginnings() -> list[tuple[re.Pattern[str], str]]:
    """What an address may begin with, and the province that it is certain to lie in then."""
    cities = sorted(_OF_PLACE, key=len, reverse=True)
    suffix = r"(?:市(?!场)|地区|盟|林区|州(?!路|街)|(?!黎族)[^\d市区县]{1,9}族自治州)"
    found = [("河南蒙古族", "63"), ("雄安新区", "13")]
    found += [(f"{city}{suffix}", _OF_PLACE[city]) for city in cities]
    for code, name in _CHINESE.items():
        within = f"{CITIES.get(code, '')} {DISTRICTS.get(code, '')}".split()
        own = "|".join(sorted(within, key=len, reverse=True))
        found.append((f"{_full_names()[code]}(?!场)", code))
        name = _SHORT.get(code, name)
        found.append((rf"{name}(?:$|省|{own}|{_DISTRICT})", code))
    found += [
        (f"{city}(?:$|{_ZONE}|{_DISTRICT})", _OF_PLACE[city])
        for city in cities
        if city not in AMBIGUOUS
    ]
    return [(re.compile(pattern), code) for pattern, code in found]


def _beginning(chinese: str) -> str:
    return next((code for pattern, code in _beginnings() if pattern.match(chinese)), "")


def _named_in_full(chinese: str) -> str:
    """The one province that is named in full anywhere; 市 alone is too little in the middle."""
    found = {
        code
        for code, name in _full_names().items()
        if not name.endswith("市") and re.search(name, chinese)
    }
    return found.pop() if len(found) == 1 else ""


@lru_cache(maxsize=1)
def _english() -> list[tuple[re.Pattern[str], str]]:
    """English addresses end with the province."""
    kind = r"(?: (?:Province|Municipality|City|SAR|(?:[A-Z]\w+ )?Autonomous Region))?"
    postcode = r"(?:[,. ]*\d{6})?"
    end = rf"{postcode}(?:[,. ]*(?:P\. ?R\. ?|PR ?)?(?:China|of China|PRC))?{postcode}[. ]*$"
    return [
        (re.compile(rf"(?:^|[,;\n] ?|\b)(?:{names}){kind}{end}", re.IGNORECASE), code)
        for code, names in ENGLISH.items()
    ]


def _in_english(text: str) -> str:
    plain = " ".join(text.split())
    return next((code for pattern, code in _english() if pattern.search(plain)), "")
