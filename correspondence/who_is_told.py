"""Who is told what: one row per effect of the lifecycle. Read `complaints/lifecycle.py` first.
As long as there are effects: one table.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from correspondence import told_consults, told_return, told_together
from correspondence.row import Row
from correspondence.staff import (
    approvers,
    author,
    author_and_counsel,
    consulted,
    counsel,
    may_approve,
    may_consent,
    owner,
    owner_and_signers,
    promise_owner,
    signer,
    supervisors,
    who_answers_for,
    who_answers_rights,
    who_asked,
    who_consulted,
    who_exports,
    who_lends,
    who_looks,
)

_HANDLED = _("您是这件案件的责任人")

TABLE: dict[str, Row] = {
    # From their templates (`templated.py`), in the language of the letter:
    "acknowledge_receipt": Row(True, None, "", "", by_sms=True, only_before="registered"),
    "acknowledge_consumer": Row(True, None, "", "", by_sms=True),
    "tell_consumer_declined": Row(True, None, "", ""),
    "send_reply_letter": Row(True, None, "", ""),
    "reply_to_consumer": Row(True, None, _("关于您的投诉（{number}）"), "{text}"),
    "confirm_consumer_acceptance": Row(
        True,
        None,
        _("已登记您同意处理方案（{number}）"),
        _(
            "您好：\n\n我们已登记您同意处理方案，将按约定期限履行，并在完成后告知您。\n\n{enterprise}"
        ),
        by_sms=True,
    ),
    "confirm_withdrawal": Row(True, None, "", "", by_sms=True),
    "tell_consumer_merged": Row(
        True,
        None,
        _("您的投诉已合并办理（{number}）"),
        _(
            "您好：\n\n您的投诉 {number} 已与同一事项的案件合并办理，原编号仍可查询。"
            "\n\n{enterprise}"
        ),
        by_sms=True,
    ),
    "remind_documents": Row(True, None, "", "", by_sms=True),
    "tell_hold_over": Row(
        False,
        owner,
        _("{number} 的中止已到预计恢复日期，请恢复计时或者改期"),
        "{title}",
        _("您是这件案件的责任人"),
    ),
    "ask_extension": Row(
        False,
        approvers,
        _("{number} 申请延长期限，请您决定：{clock}"),
        "{title}",
        _("延长期限须由您批准"),
        family="deadline_supervisor",
    ),
    "tell_extension": Row(
        False,
        who_asked,
        _("{number} 的延长申请已有决定：{clock}"),
        "{title}",
        _("您申请了延长期限"),
    ),
    "remind_consumer": Row(True, None, "", "", by_sms=True),
    "tell_consumer_closed": Row(True, None, "", "", by_sms=True),
    "tell_external_ways": Row(
        True,
        None,
        _("您还可以选择的途径（{number}）"),
        _(
            "您好：\n\n您不同意我们的处理方案，已经记录。经过多轮协商仍没有达成一致，您可以拨打 "
            "12315 向市场监督管理部门投诉并请求调解，请求消费者协会或者依法成立的其他调解组织调解，"
            "根据与我们达成的仲裁协议申请仲裁，或者向人民法院提起诉讼。选择这些途径，不影响我们继续研究您的"
            "意见。\n\n{enterprise}"
        ),
        by_sms=True,
    ),
    # written by `coding.py`: the code stands in nothing that is kept
    "send_identity_code": Row(True, None, "", "", by_sms=True),
    # written by `asking.py` from its template: the link stands in nothing that is kept
    "ask_satisfaction": Row(True, None, "", "", by_sms=True),
    "tell_dissatisfied": Row(
        False,
        supervisors,
        _("{number} 的消费者不满意，请安排另一位同事重新办理"),
        _("{title}\n评分：{score}（满分 5 分）；问题：{solved}"),
        _("您是负责该团队的主管"),
    ),
    "tell_owner": Row(False, owner, _("{number} 有新进展：{step}"), "{title}", _HANDLED),
    "tell_author": Row(
        False,
        author,
        _("{number} 需要您修改方案：{step}"),
        "{words}",
        _("您拟定了这件案件的方案"),
        family="review",
    ),
    "tell_conditions": Row(
        False,
        author,
        _("{number} 已附条件签署，请落实条件"),
        "{conditions}",
        _("您拟订了这件案件的方案"),
        family="review",
    ),
    "tell_conditions_met": Row(
        False,
        signer,
        _("{number} 的签署条件已全部落实，可以发出"),
        "{title}",
        _("您附条件签署了这件案件的方案"),
        family="review",
    ),
    "tell_approval_asked": Row(
        False,
        may_approve,
        _("{number} 请您审批：{amount} 元超出拟订人的权限"),
        "{title}",
        _("超出拟订人权限的金额由您审批"),
        family="review",
    ),
    "tell_approval_decided": Row(
        False,
        author_and_counsel,
        _("{number} 的金额审批：{decision}"),
        "{note}",
        _("您拟订或审核这件案件的方案"),
        family="review",
    ),
    "tell_export_asked": Row(
        False,
        may_consent,
        _("{number} 有人申请导出完整证据包，请您决定是否同意：{who}"),
        _("{title}\n用途：{purpose}"),
        _("完整证据包须经主管与法务同意才能导出"),
        family="review",
    ),
    "tell_export_decided": Row(
        False,
        who_exports,
        _("{number} 的完整证据包：{decision}"),
        "{note}",
        _("您申请导出完整证据包"),
        family="review",
    ),
    "tell_access_asked": Row(
        False,
        who_lends,
        _("{number} 有人申请临时查阅，请您决定：{who}"),
        _("{title}\n事由：{why}"),
        _("临时查阅由负责本案团队的主管决定"),
        family="review",
    ),
    "tell_rights_asked": Row(
        False,
        who_answers_rights,
        _("{number} 有个人信息权利请求，核验身份后请您决定：{what}"),
        "{title}",
        _("个人信息权利请求由法务决定"),
        family="review",
    ),
    "tell_access_granted": Row(
        False,
        who_looks,
        _("{number} 的查阅申请已获批准，有效至 {until}"),
        _("{how}\n批准人：{decider}"),
        _("您申请查阅这件案件"),
        family="review",
    ),
    "tell_emergency": Row(
        False,
        who_answers_for,
        _("{number} 被紧急调阅：{who}，有效至 {until}"),
        _("{title}\n事由：{why}\n批准人：{decider}"),
        _("您是负责该团队的主管，或者是这件案件的责任人"),
        family="review",
    ),
    "tell_consult": Row(
        False,
        consulted,
        _("{number} 请您加签"),
        "{question}",
        _("另一位法务请您加签"),
        family="review",
    ),
    "tell_consult_answered": Row(
        False,
        who_consulted,
        _("{number} 的加签已有答复"),
        "{answer}",
        _("您请求了加签"),
        family="review",
    ),
    "tell_signature_voided": Row(
        False,
        owner_and_signers,
        _("{number} 的签署已失效：{why}"),
        _("{title}\n回复函如果还没有发出，就不会再发出，须由法务核对后重新签署，或者退回修改。"),
        _("您是这件案件的责任人，或者签署了它的方案"),
        family="review",
    ),
    "tell_letter_stopped": Row(
        False,
        owner_and_signers,
        _("{number} 的回复函没有发出：{why}"),
        _(
            "{title}\n发出前核对签署时发现签署不再有效，已停止发函。"
            "请核对原因，由法务重新签署后再发出；需要更正的，由法务退回修改。"
        ),
        _("您是这件案件的责任人，或者签署了它的方案"),
        family="review",
    ),
    "tell_letter_bounced": Row(
        False,
        owner,
        _("{number} 的函件被退回，消费者没有收到：{letter}"),
        _("{title}\n{cause}"),
        _HANDLED,
    ),
    "tell_counsel": Row(
        False, counsel, _("{number} 待法务审核"), "{title}", _("您是法务"), family="review"
    ),
    "tell_counsel_of_external": Row(
        False,
        counsel,
        _("{number} 已转外部处理，收到裁决后请登记"),
        "{title}",
        _("您是法务"),
        family="review",
    ),
    "tell_escalation": Row(
        False,
        supervisors,
        _("{number} 已超过期限，请主管处理"),
        "{title}",
        _("您是负责该团队的主管"),
        family="deadline_supervisor",
    ),
    "confirm_commitment": Row(
        True,
        None,
        _("我们对您的承诺（{number}）"),
        _(
            "您好：\n\n我们向您承诺：{promise}\n最迟 {due}。\n\n"
            "兑现后我们会告知您；如有出入，请直接回复或来电。\n\n{enterprise}"
        ),
    ),
    "tell_commitment_kept": Row(
        True,
        None,
        _("我们对您的承诺已经兑现（{number}）"),
        _(
            "您好：\n\n我们向您承诺的“{promise}”已经兑现。如与实际不符，请直接回复或来电。"
            "\n\n{enterprise}"
        ),
    ),
    "confirm_release": Row(
        True,
        None,
        _("已登记您放弃的承诺（{number}）"),
        _(
            "您好：\n\n根据您的书面表示，我们不再履行“{promise}”。"
            "如这不是您的意思，请直接回复或来电，我们会继续履行。\n\n{enterprise}"
        ),
    ),
    "tell_commitment_owner": Row(
        False,
        promise_owner,
        _("{number} 有一项承诺待您兑现"),
        _("{promise}\n最迟 {due}"),
        _("这项承诺由您负责兑现"),
        family="promise",
    ),
    "tell_commitment_broken": Row(
        False,
        supervisors,
        _("{number} 有一项承诺没有兑现"),
        "{promise}",
        _("您是负责该团队的主管"),
        family="promise",
    ),
    # Its receivers climb the ladder (staff.py), its text says how much time is left (words.py).
    "warn_of_deadline": Row(False, None, "", "", family="deadline_owner"),
    **told_together.TABLE,
    **told_consults.TABLE,
    **told_return.TABLE,
}
