"""What may be done about a request on personal data, one form each: who finds which when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints import identity_code, rights, rights_words
from complaints.actions import rights as acts
from complaints.actions import rights_acts, rights_answer, rights_code, rights_copy
from complaints.models import RightsLetter, RightsRequest
from complaints.models.rights import Outcome, Requester, RightKind
from complaints.views import rights_forms as forms
from complaints.views.sheets import SheetForm

Text = str | Promise
Letter = RightsLetter.Kind


@dataclass(frozen=True)
class Desk:
    """One thing to do: its code is the last word of its address."""

    code: str
    title: Text
    intro: Text
    button: Text
    form: SheetForm
    tone: str = "primary"
    confirms: bool = False
    letter: str = ""  # the kind of letter that it sends, which can be read before


Make = Callable[[RightsRequest, Any], SheetForm]


@dataclass(frozen=True)
class Way:
    """How a desk is made and what it does."""

    title: Text
    intro: Text
    button: Text
    form: Make
    done: Text
    does: Callable[..., Any]
    tone: str = "primary"
    lists: tuple[str, ...] = ()
    letter: str = ""


WAYS: dict[str, Way] = {
    "check": Way(
        gettext_lazy("核验身份"),
        gettext_lazy("答复之前必须知道是谁提出的。核验的人不能决定。"),
        gettext_lazy("登记核验"),
        lambda row, data: forms.CheckForm(data, row=row),
        gettext_lazy("已登记核验"),
        acts.check_identity,
    ),
    "decide": Way(
        gettext_lazy("决定"),
        rights_words.REFUSING,
        gettext_lazy("提交决定"),
        lambda row, data: forms.DecideForm(data),
        gettext_lazy("已登记您的决定"),
        acts.decide,
        "legal",
    ),
    "withdraw": Way(
        gettext_lazy("请求人撤回"),
        gettext_lazy("请求人不再要求的，记下原话，请求就此了结。"),
        gettext_lazy("登记撤回"),
        lambda row, data: forms.DecideForm(data, outcomes=[Outcome.WITHDRAWN]),
        gettext_lazy("已登记撤回"),
        acts.decide,
        "",
    ),
    "copy": Way(
        gettext_lazy("取走副本"),
        gettext_lazy(
            "文件含有明文，只能取一次，逐项计入您的查看次数并记入本案的访问记录；系统不留存文件。"
        ),
        gettext_lazy("生成并下载"),
        lambda row, data: forms.CopyForm(data, row=row),
        "",
        rights_copy.fetch,
    ),
    "correct": Way(
        gettext_lazy("更正、补充"),
        "",
        gettext_lazy("更正"),
        lambda row, data: forms.CorrectForm(data),
        gettext_lazy("已更正"),
        rights_acts.correct,
    ),
    "limit": Way(
        gettext_lazy("停止处理"),
        gettext_lazy(
            "只作存储的：搜索、同一人提示、查看号码和自动发出的函件都不再使用这个人的信息；"
            "保管期限届满的案卷列入到期销毁。"
        ),
        gettext_lazy("执行"),
        lambda row, data: forms.LimitForm(data),
        gettext_lazy("已执行"),
        rights_acts.limit,
    ),
    "erase": Way(
        gettext_lazy("删除单项"),
        "",
        gettext_lazy("永久删除"),
        lambda row, data: forms.EraseForm(data),
        gettext_lazy("已删除"),
        rights_acts.erase,
        "danger",
        ("fields",),
    ),
    "answer": Way(
        gettext_lazy("答复请求人"),
        gettext_lazy(
            "函件按请求、决定和已办的事项写成，拒绝的理由就是法务的决定。请先预览；"
            "发出后不能撤回，期限停止计算。"
        ),
        gettext_lazy("发出答复"),
        lambda row, data: forms.AnswerForm(data, row=row),
        gettext_lazy("已答复，函件正在发出"),
        rights_answer.answer,
        letter=Letter.ANSWER,
    ),
    "delay": Way(
        gettext_lazy("告知需要更多时间"),
        gettext_lazy("只是告知；法律要求及时答复，期限照走。发出后不能撤回。"),
        gettext_lazy("发出"),
        lambda row, data: forms.DelayForm(data),
        gettext_lazy("函件正在发出"),
        rights_answer.put_off,
        "",
        letter=Letter.DELAY,
    ),
    "identity": Way(
        gettext_lazy("发函请对方确认身份"),
        gettext_lazy("联系不上请求人时用。函件发到登记的联系方式，不透露我们保存了什么。"),
        gettext_lazy("发出"),
        lambda row, data: forms.IdentityLetterForm(data),
        gettext_lazy("函件正在发出"),
        rights_answer.ask_identity,
        "",
        letter=Letter.IDENTITY,
    ),
    "send-code": Way(
        gettext_lazy("发送验证码"),
        gettext_lazy(
            "6 位数字自动发到登记的联系方式，10 分钟内有效，同事都看不到；请消费者在通话中念出来。"
        ),
        gettext_lazy("发送验证码"),
        lambda row, data: forms.SendCodeForm(data, row=row),
        gettext_lazy("验证码正在发出，请消费者收到后念出"),
        rights_code.send,
    ),
    "enter-code": Way(
        gettext_lazy("填写验证码"),
        "",
        gettext_lazy("核对"),
        lambda row, data: forms.EnterCodeForm(data, row=row),
        gettext_lazy("验证码一致，身份已确认"),
        rights_code.enter,
    ),
}
_ASKS: dict[str, tuple[str, ...]] = {
    "copy": (RightKind.ACCESS, RightKind.TRANSFER),
    "correct": (RightKind.CORRECTION,),
    "limit": (RightKind.DELETION, RightKind.CONSENT),
    "erase": (RightKind.DELETION,),
}


def open_desks(row: RightsRequest, user: User) -> list[str]:
    """What the person may do about it now, in order."""
    at = rights.stage(row)
    takes = user.may("take_rights_requests")
    if at in (rights.CHECKING, rights.DECIDING):
        return _before_deciding(row, user, at, takes)
    if at == rights.DONE or not user.may("carry_out_rights"):
        return []
    refused_ = row.decision.outcome == Outcome.REFUSED
    does = [] if refused_ else [c for c, kinds in _ASKS.items() if set(kinds) & set(row.kinds)]
    delay = ["delay"] if rights.passed(row) else []
    return [*does, *(["answer"] if at == rights.ANSWERING else []), *delay]


def _before_deciding(row: RightsRequest, user: User, at: str, takes: bool) -> list[str]:
    decides = user.may("decide_rights_requests") and not acts.against_deciding(row, user)
    checking = takes and at == rights.CHECKING
    by_code = checking and row.requester != Requester.RELATIVE
    found = [
        ("decide", decides and at == rights.DECIDING),
        ("send-code", by_code and bool(identity_code.ways(row.complaint))),
        ("enter-code", by_code and row.codes.exists()),
        ("check", takes),
        ("identity", checking),
        ("decide", decides and at == rights.CHECKING),
        ("delay", at == rights.DECIDING and user.may("carry_out_rights")),
        ("withdraw", takes),
    ]
    return [code for code, may in found if may]


def desk_of(code: str, row: RightsRequest, data: Any = None) -> Desk:
    """One of `WAYS` for this request, empty or as it was sent."""
    way = WAYS[code]
    form = way.form(row, data)
    form.auto_id = f"{code}_%s"
    confirms = code == "copy"
    return Desk(code, way.title, way.intro, way.button, form, way.tone, confirms, way.letter)
