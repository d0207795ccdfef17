"""个人信息权利请求: what a consumer asks about their own data (PIPL Arts. 15, 44–49) in a case, who
made sure that it is them, what was decided and why, what was carried out, and the answer.

Every word is a row of its own that nobody changes.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.masking.fields import MaskedTextField
from accounts.vault.fields import SealedField
from complaints.models.communication import Communication
from complaints.models.complaint import Complaint
from complaints.models.consumer import Consumer

_APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
_ANOTHER_PERSON = """
IF NEW.outcome <> 'withdrawn' AND (
    EXISTS (SELECT FROM complaints_rightsrequest r
        WHERE r.id = NEW.request_id AND r.by_id = NEW.by_id)
    OR EXISTS (SELECT FROM complaints_identitycheck c
        WHERE c.request_id = NEW.request_id AND c.by_id = NEW.by_id)) THEN
    RAISE EXCEPTION 'another person decides' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class RightKind(models.TextChoices):
    """What is asked for. The articles: `complaints/rights_words.py`."""

    ACCESS = "access", _("查阅、复制个人信息")
    TRANSFER = "transfer", _("转移个人信息")
    CORRECTION = "correction", _("更正、补充个人信息")
    DELETION = "deletion", pgettext_lazy("rights", "删除个人信息")
    CONSENT = "consent", _("撤回同意")
    EXPLANATION = "explanation", _("解释说明处理规则")


class Requester(models.TextChoices):
    """Who asks."""

    SELF = "self", pgettext_lazy("rights", "本人")
    GUARDIAN = "guardian", _("监护人")
    PROXY = "proxy", pgettext_lazy("rights", "受托人")
    RELATIVE = "relative", _("死者近亲属")


class CheckBy(models.TextChoices):
    """How it was made sure who asks."""

    TAIL = "tail", _("核对尾号一致")
    CONTACT = "contact", _("用登记的联系方式联系，由本人确认")
    DOCUMENT = "document", _("当面或视频核对证件原件")
    CODE = "code", _("一次性验证码")


BY_HAND = (CheckBy.TAIL, CheckBy.CONTACT, CheckBy.DOCUMENT)  # what a person writes down


class Outcome(models.TextChoices):
    """The word on the request."""

    GRANTED = "granted", _("予以办理")
    PARTLY = "partly", _("部分办理")
    REFUSED = "refused", _("不予办理")
    WITHDRAWN = "withdrawn", _("请求人撤回")


class Ground(models.TextChoices):
    """Why not, or not all of it."""

    IDENTITY = "identity", _("不能核实请求人的身份或者资格")
    SECRET = "secret", _("法律、行政法规规定应当保密或者不需要告知")
    RETENTION = "retention", _("法律、行政法规规定的保存期限未届满")
    NEEDED = "needed", _("投诉尚在办理，处理目的尚未实现")
    ACCURATE = "accurate", _("经核实，现有信息准确、完整")
    NO_GROUND = "no_ground", _("不符合法律规定的情形或者条件")
    NOT_HELD = "not_held", _("没有保存请求人的这项信息")
    OTHERS = "others", _("会损害他人的合法权益")


class RightsRequest(models.Model):
    """A request in a case. `details` in the words of whoever asks; `received_on` begins the clock
    (`pi_requested`).
    """

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="rights_requests"
    )
    kinds = ArrayField(models.CharField(max_length=12, choices=RightKind.choices))
    requester = models.CharField(_("请求人"), max_length=10, choices=Requester.choices)
    details = MaskedTextField(_("请求的内容"))
    received_on = models.DateField(_("收到日期"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,  # nobody looks for a person's, and people are never deleted
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kinds=[]), name="rights_request_asks_something")
        ]
        indexes = [models.Index(fields=["at", "id"], name="rights_requests_by_age")]
        triggers = [pgtrigger.Protect(name="rights_request_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.complaint_id} {','.join(self.kinds)}"

    @property
    def kind_words(self) -> str:
        """What is asked for, in words."""
        return gettext("；").join(str(RightKind(kind).label) for kind in self.kinds)


class IdentityCheck(models.Model):
    """Somebody made sure who asks, or could not. `proof`: number of the evidence that shows in what
    capacity somebody else asks.
    """

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="checks")
    how = models.CharField(max_length=10, choices=CheckBy.choices)
    passed = models.BooleanField()
    proof = models.PositiveIntegerField(null=True)
    note = MaskedTextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="identity_check_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.how} {self.passed}"


class RightsDecision(models.Model):
    """What is done about the request, by counsel who neither wrote it down nor checked who asks."""

    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    ground = models.CharField(max_length=10, choices=Ground.choices, blank=True)
    reason = MaskedTextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANTED)
                | (Q(outcome=Outcome.WITHDRAWN) & ~Q(reason=""))
                | (~Q(ground="") & ~Q(reason="")),
                name="refused_right_says_why",  # PIPL Art. 50(1)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="rights_decision_append_only", operation=_APPEND_ONLY),
            pgtrigger.Trigger(
                name="another_person_decides_on_rights",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_ANOTHER_PERSON,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.outcome}"


class RightsAct(models.Model):
    """One thing that was carried out. `complaint`: the case that it touched, which may be another
    one of the same person. A corrected value stays sealed under the consumer's key, for proof; one
    that was deleted is kept nowhere.
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("提供副本")
        TRANSFER = "transfer", _("提供转移用的数据")
        CORRECTION = "correction", pgettext_lazy("rights", "更正、补充")
        ERASURE = "erasure", pgettext_lazy("rights", "删除")
        LIMIT = "limit", _("停止除存储和安全保护之外的处理")
        CONSENT = "consent", _("停止基于同意的处理")
        LIFT = "lift", _("恢复处理")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="rights_acts")
    consumer = models.ForeignKey(
        Consumer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    field = models.CharField(max_length=20, blank=True)
    old_sealed = SealedField(default=b"")
    old_masked = models.CharField(max_length=260, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    note = MaskedTextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="rights_act_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"

    def keep(self, value: str) -> None:
        """Seal the former value (not saved)."""
        self.old_sealed = self.consumer.seal_words(f"rights|{self.pk}", value)

    def former(self) -> str:
        """The former value, for proof. Raises VaultError once the key is gone."""
        return self.consumer.words(f"rights|{self.pk}", bytes(self.old_sealed))


class RightsAnswer(models.Model):
    """The answer to whoever asked, which ends the clock (`pi_request_met`)."""

    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="answer")
    communication = models.ForeignKey(
        Communication, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="rights_answer_append_only", operation=_APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.request_id}"
