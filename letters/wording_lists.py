"""The lists of `wording.py`, Chinese and English: a pattern, and what is wrong with what it finds.

Patterns stay inside one sentence.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Patterns = tuple[tuple[str, Text], ...]

# --- Chinese

ABSOLUTE: Patterns = (
    (r"(保证|确保|承诺)[^，。；！？\n]{0,6}(治愈|根治|痊愈|康复|有效|见效)", _("保证疗效")),
    (r"根治|治愈率|有效率|包治|药到病除|(?<!不)(?:能|可以?)(?:替代|代替)药物", _("疗效断言")),
    (r"百分之百|100\s?[%％]|绝对(?:安全|有效|不会|没有)|永不|永远不会|万无一失", _("绝对化用语")),
    (r"最(?:佳|好|优|低价|先进|高级)|第一品牌|顶级|国家级", _("绝对化用语")),
    (r"无任何(?:副作用|风险)|零风险|保本|稳赚", _("绝对化用语")),
)
UNFAIR: Patterns = (
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
OTHER_REMEDIES: Patterns = (
    (r"12315", _("12315 投诉")),
    (r"消费者协会|消协|消费者委员会|消保委", _("消费者协会调解")),
    (r"仲裁", _("仲裁")),
    (r"诉讼|起诉|法院", _("诉讼")),
)

# About personal information: PIPL Arts. 50(2), 65.
PERSONAL_REMEDIES: Patterns = (
    (r"履行个人信息保护职责的部门", _("向履行个人信息保护职责的部门投诉、举报")),
    (r"人民法院", _("诉讼")),
)
PERSONAL_REMEDIES_EN: Patterns = (
    (r"(?i:authority for the protection of personal)", _("向履行个人信息保护职责的部门投诉、举报")),
    (r"(?i:people['’]s courts?)", _("诉讼")),
)

# Words that start a quarrel. They describe the person instead of the matter, threaten, push the
# fault away, or only look like an apology.
CONFLICT: Patterns = (
    (
        r"无理取闹|胡搅蛮缠|不可理喻|无赖|刁民|泼妇|素质(?:低|差)|没有素质"
        r"|不识好歹|贪得无厌|得寸进尺",
        _("贬低消费者"),
    ),
    (r"恶意(?:投诉|索赔|举报|维权|差评)|职业(?:打假|索赔)|碰瓷|薅羊毛", _("指责消费者的动机")),
    (
        r"敲诈|勒索|讹诈|诈骗犯|骗(?:子|保|赔|钱)|撒谎|说谎|造谣|捏造|编造",
        _("指控消费者违法或不诚实"),
    ),
    (
        r"后果自负|(?:法律|一切)后果由(?:您|你)|追究(?:您|你)的|起诉(?:您|你)"
        r"|报警处理|警告(?:您|你)"
        r"|最后通牒|列入黑名单|拉黑",
        _("威胁的语气"),
    ),
    (
        r"(?:您|你)(?:们)?(?:自己|本人)(?:的)?(?:责任|问题|原因|过错|疏忽|操作不当)"
        r"|咎由自取|自作自受|活该"
        r"|与我(?:们|司|方|公司)(?:无关|没有关系)|不关我们的事",
        _("把责任推给消费者"),
    ),
    (
        r"(?:您|你)(?:爱|想)?(?:告|投诉)(?:就)?(?:去)?(?:告|投诉)(?:吧|好了)|随便(?:您|你)|悉听尊便"
        r"|爱(?:买不买|怎么样就怎么样)",
        _("轻慢的语气"),
    ),
    (
        r"再次(?:郑重)?(?:强调|重申)|早(?:就|已)(?:说过|告(?:诉|知)过?)"
        r"|(?:您|你)必须|务必配合|无权(?:要求|干涉)"
        r"|(?:您|你)应当知道",
        _("不耐烦或者命令的语气"),
    ),
    (r"所谓的?[“\"]?(?:投诉|损失|问题|维权|质量|承诺)", _("暗示投诉不真实")),
    (
        r"(?:如果|若|如)[^，。；！？\n]{0,14}(?:感到|觉得|造成)[^。；！？\n]{0,16}(?:抱歉|歉意|遗憾)"
        r"|(?:对|为)(?:您|你)(?:的)?(?:感受|误解|误会|不满)[^。；！？\n]{0,8}(?:抱歉|歉意|遗憾)",
        _("有条件的道歉：请直接为做错的事道歉"),
    ),
)

# --- English

ABSOLUTE_EN: Patterns = (
    (
        r"\b(?:guarantee[sd]?|promise[sd]?)\b[^.;!?\n]{0,20}"
        r"\b(?:cure|heal|recovery|effective)",
        _("保证疗效"),
    ),
    (r"\b100\s?%|\bper cent guaranteed\b|\babsolutely (?:safe|sure|certain)\b", _("绝对化用语")),
    (r"\bnever (?:ever|again)\b|\bwill never happen\b|\bno risk\b|\brisk-free\b", _("绝对化用语")),
    (
        r"\b(?:the )?(?:best|safest|cheapest|number one) (?:in|on) the (?:world|country|market)\b",
        _("绝对化用语"),
    ),
)
UNFAIR_EN: Patterns = (
    (r"\bfinal (?:right of )?interpretation\b", _("经营者单方解释")),
    (
        r"\b(?:you|consumers?|customers?) (?:may|must|shall|can)(?: not|not)\b[^.;!?\n]{0,30}"
        r"\b(?:complain|sue|report|claim|publish|arbitrat\w+|post)",
        _("限制消费者主张或反映"),
    ),
    (
        r"\b(?:waive[sd]?|give up|release[sd]? us from|renounce[sd]?)\b[^.;!?\n]{0,40}"
        r"\b(?:rights?|claims?|liability|actions?)\b",
        _("要求放弃权利"),
    ),
    (
        r"\b(?:withdraw|delete|remove|take down)\b[^.;!?\n]{0,20}"
        r"\b(?:complaint|review|report|claim|lawsuit)\b",
        _("以撤回投诉或评价为条件"),
    ),
    (
        r"\bfull and final settlement\b|\bno further (?:claims?|disputes?)\b",
        _("概括排除以后的主张"),
    ),
    (
        r"\bno (?:refunds?|returns?|exchanges?) (?:whatsoever|under any|in any)\b",
        _("排除退换或责任"),
    ),
    (
        r"\b(?:deemed|taken|considered|treated)\b[^.;!?\n]{0,16}"
        r"\b(?:accept\w*|agree\w*|waive\w*|consent\w*)",
        _("把沉默当作同意"),
    ),
)
OTHER_REMEDIES_EN: Patterns = (
    (r"12315", _("12315 投诉")),
    (r"(?i:consumer(?:s'|s’)? (?:association|council))", _("消费者协会调解")),
    (r"(?i:arbitrat)", _("仲裁")),
    (r"(?i:\bcourts?\b|lawsuit)", _("诉讼")),
)
CONFLICT_EN: Patterns = (
    (
        r"\b(?:frivolous|vexatious|troublemaker|hysterical|greedy|ridiculous|absurd)\b"
        r"|\bunreasonable (?:customer|person|behaviou?r|demands?)\b|\bcalm down\b",
        _("贬低消费者"),
    ),
    (r"\bprofessional complain\w+\b|\bmalicious(?:ly)?\b|\bin bad faith\b", _("指责消费者的动机")),
    (
        r"\bblackmail\w*|\bextort\w*|\bliars?\b|\blying\b|\bfabricat\w+|\bscam(?:mer|ming)?\b",
        _("指控消费者违法或不诚实"),
    ),
    (
        r"\bat your own (?:risk|peril)\b|\bwe (?:will|shall) sue\b|\blegal action against you\b"
        r"|\bfinal warning\b|\bcall the police\b|\bblacklist\w*",
        _("威胁的语气"),
    ),
    (
        r"\byour own (?:fault|doing|mistake|negligence|responsibility)\b"
        r"|\bnot our (?:problem|fault)\b|\byou should have known\b|\byou failed to\b",
        _("把责任推给消费者"),
    ),
    (
        r"\bfeel free to (?:sue|complain)\b|\bsuit yourself\b|\btake it or leave it\b",
        _("轻慢的语气"),
    ),
    (
        r"\bas (?:we|i) (?:have )?already (?:told|said|explained|informed)\b|\byou must\b"
        r"|\bonce again\b|\byou people\b|\byou have no right\b",
        _("不耐烦或者命令的语气"),
    ),
    (r"\bso-called\b|\byour alleged\b", _("暗示投诉不真实")),
    (
        r"\b(?:sorry|apologi[sz]e|regret)\b[^.;!?\n]{0,20}"
        r"\b(?:if|that) you (?:feel|felt|think|thought|were upset)\b"
        r"|\bfor any inconvenience\b[^.;!?\n]{0,12}\bmay\b",
        _("有条件的道歉：请直接为做错的事道歉"),
    ),
)
