"""The page of a case as a document, masked as the person sees it, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from complaints import clock_words
from complaints.archive.dossier import moment
from complaints.choices import Claim, FactSource, MeasureKind
from complaints.models import Deadline
from complaints.views import clock_list
from complaints.views.case_facts import facts_pane
from complaints.views.case_law import law_pane
from complaints.views.case_page import CasePage
from complaints.views.case_promises import promises_of
from complaints.views.case_questions import lang
from complaints.views.case_timeline import Entry, timeline
from config.tags import money
from legal_rules.vocabulary import CATEGORIES
from letters.dossier import Section, Table, Words
from letters.printout import Printout, printed

Blocks = Iterator[Words | Table]
MOST_ENTRIES = 200


def pages(page: CasePage) -> bytes:
    """The PDF of the case at the moment of the page."""
    return printed(content(page), page.now)


def content(page: CasePage) -> Printout:
    """What stands on it."""
    chapters = (
        (_("投诉内容"), _complaint(page)),
        (_("时限"), _clocks(page)),
        (_("已查明的事实"), _facts(page)),
        (_("法律分析"), _law(page)),
        (_("方案"), _proposal(page)),
        (pgettext("print", "承诺"), _promises(page)),
        (_("证据"), _evidence(page)),
        (_("办理经过"), _story(page)),
    )
    return Printout(
        title=pgettext("print", "案件"),
        heading=page.complaint.title,
        number=page.complaint.number,
        enterprise=settings.ENTERPRISE_NAME,
        mark=mark_of(page.user.name, page.now),
        lang=language(),
        facts=_head(page),
        sections=[Section(title, list(blocks)) for title, blocks in chapters],
    )


def language() -> str:
    """Of the paper: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def mark_of(name: str, now: Any) -> str:
    """Who printed it, and when."""
    return _("{name} 打印于 {time}").format(name=name, time=moment(now))


