"""What was sent with a step, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints import checklist, validation
from complaints.actions import conditions
from complaints.errors import Invalid
from complaints.lifecycle import Field, Step
from complaints.validation import Refused
from legal_rules import rulebook
from legal_rules.vocabulary import FACTS
from letters import library
from letters.signatures import TEMPLATES


def clean_fields(step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent with the step, checked. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    result: dict[str, Any] = {}
    known = {str(f) for f in (*step.fields, *step.optional)}
    for name, value in values.items():
        if name not in known:
            errors[name[:60]] = [
                _("“{step}”没有“{field}”这个字段").format(step=str(step.title), field=name[:60])
            ]
            continue
        try:
            result[name] = _clean_field(name, value)
        except Refused as refusal:
            errors[name] = [str(refusal)]
    if errors:
        raise Invalid(errors)
    return result


def _clean_field(name: str, value: Any) -> Any:
    if name == Field.CANNOT_BE_ESTABLISHED:
        if not isinstance(value, Mapping) or len(value) > 200:
            raise Refused(_("这里应是“事实：原因”的对象"))
        unknown = [f for f in value if f not in FACTS]
        if unknown:
            raise Refused(
                _("没有“{fact}”这个事实；请使用事实词汇表中的编号").format(
                    fact=str(unknown[0])[:60]
                )
            )
        return {str(f): validation.text(why, 2000, lines=True) for f, why in value.items()}
    if name == Field.TAKE_OVER:
        return _clean_reasons(value)
    if name == Field.CHECKLIST:
        return checklist.cleaned(value)
    if name == Field.CONDITIONS:
        return conditions.cleaned(value)
    if name == Field.EVIDENCE:
        numbers = map(validation.item_number, value if isinstance(value, list) else [value])
        return [n for n in numbers if n is not None]
    limit = {
        Field.INTO: 20,
        Field.REFERENCE: 200,
        Field.BODY: 200,
        Field.DATE: 10,
        Field.MEANS: 20,
        Field.OUTCOME: 40,
        Field.ANYWAY: 500,
        Field.GROUND: 2000,
    }.get(Field(name), validation.TEXT_LIMIT)
    return validation.text(value, limit, lines=True)


def _clean_reasons(value: Any) -> dict[str, str]:
    """Reasons by rule."""
    if not isinstance(value, Mapping) or len(value) > 200:
        raise Refused(_("这里应是“规则：理由”的对象"))
    templates = (f"{TEMPLATES.prefix}{name}" for name in library.current().templates)
    known = {*rulebook.current().rules, *templates}
    unknown = [name for name in value if name not in known]
    if unknown:
        raise Refused(_("没有规则“{rule}”；请使用规则的编号").format(rule=str(unknown[0])[:60]))
    return {str(name): validation.text(why, 2000, lines=True) for name, why in value.items()}
