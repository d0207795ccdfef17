"""What the law says about each kind of request, and what is told of what was carried out."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import reveal_policy, rights
from complaints.models import RightsAct, RightsRequest
from complaints.models.rights import Requester, RightKind

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


# What is told of each thing that was carried out.
_DONE: dict[str, Text] = {
    RightsAct.Kind.COPY: gettext_lazy("已制作您个人信息的副本"),
    RightsAct.Kind.TRANSFER: gettext_lazy("已制作供转移的数据文件"),
    RightsAct.Kind.CORRECTION: gettext_lazy("经核实，已更正、补充您的个人信息：{fields}"),
    RightsAct.Kind.ERASURE: gettext_lazy("法律不要求保存的项目，已经删除：{fields}"),
    RightsAct.Kind.LIMIT: gettext_lazy(
        "法律、行政法规规定的保存期限未届满的部分，已停止除存储和采取必要的安全保护措施之外的处理，"
        "期限届满后销毁"
    ),
    RightsAct.Kind.CONSENT: gettext_lazy(
        "已停止基于您同意的处理；撤回同意不影响撤回前已进行的处理的效力"
    ),
}


def done(row: RightsRequest) -> list[str]:
    """What was carried out, in the active language."""
    acts = list(row.acts.all())
    found = []
    for kind, words in _DONE.items():
        mine = [act for act in acts if act.kind == kind]
        if mine:
            fields = dict.fromkeys(act.field for act in mine)
            names = _("、").join(reveal_policy.field_words(name) for name in fields if name)
            found.append(str(words).format(fields=names))
    if RightKind.EXPLANATION in row.kinds:
        found.append(_("对个人信息处理规则作了说明，见下文"))
    return found


def basis(row: RightsRequest) -> str:
    """The articles behind what is asked for."""
    return _("；").join(str(ARTICLES[kind]) for kind in row.kinds)


def copied(row: RightsRequest) -> bool:
    """Whether a file was made for the person."""
    files = (RightsAct.Kind.COPY, RightsAct.Kind.TRANSFER)
    return any(act.kind in files for act in row.acts.all())


def missing(row: RightsRequest) -> list[str]:
    """What was granted and is not carried out yet, in words."""
    return [str(RightKind(kind).label) for kind in rights.lacking(row)]
