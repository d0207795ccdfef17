"""The closed lists of a case: what may stand in a field, with the names that screens show."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How the complaint reached us."""

    PHONE = "phone", _("电话")
    WEB = "web", _("网站")
    APP = "app", _("App")
    WECHAT = "wechat", _("微信")
    EMAIL = "email", _("电子邮件")
    LETTER = "letter", _("来信")
    STORE = "store", _("门店")
    REFERRAL_12315 = "12315", _("12315 转办")
    MEDIA = "media", _("媒体")
    IMPORT = "import", _("批量导入")
    API = "api", _("接口")


class Claim(models.TextChoices):
    """What the consumer asks for."""

    REFUND = "refund", _("退还价款")
    RETURN = "return", _("退货")
    REPLACEMENT = "replacement", _("换货")
    REPAIR = "repair", _("修理")
    REDO = "redo", _("重作")
    COMPENSATION = "compensation", _("赔偿损失")
    INCREASED_DAMAGES = "increased_damages", _("增加赔偿")
    APOLOGY = "apology", _("赔礼道歉")
    EXPLANATION = "explanation", _("解释说明")
    STOP_CALLS = "stop_calls", _("停止来电")
    DELETE_DATA = "delete_data", _("删除个人信息")
    CORRECTION = "correction", _("更正信息")
    OTHER = "other", _("其他")


class MeasureKind(models.TextChoices):
    """What a resolution gives."""

    REFUND = "refund", _("退还价款")
    RETURN = "return", _("退货")
    INCREASED_DAMAGES = "increased_damages", _("增加赔偿")
    COMPENSATION = "compensation", _("赔偿损失")
    REPAIR = "repair", _("修理")
    REPLACEMENT = "replacement", _("换货")
    REDO = "redo", _("重作")
    APOLOGY = "apology", _("赔礼道歉")
    EXPLANATION = "explanation", _("解释说明")
    CORRECTION = "correction", _("更正信息")
    DELETE_DATA = "delete_data", _("删除个人信息")
    STOP_CALLS = "stop_calls", _("停止来电")
    WAIVER = "waiver", _("免除费用")
    OTHER = "other", _("其他")


# What is paid, and what is done instead; the other kinds may have a sum or none.
PAID = (MeasureKind.REFUND, MeasureKind.INCREASED_DAMAGES, MeasureKind.COMPENSATION)
NOT_PAID = (
    MeasureKind.RETURN,
    MeasureKind.REPAIR,
    MeasureKind.REPLACEMENT,
    MeasureKind.REDO,
    MeasureKind.APOLOGY,
    MeasureKind.EXPLANATION,
    MeasureKind.CORRECTION,
    MeasureKind.DELETE_DATA,
    MeasureKind.STOP_CALLS,
)


class Payee(models.TextChoices):
    """Where a sum goes: never a number, which stays in the vault."""

    CONSUMER_ACCOUNT = "consumer_account", _("消费者登记的收款账户")
    ORIGINAL_CHANNEL = "original_channel", _("原付款渠道")
    OTHER = "other", _("其他方式")


class LinkKind(models.TextChoices):
    """What two linked cases have to do with each other, read from the first to the second."""

    SAME_MATTER = "same_matter", _("同一事")
    SAME_CONSUMER = "same_consumer", _("同一消费者")
    FOLLOW_UP = "follow_up", _("本案是它的后续")
    SPLIT_FROM = "split_from", _("本案由它拆出")
    OTHER = "other", _("其他")


class Priority(models.TextChoices):
    """How urgent the case is."""

    NORMAL = "normal", _("普通")
    URGENT = "urgent", _("紧急")
    CRITICAL = "critical", _("特急")


class Risk(models.TextChoices):
    """Risk flags of a case."""

    SAFETY = "safety", _("人身安全")
    GROUP = "group", _("群体性")
    MEDIA = "media", _("媒体")
    REGULATOR = "regulator", _("监管")
    VULNERABLE = "vulnerable", _("老年人/未成年人/残疾人")
    PERSONAL_DATA = "personal_data", _("个人信息泄露")


GRAVE_RISKS = (Risk.SAFETY, Risk.GROUP, Risk.MEDIA, Risk.REGULATOR)


class FiledBy(models.TextChoices):
    """Who speaks for the consumer."""

    CONSUMER = "consumer", _("本人")
    FAMILY = "family", _("家属代办")
    PROXY = "proxy", _("受托人")


