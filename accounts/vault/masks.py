"""How a personal value is shown."""

import re

from accounts.vault.index import normalised


def _middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return text[:1] + "*" * (len(text) - 1)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "令狐",
    "东方",
    "南宫",
    "端木",
)


def masked(column: str, value: str) -> str:
    """What screens, logs and exports may show: 王**, 138****2719, 3101**********1234, **** 6604,
    city only for addresses.
    """
    text = value.strip()
    if not text:
        return ""
    if column == "name":
        head = 2 if text.startswith(COMPOUND_SURNAMES) and len(text) > 2 else 1
        return text[:head] + "*" * min(max(len(text) - head, 1), 2)
    if column == "phone":
        return _middle(normalised("phone", text), 3, 4)
    if column == "id_number":
        number = normalised("id_number", text)
        return _middle(number, 4, 4) if len(number) >= 15 else _middle(number, 1, 3)
    if column == "bank_account":
        return "**** " + normalised("bank_account", text)[-4:] if len(text) > 4 else "****"
    if column == "email":
        name, at, domain = text.partition("@")
        return f"{name[:1]}***{at}{domain}"
    if column == "address":
        city = re.match(r".{1,12}?市|.{1,8}?[省区州盟]", text)
        return (city.group(0) if city else text[:2]) + "***"
    return "***"
