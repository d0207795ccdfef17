"""What this person may do with the case now: one primary button, those beside it, the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.actions import steps
from complaints.actions.confidentiality import may_change
from complaints.actions.segregation import may_name
from complaints.actions.team_consults import may_ask
from complaints.errors import Unmet
from complaints.lifecycle import State
from complaints.models import Complaint
from complaints.paying.proof import PAYMENT
from complaints.views.case_answer import may_keep_later
from complaints.views.case_page import CasePage
from complaints.views.case_payments import asks_for
from complaints.views.urged import may_urge
from config import addresses

Text = str | Promise
ELSEWHERE = ("sign", "send_back", "escalate")  # counsel decides on the review page; clocks escalate

# The step that a state waits for; the first one that the person's role has is the primary button.
WAITS_FOR: dict[str, tuple[str, ...]] = {
    State.REGISTERED: ("accept",),
    State.INVESTIGATING: ("conclude",),
    State.RESOLVING: ("submit",),
    State.OFFERED: ("consumer_accepts",),
    State.EXECUTING: ("complete",),
    State.EXTERNAL: ("external_decision",),
    State.CLOSED: ("archive",),
}
BESIDE = {State.OFFERED: ("consumer_declines",)}  # as often taken as the primary one


@dataclass(frozen=True)
class Obstacle:
    """One reason why a step cannot be taken now, and where it is mended ("": nothing helps)."""

    message: str
    url: str = ""
    label: Text = ""


@dataclass(frozen=True)
class Action:
    """One thing that may be done: `sheet` says that it opens as a dialog where scripts work."""

    code: str
    title: Text
    url: str
    obstacles: tuple[Obstacle, ...] = ()
    sheet: bool = True
    dangerous: bool = False
    icon: str = ""
    legal: bool = False
    key: str = ""  # pressed alone
    post: bool = False  # done at once, by a button

    @property
    def blocked(self) -> bool:
        """Something is missing that the step's own form cannot mend."""
        return bool(self.obstacles)


def address(name: str, *args: Any) -> str:
    """The address of a page, "" while an installation does not have it."""
    try:
        return addresses.address(name, *args)
    except NoReverseMatch:
        return ""


def obstacle(number: str, reason: Unmet) -> Obstacle:
    """A guard's sentence with the part of the product that mends it."""
    case = address("case", number)
    mended: dict[str, tuple[str, Text]] = {
        "consumer_is_reachable": (address("edit_case", number), gettext_lazy("补充联系方式")),
        "claim_is_given": (address("edit_case", number), gettext_lazy("登记诉求")),
        "category_is_given": (address("edit_case", number), gettext_lazy("选择类别")),
        "needed_facts_are_answered": (f"{case}#facts", gettext_lazy("去补充事实")),
        "evidence_or_reason": (address("add_evidence", number), gettext_lazy("添加证据")),
        "evidence_is_attached": (address("add_evidence", number), gettext_lazy("添加证据")),
        "resolution_is_complete": (address("resolution", number), gettext_lazy("拟定方案")),
        "points_are_found": (address("resolution", number) + "#points", gettext_lazy("拟定方案")),
        "points_rest_on_evidence": (
            address("resolution", number) + "#points",
            gettext_lazy("改用其他证据"),
        ),
        "sums_agree": (address("resolution", number) + "#measures", gettext_lazy("改正金额")),
        "limit_is_approved": (address("approve_offer", number), gettext_lazy("审批")),
        "analysis_is_fresh": (
            address("step", number, "reinvestigate"),
            gettext_lazy("补充调查"),
        ),
        "commitments_are_kept_or_waived": (f"{case}#promises", gettext_lazy("登记兑现")),
        "file_is_complete": (f"{case}#promises", gettext_lazy("查看承诺")),
        "withdrawal_not_pending": (
            address("step", number, "withdraw"),
            gettext_lazy("确认撤回"),
        ),
    }
    url, label = mended.get(reason.code, ("", ""))
    return Obstacle(reason.message, url, label if url else "")


@dataclass(frozen=True)
class Actions:
    """One primary button, those beside it, and the rest behind ⋯."""

    primary: Action | None
    beside: tuple[Action, ...]
    steps: tuple[Action, ...]
    others: tuple[Action, ...]


