"""Clocks in words, in the active language: name, basis, time left, and why this date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from complaints import calendars, clock, regimes, workdays
from complaints.choices import DeadlineNature, DeadlineState
from complaints.models import Deadline
from complaints.workdays import DAY, SHANGHAI
from legal_rules.vocabulary import INSTRUMENTS

MINUTES_PER_DAY = 480


def language() -> str:
    """The active language."""
    return translation.get_language() or "zh-hans"


def in_language(words: Mapping[str, str]) -> str:
    """The text in the active language; Chinese where there is no other."""
    lang = "en" if language().startswith("en") else "zh"
    return words.get(lang) or words.get("zh", "")


def remaining_text(minutes: int, per_day: int = MINUTES_PER_DAY) -> str:
    """Working time in words: 余 1 天 1 时, 余 3 时 20 分, 超时 3 时 10 分."""
    days, rest = divmod(abs(minutes), per_day)
    hours, mins = divmod(rest, 60)
    if days:
        words = _("{days} 天 {hours} 时").format(days=days, hours=hours)
    elif hours:
        words = _("{hours} 时 {minutes} 分").format(hours=hours, minutes=mins)
    else:
        words = _("{minutes} 分").format(minutes=mins)
    return (_("余 {words}") if minutes >= 0 else _("超时 {words}")).format(words=words)


def left_text(deadline: Deadline, minutes: int) -> str:
    """Working time left in words; of what the law wants at once, only that: it sets no figure that
    could be over.
    """
    if deadline.terms.get("unit") == "immediate":
        return _("须立即办理")
    return remaining_text(minutes)


def title_of(deadline: Deadline) -> str:
    """The clock's name."""
    if deadline.title:  # a commitment's or a promise's own words
        return in_language(deadline.title)
    return title_of_row(deadline.entry or deadline.kind)


def title_of_row(entry: str) -> str:
    """The name of a row of the table, or of the first row of a kind; its id when it is no longer
    there.
    """
    row = regimes.row(entry) or regimes.first_of(entry)
    return row.title.in_(language()) if row else entry


def basis_of(deadline: Deadline) -> str:
    """On what the clock rests: 法定：《…》第 8 条 / 内部 / 承诺."""
    nature = str(DeadlineNature(deadline.nature).label)
    article = article_of(deadline)
    return _("{nature}：{article}").format(nature=nature, article=article) if article else nature


def article_of(deadline: Deadline) -> str:
    """《…》第 8 条; "" for a clock of our own."""
    citation = deadline.citation
    if not citation:
        return ""
    instrument = INSTRUMENTS.get(citation["instrument"])
    name = citation["instrument"]
    if instrument is not None:
        name = _("《{title}》").format(title=instrument.short.in_(language()))
    return _("{instrument}第 {article} 条").format(instrument=name, article=citation["article"])


# --- why this date


def length_in_words(length: int, unit: str) -> str:
    """15 日, 10 个工作日, 24 小时, 6 个月."""
    texts = {
        "hour": ngettext("{n} 小时", "{n} 小时", length),
        "working_hour": ngettext("{n} 个工作小时", "{n} 个工作小时", length),
        "calendar_day": ngettext("{n} 日", "{n} 日", length),
        "working_day": ngettext("{n} 个工作日", "{n} 个工作日", length),
        "month": ngettext("{n} 个月", "{n} 个月", length),
        "year": ngettext("{n} 年", "{n} 年", length),
        "immediate": _("立即"),
    }
    return texts[unit].format(n=length)


def explain(deadline: Deadline) -> str:
    """Why this date, in one sentence: length, first day that counts, holidays skipped, make-up days
    counted, what did not count while it was held, and a last day that was moved.

    Weekends are not told: that working days leave them out is what the word says.
    """
    told, start = deadline.explanation, deadline.started_at.astimezone(SHANGHAI)
    parts = [_agreed(deadline) if told.get("unit") == workdays.UNTIL else _beginning(told, start)]
    parts += [_extended(e, told.get("unit", "")) for e in told.get("extended", ())]
    year = start.year
    if holidays := named_days(told.get("skipped", ())):
        parts.append(_("跳过 {days}").format(days=stretches(holidays, year)))
    if worked := told.get("made_up", ()):
        parts.append(_("计入 {days} 补班").format(days=stretches(worked, year)))
    if told.get("unit") in workdays.HOURS:
        parts += [_paused(*pause) for pause in told.get("pauses", ())]
    elif told.get("held"):
        parts.append(_("中止期间 {days} 不计").format(days=stretches(told["held"], year)))
    if moved := told.get("moved"):
        last, due = stretches(moved[:1], year), deadline.due_at.astimezone(SHANGHAI).date()
        words = _("末日 {last} 为休息日，顺延至 {day}")
        parts.append(words.format(last=last, day=stretches([due.isoformat()], year)))
    if deadline.provisional:
        parts.append(_("暂定：该年放假安排尚未公布"))
    return joint().join(parts)


def named_days(days: Sequence[str]) -> list[str]:
    """The days off that are no mere weekend: on a weekday, or named in a notice."""
    calendar = calendars.current()
    named = calendar.off | calendar.own_off
    return [d for d in days if (day := date.fromisoformat(d)).weekday() < 5 or day in named]


