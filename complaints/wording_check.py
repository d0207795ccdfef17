"""What whoever writes to a consumer should look at once more before it leaves: words that nobody
can promise, that cut rights or start a quarrel, and ways to turn next that are missing.

A question, never a prohibition: who sends it anyway says why, and the reason stays in the record.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from letters import wording

MOST = 8
# A text that turns something down says where else to turn; a mere answer does not have to.
_TURNS_DOWN = re.compile(
    r"不予|不能支持|不支持您|无法支持|拒绝|不同意您|不承担|无法满足|不能满足|不符合.{0,12}条件|不能受理|"
    r"不再处理|最终(?:答复|决定|意见)"
    r"|\b(?:(?:cannot|not able to) (?:agree|accept)|decline|refuse|reject|final decision)",
    re.IGNORECASE,
)


def questions(text: str, lang: str = "zh-hans", *, decides: bool = False) -> list[str]:
    """A sentence for each place, in reading order, then the ways that are missing where the text
    decides something, or turns something down.
    """
    found = [
        _("“{quote}”：{why}").format(quote=hit.quote, why=str(hit.why))
        for hit in wording.check(text, lang)
    ]
    sentences = list(dict.fromkeys(found))[:MOST]
    if decides or _TURNS_DOWN.search(text):
        both = (wording.missing_ways(text, each) for each in ("zh-hans", "en"))
        absent = [str(way) for way in min(both, key=len)]
        if absent:
            joined = _("、").join(absent)
            sentences.append(_("没有告诉消费者还可以找谁：{ways}").format(ways=joined))
    return sentences
