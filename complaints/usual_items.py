"""What consumers are most often asked for, to tick instead of to type; each in the language of the
letter that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext_lazy as _

USUAL = {
    "payment": _("付款凭证（订单截图、小票或者发票）"),
    "photos": _("商品和问题的照片"),
    "packaging": _("外包装和标签的照片"),
    "recording": _("通话录音或者聊天记录"),
    "advertising": _("看到的宣传页面或者材料"),
    "report": _("检测、维修或者诊断证明"),
    "expenses": _("因此多花的费用的票据"),
}


def in_words(chosen: Iterable[str], locale: str) -> list[str]:
    """Those of the known ones, in their own order, in the language of the letter."""
    chosen = set(chosen)
    with translation.override(locale):
        return [str(words) for code, words in USUAL.items() if code in chosen]