def actions_of(page: CasePage) -> Actions:
    """What this person may do with the case now."""
    found = {a.code: a for a in _steps(page)}
    primary = _primary(page, found)
    beside = [found[c] for c in BESIDE.get(page.complaint.state, ()) if c in found]
    if primary is not None and primary.code == "submit" and page.may("draft_resolutions"):
        beside.append(_draft(page))
    if page.may_ask:
        beside.insert(0, _ask(page))
    shown = {a.code for a in (primary, *beside) if a is not None}
    return Actions(
        primary,
        tuple(a for a in beside if a.url),
        tuple(a for code, a in found.items() if code not in shown),
        tuple(_others(page)),
    )


def _steps(page: CasePage) -> list[Action]:
    if not page.may_act:
        return []
    number, result = page.complaint.number, []
    for row in steps.available(
        page.complaint, by=page.user, now=page.now, situation=page.situation
    ):
        if row["step"] in ELSEWHERE:
            continue
        blocked = [] if row["openable"] else row["reasons"]
        result.append(
            Action(
                row["step"],
                _title(row, page),
                address("step", number, row["step"]),
                tuple(obstacle(number, r) for r in blocked),
                dangerous=row["dangerous"],
            )
        )
    return result


def _title(row: dict[str, Any], page: CasePage) -> Text:
    if row["step"] == "reopen" and page.complaint.merged_into_id:
        return _("取消并案")
    if row["step"] != "withdraw":
        return str(row["title"])
    if page.complaint.withdrawal_requested_by_id:
        return _("确认撤回")
    return _("登记撤回请求")


def _draft(page: CasePage) -> Action:
    number = page.complaint.number
    begun = page.complaint.resolution is not None
    title = _("修改方案") if begun else _("拟定方案")
    return Action("draft", title, address("resolution", number), sheet=False, icon="arrow")


def _ask(page: CasePage) -> Action:
    url = address("ask_documents", page.complaint.number)
    return Action("ask", _("请消费者补充"), url, icon="msg", key="c")


def _primary(page: CasePage, found: dict[str, Action]) -> Action | None:
    complaint, user = page.complaint, page.user
    if (
        complaint.withdrawal_requested_by_id
        and not found.get("withdraw", Action("", "", "")).blocked
    ):
        return found.get("withdraw")
    if complaint.state == State.IN_REVIEW and user.may("sign_resolutions"):
        title = _("审核方案")
        url = address("review_case", complaint.number)
        return Action("review", title, url, sheet=False, legal=True, icon="stamp") if url else None
    waiting = next((p for p in complaint.promises if p["state"] == "open"), None)
    if complaint.state == State.EXECUTING and waiting and page.may("keep_commitments"):
        by_money = asks_for(waiting) == PAYMENT
        name, word = ("pay_promise", _("登记付款")) if by_money else ("promise", _("登记兑现"))
        url = address(name, complaint.number, waiting["id"])
        return Action("promise", word, url, icon="mark")
    for code in WAITS_FOR.get(complaint.state, ()):
        if code not in found:
            continue
        if code == "submit" and found[code].blocked and page.may("draft_resolutions"):
            return _draft(page) if _draft(page).url else found[code]
        return found[code]
    if complaint.state == State.ARCHIVED:
        url = address("archive_case", complaint.number)
        return Action("file", _("查看档案"), url, sheet=False, icon="archive") if url else None
    return None


def _others(page: CasePage) -> list[Action]:
    """What is no step, in the order of the menu."""
    found = [*_to_do(page), *_to_record(page), *_to_share(page), *_of_the_file(page)]
    return [action for allowed, action in found if allowed and action.url]


def _act(code: str, title: Text, name: str, page: CasePage, icon: str) -> Action:
    """A dialog of the case."""
    return Action(code, title, address(name, page.complaint.number), icon=icon)


def _to_do(page: CasePage) -> list[tuple[bool, Action]]:
    """Add evidence, hand over, promise, stop the clocks, put aside."""
    hands_over = may_hand_over(page.user, page.complaint)
    return [
        (page.may("add_evidence"), _act("evidence", _("添加证据"), "add_evidence", page, "clip")),
        (hands_over, _act("assign", _("转派"), "assign", page, "users")),
        (_was_given(page), _act("give_back", _("退回给转派人"), "give_back", page, "undo")),
        (may_urge(page.user, page.complaint), _act("urge", _("催办"), "urge", page, "bell")),
        (page.may("keep_commitments"), _act("make", _("登记承诺"), "make_promise", page, "mark")),
        (page.may("hold_clocks"), _act("hold", _("中止计时"), "hold", page, "pause")),
        (page.owns, replace(_act("snooze", _("搁置"), "snooze", page, "clock"), key="s")),
    ]


