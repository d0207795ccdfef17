"""What a narrative tells while it is typed: which category it may be, and what was not said yet.

Words and patterns, nothing else: the same text gives the same hints, and no hint decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from legal_rules.vocabulary import CATEGORIES

LOOKED_AT = 10_000  # characters of a narrative
SUGGESTIONS = 3
KEYWORD, PHRASE = 3, 2  # the weight of a keyword of the law's own table and of a phrase below

# How people say it on the telephone, beside the keywords of `categories.yaml`.
PHRASES: dict[str, str] = {
    "misrep_efficacy": r"虚假宣传|[与和跟](?:宣传|介绍|描述)\S{0,4}不(?:符|一样)|没有?效果|无效",
    "misrep_health": r"保健|养生|降血?压药|高血压|血糖|糖尿病|根治|治[愈好]|疗[效程]|替代\S{0,4}药",
    "misrep_reviews": r"刷好评|假销量|虚假评价|假证书",
    "telesales_fraud": r"推销|电话[里中]?(?:说|称|推荐|承诺)|来电|(?:打来|接到)\S{0,9}电话|顾问",
    "counterfeit": r"假的|仿冒|冒牌|以次充好|掺假|三无|山寨|不是正品",
    "quality_goods": r"质量(?:问题|差|不好)|损坏|故障|开裂|掉色|不能用|漏水|死机|黑屏|破损",
    "quality_service": r"服务(?:态度|质量|差)|态度(?:恶劣|差|不好)|敷衍|不专业",
    "warranty": r"三包|维修|返修|修不好|修了",
    "return_no_reason": r"无理由|(?:七|7)\s*(?:天|日)|不喜欢|要求退货",
    "refund_delay": r"(?:不|没|拒绝)给?退[款钱]|退款\S{0,6}(?:没到|未到|拖)|还没退|退款申请",
    "price": r"多收|乱收费|加价|价格不符|结账\S{0,6}不一致|手续费",
    "price_discrimination": r"老用户\S{0,4}(?:贵|高)|(?:别人|新用户)\S{0,6}便宜",
    "standard_terms": r"格式条款|店堂告示|概不(?:退|负责)|特价\S{0,4}不退|违约金",
    "forced_bundle": r"搭售|捆绑|强制|默认勾选|必须(?:买|购买)",
    "auto_renewal": r"自动(?:续费|扣款|续订)|免费试用\S{0,8}扣",
    "prepaid": r"会员卡|预付|充值卡|办(?:了)?(?:卡|会员)|课时|培训费|健身|停业|关门|跑路",
    "promise_broken": r"(?:承诺|答应|保证)\S{0,10}(?:没|未|不)|不兑现|食言|说好",
    "delivery": r"快递|物流|没(?:有)?(?:收到|发货)|丢件|延误|送错|少(?:发|件)",
    "measure": r"缺斤|短两|少(?:了)?\s*\d+\s*(?:克|斤|毫升)|净含量",
    "food_safety": r"过期|异物|变质|发霉|吃[了完]\S{0,8}(?:拉肚子|腹泻|呕吐)|食物中毒|虫",
    "drug_device": r"假药|过敏|红肿|不良反应|医疗器械|化妆品",
    "injury": r"受伤|烫伤|摔(?:伤|倒)|爆炸|起火|住院|骨折|头晕|不适",
    "pi_leak": r"(?:信息|隐私|资料|证号|卡号)\S{0,8}(?:泄露|外泄|出售|卖(?![家方点]))"
    r"|(?:倒卖|出售)\S{0,4}信息|泄露\S{0,6}(?:信息|隐私)",
    "pi_rights": r"注销(?:账号|账户)|删除\S{0,6}(?:信息|数据)|更正\S{0,4}信息|撤回同意",
    "spam": r"骚扰|垃圾短信|退订|一直(?:打|发)\S{0,4}(?:电话|短信)",
    "dignity": r"辱骂|骂人|侮辱|搜身|搜包|歧视|不让(?:走|离开)",
    "minor_spend": r"未成年|(?:孩子|小孩)\S{0,8}(?:充值|打赏|消费)|打赏",
    "elderly": r"老人|老年|母亲|父亲|奶奶|爷爷|讲座|领鸡蛋",
    "handling": r"踢皮球|推诿|没人(?:管|理|回复)|打不通|多次(?:投诉|反映)",
    "ai_decision": r"机器人客服|(?:找不到|没有)人工|误判|封号|系统判定",
}
# What somebody asks for says nothing about what went wrong.
_DEMAND = re.compile(r"(?:要求|希望|请求|想要|申请)[^，。；！？,;!?\n]{0,30}")
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
class Suggestion:
    """A category that the words speak for, and those words."""

    category: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """One thing that the record should say, and whether it seems to."""

    code: str
    label: str | Promise
    done: bool


def suggested(text: str) -> list[Suggestion]:
    """At most three categories, the likeliest first; [] when no word speaks for any."""
    text = _DEMAND.sub("", text[:LOOKED_AT])
    found: list[tuple[int, Suggestion]] = []
    for category in CATEGORIES.values():
        keywords = {word for word in category.keywords if word in text}
        pattern = PHRASES.get(category.id)
        phrases = {m.group() for m in re.finditer(pattern, text)} - keywords if pattern else set()
        weight = KEYWORD * len(keywords) + PHRASE * len(phrases)
        if weight:
            words = sorted((*keywords, *phrases), key=text.find)
            found.append((weight, Suggestion(category.id, tuple(words[:3]))))
    found.sort(key=lambda each: -each[0])
    return [suggestion for _weight, suggestion in found[:SUGGESTIONS]]


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