def joint() -> str:
    """What stands between two clauses."""
    return pgettext("between clauses", "，")


def _beginning(told: Mapping[str, Any], start: datetime) -> str:
    unit, length = told.get("unit", "calendar_day"), told.get("length", 0)
    words = length_in_words(length, unit)
    day, minute = start.date().isoformat(), start.strftime("%Y-%m-%d %H:%M")
    if told.get("back"):
        return _("须在 {day} 之前提前 {length}").format(day=day, length=words)
    if unit == "immediate":
        return _("立即，自 {minute} 起").format(minute=minute)
    if unit in workdays.HOURS:
        return _("{length}，自 {minute} 起算").format(length=words, minute=minute)
    return _("{length}，自 {day} 次日起算").format(length=words, day=day)


def _agreed(deadline: Deadline) -> str:
    """The day or the hour that was promised."""
    end = clock.Terms.from_json(deadline.terms).until
    if isinstance(end, datetime):
        return _("承诺的时间：{minute}").format(
            minute=end.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        )
    return _("承诺的日期：{day}，节假日不顺延").format(day=end)


def _extended(extension: Mapping[str, Any], unit: str) -> str:
    unit = extension.get("unit", unit)
    if "to" in extension:
        return _("经批准延长至共 {length}").format(length=length_in_words(extension["to"], unit))
    return _("经批准延长 {length}").format(length=length_in_words(extension["by"], unit))


def _paused(start: str, end: str) -> str:
    """A pause of a clock that counts hours."""
    moments = [datetime.fromisoformat(m).astimezone(SHANGHAI) for m in (start, end)]
    begin, finish = (f"{m:%m-%d %H:%M}" for m in moments)
    return _("中止期间 {start} 至 {end} 不计").format(start=begin, end=finish)


def stretches(days: Sequence[str], year: int = 0) -> str:
    """Days in words, runs joined: 10-01 至 10-07、10-11; with the year where it is not `year`."""
    runs: list[list[date]] = []
    for day in sorted(date.fromisoformat(d) for d in days):
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = [_run(run, year) for run in runs]
    return pgettext("between days", "、").join(told)


def _run(run: Sequence[date], year: int) -> str:
    first = run[0].isoformat() if year and run[0].year != year else f"{run[0]:%m-%d}"
    last = run[-1].isoformat() if run[-1].year != run[0].year else f"{run[-1]:%m-%d}"
    if len(run) == 1:
        return first
    if len(run) == 2:
        return pgettext("between days", "、").join((first, last))
    return _("{first} 至 {last}").format(first=first, last=last)


# --- as shown


def time_of_day(local: datetime) -> str:
    """18:00; 24:00 for the last second of a day, which is how the law ends a term (民法典 203)."""
    return "24:00" if (local.hour, local.minute, local.second) == (23, 59, 59) else f"{local:%H:%M}"


def marked(date_in_words: str, *, provisional: bool) -> str:
    """The date, marked where it may still move: 2027-01-08（暂定）. "" stays "".

    Every place that shows when a clock is due says it like this.
    """
    if not provisional or not date_in_words:
        return date_in_words
    return _("{date}（暂定）").format(date=date_in_words)


def share_used(deadline: Deadline, now: datetime) -> int:
    """How much of the clock is used, 0 to 100; the time of holds is no part of it."""
    told = deadline.explanation.get("pauses", ())
    pauses = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in told]
    return clock.share_used(deadline.started_at, deadline.due_at, _as_of(deadline, now), pauses)


def minutes_left(deadline: Deadline, now: datetime) -> int:
    """Business minutes until the clock is due; negative when overdue."""
    now = _as_of(deadline, now)
    return clock.remaining_minutes(deadline.due_at, now, calendars.current())


def _as_of(deadline: Deadline, now: datetime) -> datetime:
    """Now, or since when the clock stands still: while it is held nothing is used up."""
    since = deadline.explanation.get("stands_since")
    return min(now, datetime.fromisoformat(since)) if since else now


def as_shown(deadline: Deadline, now: datetime | None = None) -> dict[str, Any]:
    """The clock in the API's shape (API.md, "Deadline shape")."""
    now = now or timezone.now()
    running = deadline.state in (DeadlineState.RUNNING, DeadlineState.HELD)
    minutes = minutes_left(deadline, now) if running else 0
    return {
        "id": deadline.pk,
        "kind": deadline.kind,
        "subject": deadline.subject or None,
        "deadline": deadline.source or None,
        "title": title_of(deadline),
        "nature": deadline.nature,
        "citation": deadline.citation or None,
        "owed_by": deadline.owed_by,
        "started_at": local(deadline.started_at),
        "due_at": local(deadline.due_at),
        "provisional": deadline.provisional,
        "state": deadline.state,
        "met_at": local(deadline.met_at),
        "remaining": {"working_minutes": minutes, "text": left_text(deadline, minutes)}
        if running
        else None,
        "explanation": explain(deadline),
        "basis": basis_of(deadline),
        "extensions": deadline.extensions,
        "ladder": [
            {"at": s["at"], "who": s["who"], "done_at": s["done_at"]} for s in deadline.ladder
        ],
    }


def local(moment: datetime | None) -> str | None:
    """ISO 8601 with the offset of Asia/Shanghai, to the second."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None
