"""Template tags of the whole product: small components with declared inputs, and the ways in which
dates and money are written.

Registered as builtins, so templates need no `{% load %}` for them. Markup lives in
`templates/components/`; a component sees its own
inputs only. Longer than others on purpose: templates know one place of tags.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms, template
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.html import escape, format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from accounts import reauthentication
from accounts.models import User
from accounts.oidc import local
from complaints import clock_words
from complaints.models import Deadline
from complaints.views import own_drafts
from config import numerals
from config.addresses import static
from legal_rules import vocabulary

register = template.Library()

# One short word for each right of articles 7 to 15, for lists; the full name comes from the
# vocabulary of the law.
RIGHTS: dict[str, Any] = {
    "right_to_safety": gettext_lazy("安全"),
    "right_to_know": gettext_lazy("知情"),
    "right_to_choose": pgettext_lazy("right", "选择"),
    "right_to_fair_trade": gettext_lazy("公平"),
    "right_to_compensation": gettext_lazy("求偿"),
    "right_to_associate": gettext_lazy("结社"),
    "right_to_education": gettext_lazy("知识"),
    "right_to_dignity_and_information": gettext_lazy("个信"),
    "right_to_supervise": pgettext_lazy("right", "监督"),
}

MARKS: dict[str, tuple[str, Any]] = {
    "ok": ("check", gettext_lazy("已满足")),
    "unk": ("help", gettext_lazy("待确认")),
    "no": ("x", gettext_lazy("不满足")),
    "na": ("minus", gettext_lazy("不适用")),
    "todo": ("", gettext_lazy("未完成")),
    "next": ("", gettext_lazy("下一项")),
}
RISKS: dict[int, Any] = {
    1: pgettext_lazy("risk", "低"),
    2: pgettext_lazy("risk", "中"),
    3: pgettext_lazy("risk", "高"),
}
BANNER_ICONS = {"info": "info", "warn": "warn", "danger": "warn", "ok": "check", "legal": "stamp"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon of `static/icons.svg`, hidden from screen readers: the words stand beside it."""
    return _icon(static("icons.svg"), name, css)


@lru_cache(maxsize=1024)  # a page has dozens, of few kinds
def _icon(file: str, name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="ico {}" aria-hidden="true"><use href="{}#i-{}"/></svg>', css, file, name
    )


@register.simple_tag
def piece(name: str, **inputs: Any) -> SafeString:
    """A part of the frame that follows from its inputs (plain values), the language and the names
    of the static files alone: made once for each of them.
    """
    known = (get_language() or "", get_script_prefix(), static("icons.svg"))
    return _piece(name, known, tuple(sorted(inputs.items())))


# Stand in a piece for what each request has its own of. Nothing that anybody typed has these signs
# in it: `config.middleware.bounded_input` refuses them.
_TOKEN, _ADDRESS, _WORDS = "\x1dtoken\x1d", "\x1daddress\x1d", "\x1dwords\x1d"


@register.simple_tag(takes_context=True)
def frame(context: template.Context, name: str, **inputs: Any) -> SafeString:
    """A piece with forms. The token of the request, its address and the words that were looked for
    are put in afterwards: they differ each time, and words may name a person, so they are not kept.
    """
    request = _request_of(context)
    made = piece(name, csrf_token=_TOKEN, address=_ADDRESS, words=_WORDS, **inputs)
    own = {
        _TOKEN: context.get("csrf_token", ""),
        _ADDRESS: request.get_full_path(),
        _WORDS: request.GET.get("q", ""),
    }
    for stand_in, value in own.items():
        made = made.replace(stand_in, escape(value))
    return mark_safe(made)  # noqa: S308 our own templates, and what was escaped


@register.simple_tag
def line(name: str, **inputs: Any) -> SafeString:
    """The same for a line of a list, of which there are many more: they push no piece out."""
    known = (get_language() or "", get_script_prefix(), static("icons.svg"))
    return _line(name, known, tuple(sorted(inputs.items())))


