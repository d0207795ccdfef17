"""宏 of a team: its supervisors write them, each edit is the next version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit.record import record
from complaints import macros, quick_values, validation, wording_check
from complaints.actions.quick_texts import NAME_LENGTH
from complaints.choices import CommunicationKind, FactSource, Priority
from complaints.errors import Invalid, NotAllowed, StaleVersion
from complaints.models import Complaint, Macro, MacroVersion
from complaints.validation import Refused
from legal_rules.vocabulary import check_value

MOST = 200  # of one team
MOST_FACTS = 20
MOST_DAYS = 180  # until a reminder
REMIND_LENGTH = 200


def readable(user: User) -> QuerySet[Macro]:
    """Those of the person's teams, archived ones too."""
    return Macro.objects.filter(team__in=user.team_ids).select_related("team")


def for_case(complaint: Complaint) -> QuerySet[MacroVersion]:
    """What can be chosen on a case: those of its team, as they are now."""
    return latest(Macro.objects.filter(team=complaint.team_id, archived_at=None))


def latest(rows: QuerySet[Macro]) -> QuerySet[MacroVersion]:
    """What they do now, by team and name."""
    found = MacroVersion.objects.filter(macro__in=rows, version=F("macro__version"))
    return found.select_related("macro__team", "by").order_by("macro__team", "name", "pk")


def may_edit(row: Macro, user: User) -> bool:
    """Whether the person writes the next version of it."""
    return user.may("share_texts") and row.team_id in user.team_ids


