"""The shapes of what is sent, for the OpenAPI description. The actions check the values."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.schema import ById
from complaints.api.point_shapes import PointSent
from complaints.api.serializers import money
from complaints.choices import (
    Channel,
    Claim,
    CommunicationKind,
    FactSource,
    FiledBy,
    HoldReason,
    Language,
    MeasureKind,
    Payee,
    Priority,
    Risk,
)
from complaints.lifecycle import STEPS, Field
from complaints.turns import TITLES
from complaints.validation import NARRATIVE_LIMIT, TEXT_LIMIT
from evidence.models import Item
from legal_rules.vocabulary import CATEGORIES, RIGHTS

Shape = s.Serializer[Any]


class Consumer(Shape):
    """Personal data in clear: encrypted before it is stored, never answered."""

    name = s.CharField(required=False, allow_blank=True, max_length=60)
    phone = s.CharField(required=False, allow_blank=True, max_length=40)
    email = s.CharField(required=False, allow_blank=True, max_length=254)
    id_number = s.CharField(required=False, allow_blank=True, max_length=40)
    bank_account = s.CharField(required=False, allow_blank=True, max_length=60)
    address = s.CharField(required=False, allow_blank=True, max_length=200)
    protection = s.CharField(required=False, allow_blank=True)
    language = s.ChoiceField(
        Language.choices, required=False, help_text=_("发给消费者的函件所用的语言，默认 zh")
    )


class ProductSent(Shape):
    name = s.CharField(required=False, allow_blank=True, max_length=200)
    category = s.CharField(required=False, allow_blank=True, max_length=100)


class ComplaintEdit(Shape):
    """Only what is sent is changed."""

    version = s.IntegerField(required=False, help_text=_("您最后读到的版本；也可以用 If-Match"))
    title = s.CharField(required=False, max_length=120)
    narrative = s.CharField(required=False, max_length=NARRATIVE_LIMIT)
    claims = s.ListField(required=False, child=s.ChoiceField(Claim.choices))
    category = s.ChoiceField(list(CATEGORIES), required=False, allow_null=True)
    rights = s.ListField(required=False, child=s.ChoiceField(list(RIGHTS)))
    consumer = Consumer(required=False)
    filed_by = s.ChoiceField(FiledBy.choices, required=False)
    product = ProductSent(required=False)
    region = s.CharField(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text=_("省级行政区的两位代码（GB/T 2260）或名称；不填或为空时按地址判断"),
    )
    brand = s.CharField(required=False, allow_blank=True, max_length=100)
    batch = s.CharField(required=False, allow_blank=True, max_length=80, help_text=_("批次，批号"))
    supplier = s.CharField(required=False, allow_blank=True, max_length=100)
    script_version = s.CharField(
        required=False, allow_blank=True, max_length=80, help_text=_("销售时所用话术的版本")
    )
    order_number = s.CharField(required=False, allow_blank=True, max_length=80)
    transaction_date = s.DateField(required=False, allow_null=True)
    price_paid = money(required=False, allow_null=True)
    loss_claimed = money(required=False, allow_null=True)
    priority = s.ChoiceField(Priority.choices, required=False)
    risk_flags = s.ListField(required=False, child=s.ChoiceField(Risk.choices))
    confidential = s.BooleanField(required=False)
    confidential_reason = s.CharField(
        required=False, max_length=1000, help_text=_("设置或取消保密的理由；登记时不用填")
    )


class NewComplaint(ComplaintEdit):
    """A complaint as it reached the enterprise."""

    version = None  # type: ignore[assignment]  # there is none yet
    confidential_reason = None  # type: ignore[assignment]  # nobody has seen the case before
    channel = s.ChoiceField(Channel.choices)
    narrative = s.CharField(max_length=NARRATIVE_LIMIT, help_text=_("消费者的原话"))
    currency = s.ChoiceField(["CNY"], required=False)
    received_at = s.DateTimeField(required=False, help_text=_("省略时为现在"))
    external_reference = s.CharField(
        required=False, max_length=120, help_text=_("您系统中的编号，只登记一次")
    )
    team = s.CharField(required=False, help_text=_("团队编号或名称；省略时为您的第一个团队"))


class GiveBackSent(Shape):
    note = s.CharField(max_length=2000, help_text=_("转派人首先看到这句话"))
    version = s.IntegerField(required=False)


class UrgeSent(Shape):
    whom = s.ChoiceField(choices=list(TITLES), required=False, help_text=_("轮到谁"))
    note = s.CharField(required=False, max_length=500, help_text=_("随通知发给对方"))


class Receiver(Shape):
    user = s.CharField(required=False, allow_null=True, help_text=_("用户名；null 表示退回待分配"))
    team = s.CharField(required=False, help_text=_("编号或名称"))
    note = s.CharField(required=False, max_length=2000, help_text=_("新的责任人首先看到这句话"))
    version = s.IntegerField(required=False)


def _step_fields() -> dict[str, s.Field[Any, Any, Any, Any]]:
    """One optional text per field that some step knows; which one needs which is in the help."""
    found: dict[str, s.Field[Any, Any, Any, Any]] = {}
    for field in Field:
        needed = [step.code for step in STEPS.values() if field in step.fields]
        may = [step.code for step in STEPS.values() if field in step.optional]
        words = [format_lazy(_("{steps} 必填"), steps=", ".join(needed))] if needed else []
        words += [format_lazy(_("{steps} 可填"), steps=", ".join(may))] if may else []
        help_text = format_lazy("; ".join(["{}"] * len(words)), *words)
        options: dict[str, Any] = {"required": False, "help_text": help_text}
        if field in (Field.CANNOT_BE_ESTABLISHED, Field.TAKE_OVER):
            found[field.value] = s.DictField(child=s.CharField(), **options)
        elif field == Field.CHECKLIST:
            found[field.value] = s.DictField(child=s.BooleanField(), **options)
        elif field == Field.CONDITIONS:
            found[field.value] = s.ListField(child=s.CharField(max_length=500), **options)
        elif field == Field.EVIDENCE:
            found[field.value] = s.JSONField(**options)
        else:
            found[field.value] = s.CharField(max_length=TEXT_LIMIT, **options)
    return found


_StepBase = type("_StepBase", (s.Serializer,), _step_fields())


class StepSent(_StepBase):  # type: ignore[misc,valid-type]
    """A step with its fields; a field that the step does not know is refused."""

    step = s.ChoiceField(list(STEPS))
    version = s.IntegerField(required=False, help_text=_("您最后读到的版本；也可以用 If-Match"))
    content_hash = s.CharField(
        required=False,
        min_length=64,
        max_length=64,
        help_text=_("sign 可填：您读到的内容的指纹（GET review/）；内容已变则不签署"),
    )


class FactSent(Shape):
    value = s.JSONField(
        required=False, help_text=_("直接写值，例如 true、有证据、3980.00、2026-03-01")
    )
    source = s.ChoiceField(  # type: ignore[assignment]
        FactSource.choices, required=False
    )
    note = s.CharField(required=False, allow_blank=True, max_length=2000)
    evidence = s.IntegerField(required=False, allow_null=True, help_text=_("证据编号"))
    cannot_be_established = s.BooleanField(required=False, help_text=_("须在 note 中说明原因"))


class FactsSent(ById):
    """Fact id → the answer, or its plain value alone. Facts that are left out keep theirs."""

    of = FactSent
    plain = ("boolean", "string", "integer", "array")


class EvidenceAbout(Shape):
    title = s.CharField(required=False, max_length=200)
    obtained_from = s.CharField(required=False, max_length=200)
    obtained_at = s.DateTimeField(required=False)
    obtained_by = s.CharField(required=False, max_length=200)
    how = s.ChoiceField(Item.How.choices, required=False)
    proves = s.CharField(required=False, max_length=2000)
    is_original = s.BooleanField(required=False)
    from_consumer = s.BooleanField(
        required=False, help_text=_("消费者提供；等待消费者的计时随即恢复")
    )
    still_waiting = s.BooleanField(required=False, help_text=_("材料还没有补齐，继续中止"))


class EvidenceSent(EvidenceAbout):
    file = s.FileField()


class CommunicationSent(Shape):
    """A reply leaves after 30 seconds; notes stay inside."""

    kind = s.ChoiceField(CommunicationKind.choices)
    channel = s.CharField(required=False, allow_blank=True)
    text = s.CharField(max_length=TEXT_LIMIT)
    inbound = s.BooleanField(required=False, help_text=_("消费者发来；等待消费者的计时随即恢复"))
    still_waiting = s.BooleanField(required=False, help_text=_("材料还没有补齐，继续中止"))
    version = s.IntegerField(required=False)


class AskSent(Shape):
    """What the consumer is asked for; the message leaves after 30 seconds."""

    items = s.ListField(child=s.CharField(max_length=200), help_text=_("需要补充的材料，逐项"))
    text = s.CharField(
        required=False, allow_blank=True, max_length=5000, help_text=_("开头的话；省略时用范本")
    )
    channel = s.CharField(required=False, allow_blank=True)


class HoldSent(Shape):
    reason = s.ChoiceField(HoldReason.choices, required=False, help_text=_("有 ask 时可以省略"))
    note = s.CharField(required=False, max_length=2000, help_text=_("没有 ask 时必填"))
    expected_end = s.DateField(required=False, allow_null=True, help_text=_("有 ask 时必填"))
    ask = AskSent(required=False, help_text=_("同时请消费者补充材料；收到后计时自动恢复"))
    version = s.IntegerField(required=False)


class MeasureSent(Shape):
    kind = s.ChoiceField(MeasureKind.choices)
    amount = money(required=False, allow_null=True)
    currency = s.ChoiceField(["CNY"], required=False)
    formula = s.CharField(required=False, allow_blank=True, max_length=200)
    description = s.CharField(required=False, allow_blank=True, max_length=500)
    due = s.DateField(required=False, allow_null=True)
    basis = s.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        help_text=_("法律或政策依据；退款超过价款时必填"),
    )
    remedy = s.CharField(
        required=False,
        allow_blank=True,
        max_length=80,
        help_text=_("取自分析的 remedies 或 possible_remedies；分析得出的金额和算式随之保留"),
    )
    payee = s.ChoiceField(Payee.choices, required=False, allow_blank=True)
    payee_words = s.CharField(
        required=False, allow_blank=True, max_length=200, help_text=_("payee 为 other 时必填")
    )
    unit = s.JSONField(required=False, allow_null=True, help_text=_("责任部门的编号或名称"))


class Proposal(Shape):
    """Only what is sent is changed."""

    measures = MeasureSent(many=True, required=False)
    points = PointSent(many=True, required=False)
    explanation = s.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    legal_basis = s.ListField(required=False, child=s.CharField(max_length=200))
    letter = s.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    below_reason = s.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text=_("低于法律分析最低额的理由；低于时送审必填"),
    )
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
