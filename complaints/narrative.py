"""What a narrative says, or does not yet, while it is typed: when, who, what, how much, what proof.

Words and patterns, nothing else: the same text gives the same hints, and no hint decides anything.
Which category and which facts it suggests is worked out in `legal_rules.suggest`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOOKED_AT = 10_000  # characters of a narrative
_NOT = r"(?:没有?|无|未|不)"
_HARM = re.compile(
    "受伤|烫伤|摔伤|骨折|住院|头晕|呕吐|腹泻|拉肚子|过敏|红肿|不良反应|中毒|不适|医院|流血"
)
_PROOF = (
    "发票|收据|小票|录音|录像|视频|截图|照片|聊天记录|转账记录|付款记录"
    "|合同|订单|凭证|包装|检测报告"
)
_MEDICAL = "病历|诊断|检查报告|化验单|就诊记录|就医记录"


@dataclass(frozen=True)
class Told:
    """One thing that the record should say, and whether it seems to."""

    code: str
    label: str | Promise
    done: bool


def _has(pattern: str, text: str) -> bool:
    """True when one of the things is named and not only as missing (没有给发票)."""
    return bool(re.search(pattern, re.sub(f"{_NOT}[^，。；,;]{{0,6}}(?:{pattern})", "", text)))


WHEN = re.compile(
    r"\d{1,2}\s*(?:月|号|日)|\d{1,4}[-/.]\d{1,2}|[今昨前]\s*[天日晚]|上(?:周|个?月|星期)|本(?:周|月)|[去今]年"
    r"|(?:星期|周)[一二三四五六日天]|\d+\s*(?:天|周|个月)前|刚才|早上|上午|中午|下午|晚上"
)
WHO = re.compile(
    "客服|业务员|销售|店员|推销|顾问|主播|专家|经理|老师|医生|营业员|工作人员|对方|商家|自称|店里|平台"
)
SAID = re.compile('说|称|承诺|保证|宣传|告诉|告知|表示|介绍|写着|标着|广告|推荐|声称|[“"「]')
PAID = re.compile(r"[¥￥]\s*\d|\d[\d,，.]*\s*(?:元|块|万)|[一二三四五六七八九十百千万两]+(?:元|块)")


def told(text: str, given: Mapping[str, str]) -> list[Told]:
    """何时、谁说的、说了什么、付了多少、有何凭证, and 就医记录 when somebody was harmed.

    `given`: `transaction_date` and `price_paid` as they stand in the form.
    """
    text = text[:LOOKED_AT]
    result = [
        Told("when", _("何时"), bool(given.get("transaction_date") or WHEN.search(text))),
        Told("who", _("谁说的"), bool(WHO.search(text))),
        Told("said", _("说了什么"), bool(SAID.search(text))),
        Told("paid", _("付了多少"), bool(given.get("price_paid") or PAID.search(text))),
        Told("proof", _("有何凭证"), _has(_PROOF, text)),
    ]
    if _HARM.search(text):
        result.append(Told("medical", _("就医记录"), _has(_MEDICAL, text)))
    return result