def save(
    values: Mapping[str, Any],
    *,
    by: User,
    pk: int | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Macro:
    """A new macro, or the next version of one: `{name, team?, kind, text, facts, priority, step,
    remind_days, remind_for, anyway?}`; `facts` is {fact: {value, source}}. The same again is no
    further version.

    Raises Macro.DoesNotExist, NotAllowed, StaleVersion, Invalid ("asked": the wording of its reply
    is questioned; "fact:ID": a value that the fact cannot have).
    """
    now = now or timezone.now()
    if not by.may("share_texts"):
        raise NotAllowed(_("宏由团队的主管编写"))
    data, does = _cleaned(values)
    with transaction.atomic():
        if pk is None:
            row = _begun(data, by)
        else:
            row = _held(pk, by, version)
            last = row.versions.get(version=row.version)
            if (last.name, last.does) == (data["name"], does):
                return row
            row.version += 1
            row.save(update_fields=["version"])
        MacroVersion.objects.create(
            macro=row,
            version=row.version,
            name=data["name"],
            does=does,
            anyway=data.get("anyway", ""),
            by=by,
            at=now,
        )
        record("macro.saved", f"macro:{row.pk}", by, now, {"version": row.version})
    return row


def set_archived(pk: int, archived: bool, *, by: User, now: datetime | None = None) -> MacroVersion:
    """Put it aside, or take it up again; what it does. Twice is no further act.

    Raises Macro.DoesNotExist, NotAllowed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = _held(pk, by, None)
        if archived != (row.archived_at is not None):
            row.archived_at = now if archived else None
            row.save(update_fields=["archived_at"])
            verb = "macro.archived" if archived else "macro.restored"
            record(verb, f"macro:{row.pk}", by, now, {"version": row.version})
        return row.versions.get(version=row.version)


def _cleaned(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what belongs to the version, what it does). Raises Invalid."""
    v = validation
    data = v.clean(
        {"name": None, **values},
        {
            "name": lambda x: v.text(x, NAME_LENGTH, required=True),
            "team": lambda x: v.plain(x, 20),
            "kind": lambda x: v.choice(x, [k.value for k in macros.KINDS]),
            "text": _text,
            "facts": _facts,
            "priority": lambda x: v.choice(x, Priority.values),
            "step": lambda x: v.choice(x, macros.OFFERED),
            "remind_days": _days,
            "remind_for": lambda x: v.text(x, REMIND_LENGTH),
            "anyway": lambda x: v.text(x, 500),
        },
    )
    names = ("kind", "text", "facts", "priority", "step")
    does = {name: data[name] for name in names if data.get(name)}
    does |= _reminder(data)
    if bool(does.get("kind")) != bool(does.get("text")):
        name = "text" if does.get("kind") else "kind"
        words = _("请写下文字") if does.get("kind") else _("请选择文字是备注还是回复")
        raise Invalid({name: [words]})
    if not does:
        raise Invalid({"": [_("宏至少要做一件事：文字、事实、优先级、提醒或下一步")]})
    leaves = does.get("kind") == CommunicationKind.REPLY and not data.get("anyway")
    if leaves and (asked := wording_check.questions(does["text"])):
        raise Invalid({"asked": asked})
    return data, does


def _reminder(data: Mapping[str, Any]) -> dict[str, Any]:
    """{remind: {days, for}}, or nothing. Raises Invalid where half of it is missing."""
    days, what = data.get("remind_days"), data.get("remind_for")
    if bool(days) != bool(what):
        name = "remind_for" if days else "remind_days"
        words = _("请写下等什么") if days else _("请填几天以后提醒")
        raise Invalid({name: [words]})
    return {"remind": {"days": days, "for": what}} if days else {}


def _days(value: Any) -> int | None:
    """A whole number of days, or none."""
    said = str(value).strip() if value is not None else ""
    if not said:
        return None
    known = said.isascii() and said.isdecimal() and len(said) < 5
    if not known or not 1 <= int(said) <= MOST_DAYS:
        raise Refused(_("请填 1 到 {n} 之间的整数").format(n=MOST_DAYS))
    return int(said)


def _text(value: Any) -> str:
    said = validation.text(value, validation.TEXT_LIMIT, lines=True)
    if strange := quick_values.unknown(said):
        names = _("、").join(f"{{{one}}}" for one in strange)
        raise Refused(_("没有变量{names}；可用的变量列在下方").format(names=names))
    return said


def _facts(value: Any) -> dict[str, Any]:
    """{fact: {value, source}} with normal values. Raises Invalid: fact:ID → sentence."""
    if not isinstance(value, Mapping) or len(value) > MOST_FACTS:
        raise Refused(_("一个宏最多回答 {n} 项事实").format(n=MOST_FACTS))
    found, errors = {}, {}
    for fact, given in value.items():
        try:
            source = validation.choice(given.get("source"), FactSource.values)
            if given.get("value") in (None, ""):
                raise Refused(_("请给出答案，或者去掉这一项"))
            answer = check_value(fact, given["value"])
            found[fact] = {"value": answer, "source": source or FactSource.CONSUMER.value}
        except ValueError as refusal:  # Refused is one
            errors[f"fact:{fact}"] = [str(refusal)]
    if errors:
        raise Invalid(errors)
    return found


def _begun(data: Mapping[str, Any], by: User) -> Macro:
    """Its row, in a team of the supervisor. Counted one by one."""
    wanted = data.get("team") or ""
    team = next((pk for pk in by.team_ids if str(pk) == wanted), None)
    if team is None:
        raise Invalid({"team": [_("请选择您所在的团队")]})
    held = Team.objects.select_for_update(no_key=True).get(pk=team)
    if Macro.objects.filter(team=held, archived_at=None).count() >= MOST:
        raise Invalid({"team": [_("最多 {n} 个宏；请先停用不用的").format(n=MOST)]})
    return Macro.objects.create(team=held)


def _held(pk: int, by: User, version: int | None) -> Macro:
    """Locked for the next version."""
    rows = Macro.objects.select_for_update(no_key=True)
    found = rows.filter(pk__in=readable(by).values("pk")).get(pk=pk)
    if not may_edit(found, by):
        raise NotAllowed(_("宏由团队的主管编写"))
    if version is not None and version != found.version:
        words = _("这个宏刚被他人改过，现在是第 {n} 版；您填写的内容还在，请核对后再保存")
        raise StaleVersion(words.format(n=found.version), found.version)
    return found