def _was_given(page: CasePage) -> bool:
    """Whether somebody gave the case to this person, as far as the page knows."""
    given, complaint = page.complaint.handover, page.complaint
    own = complaint.owner_id == page.user.pk and bool(complaint.is_open)
    if not own or not given:
        return False
    return bool(given["owner"] == page.user.username and given["by_id"] != page.user.pk)


def _to_record(page: CasePage) -> list[tuple[bool, Action]]:
    """What became known: a later answer, when something happened, one defect of many cases."""
    answer = _act("answer", _("登记后来的答复"), "later_answer", page, "msg")
    moment = _act("moment", _("登记时间节点"), "record_moment", page, "flag")
    asks = _act("rights", _("登记个人信息权利请求"), "rights_new", page, "shield")
    mass = _act("mass", _mass_words(page), "mass_of_case", page, "users")
    link = _act("link", _("关联另一件案件"), "link_case", page, "link")
    split = _act("split", _("拆案"), "split_case", page, "copy")
    return [
        (may_keep_later(page), answer),
        (page.may_record, moment),
        (page.may("take_rights_requests") and page.complaint.state != State.ARCHIVED, asks),
        (page.user.may("edit_complaints"), link),
        (page.may("edit_complaints") and page.complaint.is_open, split),
        (page.may("manage_mass"), mass),
    ]


def _to_share(page: CasePage) -> list[tuple[bool, Action]]:
    """Whom the case is shown to, and who has no part in it."""
    asks = page.may("edit_complaints") and not page.complaint.shared_with_counsel
    asks_team = bool(page.complaint.is_open) and may_ask(page.complaint, page.user)
    asks_team = asks_team and not page.complaint.confidential
    way = _("取消保密") if page.complaint.confidential else _("设为保密")
    kept = _act("confidential", way, "confidential", page, "lock")
    named = _act("named", _("登记点名的同事"), "name_person", page, "user")
    return [
        (asks_team, _act("ask_team", _("请其他团队协办"), "ask_team", page, "users")),
        (asks, _act("share", _("请法务协助"), "share", page, "scale")),
        (may_name(page.user), named),
        (not page.complaint.legal_hold and may_change(page.complaint, page.user), kept),
        (page.may("sign_resolutions"), _act("recuse", _("回避本案"), "recuse", page, "stop")),
    ]


def _who_may_see(number: str) -> Action:
    """谁能看, with the number of the case filled in."""
    url = address("access_why")
    url = f"{url}?case={number}" if url else ""
    return Action("why", _("谁能看"), url, sheet=False, icon="eye")


def _of_the_file(page: CasePage) -> list[tuple[bool, Action]]:
    """Pages of their own: what was registered, and who looked at it."""
    number, audit = page.complaint.number, _audit(page.complaint)
    edit = Action("edit", _("修改资料"), address("edit_case", number), sheet=False, icon="pen")
    url = address("case_causes", number)
    causes = Action("causes", _("为什么会发生"), url, sheet=False, icon="bulb")
    url = address("case_print", number)
    paper = Action("print", _("打印"), url, sheet=False, icon="print", post=True)
    readers = Action("readers", _("谁看过"), address("readings", number), sheet=False, icon="eye")
    return [
        (page.may("edit_complaints"), edit),
        (not page.user.reads_only, paper),
        (page.user.may("read_readings"), readers),
        (page.user.may("explain_access"), _who_may_see(number)),
        (page.user.may("see_analytics"), causes),
        (
            page.user.may("read_audit"),
            Action("audit", _("访问记录"), audit, sheet=False, icon="shield"),
        ),
    ]


def _mass_words(page: CasePage) -> str:
    return _("移出群体性案件") if page.complaint.mass else _("加入群体性案件")


def _audit(complaint: Complaint) -> str:
    url = address("audit_log")
    return f"{url}?subject={complaint.subject}" if url else ""


def may_hand_over(user: User, complaint: Complaint) -> bool:
    """A supervisor, or the owner of an own or free case; the action checks the same again."""
    own = user.may("take") and complaint.owner_id in (None, user.pk)
    return bool(complaint.is_open) and (user.may("assign") or own)
