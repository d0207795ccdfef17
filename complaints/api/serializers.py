"""The shapes of the answers, for the OpenAPI description. `shapes.py` builds them; a test holds
real answers against this.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.schema import ById, ProblemError
from complaints import places
from complaints.api.point_shapes import PointAnswer
from complaints.choices import (
    Channel,
    Claim,
    CommunicationKind,
    DeadlineNature,
    DeadlineState,
    FactSource,
    HoldReason,
    Language,
    MeasureKind,
    Payee,
    Priority,
    Risk,
)
from complaints.lifecycle import STEPS, Outcome, Phase, State
from complaints.models import Event, Resolution
from evidence.models import Item
from legal_rules.vocabulary import CATEGORIES, RIGHTS

Shape = s.Serializer[Any]
MONEY = r"^\d{1,12}\.\d{2}$"


def money(**options: Any) -> s.RegexField:
    """Yuan as text with two decimals."""
    options.setdefault("help_text", _("两位小数的文字，例如 3980.00"))
    return s.RegexField(MONEY, **options)


class Person(Shape):
    username = s.CharField()
    name = s.CharField()


class Team(Shape):
    id = s.IntegerField()
    name = s.CharField()


class MaskedConsumer(Shape):
    """Personal data as it may be shown: 张**, 138****5678."""

    name = s.CharField(allow_blank=True)
    phone = s.CharField(allow_blank=True)
    email = s.CharField(allow_blank=True)
    id_number = s.CharField(allow_blank=True)
    bank_account = s.CharField(allow_blank=True)
    address = s.CharField(allow_blank=True)
    language = s.ChoiceField(Language.choices, help_text=_("发给消费者的函件所用的语言"))


class Product(Shape):
    name = s.CharField(allow_blank=True)
    category = s.CharField(allow_blank=True)


class HoldAnswer(Shape):
    id = s.IntegerField()
    reason = s.ChoiceField(HoldReason.choices)
    note = s.CharField()
    started_at = s.DateTimeField()
    expected_end = s.DateField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    by = Person()
    pauses = s.ListField(child=s.CharField(), help_text=_("因此停止的期限种类"))
    items = s.ListField(child=s.CharField(), help_text=_("请消费者补充的材料"))


class DeadlineBasis(Shape):
    instrument = s.CharField()
    article = s.CharField()


class Remaining(Shape):
    working_minutes = s.IntegerField(help_text=_("超时为负数"))
    text = s.CharField()


class LadderStep(Shape):
    at = s.DateTimeField()
    who = s.CharField()
    done_at = s.DateTimeField(allow_null=True)


class DeadlineAnswer(Shape):
    id = s.IntegerField()
    kind = s.CharField()
    deadline = s.CharField(allow_null=True, help_text=_("法定期限的编号"))
    title = s.CharField()
    nature = s.ChoiceField(DeadlineNature.choices)
    citation = DeadlineBasis(allow_null=True)
    owed_by = s.CharField()
    started_at = s.DateTimeField()
    due_at = s.DateTimeField()
    provisional = s.BooleanField(help_text=_("该年放假安排尚未公布"))
    state = s.ChoiceField(DeadlineState.choices)
    met_at = s.DateTimeField(allow_null=True)
    remaining = Remaining(allow_null=True)
    explanation = s.CharField()
    basis = s.CharField()
    subject = s.CharField(allow_null=True, help_text=_("承诺的编号，其他计时没有"))
    extensions = s.IntegerField(help_text=_("已延长的次数"))
    ladder = LadderStep(many=True)


class ComplaintAnswer(Shape):
    number = s.CharField()
    version = s.IntegerField(help_text=_("每次变动都增长，也就是 ETag"))
    state = s.ChoiceField(State.choices)
    phase = s.ChoiceField(Phase.choices)
    outcome = s.ChoiceField(Outcome.choices, allow_null=True)
    round = s.IntegerField()
    title = s.CharField(allow_blank=True)
    narrative = s.CharField()
    claims = s.ListField(child=s.ChoiceField(Claim.choices))
    category = s.ChoiceField(list(CATEGORIES), allow_null=True)
    rights = s.ListField(child=s.ChoiceField(list(RIGHTS)))
    channel = s.ChoiceField(Channel.choices)
    priority = s.ChoiceField(Priority.choices)
    risk_flags = s.ListField(child=s.ChoiceField(Risk.choices))
    confidential = s.BooleanField()
    owner = Person(allow_null=True)
    team = Team()
    registered_by = Person()
    consumer = MaskedConsumer()
    product = Product()
    region = s.ChoiceField(
        places.CHOICES,
        allow_blank=True,
        help_text=_("消费者所在的省级行政区：国家标准（GB/T 2260）的两位代码，空表示不详"),
    )
    brand = s.CharField(allow_blank=True)
    batch = s.CharField(allow_blank=True)
    supplier = s.CharField(allow_blank=True)
    script_version = s.CharField(allow_blank=True)
    order_number = s.CharField(allow_blank=True)
    transaction_date = s.DateField(allow_null=True)
    price_paid = money(allow_null=True)
    loss_claimed = money(allow_null=True)
    currency = s.CharField()
    external_reference = s.CharField(allow_blank=True)
    merged_into = s.CharField(allow_null=True)
    holds = HoldAnswer(many=True)
    next_deadline = DeadlineAnswer(allow_null=True)
    received_at = s.DateTimeField()
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)


class SimilarCase(Shape):
    number = s.CharField()
    state = s.ChoiceField(State.choices)
    state_text = s.CharField()
    outcome = s.CharField(allow_blank=True)
    title = s.CharField(allow_blank=True)
    received_at = s.DateTimeField()
    consumer = s.CharField(allow_blank=True, help_text=_("已遮盖"))
    same = s.ListField(child=s.ChoiceField(["phone", "id_number", "order_number"]))


class RegisteredComplaint(ComplaintAnswer):
    """The case, its first deadline, and earlier cases of the same person or order."""

    deadlines = DeadlineAnswer(many=True)
    similar = SimilarCase(many=True)


class AvailableStep(Shape):
    step = s.ChoiceField(list(STEPS))
    title = s.CharField()
    to = s.ListField(child=s.ChoiceField(State.choices))
    allowed = s.BooleanField()
    unmet = s.ListField(child=s.CharField(), help_text=_("为何不能，以及该怎么做"))
    fields = s.ListField(child=s.CharField(), help_text=_("必填字段"))  # type: ignore[assignment]
    optional = s.ListField(child=s.CharField())


class DryRun(Shape):
    """What stands in the way of a step with these fields; nothing was written."""

    step = s.CharField()
    allowed = s.BooleanField()
    unmet = s.ListField(child=s.CharField())
    errors = ProblemError(many=True)  # type: ignore[assignment]


class FactAnswerShape(Shape):
    value = s.JSONField(allow_null=True)
    source = s.ChoiceField(FactSource.choices)  # type: ignore[assignment]
    note = s.CharField(allow_blank=True)
    evidence = s.IntegerField(allow_null=True)
    cannot_be_established = s.BooleanField()
    by = Person()
    at = s.DateTimeField()


class FactAnswers(ById):
    """Fact id → the answer that stands."""

    of = FactAnswerShape


class Withdrawn(Shape):
    at = s.DateTimeField()
    by = Person()
    reason = s.CharField()


class EvidenceItem(Shape):
    number = s.IntegerField()
    title = s.CharField()
    file_name = s.CharField()
    content_type = s.CharField()
    size = s.IntegerField(help_text=_("字节"))
    sha256 = s.RegexField(r"^[0-9a-f]{64}$")
    obtained_from = s.CharField(allow_blank=True)
    obtained_at = s.DateTimeField(allow_null=True)
    obtained_by = s.CharField(allow_blank=True)
    how = s.ChoiceField(Item.How.choices, allow_blank=True, help_text=_("取得方式"))
    proves = s.CharField(allow_blank=True)
    is_original = s.BooleanField()
    received_at = s.DateTimeField()
    received_by = Person()
    withdrawn = Withdrawn(allow_null=True, help_text=_("已撤回的时间、人和理由；未撤回为 null"))
    file = s.CharField(help_text=_("文件本身的地址"))


class TimelineEntry(Shape):
    id = s.IntegerField()
    at = s.DateTimeField()
    by = Person(allow_null=True)
    kind = s.ChoiceField(Event.Kind.choices)
    code = s.CharField()
    text = s.CharField(allow_blank=True)
    detail = s.DictField()
    visible_to_consumer = s.BooleanField()


class CommunicationAnswer(Shape):
    id = s.IntegerField()
    kind = s.ChoiceField(CommunicationKind.choices)
    inbound = s.BooleanField()
    channel = s.CharField(allow_blank=True)
    text = s.CharField()
    at = s.DateTimeField()
    by = Person(allow_null=True)
    leaves_at = s.DateTimeField(allow_null=True, help_text=_("在此之前可以撤回"))
    sent_at = s.DateTimeField(allow_null=True)
    undone = s.BooleanField()


class MeasureAnswer(Shape):
    kind = s.ChoiceField(MeasureKind.choices)
    amount = money(allow_null=True)
    currency = s.CharField()
    formula = s.CharField(allow_blank=True)
    description = s.CharField(allow_blank=True)
    due = s.DateField(allow_null=True)
    basis = s.CharField(allow_blank=True, help_text=_("法律或政策依据"))
    remedy = s.CharField(allow_blank=True, help_text=_("取自分析中的哪一项请求权；空为自行拟定"))
    proposed_amount = money(allow_null=True)
    proposed_formula = s.CharField(allow_blank=True)
    payee = s.ChoiceField(Payee.choices, allow_blank=True, help_text=_("付到哪里；从不含账号"))
    payee_words = s.CharField(allow_blank=True)
    unit = Team(allow_null=True, help_text=_("责任部门；null 为案件的团队"))


class OpinionAnswer(Shape):
    by = Person()
    at = s.DateTimeField()
    signed = s.BooleanField()
    text = s.CharField()
    below_minimum_reason = s.CharField(allow_blank=True)
    content_hash = s.CharField()
    voided_at = s.DateTimeField(allow_null=True, help_text=_("签署失效的时间；null 为没有失效"))
    changed = s.ListField(child=s.CharField(), help_text=_("使签署失效的改动"))


class ResolutionAnswer(Shape):
    version = s.IntegerField()
    status = s.ChoiceField(Resolution.Status.choices)
    measures = MeasureAnswer(many=True)
    points = PointAnswer(many=True)
    explanation = s.CharField(allow_blank=True)
    legal_basis = s.ListField(child=s.CharField())
    letter = s.CharField(allow_blank=True)
    below_reason = s.CharField(allow_blank=True)
    proposed_by = Person()
    proposed_at = s.DateTimeField()
    content_hash = s.CharField(allow_null=True)
    opinions = OpinionAnswer(many=True)