def _table(heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Table:
    """With its heads as heads: some of the words stand within sentences elsewhere."""
    return Table([capfirst(head) for head in heads], widths, rows)


def _head(page: CasePage) -> list[tuple[str, str, str, str]]:
    case = page.complaint
    category = CATEGORIES.get(case.category)
    person = case.consumer
    reached = [person.phone_masked, person.email_masked]
    ended = moment(case.closed_at) if case.closed_at else "—"
    said = case.get_outcome_display() or "—"
    return [
        (_("案件编号"), case.number, _("状态"), str(case.get_state_display())),
        (
            _("消费者"),
            person.name_masked or "—",
            _("联系方式"),
            "\n".join(filter(None, reached)) or "—",
        ),
        (
            _("类别"),
            category.name_for(lang()) if category else "—",
            _("渠道"),
            str(case.get_channel_display()),
        ),
        (_("收到时间"), moment(case.received_at), _("办结时间"), ended),
        (_("责任人"), case.owner.name if case.owner else _("待分配"), _("团队"), case.team.name),
        (_("优先级"), str(case.get_priority_display()), _("处理结果"), str(said)),
    ]


def _complaint(page: CasePage) -> Blocks:
    case = page.complaint
    yield Words(case.narrative)
    rows = [
        (_("诉求"), _("、").join(str(Claim(c).label) for c in case.claims if c in Claim.values)),
        (_("商品"), " ".join(filter(None, (case.brand, case.product_name)))),
        (_("订单"), case.order_number),
        (_("价款"), money(case.price_paid)),
        (_("损失"), money(case.loss_claimed)),
        (_("外部号"), case.external_reference),
    ]
    known = [[str(label), str(value)] for label, value in rows if value]
    if known:
        yield _table((_("项目"), _("内容")), (0, 1), known)
    if case.findings:
        yield Words(_("调查结论"), "sub")
        yield Words(case.findings)


def _clocks(page: CasePage) -> Blocks:
    rows = [_clock(deadline) for deadline in page.clocks]
    for row in page.complaint.ended_clocks:
        ended = clock_list.ended(Deadline(**row))
        rows.append([ended.title, ended.due, str(ended.words)])
    if rows:
        yield _table((_("期限"), _("到期"), _("状态")), (1, 0, 0), rows)
    else:
        yield Words(_("没有在走的期限。"), "quiet")


def _clock(deadline: Deadline) -> list[str]:
    due = clock_words.marked(moment(deadline.due_at), provisional=deadline.provisional)
    title = f"{deadline.get_nature_display()} · {clock_words.title_of(deadline)}"
    return [title, due, str(deadline.get_state_display())]


def _facts(page: CasePage) -> Blocks:
    pane = facts_pane(page, known="")
    rows = [
        [
            one.question,
            one.words,
            str(FactSource(one.answer.source).label),
            str(one.answer.evidence_number or "—"),
        ]
        for one in pane.answered
        if one.words
    ]
    rows += [[question, words, _("案件资料"), "—"] for question, words in pane.on_record]
    if rows:
        yield _table((_("事实"), _("查明"), _("来源"), _("证据")), (3, 2, 0, 0), rows)
    else:
        yield Words(_("还没有登记事实。"), "quiet")
    if unknown := [one.question for one in pane.answered if not one.words]:
        halves = [[*unknown[at : at + 2], ""][:2] for at in range(0, len(unknown), 2)]
        yield _table((_("无法查明"), ""), (1, 1), halves)


def _law(page: CasePage) -> Blocks:
    pane = law_pane(page)
    rows = [[rule.name, rule.title, str(rule.verdict)] for rule in pane.rules]
    if rows:
        yield _table((_("条文"), _("内容"), _("结论")), (2, 3, 0), rows)
    words = _("规则库 {version}，适用 {day} 的法律。").format(version=pane.rule_set, day=pane.as_of)
    yield Words(words, "quiet")


def _proposal(page: CasePage) -> Blocks:
    found = page.complaint.resolution
    if not found:
        yield Words(_("还没有方案。"), "quiet")
        return
    yield Words(_("第 {n} 版").format(n=found["version"]), "sub")
    rows = [
        [
            str(MeasureKind(row["kind"]).label),
            row["description"] or "—",
            str(money(Decimal(row["exact"])) if row["exact"] else "—"),
            str(row["due"] or "—"),
        ]
        for row in found["measures"]
    ]
    if rows:
        yield _table((_("措施"), _("内容"), _("金额"), _("期限")), (0, 1, 0, 0), rows)
    if found["explanation"]:
        yield Words(found["explanation"])


def _promises(page: CasePage) -> Blocks:
    rows = [
        [one.row["text"], moment(one.row["due_at"]), one.state, str(one.source)]
        for one in promises_of(page).rows
    ]
    if rows:
        yield _table((_("内容"), _("期限"), _("状态"), _("来源")), (1, 0, 0, 0), rows)
    else:
        yield Words(_("没有承诺。"), "quiet")


def _evidence(page: CasePage) -> Blocks:
    rows = [
        [
            str(item.number),
            "\n".join(filter(None, (item.title, _("已撤回") if item.is_withdrawn else ""))),
            item.proves or "—",
            item.sha256[:16],
        ]
        for item in page.items
    ]
    if rows:
        yield _table(
            (_("编号"), _("名称"), _("证明内容"), _("SHA-256 前 16 位")), (0, 2, 2, 0), rows
        )
    else:
        yield Words(_("没有证据。"), "quiet")


def _story(page: CasePage) -> Blocks:
    entries, more = _entries(page)
    rows = [[moment(e.event.at), _told(e), e.event.by.name if e.event.by else "—"] for e in entries]
    if more:
        words = _("只印了最近的 {n} 条；更早的在案件页。").format(n=len(rows))
        yield Words(words, "quiet")
    yield _table((_("时间"), _("经过"), _("经办")), (0, 1, 0), rows)


def _entries(page: CasePage) -> tuple[list[Entry], bool]:
    """The newest entries first, and whether there are earlier ones."""
    found, before = [], ""
    while True:
        part = timeline(page, "", before)
        found += part.entries
        before = part.earlier
        if not before or len(found) >= MOST_ENTRIES:
            return found, bool(before)


def _told(entry: Entry) -> str:
    words = entry.words
    return "\n".join(filter(None, (str(words.title), words.text, *map(str, words.lines))))
