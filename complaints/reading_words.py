"""What an answer shows of a case: codes for the record of reading, and words for its pages.

Whatever is not in the tables is a dialog or an act of one case, or a list: it is recorded all the
same, under the name of its route.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.models import Reading
from complaints.reveal_policy import field_words

ROW, CONSUMER, NARRATIVE, FACTS, LAW, TIMELINE, EVIDENCE, FILE, LETTERS, RESOLUTION = (
    *("row", "consumer", "narrative", "facts", "law", "timeline", "evidence", "file", "letters"),
    "resolution",
)
MONEY, CLOCKS, RATING, AUDIT, READINGS = "money", "clocks", "rating", "audit", "readings"
LENT, EMERGENCY, CONSULT = "lent", "emergency", "consult"
PASSAGES, CLEAR = "passages", "clear"
FIELDS: dict[str, str | Promise] = {
    ROW: pgettext_lazy("reading", "编号、标题、脱敏姓名"),
    CONSUMER: pgettext_lazy("reading", "消费者资料（脱敏）"),
    NARRATIVE: pgettext_lazy("reading", "投诉经过"),
    FACTS: pgettext_lazy("reading", "事实"),
    LAW: pgettext_lazy("reading", "法律分析"),
    TIMELINE: pgettext_lazy("reading", "办理经过"),
    EVIDENCE: pgettext_lazy("reading", "证据目录"),
    FILE: pgettext_lazy("reading", "证据文件"),
    LETTERS: pgettext_lazy("reading", "函件"),
    RESOLUTION: pgettext_lazy("reading", "方案"),
    MONEY: pgettext_lazy("reading", "承诺与付款"),
    CLOCKS: pgettext_lazy("reading", "时限"),
    RATING: pgettext_lazy("reading", "消费者评价"),
    AUDIT: pgettext_lazy("reading", "审计记录"),
    READINGS: pgettext_lazy("reading", "阅读记录"),
    LENT: pgettext_lazy("reading", "凭临时查阅申请"),
    EMERGENCY: pgettext_lazy("reading", "凭紧急调阅申请"),
    CONSULT: pgettext_lazy("reading", "凭协办请求"),
    CLEAR: pgettext_lazy("reading", "明文"),
    PASSAGES: pgettext_lazy("reading", "检索到的片段（经过、结论、函件、附件文字等）"),
}
_ALL = (CONSUMER, NARRATIVE, FACTS, LAW, TIMELINE, EVIDENCE, RESOLUTION, MONEY, CLOCKS)
_DRAFT = (CONSUMER, NARRATIVE, FACTS, LAW, EVIDENCE, RESOLUTION)
Page = tuple[str | Promise, tuple[str, ...]]
# Route → its name in words and what it shows of its case, or of every row of a list.
PAGES: dict[str, Page] = {
    "case": (gettext_lazy("案件工作台"), _ALL),
    "case_print": (gettext_lazy("打印的案件"), _ALL),
    "timeline": (gettext_lazy("办理经过"), (TIMELINE,)),
    "peek": (gettext_lazy("列表旁的预览"), (ROW, TIMELINE, CLOCKS)),
    "edit_case": (gettext_lazy("修改资料"), (CONSUMER, NARRATIVE)),
    "split_case": (gettext_lazy("拆案"), (NARRATIVE,)),
    "intake_done": (gettext_lazy("登记完成"), (CONSUMER, NARRATIVE, CLOCKS)),
    "answer_fact": (gettext_lazy("记录事实"), (FACTS, LAW)),
    "analyses": (gettext_lazy("留存的法律分析"), (FACTS, LAW)),
    "resolution": (gettext_lazy("拟定方案"), _DRAFT),
    "review_case": (gettext_lazy("审核方案"), (*_DRAFT, LETTERS)),
    "letter": (gettext_lazy("发出的函件"), (LETTERS,)),
    "letter_preview": (gettext_lazy("函件预览"), (LETTERS,)),
    "letter_pdf": (gettext_lazy("函件的 PDF"), (LETTERS,)),
    "evidence": (gettext_lazy("证据文件"), ()),
    "evidence_item": (gettext_lazy("证据的页面"), (EVIDENCE,)),
    "preview_evidence": (gettext_lazy("证据预览"), ()),
    "print_evidence": (gettext_lazy("打印证据"), ()),
    "clocks": (gettext_lazy("时限"), (CLOCKS,)),
    "clock": (gettext_lazy("时限"), (CLOCKS,)),
    "archive_case": (gettext_lazy("案卷"), (*_ALL, AUDIT)),
    "package_fetch": (gettext_lazy("导出的证据包"), (*_ALL, LETTERS, FILE, AUDIT)),
    "dossier_print": (gettext_lazy("卷宗的 PDF"), (*_ALL, LETTERS, AUDIT)),
    "readings": (gettext_lazy("谁看过这件案件"), (READINGS,)),
    "readings_export": (gettext_lazy("导出的阅读记录"), (READINGS,)),
    "reveal": (gettext_lazy("查看号码"), ()),
    "case_numbers": (gettext_lazy("文本中遮掩的号码"), (CONSUMER,)),
    "last_four": (gettext_lazy("核对尾号"), ()),
    "rights": (gettext_lazy("个人信息权利请求"), (ROW,)),
    "rights_request": (gettext_lazy("个人信息权利请求"), (ROW, CONSUMER)),
    "rights_act": (gettext_lazy("办理个人信息权利请求"), (ROW, CONSUMER)),
    "reveals": (gettext_lazy("查看号码的记录"), (READINGS,)),
    "feedback": (gettext_lazy("消费者评价的链接"), ()),
    "offer": (gettext_lazy("消费者答复方案的链接"), ()),
    # lists
    "queue": (gettext_lazy("案件列表"), (ROW, CLOCKS)),
    "queue_print": (gettext_lazy("打印的案件列表"), (ROW, CLOCKS)),
    "danger": (gettext_lazy("临期案件"), (ROW, CLOCKS)),
    "drafts_mine": (gettext_lazy("我的草稿"), ()),
    "review": (gettext_lazy("待审核的案件"), (ROW, CLOCKS)),
    "review_batch": (gettext_lazy("批量签署"), (ROW, RESOLUTION)),
    "archive": (gettext_lazy("档案列表"), (ROW,)),
    "search": (gettext_lazy("搜索案件"), (ROW, PASSAGES)),
    "search_quick": (pgettext_lazy("search", "搜索框"), (ROW, PASSAGES)),
    "archive_search": (gettext_lazy("全文检索"), (ROW, PASSAGES)),
    "commitments": (gettext_lazy("承诺列表"), (ROW, MONEY)),
    "reconciliation": (gettext_lazy("付款对账"), (ROW, MONEY)),
    "reconciliation_export": (gettext_lazy("导出的付款对账"), (ROW, MONEY)),
    "payment_file": (gettext_lazy("付款清单"), (ROW, MONEY)),
    "payment_result": (gettext_lazy("付款清单的结果"), (ROW, MONEY)),
    "promise_cases": (gettext_lazy("公开承诺的案件"), (ROW, CLOCKS)),
    "signal_copies": (gettext_lazy("内容几乎相同的投诉"), (ROW,)),
    "mass_case": (gettext_lazy("群体性案件"), (ROW,)),
    "satisfaction_list": (gettext_lazy("消费者评价列表"), (ROW, RATING)),
    "calendar_change": (gettext_lazy("日历变更后的时限"), (ROW, CLOCKS)),
    "rule": (gettext_lazy("规则适用的案件"), (ROW,)),
    "trial": (gettext_lazy("规则试算的结果"), (ROW, LAW)),
    "letter_batch": (gettext_lazy("批量函件"), (ROW,)),
    "letter_batch_file": (gettext_lazy("批量函件的文件"), (LETTERS,)),
    "import_run": (gettext_lazy("导入的结果"), (ROW,)),
    "intake": (gettext_lazy("登记时的相似案件"), (ROW,)),
    "intake_hints": (gettext_lazy("登记时的相似案件"), (ROW,)),
    "notices": (gettext_lazy("通知"), (ROW,)),
    "mails": (gettext_lazy("邮件列表"), (ROW,)),
    "mail": (gettext_lazy("邮件"), (LETTERS,)),
    "health": (gettext_lazy("运行状况"), (ROW,)),
    "legal_hold": (gettext_lazy("诉讼保留"), (ROW,)),
    "disposal_batch": (gettext_lazy("销毁批次"), (ROW,)),
    "disposal_register": (gettext_lazy("销毁登记"), (ROW,)),
    "disposal_register_file": (gettext_lazy("导出的销毁登记"), (ROW,)),
    "alarms": (pgettext_lazy("alarms", "告警"), ()),
    "access": (gettext_lazy("案件查阅"), ()),
    "access_request": (gettext_lazy("案件查阅"), ()),
    "access_why": (gettext_lazy("谁能看这件案件"), ()),
    "audit_log": (gettext_lazy("审计记录"), (AUDIT,)),
    "audit_person": (gettext_lazy("人员的访问记录"), (READINGS,)),
    "audit_person_export": (gettext_lazy("导出的人员访问记录"), (READINGS,)),
    "audit_readings": (gettext_lazy("谁看过此人的资料"), (READINGS,)),
    "audit_readings_export": (gettext_lazy("导出的阅读记录"), (READINGS,)),
}
# Routes of programs: what they show. Their name is said as it is.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "api-complaints": (CONSUMER, NARRATIVE, CLOCKS),
    "api-complaint": (CONSUMER, NARRATIVE, CLOCKS),
    "api-owner": (CONSUMER, NARRATIVE, CLOCKS),
    "api-steps": (CONSUMER, NARRATIVE, CLOCKS),
    "api-facts": (FACTS,),
    "api-analysis": (FACTS, LAW),
    "api-evidence": (EVIDENCE,),
    "api-evidence-item": (EVIDENCE,),
    "api-evidence-file": (),
    "api-timeline": (TIMELINE,),
    "api-deadlines": (CLOCKS,),
    "api-commitments": (MONEY,),
    "api-payments": (MONEY,),
    "api-payment-file-rows": (ROW, MONEY),
    "api-letters": (LETTERS,),
    "api-resolutions": (RESOLUTION,),
    "api-review": (*_DRAFT, LETTERS),
    "api-satisfaction": (ROW, RATING),
    "api-case-satisfaction": (RATING,),
    "api-mass-members": (ROW,),
    "api-mass-silent": (ROW,),
    "api-held-cases": (ROW,),
    "api-disposal-rows": (ROW,),
    "api-disposal-register": (ROW,),
    "api-readings": (READINGS,),
    "api-person-readings": (READINGS,),
    "api-reveal": (),
    "api-last-four": (),
    "api-audit": (AUDIT,),
    "api-archive-search": (ROW, PASSAGES),
}
# What a program sends in pieces: the answers say how far it is and nothing of the case. Nor does an
# open page that asks who else is there.
SILENT = frozenset({"api-uploads", "api-upload", "here"})


def fields_of(page: str) -> Iterable[str]:
    """What the page of this route shows, as codes."""
    return PROGRAMS[page] if page in PROGRAMS else PAGES.get(page, ("", ()))[1]


def place_of(row: Reading) -> str:
    """On which page it was read."""
    if row.page in PAGES:
        return str(PAGES[row.page][0])
    if row.page.startswith("api-"):
        return _("程序接口（{name}）").format(name=row.page.removeprefix("api-"))
    return _("案件的一项操作") if row.about else _("其他页面")


def shown_of(row: Reading) -> str:
    """What was shown, in words."""
    return _("、").join(map(_field, row.fields))


def _field(code: str) -> str:
    kind, _colon, number = code.partition(":")
    if kind == CLEAR:
        number = field_words(number)
    words = str(FIELDS.get(kind, kind))
    return f"{words} {number}" if number else words
