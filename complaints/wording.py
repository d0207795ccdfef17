"""Words that must not stand in a letter: promises nobody can keep, terms that cut rights.

A list of patterns, no more: it finds what it knows and says so. A hit is a question to counsel, not
a finding; silence of the list is no proof that a letter is sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Hit:
    """One place: the words found, as they stand in the text, and what is wrong with them."""

    quote: str
    why: Text


# (pattern, what is wrong). Patterns stay inside one sentence.
ABSOLUTE: tuple[tuple[str, Text], ...] = (
    (r"(保证|确保|承诺)[^，。；！？\n]{0,6}(治愈|根治|痊愈|康复|有效|见效)", _("保证疗效")),
    (r"根治|治愈率|有效率|包治|药到病除|(?<!不)(?:能|可以?)(?:替代|代替)药物", _("疗效断言")),
    (r"百分之百|100\s?[%％]|绝对(?:安全|有效|不会|没有)|永不|永远不会|万无一失", _("绝对化用语")),
    (r"最(?:佳|好|优|低价|先进|高级)|第一品牌|顶级|国家级", _("绝对化用语")),
    (r"无任何(?:副作用|风险)|零风险|保本|稳赚", _("绝对化用语")),
)
UNFAIR: tuple[tuple[str, Text], ...] = (
    (r"最终解释权", _("经营者单方解释")),
    (
        r"不得(?:再)?(?:以任何方式)?(?:主张|要求|追究|投诉|举报|起诉|仲裁|申诉|曝光|公开|对外|向任何)",
        _("限制消费者主张或反映"),
    ),
    (
        r"(?:放弃|免除)[^，。；！？\n]{0,12}(?:权利|追究|索赔|赔偿|诉讼|投诉|举报|责任)",
        _("要求放弃权利"),
    ),
    (r"(?:撤回|撤销|取消)(?:投诉|举报|诉讼|起诉|差评|评价)", _("以撤回投诉或评价为条件")),
    (r"(?:再无|不再有|没有)(?:其他|任何)(?:争议|纠纷|异议)", _("概括排除以后的主张")),
    (r"一律不(?:予)?(?:退|换|赔)|概不(?:退|换|负责|承担)|恕不(?:退|换)", _("排除退换或责任")),
    (r"视为(?:您?(?:已)?(?:同意|接受|放弃|认可))", _("把沉默当作同意")),
    (r"保密[^。；！？\n]{0,20}(?:否则|违约|退还|追回)", _("以返还款项相威胁的保密")),
)
OTHER_REMEDIES: tuple[tuple[str, Text], ...] = (
    (r"12315", _("12315 投诉")),
    (r"消费者协会|消协|消费者委员会|消保委", _("消费者协会调解")),
    (r"仲裁", _("仲裁")),
    (r"诉讼|起诉|法院", _("诉讼")),
)


_NEGATED = re.compile(r"不(?:会|得|应|能|可)?(?:被|再)?$|并非$|不是$")


def hits(text: str, patterns: tuple[tuple[str, Text], ...]) -> list[Hit]:
    """Every place, in reading order. What is negated (不会被视为同意) or quoted “…” is no hit."""
    found: dict[int, Hit] = {}
    for pattern, why in patterns:
        for match in re.finditer(pattern, text):
            before = text[: match.start()]
            quoted = before.count("“") > before.count("”")
            if not quoted and not _NEGATED.search(before[-4:]):
                found.setdefault(match.start(), Hit(match.group(), why))
    return [found[start] for start in sorted(found)]


def absent(text: str, patterns: tuple[tuple[str, Text], ...]) -> list[Text]:
    """What of the list the text does not name."""
    return [what for pattern, what in patterns if not re.search(pattern, text)]
