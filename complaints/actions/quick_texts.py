"""常用语: writing one, its next version, putting it aside. One's own everybody who writes; those of
a team whoever leads it as supervisor; those of everybody every supervisor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit.record import record
from complaints import quick_values, validation, wording_check
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import QuickText, QuickTextVersion
from complaints.validation import Refused

NAME_LENGTH = 60
ABBREVIATION_LENGTH = 20
TEXT_LENGTH = 4000
MOST = 300  # of one person, of one team, of everybody
MINE, EVERYBODY = "mine", "all"


def readable(user: User) -> QuerySet[QuickText]:
    """Those that the person may use, archived ones too."""
    teams = user.team_ids
    return QuickText.objects.filter(
        Q(owner=user) | Q(team__in=teams) | Q(owner=None, team=None)
    ).select_related("team")


def in_force(user: User) -> QuerySet[QuickTextVersion]:
    """What each of them says now, the own ones first, then by name; without archived ones."""
    return _latest(readable(user).filter(archived_at=None))


def archived(user: User) -> QuerySet[QuickTextVersion]:
    """What those say that were put aside."""
    return _latest(readable(user).exclude(archived_at=None))


def _latest(rows: QuerySet[QuickText]) -> QuerySet[QuickTextVersion]:
    own_first = F("quick_text__owner").asc(nulls_last=True)
    teams_next = F("quick_text__team").asc(nulls_last=True)
    found = QuickTextVersion.objects.filter(quick_text__in=rows, version=F("quick_text__version"))
    return found.select_related("quick_text__team").order_by(own_first, teams_next, "name", "pk")


def may_edit(row: QuickText, user: User) -> bool:
    """Whether the person writes the next version of it."""
    if row.owner_id is not None:
        return row.owner_id == user.pk
    if not user.may("share_texts"):
        return False
    return row.team_id is None or row.team_id in user.team_ids


def scopes(user: User) -> list[tuple[str, str]]:
    """(code, words) of whose texts the person may write."""
    found = [(MINE, _("只给我自己"))]
    if user.may("share_texts"):
        found += [(f"team:{pk}", name) for pk, name in sorted(user.team_names.items())]
        found.append((EVERYBODY, _("所有人")))
    return found


def save(
    values: Mapping[str, Any],
    *,
    by: User,
    pk: int | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> QuickText:
    """A new text, or the next version of one: `{name, abbreviation, text, scope?, anyway?}`; the
    scope is chosen once. The same again is no further version.

    Raises QuickText.DoesNotExist, NotAllowed, StaleVersion, Invalid ({"asked": …}: its words are
    questioned, and `anyway` does not say why they stay).
    """
    now = now or timezone.now()
    if not by.may("write_notes"):
        raise NotAllowed(_("您的角色不能使用常用语"))
    data = _cleaned(values)
    try:
        with transaction.atomic():
            if pk is None:
                row = _begun(data, by)
            else:
                row = _held(pk, by, version)
                if _same(row, data):
                    return row
                row.version += 1
                row.abbreviation = data["abbreviation"]
                row.save(update_fields=["version", "abbreviation"])
            _write(row, data, by, now)
    except IntegrityError as error:
        words = _("同一范围内已有缩写“{code}”；请换一个").format(code=data["abbreviation"])
        raise Invalid({"abbreviation": [words]}) from error
    return row


def set_archived(
    pk: int, archived: bool, *, by: User, now: datetime | None = None
) -> QuickTextVersion:
    """Put it aside, or take it up again; what it says. Twice is no further act.

    Raises QuickText.DoesNotExist, NotAllowed, Invalid (its abbreviation is taken by now).
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            row = _held(pk, by, None)
            if archived != (row.archived_at is not None):
                row.archived_at = now if archived else None
                row.save(update_fields=["archived_at"])
                _told(row, "archived" if archived else "restored", by, now)
            return row.versions.get(version=row.version)
    except IntegrityError as error:
        words = _("同一范围内已有别的常用语用这个缩写；请先改掉它")
        raise Invalid({"abbreviation": [words]}) from error


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    v = validation
    data = v.clean(
        {"name": None, "abbreviation": None, "text": None, **values},
        {
            "name": lambda x: v.text(x, NAME_LENGTH, required=True),
            "abbreviation": _abbreviation,
            "text": _text,
            "scope": lambda x: v.plain(x, 40),
            "anyway": lambda x: v.text(x, 500),
        },
    )
    if not data.get("anyway") and (asked := wording_check.questions(data["text"])):
        raise Invalid({"asked": asked})
    return data


def _abbreviation(value: Any) -> str:
    said = validation.text(value, ABBREVIATION_LENGTH, required=True)
    if any(c.isspace() or c in "；;{}" for c in said):
        raise Refused(_("缩写里不能有空格、分号和花括号"))
    return said.lower()


def _text(value: Any) -> str:
    said = validation.text(value, TEXT_LENGTH, required=True, lines=True)
    if strange := quick_values.unknown(said):
        raise Refused(
            _("没有变量{names}；可用的变量列在下方").format(
                names=_("、").join(f"{{{one[:40]}}}" for one in strange)
            )
        )
    return said


def _begun(data: Mapping[str, Any], by: User) -> QuickText:
    """Its row, in the scope that was chosen. Counted one by one."""
    scope = data.get("scope") or MINE
    if scope not in dict(scopes(by)):
        raise Invalid({"scope": [_("不能给这个范围写常用语；请从列表中选择")]})
    row = QuickText(abbreviation=data["abbreviation"])
    if scope == MINE:
        row.owner = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    elif scope != EVERYBODY:
        team = Team.objects.select_for_update(no_key=True)
        row.team = team.get(pk=int(scope.removeprefix("team:")))
    there = QuickText.objects.filter(owner=row.owner, team=row.team, archived_at=None)
    if there.count() >= MOST:
        raise Invalid({"scope": [_("最多 {n} 条；请先停用不用的").format(n=MOST)]})
    row.save()
    return row


def _held(pk: int, by: User, version: int | None) -> QuickText:
    """Locked for the next version."""
    row = QuickText.objects.select_for_update(no_key=True).filter(pk__in=readable(by).values("pk"))
    found = row.get(pk=pk)
    if not may_edit(found, by):
        raise NotAllowed(_("团队的常用语由主管编写；可以另写一条只给自己用的"))
    if version is not None and version != found.version:
        words = _("这条常用语刚被他人改过，现在是第 {n} 版；您填写的内容还在，请核对后再保存")
        raise StaleVersion(words.format(n=found.version), found.version)
    return found


def _same(row: QuickText, data: Mapping[str, Any]) -> bool:
    """Whether the version in force says the same: a second click."""
    last = row.versions.get(version=row.version)
    return all(getattr(last, name) == data[name] for name in ("name", "abbreviation", "text"))


def _write(row: QuickText, data: Mapping[str, Any], by: User, now: datetime) -> None:
    QuickTextVersion.objects.create(
        quick_text=row,
        version=row.version,
        name=data["name"],
        abbreviation=data["abbreviation"],
        text=data["text"],
        anyway=data.get("anyway", ""),
        by=by,
        at=now,
    )
    _told(row, "saved", by, now)


def _told(row: QuickText, what: str, by: User, now: datetime) -> None:
    """In the record, where others use it; one's own is one's own affair."""
    if row.owner_id is None:
        record(f"quick_text.{what}", f"quick_text:{row.pk}", by, now, {"version": row.version})