@lru_cache(maxsize=1024)  # 2 KB each
def _line(name: str, _known: tuple[str, ...], inputs: tuple[tuple[str, Any], ...]) -> SafeString:
    return _made(name, inputs)


@lru_cache(maxsize=512)  # a few KB each
def _piece(name: str, _known: tuple[str, ...], inputs: tuple[tuple[str, Any], ...]) -> SafeString:
    return _made(name, inputs)


def _made(name: str, inputs: tuple[tuple[str, Any], ...]) -> SafeString:
    return mark_safe(render_to_string(name, dict(inputs)))  # noqa: S308 our own templates


_MASKED_NUMBER = re.compile(
    r"(?<![0-9*])(?:[0-9]{3,4}\*{4,}[0-9]{3}[0-9X]|\*{4} [0-9]{4})(?![0-9*])"
)


@register.filter
def vaulted(text: str) -> SafeString:
    """A text with its line breaks; masked numbers in it have a mark that the originals are kept."""
    clean = escape(text)
    if _MASKED_NUMBER.search(clean):
        words = _("号码已入保险库")
        mark = format_html(
            '<span title="{}">{}</span><span class="sr">（{}）</span>',
            words,
            icon("lock", "ico--14"),
            words,
        )
        clean = _MASKED_NUMBER.sub(
            lambda number: f'<span class="nowrap">{number[0]}{mark}</span>', clean
        )
    return mark_safe(linebreaksbr(clean, autoescape=False))  # noqa: S308 escaped above


@register.filter
def counted(value: Any, places: int = 0) -> str:
    """A number of a figure or of an axis: 1,234 · 123.5万 · 1.2m; "—" where nothing is known."""
    if value is None or value == "":
        return "—"
    return numerals.short(float(value), get_language() or "zh", int(places))


@register.filter
def whole(value: Any) -> int:
    """A count without its decimals, for programs: 12.0 is 12."""
    return int(value)


@register.simple_tag
def kbd(key: str) -> SafeString:
    """A key of the keyboard."""
    return format_html("<kbd>{}</kbd>", key)


@register.simple_tag(name="tag")
def tag(text: Any, kind: str = "", icon: str = "") -> SafeString:
    """A fact about a case. `kind`: info, danger, warn, ok, legal, line."""
    css, drawn = f" tag--{kind}" if kind else "", _drawn(icon) if icon else ""
    return format_html('<span class="tag{}">{}{}</span>', css, drawn, text)


def _drawn(name: str) -> SafeString:
    return _icon(static("icons.svg"), name, "")


@register.inclusion_tag("components/stage.html")
def stage(phase: int, label: Any, legal: bool = False) -> dict[str, Any]:
    """Where the case is: `phase` 1 to 5 as pips, and its name; violet while it lies with
    counsel.
    """
    return {"phase": phase, "label": label, "legal": legal}


@register.inclusion_tag("components/clock.html")
def clock(
    left: Any, due: Any, used: int = 0, kind: str = "", title: Any = "", basis: Any = ""
) -> dict[str, Any]:
    """A running time: working time left, when exactly, share used (0 to 100), on what it rests.

    `kind`: soon, over, hold, met.
    """
    return {"left": left, "due": due, "used": used, "kind": kind, "title": title, "basis": basis}


@register.inclusion_tag("components/risk.html")
def risk(level: int) -> dict[str, Any]:
    """Risk 1 to 3: bars and a word."""
    return {"level": level, "label": RISKS[level]}


@register.simple_tag
def mk(kind: str) -> SafeString:
    """A round mark: ok, unk, no, na, todo, next."""
    return _mark(static("icons.svg"), get_language() or "", kind)


@lru_cache(maxsize=64)  # few kinds, dozens on a page
def _mark(_file: str, _language: str, kind: str) -> SafeString:
    name, label = MARKS[kind]
    drawn = _drawn(name) if name else ""
    words = '<span class="mk mk--{}">{}<span class="sr">{}</span></span>'
    return format_html(words, kind, drawn, str(label))


