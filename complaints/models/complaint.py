"""The complaint itself."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedCharField, MaskedTextField, ReferenceField
from accounts.models import Team
from complaints import places
from complaints.choices import Channel, Claim, FiledBy, Priority, Risk
from complaints.lifecycle import OPEN_STATES, PHASE_OF, Outcome, State
from complaints.models import held, put_aside, to_read
from complaints.models.consumer import Consumer
from complaints.querysets import GRAVE, HIGH_RISK, ComplaintQuerySet
from evidence.models import Folder


class Complaint(models.Model):
    """One complaint. `state` changes in `advance.py` only; `version` grows with every change."""

    number = models.CharField(_("案件编号"), max_length=20, unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(
        _("状态"), max_length=20, choices=State.choices, default=State.REGISTERED
    )
    outcome = models.CharField(_("处理结果"), max_length=20, choices=Outcome.choices, blank=True)
    outcome_if_done = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    round = models.PositiveSmallIntegerField(_("协商轮次"), default=1)

    title = MaskedCharField(_("事由"), max_length=120)
    narrative = MaskedTextField(_("经过"))
    claims = ArrayField(
        models.CharField(max_length=20, choices=Claim.choices),
        verbose_name=_("诉求"),
        default=list,
        blank=True,
    )
    category = models.CharField(_("类别"), max_length=40, blank=True)
    rights = ArrayField(
        models.CharField(max_length=40), verbose_name=_("涉及权益"), default=list, blank=True
    )
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel.choices)
    priority = models.CharField(
        _("优先级"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    risk_flags = ArrayField(
        models.CharField(max_length=20, choices=Risk.choices),
        verbose_name=_("风险标记"),
        default=list,
        blank=True,
    )
    confidential = models.BooleanField(_("保密"), default=False)

    product_name = MaskedCharField(_("商品或服务"), max_length=200, blank=True)
    product_category = MaskedCharField(_("商品类别"), max_length=100, blank=True)
    order_number = ReferenceField(_("订单号"), max_length=80, blank=True)
    transaction_date = models.DateField(_("交易日期"), null=True, blank=True)
    price_paid = models.DecimalField(
        _("价款（元）"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    loss_claimed = models.DecimalField(
        _("主张的损失（元）"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(max_length=3, default="CNY")
    # Where the consumer lives: a code of `complaints/places.py`, "" where nobody knows. It follows
    # the address unless somebody chose another one by hand.
    region = models.CharField(
        _("地区"), max_length=2, choices=places.CHOICES, blank=True, default="", db_default=""
    )
    region_chosen = models.BooleanField(default=False, db_default=False)
    brand = MaskedCharField(_("品牌"), max_length=100, blank=True, default="", db_default="")
    batch = ReferenceField(_("批次"), max_length=80, blank=True, default="", db_default="")
    supplier = MaskedCharField(_("供应商"), max_length=100, blank=True, default="", db_default="")
    script_version = MaskedCharField(
        _("话术版本"), max_length=80, blank=True, default="", db_default=""
    )
    external_reference = ReferenceField(_("外部编号"), max_length=120, blank=True)
    source = MaskedCharField(_("来源"), max_length=200, blank=True)

    consumer = models.ForeignKey(Consumer, on_delete=models.PROTECT, related_name="complaints")
    filed_by = models.CharField(
        _("来电人身份"), max_length=10, choices=FiledBy.choices, default=FiledBy.CONSUMER
    )
    folder = models.OneToOneField(Folder, on_delete=models.PROTECT, related_name="complaint")
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        related_name="complaints",
        db_index=False,  # `by_team_and_age` finds them
        verbose_name=_("团队"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_complaints",
        null=True,
        blank=True,
        verbose_name=_("责任人"),
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="registered_complaints",
        db_index=False,  # nobody looks for a person's, and people are never deleted
        verbose_name=_("登记人"),
    )
    shared_with_counsel = models.BooleanField(_("已送法务"), default=False)

    received_at = models.DateTimeField(_("收到时间"))
    created_at = models.DateTimeField(_("登记时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    # Both are kept by `complaints/next_due.py`: of any running clock, of those that the law sets.
    next_due_at = models.DateTimeField(_("最近期限"), null=True, blank=True)
    next_statutory_at = models.DateTimeField(_("最近法定期限"), null=True, blank=True)
    on_hold = models.BooleanField(_("中止计时"), default=False)
    returned_by_counsel = models.BooleanField(_("法务退回"), default=False)
    # Since the last signature one became void before the letter left (`signing.voiding`).
    must_be_signed_again = models.BooleanField(_("须重新签署"), default=False)

    findings = MaskedTextField(_("调查结论"), blank=True)
    no_evidence_reason = MaskedTextField(_("没有证据的原因"), blank=True)
    facts_revision = models.PositiveIntegerField(default=0)
    # Rules that hold on the present facts; follows them in the same transaction.
    rests_on = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,  # cases are never deleted
    )
    withdrawal_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    withdrawal_requested_at = models.DateTimeField(null=True, blank=True)
    withdrawal_words = MaskedTextField(_("消费者撤回原话"), blank=True)
    # The file is gone; what stands here is its tombstone (`actions/shredding.py`).
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True, blank=True)
    # Kept by the triggers of `HeldCase` and `LegalHold`: nobody sets it by hand.
    legal_hold = models.BooleanField(_("诉讼保留"), default=False, db_default=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_reference"],
                condition=~Q(external_reference=""),
                name="external_reference_is_registered_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="complaint_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "archived"]) | ~Q(outcome=""),
                name="closed_complaint_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(region__in=["", *places.NAMES]), name="complaint_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(price_paid__gte=0) | Q(price_paid=None), name="price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(loss_claimed__gte=0) | Q(loss_claimed=None), name="loss_is_not_negative"
            ),
        ]
        triggers = [*held.CASE, to_read.CASE, put_aside.CASE]
        indexes = [
            models.Index(
                fields=["team", "next_due_at", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="open_by_team_and_due",
            ),
            models.Index(
                fields=["owner", "next_due_at", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="open_by_owner_and_due",
            ),
            models.Index(
                fields=["next_due_at", "id"], condition=Q(state__in=OPEN_STATES), name="open_by_due"
            ),
            models.Index(
                fields=["next_due_at", "id"],
                condition=Q(state="in_review"),
                name="in_review_by_due",
            ),
            models.Index(
                "team",
                F("closed_at").desc(nulls_last=True),  # as the lists sort
                F("id").desc(),
                condition=Q(state__in=["closed", "archived"]),
                name="finished_by_team",
            ),
            # The few open cases that have a view of their own: counted without reading the others.
            models.Index(  # what is taken next (`complaints/next_case.py`)
                "team",
                "next_statutory_at",
                GRAVE.desc(),
                "received_at",
                "id",
                condition=Q(owner=None, state__in=OPEN_STATES),
                name="to_be_taken",
            ),
            models.Index(
                fields=["team", "next_due_at", "id"],
                condition=Q(on_hold=True),
                name="on_hold_by_team",
            ),
            models.Index(
                fields=["team", "next_due_at", "id"],
                condition=Q(returned_by_counsel=True),
                name="returned_by_team",
            ),
            models.Index(
                fields=["next_due_at", "id"],
                condition=Q(must_be_signed_again=True),
                name="to_be_signed_again",
            ),
            models.Index(
                fields=["team", "next_due_at", "id"],
                condition=HIGH_RISK,
                name="high_risk_by_team",
            ),
            models.Index(fields=["team", "-created_at", "-id"], name="by_team_and_age"),
            # The orderings of the API, whatever the person may see.
            models.Index(fields=["-created_at", "-id"], name="by_age"),
            models.Index(fields=["-received_at", "-id"], name="by_receipt"),
            models.Index(fields=["next_due_at", "id"], name="by_due"),
            models.Index(fields=["category", "-created_at", "-id"], name="by_category_and_age"),
            GinIndex(
                fields=["rests_on"],
                condition=Q(state__in=OPEN_STATES),
                name="open_by_rule",
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="by_where_it_was_merged",
            ),
            models.Index(
                fields=["order_number"], condition=~Q(order_number=""), name="by_order_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def phase(self) -> str:
        """The phase that the state belongs to."""
        return PHASE_OF[self.state].value

    @property
    def is_open(self) -> bool:
        """Not closed and not archived."""
        return self.state in OPEN_STATES

    @property
    def subject(self) -> str:
        """The name of this case in the audit record."""
        return f"complaint:{self.number}"
