"""What the pages say of a law: its state on a day, and how far its text can be trusted."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# State → words and the kind of its tag.
STATES: dict[str, tuple[str | Promise, str, str]] = {
    "in_force": (_("现行有效"), "ok", "check"),
    "not_yet": (_("尚未施行"), "info", "clock"),
    "ended": (_("已失效"), "warn", "minus"),
}

# How the text came to us → words; those in DOUBTFUL may not be quoted in a letter unchecked.
SOURCES: dict[str, str | Promise] = {
    "repository": _("由程序从公开文本库转录"),
    "repository_retyped": _("由人从公开文本库录入，可能有错字"),
    "page_excerpt": _("网页上的节选，标点或有出入"),
    "secondary_quotation": _("转引自他人的引文"),
    "memory": _("凭记忆录入，未经核对"),
}
DOUBTFUL = ("repository_retyped", "page_excerpt", "secondary_quotation", "memory")

# What else than articles can differ between two stored texts.
FIELDS: dict[str, str | Promise] = {
    "title": _("名称"),
    "short_name": _("简称"),
    "body": _("制定机关"),
    "kind": _("类别"),
    "document_number": _("文号"),
    "adopted": _("通过日期"),
    "promulgated": _("公布日期"),
    "effective": _("施行日期"),
    "start": _("文本开始有效的日期"),
    "stated_until": _("失效日期"),
    "status": _("效力状态"),
    "status_day": _("核对效力的日期"),
    "status_basis": _("效力依据"),
    "text_source": _("文本来源"),
    "complete": _("是否全文"),
    "articles_in_instrument": _("总条数"),
    "notes": _("备注"),
    "details": _("出处与修正"),
    "replaces": _("取代的法规"),
}