@register.inclusion_tag("components/elems.html")
def elems(marks: str) -> dict[str, Any]:
    """The elements of a rule as a meter: one letter each, o satisfied, u unknown, f failed, x
    not asked.
    """
    return {
        "marks": marks,
        "satisfied": marks.count("o"),
        "unknown": marks.count("u"),
        "failed": marks.count("f"),
    }


@register.inclusion_tag("components/right.html")
def right(code: str) -> dict[str, Any]:
    """A consumer's right by its code (right_to_know): short word, full name on hover."""
    known = vocabulary.RIGHTS.get(code)
    return {
        "short": RIGHTS.get(code, code),
        "full": known.name_for(get_language() or "zh") if known else code,
    }


@register.inclusion_tag("components/pii.html")
def pii(label: Any, value: Any, field: str = "", number: str = "") -> dict[str, Any]:
    """One personal field, masked. Never pass a clear value. `number`: the case, where the person
    may ask to see the field for a minute.
    """
    return {"label": label, "value": value, "field": field, "number": number}


@register.simple_tag
def identity_ways(request: HttpRequest) -> reauthentication.Ways:
    """By what the person before the page can confirm to be there."""
    return reauthentication.ways(request)


@register.simple_tag
def password_opens(user: User) -> bool:
    """Whether the person signs in by a password at all."""
    return user.has_usable_password() and local.allowed(user.username)


@register.simple_block_tag
def banner(content: str, kind: str = "info", icon: str = "", role: str = "") -> SafeString:
    """A message in its place: info, warn, danger, ok, legal.

    `role`: alert or status when it appears after an act.
    """
    name = icon or BANNER_ICONS[kind]
    return render_to_string(
        "components/banner.html",
        {"content": content, "kind": kind, "icon_name": name, "role": role},
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: Any, icon: str = "", wide: bool = False) -> SafeString:
    """A native dialog, opened by any element with `data-open="ID"`.

    Its content is one or more `.dialog__body` and `.dialog__foot`.
    """
    return render_to_string(
        "components/dialog.html",
        {"content": content, "id": id, "title": title, "icon_name": icon, "wide": wide},
    )


_CSS = {
    forms.Select: "select",
    forms.SelectMultiple: "select",
    forms.Textarea: "textarea",
    forms.CheckboxInput: "",
    forms.RadioSelect: "",
}


@register.inclusion_tag("components/field.html")
def field(
    bound: forms.BoundField,
    mark_optional: bool = True,
    needed: bool = False,
    opt: Any = "",
    **attrs: Any,
) -> dict[str, Any]:
    """A form field: label, hint, error, control.

    More keyword arguments become attributes (`data_key` gives data-key).

    `mark_optional`: whether a label says that the field may stay empty. `needed`: a star, for
    fields that an action demands; `opt`: words after the label.
    """
    widget = bound.field.widget
    css = next((c for kind, c in _CSS.items() if isinstance(widget, kind)), "input")
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    extra["class"] = " ".join(
        filter(None, (widget.attrs.get("class", ""), css, extra.get("class", "")))
    )
    if not extra["class"]:
        del extra["class"]
    if needed:
        extra["aria-required"] = "true"
    return {
        "bound": bound,
        "needed": needed,
        "opt": opt,
        "optional": mark_optional and not bound.field.required,
        "control": bound.as_widget(attrs=extra),
        "choices": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
        "single_check": isinstance(widget, forms.CheckboxInput),
    }


@register.simple_tag(takes_context=True)
def saved_draft(context: template.Context, key: str) -> SafeString:
    """Inside `<form data-draft="KEY">`: what the person typed there and did not send, for
    drafts.js to restore; nothing when there is none.

    Costs one statement for all forms of an answer, or none when the view has put `drafts` (of
    `half_typed.load_drafts(user, keys)`) into the context.
    """
    if "drafts" in context:
        found = context["drafts"].get(key, (None,))[0]
    else:
        found = own_drafts.of(_request_of(context), key)
    return _as_script(found)


