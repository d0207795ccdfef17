"""A mapping column → field as a person gives it: on the command line or in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from complaints.errors import Invalid
from complaints.importing.headings import FIELDS, normalised


def parse(options: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """`列名=field` each; the field by code or by its name, nothing after the sign leaves the
    column out. Raises Invalid.
    """
    by_column = {normalised(c): c for c in columns}
    by_label = {normalised(str(f.label)): f.code for f in FIELDS.values()}
    chosen: dict[str, str] = {}
    wrong: list[str] = []
    for option in options:
        name, sign, field = (part.strip() for part in option.partition("="))
        column = by_column.get(normalised(name)) or next((c for c in columns if c == name), None)
        code = field if field in FIELDS else by_label.get(normalised(field), "")
        if not sign:
            wrong.append(
                _("“{option}”应写成 列名=字段，例如 投诉内容=narrative").format(option=option)
            )
        elif column is None:
            found = "、".join(columns)
            wrong.append(_("文件里没有“{name}”这一列；有：{found}").format(name=name, found=found))
        elif field and not code:
            fields = "、".join(f"{f.code}（{f.label}）" for f in FIELDS.values())
            wrong.append(
                _("没有“{field}”这个字段；可用：{fields}").format(field=field, fields=fields)
            )
        else:
            chosen[column] = code
    if wrong:
        raise Invalid({"mapping": wrong})
    return chosen


def check(mapping: Mapping[str, str]) -> None:
    """Raises Invalid when a field has two columns, or nothing says what the complaint is about."""
    wrong: list[str] = []
    columns: dict[str, list[str]] = {}
    for column, field in mapping.items():
        if field:
            columns.setdefault(field, []).append(column)
    for field, names in columns.items():
        if len(names) > 1:
            wrong.append(
                _("“{columns}”都对应“{field}”；请只留一列").format(
                    columns="”“".join(names), field=str(FIELDS[field].label)
                )
            )
    if "narrative" not in columns and "title" not in columns:
        wrong.append(_("请指定哪一列是投诉的“经过”（内容），没有它不能登记"))
    if wrong:
        raise Invalid({"mapping": wrong})
