"""Counsel's sign-off of templates (`legal_rules/sign_off.py` says how). Each language is signed for
itself.

    TEMPLATES.signed()                           → frozenset of ids; one small query
    TEMPLATES.sign("resolution.zh", read=sha256, by=counsel, comment="")

Texts and acts stand beside those of the rules, under `letters.<kind>.<language>`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from legal_rules.sign_off import SignOff, Words
from letters import library
from letters.template import Template


class _Templates(SignOff[Template]):
    prefix, verb, plural = "letters.", "template", "templates"
    words = Words(
        not_allowed=_("只有法务可以签署函件模板或者撤销签署"),
        unknown=_("没有函件模板“{id}”"),
        changed=_("模板“{title}”在您打开之后有变动，没有签署；请核对现在的内容后再签署"),
        by_other=_("{name}刚刚签署了这个模板，没有重复签署"),
        not_signed=_("这个模板现在没有有效的签署，无可撤销"),
    )

    def pieces(self) -> Mapping[str, Template]:
        return library.current().templates

    def sha256(self) -> str:
        return library.current().sha256

    def lines(self, piece: Template, lang: str) -> list[str]:
        return piece.source.split("\n")  # in the language of the letter, whoever reads


TEMPLATES = _Templates()