class Limited(models.TextChoices):
    """What is no longer done with a person's data."""

    CONSENT = "consent", _("不作基于同意的处理")
    STORAGE = "storage", _("只作存储和安全保护")


class Protection(models.TextChoices):
    """People whom the law protects specially."""

    ELDERLY = "elderly", _("老年人")
    MINOR = "minor", _("未成年人")
    DISABLED = "disabled", _("残疾人")


class Language(models.TextChoices):
    """In which letters to the consumer are written."""

    ZH = "zh", _("中文")
    EN = "en", _("英文")


class FactSource(models.TextChoices):
    """Where an answer to a fact comes from."""

    CONSUMER = "consumer", _("消费者陈述")
    VERIFIED = "verified", _("我方核实")
    EVIDENCE = "evidence", _("证据")
    UNDISPUTED = "undisputed", _("双方无争议")


class CommunicationKind(models.TextChoices):
    """Three kinds of text that must never be confused."""

    REPLY = "reply", _("回复消费者")
    INTERNAL_NOTE = "internal_note", _("内部备注")
    CALL_NOTE = "call_note", _("通话记录")


class HoldReason(models.TextChoices):
    """Why the clocks are stopped."""

    CONSUMER = "consumer", _("等待消费者补充")
    EXPERT = "expert", _("等待鉴定")
    MEDIATION = "mediation", _("等待调解")
    THIRD_PARTY = "third_party", _("等待第三方")


class DeadlineState(models.TextChoices):
    """The life of a clock."""

    RUNNING = "running", _("计时中")
    HELD = "held", _("已中止")
    MET = "met", _("按期完成")
    MISSED = "missed", _("逾期")
    CANCELLED = "cancelled", _("已取消")


# It has not ended.
RUNS = (DeadlineState.RUNNING, DeadlineState.HELD)


class DeadlineNature(models.TextChoices):
    """On what a clock rests."""

    STATUTORY = "statutory", _("法定")
    PROMISED = "promised", _("承诺")
    INTERNAL = "internal", _("内部")


class CommitmentState(models.TextChoices):
    """Whether a promise was kept."""

    OPEN = "open", _("待兑现")
    KEPT = "kept", _("已兑现")
    BROKEN = "broken", _("未兑现")
    WAIVED = "waived", _("消费者书面放弃")


class CommitmentSource(models.TextChoices):
    """Where a promise was made."""

    RESOLUTION = "resolution", _("处理方案")
    CALL = "call", _("通话")
    LETTER = "letter", _("函件")
    PUBLIC_PROMISE = "public_promise", _("公开承诺")


class PaymentWay(models.TextChoices):
    """How money was paid."""

    BANK = "bank", _("银行转账")
    ALIPAY = "alipay", _("支付宝")
    WECHAT = "wechat", _("微信支付")
    ORIGINAL = "original", _("原路退回")
    CASH = "cash", _("现金")
    OTHER = "other", _("其他方式")


class CommitmentStrength(models.TextChoices):
    """Why a promise binds: the law says so, both sides agreed, or we offered it."""

    OWED_BY_LAW = "owed_by_law", _("依法应当履行")
    AGREED = "agreed", _("双方约定")
    OFFERED = "offered", _("我方主动承诺")


DECLINE_REASONS: dict[str, str | Promise] = {
    "not_our_business": _("所诉商品或服务与本企业无关"),
    "not_a_consumer": _("不是为生活消费需要购买、使用商品或者接受服务"),
    "already_decided": _("同一事项已由法院、仲裁机构或行政机关处理"),
    "already_settled": _("同一事项已达成和解并履行，且没有新的事实"),
    "identity_refused": _("拒绝提供核实所需的基本信息"),
    "not_a_complaint": _("属于咨询、建议，已另行答复"),
    "duplicate": _("与已有案件重复"),
}

CONSENT_MEANS: dict[str, str | Promise] = {
    "phone": _("电话"),
    "email": _("电子邮件"),
    "sms": _("短信"),
    "wechat": _("微信"),
    "portal": _("在线门户"),
    "letter": _("书面"),
    "in_person": _("当面"),
}

EXTERNAL_OUTCOMES: dict[str, str | Promise] = {
    "execute": _("裁决要求我方履行"),
    "nothing_to_execute": _("裁决无须履行"),
    "back_to_us": _("退回双方协商"),
}
