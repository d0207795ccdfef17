"""What stands in the audit record, in words: one place for every verb of the applications."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from complaints.lifecycle import STEPS, State

VERBS: dict[str, str | Promise] = {
    "complaint.registered": gettext_lazy("登记投诉"),
    "complaint.edited": gettext_lazy("修改案件资料"),
    "complaint.assigned": gettext_lazy("分派、转派"),
    "complaint.taken": gettext_lazy("领取案件"),
    "complaint.returned_to_queue": gettext_lazy("退回待分配"),
    "complaint.shared_with_counsel": gettext_lazy("提请法务关注"),
    "complaint.merged_in": gettext_lazy("并入其他案件"),
    "clocks.held": gettext_lazy("中止计时"),
    "clocks.resumed": gettext_lazy("恢复计时"),
    "facts.answered": gettext_lazy("记录事实"),
    "evidence.received": gettext_lazy("收取证据"),
    "evidence.downloaded": gettext_lazy("调阅证据"),
    "resolution.drafted": gettext_lazy("拟定方案"),
    "commitment.kept": gettext_lazy("承诺已兑现"),
    "commitment.waived": gettext_lazy("消费者放弃承诺"),
    "communication.reply": gettext_lazy("回复消费者"),
    "communication.internal_note": gettext_lazy("写内部备注"),
    "communication.call_note": gettext_lazy("写通话记录"),
    "communication.undone": gettext_lazy("撤回未发出的回复"),
    "letter.delivered": gettext_lazy("登记人工送达"),
    "withdrawal.requested": gettext_lazy("登记撤回请求"),
    "withdrawal.dismissed": gettext_lazy("驳回撤回请求"),
    "deadline.warn_of_deadline": gettext_lazy("期限提醒"),
    "deadline.remind_consumer": gettext_lazy("提醒消费者答复"),
    "import.started": gettext_lazy("开始导入"),
    "import.finished": gettext_lazy("导入完成"),
    "import.stopped": gettext_lazy("停止导入"),
    "import.rejected_rows_fetched": gettext_lazy("下载未导入的行"),
    "signed_in": gettext_lazy("登录"),
    "reauthenticated": gettext_lazy("再次验证身份"),
    "reauthentication_failed": gettext_lazy("再次验证身份失败"),
    "password_changed": gettext_lazy("修改密码"),
    "password_reset": gettext_lazy("重设密码"),
    "user_created": gettext_lazy("新建用户"),
    "user_changed": gettext_lazy("修改用户"),
    "team_created": gettext_lazy("新建团队"),
    "team_changed": gettext_lazy("修改团队"),
    "key.issued": gettext_lazy("发放接口密钥"),
    "key.revoked": gettext_lazy("吊销接口密钥"),
}


def named(verb: str) -> str:
    """The verb in words; one that the table does not know stands as it is."""
    kind, _dot, code = verb.partition(".")
    if kind == "step" and code in STEPS:
        return _("流程：{step}").format(step=str(STEPS[code].title))
    return str(VERBS.get(verb, verb))


def choices() -> list[tuple[str, str]]:
    """(verb, words) of everything that can be looked for."""
    steps = [(f"step.{code}", named(f"step.{code}")) for code in STEPS]
    return [(verb, str(words)) for verb, words in VERBS.items()] + steps


def _state(code: object) -> str:
    return str(State(code).label) if code in State.values else str(code)


def particulars(entry: Entry) -> str:
    """The short facts beside an act: what became of what, which number, which hash."""
    detail = entry.detail
    parts = []
    if detail.get("from") != detail.get("to") and "to" in detail:
        parts.append(f"{_state(detail.get('from'))} → {_state(detail['to'])}")
    if "number" in detail:
        parts.append(_("编号 {number}").format(number=detail["number"]))
    if "resolution" in detail:
        parts.append(_("方案 v{version}").format(version=detail["resolution"]))
    if "facts" in detail:
        parts.append(_("{count} 项").format(count=len(detail["facts"])))
    if "sha256" in detail:
        parts.append(f"SHA-256 {str(detail['sha256'])[:8]}…")
    return " · ".join(parts)
