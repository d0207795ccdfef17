"""People and teams.

Cases are unknown here: who may see which case is a word of the case's queryset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.absence_models import Absence as Absence
from accounts.alarm_models import Alarm as Alarm
from accounts.alarm_models import AlarmKind as AlarmKind
from accounts.alarm_models import AlarmNotice as AlarmNotice
from accounts.factor_models import FactorKey as FactorKey
from accounts.factor_models import FactorNotice as FactorNotice
from accounts.key_models import ApiKey as ApiKey
from accounts.key_models import IdempotentRequest as IdempotentRequest
from accounts.lock_models import SignInLock as SignInLock
from accounts.masking.fields import MaskedCharField
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
