"""What stands in the audit record, in words: one place for every verb of the applications. As long
as there are verbs: one table.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.models import Entry
from complaints.lifecycle import STEPS, State
from complaints.models import Export

VERBS: dict[str, str | Promise] = {
    "complaint.registered": pgettext_lazy("audit", "登记投诉"),
    "complaint.edited": pgettext_lazy("audit", "修改案件资料"),
    "complaint.assigned": pgettext_lazy("audit", "分派、转派"),
    "complaint.taken": pgettext_lazy("audit", "领取案件"),
    "complaint.returned_to_queue": pgettext_lazy("audit", "退回待分配"),
    "complaint.team_asked": pgettext_lazy("audit", "请其他团队协办"),
    "complaint.team_answered": pgettext_lazy("audit", "答复协办请求"),
    "complaint.team_declined": pgettext_lazy("audit", "退回协办请求"),
    "complaint.team_consult_withdrawn": pgettext_lazy("audit", "撤回协办请求"),
    "complaint.team_consult_over": pgettext_lazy("audit", "协办终止"),
    "complaint.given_back": pgettext_lazy("audit", "退回给转派人"),
    "complaint.taken_back": pgettext_lazy("audit", "返岗后收回"),
    "complaint.put_aside": pgettext_lazy("audit", "搁置"),
    "complaint.taken_up": pgettext_lazy("audit", "结束搁置"),
    "complaint.assignment_undone": pgettext_lazy("audit", "撤销批量转派"),
    "complaint.shared_with_counsel": pgettext_lazy("audit", "提请法务关注"),
    "complaint.person_named": pgettext_lazy("audit", "登记案件点名的同事"),
    "complaint.person_cleared": pgettext_lazy("audit", "取消点名登记"),
    "draft.offered": pgettext_lazy("audit", "把草稿交给团队"),
    "draft.withdrawn": pgettext_lazy("audit", "收回交给团队的草稿"),
    "draft.taken": pgettext_lazy("audit", "接手同事的草稿"),
    "quick_text.saved": pgettext_lazy("audit", "编写共用的常用语"),
    "quick_text.archived": pgettext_lazy("audit", "停用共用的常用语"),
    "quick_text.restored": pgettext_lazy("audit", "恢复共用的常用语"),
    "macro.saved": pgettext_lazy("audit", "编写宏"),
    "macro.archived": pgettext_lazy("audit", "停用宏"),
    "macro.restored": pgettext_lazy("audit", "恢复宏"),
    "macro.used": pgettext_lazy("audit", "在案件上使用宏"),
    "access.asked": pgettext_lazy("audit", "申请查阅案件"),
    "access.granted": pgettext_lazy("audit", "同意查阅申请"),
    "access.refused": pgettext_lazy("audit", "不同意查阅申请"),
    "access.ended": pgettext_lazy("audit", "提前收回查阅权"),
    "access.reviewed": pgettext_lazy("audit", "复核紧急调阅"),
    "rights.asked": pgettext_lazy("audit", "登记个人信息权利请求"),
    "rights.identity_passed": pgettext_lazy("audit", "核验请求人身份：一致"),
    "rights.identity_failed": pgettext_lazy("audit", "核验请求人身份：不能确认"),
    "rights.decided": pgettext_lazy("audit", "决定个人信息权利请求"),
    "rights.carried_out": pgettext_lazy("audit", "办理个人信息权利请求"),
    "rights.copied": pgettext_lazy("audit", "取走个人信息副本"),
    "rights.answered": pgettext_lazy("audit", "答复个人信息权利请求"),
    "rights.written_to": pgettext_lazy("audit", "就个人信息权利请求发函"),
    "rights.code_sent": pgettext_lazy("audit", "发送身份验证码"),
    "rights.code_wrong": pgettext_lazy("audit", "身份验证码不符"),
    "complaint.made_confidential": pgettext_lazy("audit", "设为保密案件"),
    "complaint.made_open": pgettext_lazy("audit", "取消保密"),
    "complaint.recused": pgettext_lazy("audit", "法务回避"),
    "complaint.merged_in": pgettext_lazy("audit", "并入其他案件"),
    "complaint.merge_undone": pgettext_lazy("audit", "取消并入其他案件"),
    "complaint.unmerged": pgettext_lazy("audit", "取消并案"),
    "complaint.split": pgettext_lazy("audit", "拆案"),
    "complaint.linked": pgettext_lazy("audit", "关联案件"),
    "complaint.unlinked": pgettext_lazy("audit", "取消案件的关联"),
    "clocks.held": pgettext_lazy("audit", "中止计时"),
    "clocks.resumed": pgettext_lazy("audit", "恢复计时"),
    "clocks.put_off": pgettext_lazy("audit", "改预计恢复日期"),
    "facts.answered": pgettext_lazy("audit", "记录事实"),
    "analysis.frozen": pgettext_lazy("audit", "留存法律分析快照"),
    "evidence.infected": pgettext_lazy("audit", "拒收带病毒的文件"),
    "evidence.received": pgettext_lazy("audit", "收取证据"),
    "evidence.downloaded": pgettext_lazy("audit", "调阅证据"),
    "evidence.viewed": pgettext_lazy("audit", "查看证据"),
    "evidence.printed": pgettext_lazy("audit", "打印证据"),
    "evidence.checked": pgettext_lazy("audit", "校验证据的哈希"),
    "evidence.exported": pgettext_lazy("audit", "导出证据"),
    "evidence.withdrawn": pgettext_lazy("audit", "撤回证据"),
    "evidence.linked": pgettext_lazy("audit", "关联证据与待证事实"),
    "evidence.unlinked": pgettext_lazy("audit", "取消证据的关联"),
    "package.asked": pgettext_lazy("audit", "要求生成证据包"),
    "package.sealed": pgettext_lazy("audit", "封存证据包"),
    "package.export_asked": pgettext_lazy("audit", "申请导出证据包"),
    "package.export_agreed": pgettext_lazy("audit", "同意导出完整版"),
    "package.export_refused": pgettext_lazy("audit", "不同意导出完整版"),
    "package.exported": pgettext_lazy("audit", "取走证据包"),
    "case.verified": pgettext_lazy("audit", "校验本案"),
    "verification.asked": pgettext_lazy("audit", "要求校验审计记录"),
    "dossier.printed": pgettext_lazy("audit", "打印卷宗"),
    "offer.answered_by_link": pgettext_lazy("audit", "消费者用链接答复方案"),
    "complaint.printed": pgettext_lazy("audit", "打印案件"),
    "queue.printed": pgettext_lazy("audit", "打印案件列表"),
    "resolution.drafted": pgettext_lazy("audit", "拟定方案"),
    "signature.made": pgettext_lazy("audit", "签署方案（数字签名）"),
    "resolution.signed_first": pgettext_lazy("audit", "第一位法务签署"),
    "resolution.signed_with_conditions": pgettext_lazy("audit", "附条件签署"),
    "resolution.condition_met": pgettext_lazy("audit", "落实签署条件"),
    "resolution.consult_asked": pgettext_lazy("audit", "请求加签"),
    "resolution.consult_answered": pgettext_lazy("audit", "答复加签"),
    "resolution.consult_withdrawn": pgettext_lazy("audit", "撤回加签"),
    "resolution.read": pgettext_lazy("audit", "读完送审的方案"),
    "resolution.commented": pgettext_lazy("audit", "批注方案"),
    "resolution.comment_resolved": pgettext_lazy("audit", "处理批注"),
    "resolution.approval_asked": pgettext_lazy("audit", "请求审批金额"),
    "resolution.approval_given": pgettext_lazy("audit", "批准金额"),
    "resolution.approval_refused": pgettext_lazy("audit", "不批准金额"),
    "authority.limit_set": pgettext_lazy("audit", "设定金额权限"),
    "signature.voided": pgettext_lazy("audit", "签署失效"),
    "letter.withheld": pgettext_lazy("audit", "撤回待发函件"),
    "letter.released": pgettext_lazy("audit", "发出撤回的函件"),
    "letter.discarded": pgettext_lazy("audit", "不再发出撤回的函件"),
    "communication.later_answer": pgettext_lazy("audit", "登记消费者后来的答复"),
    "letter.again": pgettext_lazy("audit", "再次发送函件"),
    "letter.by_hand": pgettext_lazy("audit", "改由人工送达函件"),
    "letter.bounced": pgettext_lazy("audit", "函件被退回"),
    "letter.arrived": pgettext_lazy("audit", "对方邮件服务器确认收到函件"),
    "letter.stopped": pgettext_lazy("audit", "停止发函"),
    "vault.key_introduced": pgettext_lazy("audit", "启用密钥"),
    "vault.data_keys_turned": pgettext_lazy("audit", "轮换密钥：重新包裹数据密钥"),
    "vault.indexes_turned": pgettext_lazy("audit", "轮换索引密钥：重建检索索引"),
    "vault.keys_retired": pgettext_lazy("audit", "停用旧密钥"),
    "vault.key_taken_out": pgettext_lazy("audit", "移除旧密钥"),
    "installation.backed_up": pgettext_lazy("audit", "备份系统"),
    "installation.restored": pgettext_lazy("audit", "从备份恢复系统"),
    "signing_key.introduced": pgettext_lazy("audit", "启用签署密钥"),
    "rules.taken_over": pgettext_lazy("audit", "具名承担草稿规则"),
    "commitment.made": pgettext_lazy("audit", "登记承诺"),
    "commitment.broken": pgettext_lazy("audit", "承诺未兑现"),
    "commitment.due_changed": pgettext_lazy("audit", "更正承诺期限"),
    "commitment.kept": pgettext_lazy("audit", "承诺已兑现"),
    "commitment.waived": pgettext_lazy("audit", "消费者放弃承诺"),
    "commitment.payment_reversed": pgettext_lazy("audit", "冲正付款"),
    "payment.recorded": pgettext_lazy("audit", "登记付款"),
    "payments.exported": pgettext_lazy("audit", "导出付款对账"),
    "people.exported": pgettext_lazy("audit", "导出人员的访问记录"),
    "readings.exported": pgettext_lazy("audit", "导出阅读记录"),
    "payments.uploaded": pgettext_lazy("audit", "上传付款清单"),
    "payments.started": pgettext_lazy("audit", "开始批量登记付款"),
    "payments.stopped": pgettext_lazy("audit", "停止批量登记付款"),
    "payments.finished": pgettext_lazy("audit", "批量登记付款完成"),
    "promise.published": pgettext_lazy("audit", "登记公开承诺"),
    "promise.replaced": pgettext_lazy("audit", "修改公开承诺"),
    "promise.withdrawn": pgettext_lazy("audit", "撤回公开承诺"),
    "communication.reply": pgettext_lazy("audit", "回复消费者"),
    "communication.internal_note": pgettext_lazy("audit", "写内部备注"),
    "communication.call_note": pgettext_lazy("audit", "写通话记录"),
    "complaint.mass_joined": pgettext_lazy("audit", "加入群体性案件"),
    "complaint.mass_left": pgettext_lazy("audit", "移出群体性案件"),
    "mass.opened": pgettext_lazy("audit", "建立群体性案件"),
    "mass.changed": pgettext_lazy("audit", "修改群体性案件"),
    "mass.signed": pgettext_lazy("audit", "签署共同认定"),
    "mass.opinion_voided": pgettext_lazy("audit", "共同认定的签署失效"),
    "mass.drafting": pgettext_lazy("audit", "为成员批量拟定方案"),
    "mass.silent_listed": pgettext_lazy("audit", "导入未投诉消费者名单"),
    "mass.silent_told": pgettext_lazy("audit", "登记已告知未投诉消费者"),
    "complaint.feedback": pgettext_lazy("audit", "消费者评价"),
    "communication.undone": pgettext_lazy("audit", "撤回未发出的回复"),
    "letter.delivered": pgettext_lazy("audit", "登记人工送达"),
    "withdrawal.requested": pgettext_lazy("audit", "登记撤回请求"),
    "withdrawal.dismissed": pgettext_lazy("audit", "驳回撤回请求"),
    "deadline.warn_of_deadline": pgettext_lazy("audit", "期限提醒"),
    "deadline.remind_consumer": pgettext_lazy("audit", "提醒消费者答复"),
    "deadline.recounted": pgettext_lazy("audit", "期限重新计算"),
    "calendar.notice_loaded": pgettext_lazy("audit", "载入放假通知"),
    "calendar.days_set": pgettext_lazy("audit", "登记本企业放假、加班日"),
    "calendar.days_removed": pgettext_lazy("audit", "取消本企业放假、加班日"),
    "calendar.hours_set": pgettext_lazy("audit", "修改工作时间"),
    "calendar.length_set": pgettext_lazy("audit", "修改自有时限"),
    "calendar.recounted": pgettext_lazy("audit", "日历变更后重算完成"),
    "deadline.extension_requested": pgettext_lazy("audit", "申请延长期限"),
    "deadline.extension_approved": pgettext_lazy("audit", "批准延长期限"),
    "deadline.extension_refused": pgettext_lazy("audit", "不批准延长期限"),
    "moment.recorded": pgettext_lazy("audit", "登记时间节点"),
    "import.started": pgettext_lazy("audit", "开始导入"),
    "installation.rehearsed": pgettext_lazy("audit", "登记恢复演练"),
    "import.finished": pgettext_lazy("audit", "导入完成"),
    "import.stopped": pgettext_lazy("audit", "停止导入"),
    "import.rejected_rows_fetched": pgettext_lazy("audit", "下载未导入的行"),
    "statute.imported": pgettext_lazy("audit", "存入法规"),
    "rule.signed": pgettext_lazy("audit", "签署规则"),
    "rule.revoked": pgettext_lazy("audit", "撤销规则签署"),
    "template.signed": pgettext_lazy("audit", "签署函件模板"),
    "template.revoked": pgettext_lazy("audit", "撤销函件模板签署"),
    "deadlines.signed": pgettext_lazy("audit", "签署期限"),
    "deadlines.revoked": pgettext_lazy("audit", "撤销期限签署"),
    "trial.started": pgettext_lazy("audit", "开始试算"),
    "trial.finished": pgettext_lazy("audit", "试算完成"),
    "trial.stopped": pgettext_lazy("audit", "停止试算"),
    "complaint.legal_hold_placed": pgettext_lazy("audit", "纳入诉讼保留"),
    "complaint.legal_hold_released": pgettext_lazy("audit", "解除诉讼保留"),
    "complaint.retention_set": pgettext_lazy("audit", "改定保管类别"),
    "complaint.disposal_proposed": pgettext_lazy("audit", "列入到期销毁"),
    "complaint.disposal_approved": pgettext_lazy("audit", "复核同意销毁"),
    "complaint.disposal_rejected": pgettext_lazy("audit", "复核决定继续保管"),
    "complaint.disposal_outdated": pgettext_lazy("audit", "不再列入到期销毁"),
    "complaint.destroyed": pgettext_lazy("audit", "销毁案卷"),
    "texts.masked": pgettext_lazy("audit", "遮掩既有文本中的号码"),
    "disposal.register_exported": pgettext_lazy("audit", "导出销毁登记"),
    "legal_hold.placed": pgettext_lazy("audit", "设置诉讼保留"),
    "legal_hold.widened": pgettext_lazy("audit", "诉讼保留增加案件"),
    "legal_hold.release_asked": pgettext_lazy("audit", "申请解除诉讼保留"),
    "legal_hold.kept": pgettext_lazy("audit", "不解除诉讼保留"),
    "legal_hold.released": pgettext_lazy("audit", "同意解除诉讼保留"),
    "signals.asked": pgettext_lazy("audit", "要求检测信号"),
    "signals.looked": pgettext_lazy("audit", "检测信号完成"),
    "signals.budget": pgettext_lazy("audit", "更改误报预算"),
    "signal.found": pgettext_lazy("audit", "发现信号"),
    "signal.step": pgettext_lazy("audit", "处理信号"),
    "signal.owner": pgettext_lazy("audit", "变更信号负责人"),
    "cause.planted": pgettext_lazy("audit", "载入常用的原因树"),
    "cause.added": pgettext_lazy("audit", "增加原因"),
    "cause.renamed": pgettext_lazy("audit", "原因改名"),
    "cause.closed": pgettext_lazy("audit", "停用原因"),
    "cause.opened": pgettext_lazy("audit", "重新启用原因"),
    "cause.given": pgettext_lazy("audit", "认定原因"),
    "cause.withdrawn": pgettext_lazy("audit", "撤回认定的原因"),
    "action.opened": pgettext_lazy("audit", "登记整改措施"),
    "action.changed": pgettext_lazy("audit", "修改整改措施"),
    "action.done": pgettext_lazy("audit", "整改措施完成"),
    "action.cancelled": pgettext_lazy("audit", "取消整改措施"),
    "action.checked": pgettext_lazy("audit", "核查整改效果"),
    "action.file_added": pgettext_lazy("audit", "添加整改证据文件"),
    "action.file_taken": pgettext_lazy("audit", "下载整改证据文件"),
    "action.file_withdrawn": pgettext_lazy("audit", "撤回并销毁整改证据文件"),
    "target.set": pgettext_lazy("audit", "设定指标的目标"),
    "volumes.uploaded": pgettext_lazy("audit", "上传订单量"),
    "volumes.taken": pgettext_lazy("audit", "导入订单量"),
    "volumes.dropped": pgettext_lazy("audit", "放弃导入订单量"),
    "access.denied": pgettext_lazy("audit", "被拒绝访问"),
    "search.stopped": pgettext_lazy("audit", "暂停按号码查找"),
    "reveal.made": pgettext_lazy("audit", "查看号码"),
    "reveal.refused": pgettext_lazy("audit", "查看号码被拒绝"),
    "tail.checked": pgettext_lazy("audit", "核对尾号"),
    "alarm.raised": pgettext_lazy("audit", "告警"),
    "alarm.seen": pgettext_lazy("audit", "查看告警"),
    "signed_in": pgettext_lazy("audit", "登录"),
    "sign_in_failed": pgettext_lazy("audit", "登录失败"),
    "reauthenticated": pgettext_lazy("audit", "再次验证身份"),
    "reauthentication_failed": pgettext_lazy("audit", "再次验证身份失败"),
    "second_factor_added": pgettext_lazy("audit", "添加两步验证方式"),
    "second_factor_removed": pgettext_lazy("audit", "移除两步验证方式"),
    "second_factor_taken_away": pgettext_lazy("audit", "解除他人的两步验证"),
    "sign_in_locked": pgettext_lazy("audit", "暂停接受登录"),
    "second_factor_failed": pgettext_lazy("audit", "两步验证失败"),
    "recovery_codes_made": pgettext_lazy("audit", "重新生成恢复码"),
    "recovery_code_used": pgettext_lazy("audit", "使用恢复码登录"),
    "password_changed": pgettext_lazy("audit", "修改密码"),
    "signed_out": pgettext_lazy("audit", "退出登录"),
    "identity_linked": pgettext_lazy("audit", "关联企业账号"),
    "identity_unlinked": pgettext_lazy("audit", "解除企业账号的关联"),
    "password_ended": pgettext_lazy("audit", "停用密码"),
    "sessions_ended": pgettext_lazy("audit", "结束登录"),
    "password_reset": pgettext_lazy("audit", "重设密码"),
    "user_created": pgettext_lazy("audit", "新建用户"),
    "user_changed": pgettext_lazy("audit", "修改用户"),
    "user_left": pgettext_lazy("audit", "停用账号"),
    "user_returned": pgettext_lazy("audit", "恢复账号"),
    "absence.without_deputy": pgettext_lazy("audit", "休假不再有代理人"),
    "training.entered": pgettext_lazy("audit", "登记培训"),
    "training.withdrawn": pgettext_lazy("audit", "撤销培训记录"),
    "absence.set": pgettext_lazy("audit", "登记休假与代理"),
    "notices.preferred": pgettext_lazy("audit", "修改通知偏好"),
    "absence.ended": pgettext_lazy("audit", "结束或取消休假"),
    "team_created": pgettext_lazy("audit", "新建团队"),
    "team_changed": pgettext_lazy("audit", "修改团队"),
    "analytics.exported": pgettext_lazy("audit", "导出统计报表"),
    "view.saved": pgettext_lazy("audit", "共享视图"),
    "view.changed": pgettext_lazy("audit", "修改共享的视图"),
    "view.deleted": pgettext_lazy("audit", "删除共享的视图"),
    "report.saved": pgettext_lazy("audit", "保存报表"),
    "report.changed": pgettext_lazy("audit", "修改报表"),
    "report.paused": pgettext_lazy("audit", "暂停发送报表"),
    "report.resumed": pgettext_lazy("audit", "恢复发送报表"),
    "report.deleted": pgettext_lazy("audit", "删除报表"),
    "report.taken_over": pgettext_lazy("audit", "接管报表"),
    "report.recipient_resumed": pgettext_lazy("audit", "恢复向收件人发送报表"),
    "report.due": pgettext_lazy("audit", "到时发送报表"),
    "report.returned": pgettext_lazy("audit", "报表邮件被退回"),
    "report.not_delivered": pgettext_lazy("audit", "报表没有送到收件人"),
    "key.issued": pgettext_lazy("audit", "发放接口密钥"),
    "key.revoked": pgettext_lazy("audit", "吊销接口密钥"),
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


def _purpose(code: object) -> str:
    known = Export.Purpose.values
    return str(Export.Purpose(code).label) if code in known else str(code)


def particulars(entry: Entry) -> str:
    """The short facts beside an act: what became of what, which number, which hash."""
    detail = entry.detail
    parts = []
    if detail.get("from") != detail.get("to") and "to" in detail:
        parts.append(f"{_state(detail.get('from'))} → {_state(detail['to'])}")
    if "number" in detail:
        parts.append(_("编号 {number}").format(number=detail["number"]))
    if "purpose" in detail:
        parts.append(_("用途：{purpose}").format(purpose=_purpose(detail["purpose"])))
    if "resolution" in detail:
        parts.append(_("方案 v{version}").format(version=detail["resolution"]))
    if "facts" in detail:
        parts.append(_("{count} 项").format(count=len(detail["facts"])))
    if names := list(detail.get("rules") or detail.get("regimes") or ()):
        parts.append(_("、").join(names[:3]) + ("…" if len(names) > 3 else ""))
    return " · ".join([*parts, *_proofs(entry)])


def _proofs(entry: Entry) -> list[str]:
    """By what the person was there at all, and the hash of what it is about."""
    parts, detail = [], entry.detail
    if "emergency" in detail:
        parts.append(_("凭紧急调阅申请 {n}").format(n=detail["emergency"]))
    if "sha256" in detail:
        parts.append(f"SHA-256 {str(detail['sha256'])[:8]}…")
    return parts
