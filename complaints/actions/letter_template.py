"""Which template a letter was begun with, and what was ticked in it: kept with the proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints.models import Resolution
from complaints.validation import Refused
from letters import library

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _template(value: Any) -> str:
    name = str(value or "")
    if name and (name not in library.current().templates or not name.startswith("resolution.")):
        raise Refused(_("没有函件模板“{id}”").format(id=name[:40]))
    return name


def _options(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(_("这里应是一个列表"))
    known = library.current().template("resolution", "zh").options
    if unknown := set(value) - {option.id for option in known}:
        raise Refused(_("模板没有选项“{name}”").format(name=sorted(unknown)[0][:40]))
    return [option.id for option in known if option.id in value]


def _read(value: Any) -> str:
    """The hash of the text that stood behind the letter when it was begun."""
    return str(value) if _SHA256.fullmatch(str(value or "")) else ""


CLEANED: dict[str, Callable[[Any], Any]] = {
    "template": _template,
    "template_sha256": _read,
    "options": _options,
}


def put(resolution: Resolution, data: Mapping[str, Any]) -> None:
    """Set what was sent (not saved). A hash that was not sent is that of the template as it is
    now, unless the letter was begun with it before.
    """
    if "options" in data:
        resolution.options = data["options"]
    if "template" not in data:
        return
    before, resolution.template = resolution.template, data["template"]
    if not resolution.template:
        resolution.template_sha256, resolution.options = "", []
    elif sent := data.get("template_sha256"):
        resolution.template_sha256 = sent
    elif before != resolution.template:
        resolution.template_sha256 = library.current().templates[resolution.template].sha256