def _as_script(found: Any) -> SafeString:
    if found is None:
        return SafeString("")
    script = json_script(found).replace("<script", "<script data-draft-saved", 1)
    return mark_safe(script)  # noqa: S308  # json_script has escaped it


def _request_of(context: template.Context) -> HttpRequest:
    """The request, in a part that was included with `only` as well."""
    return getattr(context, "request", None) or context["request"]


@register.simple_tag(takes_context=True)
def draft(context: template.Context, address: str = "", which: object = "") -> SafeString:
    """Inside the tag `<form method="post" …>`: its texts are kept while they are typed. `address`:
    where the form posts, when that is not the page itself; `which` of several that post there.
    `{% draft_kept %}` stands further down.
    """
    key = own_drafts.key_of(address or _request_of(context).path)
    context["draft_key"] = f"{key}:{which}" if which else key
    return format_html('data-draft="{}"', context["draft_key"])


@register.simple_tag(takes_context=True)
def draft_kept(
    context: template.Context, *, quiet: bool = False, later: bool = False
) -> SafeString:
    """Inside a form with `{% draft %}`, beside its button: what was typed and not sent, the key
    that is sent along, so that the draft ends with what was taken, and when it was last saved
    (`quiet`: for scripts and readers alone, where there is no room). `later`: the script asks for
    the draft when the first field is entered, because the page is opened all day for other things.
    """
    request, key = _request_of(context), context["draft_key"]
    fresh = own_drafts.just_sent(request, key)
    mark = "data-draft-shown" if fresh else "data-draft-later" if later else ""
    return format_html(
        '<input type="hidden" name="{}" value="{}" {}>{}<span class="{}" data-draft-status '
        'role="status"></span>',
        own_drafts.FIELD,
        key,
        mark,
        "" if mark else _as_script(own_drafts.of(request, key)),
        "sr" if quiet else "meta",
    )


@register.filter
def may(user: User, permission: str) -> bool:
    """Whether the person has the permission, for links to pages of others."""
    return user.may(permission)


@register.filter
def money(value: Decimal | str | None) -> str:
    """¥3,980.00 for tables; "" for nothing."""
    return "" if value is None or value == "" else f"¥{Decimal(value):,.2f}"


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


@register.filter
def when(moment: datetime | None) -> str:
    """A moment as lists show it: 今天 18:00, 昨天 09:12, 明天 …, 11-24 17:00, with the year when
    it is another one.
    """
    if moment is None:
        return ""
    local, today = _local(moment), timezone.localdate()
    words = {
        today: _("今天"),
        today - timedelta(days=1): _("昨天"),
        today + timedelta(days=1): _("明天"),
    }
    if local.date() in words:
        return f"{words[local.date()]} {clock_words.time_of_day(local)}"
    day = f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"
    return f"{day} {clock_words.time_of_day(local)}"


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in full: 2026-11-23 14:40."""
    return f"{_local(value):%Y-%m-%d} {clock_words.time_of_day(_local(value))}" if value else ""


@register.filter
def due(deadline: Deadline) -> str:
    """When a clock is due, in full, marked while that may still move: 2027-01-11 18:00（暂定）."""
    return clock_words.marked(moment(deadline.due_at), provisional=deadline.provisional)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in full: 2026-11-23."""
    if isinstance(value, datetime):
        value = _local(value).date()
    return value.isoformat() if value else ""


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago, for the last day; then like `when`."""
    if moment is None:
        return ""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("刚刚")
    if 0 <= minutes < 60:
        return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}
    if 60 <= minutes < 60 * 6:
        return ngettext("%(n)s 小时前", "%(n)s 小时前", minutes // 60) % {"n": minutes // 60}
    return when(moment)
