"""What the law says about each kind of request, and the draft of the answer, in the language of the
letters to the person. Counsel reads it before it leaves.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import rights
from complaints.letter_values import locale_of
from complaints.models import RightsAct, RightsRequest
from complaints.models.rights import Outcome, Requester, RightKind

Text = str | Promise
# kind → article of the PIPL
ARTICLES: dict[str, Text] = {
    RightKind.ACCESS: gettext_lazy("个人信息保护法第四十五条第一款、第二款"),
    RightKind.TRANSFER: gettext_lazy(
        "个人信息保护法第四十五条第三款；网络数据安全管理条例第二十五条"
    ),
    RightKind.CORRECTION: gettext_lazy("个人信息保护法第四十六条"),
    RightKind.DELETION: gettext_lazy("个人信息保护法第四十七条"),
    RightKind.CONSENT: gettext_lazy("个人信息保护法第十五条"),
    RightKind.EXPLANATION: gettext_lazy("个人信息保护法第四十八条"),
}
# What counsel has to look at, in the words of the articles.
TO_LOOK_AT: dict[str, Text] = {
    RightKind.ACCESS: gettext_lazy(
        "应当及时提供；法律、行政法规规定应当保密或者不需要告知的除外。"
    ),
    RightKind.TRANSFER: gettext_lazy(
        "须能够验证真实身份；限于本人同意提供的或者基于合同收集的信息；"
        "转移具备技术可行性；不损害他人合法权益。"
    ),
    RightKind.CORRECTION: gettext_lazy("应当予以核实，并及时更正、补充。"),
    RightKind.DELETION: gettext_lazy(
        "须有第四十七条第一款的情形之一；法律、行政法规规定的保存期限未届满的，"
        "应当停止除存储和采取必要的安全保护措施之外的处理。"
    ),
    RightKind.CONSENT: gettext_lazy(
        "只及于基于同意的处理；撤回不影响撤回前已进行的处理的效力。"
        "为订立、履行合同或者履行法定义务所必需的处理不以同意为依据。"
    ),
    RightKind.EXPLANATION: gettext_lazy("应当对个人信息处理规则进行解释说明。"),
}
RELATIVES: Text = gettext_lazy(
    "死者近亲属：为了自身的合法、正当利益，可以对死者的相关个人信息行使查阅、复制、更正、删除等权利；"
    "死者生前另有安排的除外（个人信息保护法第四十九条）。"
)
REFUSING: Text = gettext_lazy(
    "拒绝的，应当说明理由；请求人可以依法向人民法院提起诉讼（个人信息保护法第五十条）。"
)


def to_look_at(row: RightsRequest) -> list[tuple[str, str, str]]:
    """(kind, article, what to look at) for each kind that is asked for, and for relatives."""
    found = [
        (str(RightKind(kind).label), str(ARTICLES[kind]), str(TO_LOOK_AT[kind]))
        for kind in row.kinds
    ]
    if row.requester == Requester.RELATIVE:
        found.append((str(Requester.RELATIVE.label), "", str(RELATIVES)))
    return found


def draft(row: RightsRequest) -> str:
    """The answer as it would be written now; what only a person knows is left for a person."""
    with translation.override(locale_of(row.complaint.consumer.language)):
        return "\n\n".join([*_opening(row), *_word(row), *_acts(row), *_closing(row)])


def _opening(row: RightsRequest) -> list[str]:
    what = row.kind_words
    words = _("您好：\n\n您于 {day} 提出的“{what}”请求（案件编号 {number}）我们已经办理。")
    day = row.received_on.isoformat()
    return [words.format(day=day, what=what, number=row.complaint.number)]


def _word(row: RightsRequest) -> list[str]:
    decision = row.decision
    if decision.outcome == Outcome.GRANTED:
        law = _("；").join(str(ARTICLES[kind]) for kind in row.kinds)
        return [_("依据：{law}。").format(law=law)]
    told = (
        _("对您的请求，我们不予办理。理由：{ground}。{reason}")
        if decision.outcome == Outcome.REFUSED
        else _("对您的请求，我们只能办理其中一部分。其余不予办理的理由：{ground}。{reason}")
    )
    return [told.format(ground=decision.get_ground_display(), reason=decision.reason)]


def _acts(row: RightsRequest) -> list[str]:
    done = {act.kind for act in row.acts.all()}
    words: dict[str, str] = {
        RightsAct.Kind.COPY: _("我们已制作您个人信息的副本，交付方式：〔待填〕。"),
        RightsAct.Kind.TRANSFER: _("我们已制作供转移的数据文件，交付方式：〔待填〕。"),
        RightsAct.Kind.CORRECTION: _("我们经核实，已更正您的个人信息。"),
        RightsAct.Kind.ERASURE: _("法律不要求保存的项目，我们已经删除。"),
        RightsAct.Kind.LIMIT: _(
            "法律、行政法规规定的保存期限未届满的部分，我们已停止除存储和采取必要的安全保护措施之外的"
            "处理，期限届满后销毁。"
        ),
        RightsAct.Kind.CONSENT: _(
            "我们已停止基于您同意的处理。撤回同意不影响撤回前已进行的处理的效力。"
        ),
    }
    found = [text for kind, text in words.items() if kind in done]
    if RightKind.EXPLANATION in row.kinds and row.decision.outcome != Outcome.REFUSED:
        found.append(_("关于我们的个人信息处理规则：〔待填〕"))
    return found


def _closing(row: RightsRequest) -> list[str]:
    found = []
    if row.decision.outcome != Outcome.GRANTED:
        found.append(_("您不同意的，可以依法向人民法院提起诉讼，也可以向有关部门投诉、举报。"))
    if contact := settings.ENTERPRISE_DATA_CONTACT:
        found.append(_("个人信息保护联系方式：{contact}").format(contact=contact))
    return [*found, settings.ENTERPRISE_NAME]


def names_the_court(text: str) -> bool:
    """Whether the answer tells of the court, in either language."""
    lowered = text.lower()
    return "人民法院" in text or "court" in lowered


def missing(row: RightsRequest) -> list[str]:
    """What was granted and is not carried out yet, in words."""
    return [str(RightKind(kind).label) for kind in rights.lacking(row)]
