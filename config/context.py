"""What the frame of every page needs: navigation by role, appearance, and the words that scripts
say.

Costs no SQL of its own. The rail's badge is one statement, run only when the frame is drawn, and
kept for half a minute per person. Longer than others on purpose: the rail, its order and who sees
which entry are read together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.html import json_script
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from complaints import granted
from complaints.models import AccessDecision
from config import badges, tour
from config.addresses import address
from config.kept import ahead
from correspondence import inbox, mail_folder

SCRIPTS = tuple(
    f"js/{name}.js"
    for name in (
        *("theme", "dialogs", "search", "keys", "list", "find", "forms", "live"),
        *("drafts", "notices", "passkeys"),
    )
)
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Place:
    """One entry of the rail: URL name, icon, word, and the permissions of which one is needed (none
    for what all staff may read).
    """

    name: str
    icon: str
    label: str | Promise
    permissions: tuple[str, ...]
    also: tuple[str, ...] = ()  # pages that belong to it
    group: str = "work"  # a line stands between two groups


_CASE = ("case", "danger", "evidence_item", "print_evidence")
_PROMISES = (
    *("promises", "promise_new", "promise_edit", "promise_withdraw", "promise_cases"),
    *("reconciliation", "payment_files", "payment_file"),  # where promised money was paid
)
_LAW = (
    *("rule", "rules_try", "trial", "deadlines", "deadline", "regime"),
    *("letter_templates", "letter_template", "letter_batches", "letter_batch"),
)
_SIGNALS = (
    *("signals", "signal", "signal_cases", "actions", "action", "causes", "cause", "case_causes"),
    *("volumes", "volume_file"),
)
_FIGURES = ("analytics_rows", "analytics_measures", "analytics_hand_over", "analytics_people")
_REPORTS = ("analytics_export", "reports", "report_new", "report", "half_year")
PLACES = (
    Place("queue", "inbox", gettext_lazy("待办"), ("see_complaints",), _CASE),
    Place("intake", "phone", gettext_lazy("登记"), ("register_complaints",)),
    Place("commitments", "mark", pgettext_lazy("promises", "承诺"), ("see_complaints",), _PROMISES),
    Place(
        "review",
        "stamp",
        gettext_lazy("审核"),
        ("sign_resolutions",),
        ("review_case", "review_batch"),
    ),
    Place(
        "mass_cases",
        "users",
        gettext_lazy("群体"),
        ("manage_mass", "sign_resolutions"),
        ("mass_case", "mass_new", "mass_edit"),
    ),
    Place(
        "dashboard",
        "chart",
        pgettext_lazy("rail", "看板"),
        ("see_analytics",),
        (*_FIGURES, *_SIGNALS, *_REPORTS),
    ),
    Place(
        "archive",
        "archive",
        gettext_lazy("档案"),
        ("see_complaints",),
        (
            "archive_case",
            "archive_search",
            "satisfaction_list",
            "legal_holds",
            "legal_hold",
            "legal_hold_new",
            "disposal",
            "disposal_batch",
            "disposal_register",
        ),
    ),
    Place(
        "rules",
        "scale",
        gettext_lazy("规则"),
        (),
        _LAW,
        "law",
    ),
    Place("statutes", "book", gettext_lazy("法规"), (), ("statute", "article"), "law"),
    Place(
        "calendar",
        "cal",
        pgettext_lazy("rail", "日历"),
        (),
        ("calendar_targets", "calendar_notices", "calendar_notice", "calendar_change"),
        "law",
    ),
    Place(
        "import_complaints",
        "ul",
        gettext_lazy("导入"),
        ("import_complaints",),
        ("import_run", "import_start"),
        "house",
    ),
    Place(
        "users",
        "users",
        gettext_lazy("用户"),
        ("see_people",),
        (
            *("user", "new_user", "teams", "team", "new_team", "account", "user_sign_ins"),
            *("training_list", "withdraw_training", "permissions", "all_keys", "identity"),
            "user_factors",
        ),
        "house",
    ),
    Place(
        "access",
        "eye",
        pgettext_lazy("rail", "查阅"),
        ("decide_access", "review_access"),
        ("access_new", "access_request", "access_why", "access_review"),
        "house",
    ),
    Place(
        "rights",
        "shield",
        pgettext_lazy("rail", "权利"),
        ("carry_out_rights",),
        ("rights_request", "rights_act"),
        "house",
    ),
    Place("health", "refresh", gettext_lazy("运行"), ("see_health",), (), "house"),
    Place("alarms", "flag", pgettext_lazy("alarms", "告警"), ("see_alarms",), (), "house"),
    Place(
        "audit_log",
        "shield",
        gettext_lazy("审计"),
        ("read_audit",),
        ("audit_check", "anchors", "audit_readings"),
        "house",
    ),
)


@dataclass(frozen=True)
class Item:
    """One drawn entry of the rail. `badge` is "" when there is nothing to say; `begins`: another
    group than the entry before.
    """

    url: str
    icon: str
    label: str
    current: bool
    badge: str = ""
    badge_label: str = ""
    begins: bool = False


@dataclass(frozen=True)
class Bell:
    """How many notices are unread: the number, as shown, and in words."""

    unread: int
    shown: str
    words: str


class Top(NamedTuple):
    """What the bar on top is drawn from (`templates/components/topbar.html`): where all of it is
    the same, so is the bar.
    """

    search_url: str
    intake_url: str
    take_url: str
    bell: Bell | None
    at_notices: bool
    lang: str
    theme: str
    username: str
    name: str
    roles: str
    asks_access: bool
    sees_rights: bool


class Shell:
    """Read lazily by the templates: a page that does not draw the frame pays nothing."""

    scripts = SCRIPTS

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | None:
        """The signed-in person, or nobody."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @property
    def here(self) -> str:
        """URL name of this page."""
        match = self.request.resolver_match
        return match.url_name or "" if match else ""

    @property
    def lang(self) -> str:
        """Language of the page for `<html lang>`."""
        return "en" if (get_language() or "").startswith("en") else "zh-CN"

    @property
    def theme(self) -> str:
        """light, dark, or "" to follow the system.

        A person's choice follows the person; a visitor's is in a cookie.
        """
        kept = self.request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
        theme = self.user.theme if self.user else kept
        return theme if theme in THEMES else ""

    @property
    def single_keys(self) -> bool:
        """Whether single-key shortcuts work."""
        return self.user.single_keys if self.user else False

    @property
    def roles(self) -> str:
        """The person's roles in words."""
        return _("、").join(str(Role(r).label) for r in self.user.roles) if self.user else ""

    @property
    def search_url(self) -> str:
        """Where the search box leads; "" for people who see no cases."""
        return address("search") if self.user and self.user.may("see_complaints") else ""

    @property
    def intake_url(self) -> str:
        """Where a new complaint is registered; "" for people who may not."""
        return _url("intake") if self.user and self.user.may("register_complaints") else ""

    @property
    def take_url(self) -> str:
        """Where the next case is taken, from any page; "" for people who may not, in the list,
        which has its own button, and while somebody is on the telephone.
        """
        may = self.user is not None and self.user.may("take")
        return _url("take") if may and self.here not in {"queue", "intake"} else ""

    @property
    def oidc(self) -> str:
        """What the provider of identities is called on screens; "" without one."""
        if not settings.OIDC_ISSUER:
            return ""
        return _("企业账号") if settings.OIDC_NAME == "企业账号" else settings.OIDC_NAME

    @property
    def oidc_only(self) -> bool:
        """Whether passwords are for emergencies only."""
        return settings.OIDC_ONLY

    @cached_property
    def _counted(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """Unread notices, and the numbers on the rail."""
        if not self.user:
            return 0, {}
        with ahead(badges.keys(self.user)):
            return inbox.count(self.user), badges.of(self.user, self.request)

    @cached_property
    def bell(self) -> Bell | None:
        """The person's unread notices; nothing for people who get none. At most one statement, and
        that once in half a minute.
        """
        if not self.user or not self.user.may("get_notices"):
            return None
        unread, _badges = self._counted
        words = ngettext("{n} 条未读通知", "{n} 条未读通知", unread).format(n=unread)
        return Bell(unread, badges.capped(unread), words if unread else _("通知，没有未读"))

    @property
    def top(self) -> Top:
        """The bar on top of the pages of a signed-in person."""
        return Top(
            search_url=self.search_url,
            intake_url=self.intake_url,
            take_url=self.take_url,
            bell=self.bell,
            at_notices=self.here == "notices",
            lang=self.lang,
            theme=self.theme,
            username=self.user.username if self.user else "",
            name=self.user.name if self.user else "",
            roles=self.roles,
            asks_access=self.asks_access,
            sees_rights=self.sees_rights,
        )

    @property
    def tour(self) -> tour.Card | None:
        """The card of the stop that the address asks for."""
        asked = self.request.GET.get("tour", "")
        return tour.card(self.user, asked) if self.user and asked else None

    @property
    def tour_begins(self) -> str:
        """Where the person's tour begins; "" for a role without one."""
        return tour.address(self.user, 1) if self.user else ""

    @property
    def first_stop(self) -> str:
        """Where the tour begins, on a page where the person comes in who has not seen it."""
        user = self.user
        new = user is not None and user.toured_at is None and self.here in tour.OFFERED_AT
        return self.tour_begins if new else ""

    @property
    def watermark(self) -> str:
        """Who is shown this page, and when: behind every page of those who see consumers' data, so
        that a photograph of it names whoever let it out. "" for people who see none.
        """
        if self.user is None or not self.user.may("see_complaints"):
            return ""
        return f"{self.user.username} {self.user.name} {timezone.localtime():%Y-%m-%d %H:%M}"

    @property
    def watermark_width(self) -> int:
        """Pixels from one to the next, in a script of any width."""
        words = self.watermark
        return 40 + 8 * len(words) + 7 * sum(ord(c) > 0x2E80 for c in words)

    @property
    def mail_folder(self) -> bool:
        """Whether mails are written into a folder that the person may look into."""
        may = self.user is not None and self.user.may("see_mail_folder")
        return may and mail_folder.folder() is not None

    @property
    def sets_limits(self) -> bool:
        """Whether the person sets up to which sum others offer without asking."""
        return self.user is not None and self.user.may("manage_limits")

    @property
    def sees_rights(self) -> bool:
        """Whether the person sees requests of consumers about their own data."""
        return self.user is not None and self.user.may("see_rights_requests")

    @property
    def asks_access(self) -> bool:
        """Whether the person may ask to look into cases outside their own."""
        return self.user is not None and self.user.may("ask_access")

    @property
    def explains_access(self) -> bool:
        """Whether the person may ask who sees a case."""
        return self.user is not None and self.user.may("explain_access")

    @cached_property
    def emergencies(self) -> list[AccessDecision]:
        """紧急调阅 of the person that runs now. No statement for somebody who has no grant."""
        return granted.emergencies(self.user, timezone.now()) if self.user else []

    @cached_property
    def nav(self) -> tuple[Item, ...]:
        """The rail."""
        if not self.user:
            return ()
        _unread, found = self._counted
        items: list[Item] = []
        before = PLACES[0].group
        for place in PLACES:
            allowed = not place.permissions or any(map(self.user.may, place.permissions))
            if not allowed or not (url := _url(place.name)):
                continue
            badge, said = found.get(place.name, ("", ""))
            current = self.here == place.name or self.here in place.also
            begins, before = bool(items) and place.group != before, place.group
            label = str(place.label)
            items.append(Item(url, place.icon, label, current, badge, str(said), begins))
        return tuple(items)

    @property
    def at_settings(self) -> bool:
        """Whether this is the page of one's own settings."""
        return self.here == "settings"

    @property
    def texts(self) -> str:
        """What scripts say, in the page's language, as they read it."""
        return _texts(get_language() or "")


@lru_cache(maxsize=8)  # a page has them all, and they are the same for everybody
def _texts(_language: str) -> str:
    texts = {
        "draft_saved": _("草稿已保存 {time}"),
        "draft_kept_here": _("网络断开，{time} 的内容只存在本机，恢复后自动保存"),
        "draft_signed_out": _("登录已过期，{time} 的内容只存在本机，重新登录后自动保存"),
        "draft_restored": _("已恢复未提交的草稿"),
        "draft_dropped": _("草稿已放弃"),
        "draft_take_back": _("恢复草稿"),
        "offline_title": _("网络断开"),
        "offline": _("没有连上服务器，填写的内容还在。请稍后再试。"),
        "failed_title": _("没有完成"),
        "failed": _("没有保存成功，内容还在。请稍后再试一次。"),
        "number": _("（编号 {number}）"),
        "forbidden": _("您没有做这一步的权限。"),
        "not_found": _("没有找到，或者您没有查看它的权限。"),
        "too_many": _("操作太频繁，请稍等片刻。"),
        "unavailable": _("系统暂时不可用，正在自动恢复。内容还在，请稍后再试。"),
        "copied": _("已复制"),
        "passkey_unusable": _(
            "这个浏览器或网址不支持通行密钥：须用 https 的域名（本机用 localhost）打开。"
            "请改用其他方式。"
        ),
        "somebody_else": _("新窗口里登录的是另一个账号，请用本页的账号登录。"),
        "passkey_cancelled": _("没有完成通行密钥验证，可以再试一次。"),
        "passkey_known": _("这个通行密钥已经添加过了。"),
    }
    return json_script(texts, "texts", encoder=_AsWritten)


class _AsWritten(DjangoJSONEncoder):
    """Chinese as it is written: escaped it weighs twice as much."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**{**how, "ensure_ascii": False})


def _url(name: str) -> str:
    """The address of a page, "" while an installation does not have it."""
    try:
        return address(name)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"shell": Shell(request)}
