"""People and teams.

Cases are unknown here: who may see which case is a word of the case's queryset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.alarm_models import Alarm as Alarm
from accounts.alarm_models import AlarmKind as AlarmKind
from accounts.alarm_models import AlarmNotice as AlarmNotice
from accounts.factor_models import FactorKey as FactorKey
from accounts.factor_models import FactorNotice as FactorNotice
from accounts.lock_models import SignInLock as SignInLock
from accounts.masking.fields import MaskedCharField, MaskedJSONField
from accounts.roles import ALONE, READING, Role, allows
from accounts.session_models import Session as Session
from accounts.training_models import TrainingRecord as TrainingRecord
from accounts.vault.key_rows import VaultKey as VaultKey

_OF_MEMBERSHIPS = ("team_id", "leads", "team__name", "team__asked")


class Team(models.Model):
    """A group of people who share a queue of cases."""

    name = MaskedCharField(_("名称"), max_length=60, unique=True)
    is_active = models.BooleanField(_("启用"), default=True)
    # Whether other teams ask this one about cases now: where nobody does, lists need not look.
    asked = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of staff. People are deactivated, never deleted: their acts stay on record."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("用户名"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9._-]*$",
                _("用户名以小写字母开头，只含小写字母、数字、点、短横线和下划线。"),
            )
        ],
    )
    name = models.CharField(_("姓名"), max_length=60)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        verbose_name=_("角色"),
        default=list,
        blank=True,
    )
    teams = models.ManyToManyField(
        Team, verbose_name=_("所属团队"), through="Membership", related_name="members", blank=True
    )
    language = models.CharField(
        _("语言"),
        max_length=10,
        choices=[("", _("跟随浏览器")), ("zh-hans", "中文"), ("en", "English")],
        default="",
        blank=True,
    )
    theme = models.CharField(
        _("外观"),
        max_length=5,
        choices=[("", _("跟随系统")), ("light", _("浅色")), ("dark", _("深色"))],
        default="",
        blank=True,
    )
    density = models.CharField(
        _("行高"),
        max_length=11,
        choices=[("comfortable", _("舒适")), ("compact", _("紧凑"))],
        default="comfortable",
    )
    single_keys = models.BooleanField(_("启用单键快捷键"), default=True)
    must_change_password = models.BooleanField(_("下次登录须修改密码"), default=False)
    toured_at = models.DateTimeField(null=True, blank=True, editable=False)  # or did not want to
    is_demo = models.BooleanField(default=False)  # made by `./run` with a password that is printed
    # No grant to look into cases outside the own ones lasts longer: after it lists need not ask.
    sees_more_until = models.DateTimeField(null=True, blank=True, editable=False)

    reads_only = False  # a case is before this person that is lent for reading (not stored)
    acting_under: Mapping[str, int] = {}  # subject → 紧急调阅 under which the person acts in it

    # What was granted before is void: whoever comes back begins anew (leaving.py)
    left_at = models.DateTimeField(null=True, editable=False)

    objects = UserManager()
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=[r.value for r in Role]),
                name="user_roles_are_known",
            ),
            *(
                models.CheckConstraint(
                    condition=~models.Q(roles__contains=[role.value])
                    | models.Q(roles=[role.value]),
                    name=f"{role.value}_holds_no_other_role",
                )
                for role in ALONE
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def may(self, permission: str) -> bool:
        """True when one of the person's roles has the permission (table in `accounts/roles.py`)."""
        if self.reads_only and permission not in READING:
            return False
        return self.is_active and allows(self.roles, permission)

    @property
    def sees_more(self) -> bool:
        """Whether a grant to look into other cases may be running."""
        return self.sees_more_until is not None and self.sees_more_until > timezone.now()

    def is_(self, role: Role | str) -> bool:
        """True when the person holds the role."""
        return role in self.roles

    @cached_property
    def _memberships(self) -> list[tuple[int, bool, str, bool]]:
        rows = Membership.objects.filter(user=self, team__is_active=True)
        return list(rows.values_list(*_OF_MEMBERSHIPS))

    @staticmethod
    def know_teams(users: Iterable[User]) -> None:
        """Read the teams of many people in one statement, before each would ask for his own."""
        users = list(users)
        rows = Membership.objects.filter(user__in=users, team__is_active=True)
        found: dict[int, list[Any]] = {user.pk: [] for user in users}
        for pk, *membership in rows.values_list("user_id", *_OF_MEMBERSHIPS):
            found[pk].append(tuple(membership))
        for user in users:
            user._memberships = found[user.pk]

    @property
    def memberships(self) -> list[tuple[int, bool]]:
        """(team id, leads it) of the person's active teams.

        One query, kept for the life of this object.
        """
        return [(team, leads) for team, leads, *_rest in self._memberships]

    @property
    def team_names(self) -> dict[int, str]:
        """Names of the person's active teams, by id; from the same query."""
        return {team: name for team, _leads, name, _asked in self._memberships}

    @property
    def team_ids(self) -> list[int]:
        """Ids of the teams the person belongs to or leads."""
        return [team for team, _leads in self.memberships]

    @property
    def led_team_ids(self) -> list[int]:
        """Ids of the teams the person leads."""
        return [team for team, leads in self.memberships if leads]

    @property
    def asked_team_ids(self) -> list[int]:
        """Ids of the teams, among the person's own, that others ask about cases now (协办)."""
        return [team for team, _leads, _name, asked in self._memberships if asked]


class Membership(models.Model):
    """A person in a team, perhaps as its lead."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    leads = models.BooleanField(_("负责人"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_membership_per_team")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


def _range(kind: str, first: str, last: str) -> Func:
    """A closed range, so that the database itself can compare two of them for overlap."""
    return Func(F(first), F(last), Value("[]"), function=kind)


class Absence(models.Model):
    """Days on which a person does not work, both ends included, and who stands in meanwhile.

    `ended_at`: called off, or the person is back early; it does not count from then on.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences"
    )
    first_day = models.DateField(_("自"))
    last_day = models.DateField(_("至"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("代理人"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in",
    )
    note = MaskedCharField(_("说明"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(deputy=F("user")), name="nobody_is_the_own_deputy"),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[
                    (_range("int8range", "user", "user"), RangeOperators.OVERLAPS),
                    (_range("daterange", "first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["last_day"], condition=Q(ended_at=None), name="absences_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.first_day}…{self.last_day}"


class ApiKey(models.Model):
    """A program's key. Only the SHA-256 of the key is kept."""

    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.CharField(max_length=64)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    label = MaskedCharField(max_length=80, blank=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class IdempotentRequest(models.Model):
    """The first answer to a POST with an Idempotency-Key, kept for 24 hours."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = MaskedJSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_idempotency_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return self.key
