"""All templates together: ten kinds, each in Chinese and English.

library.current().template("resolution", "zh-hans")
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from letters import reading, wording
from letters.mistakes import TemplateError
from letters.template import KINDS, LANGUAGES, Template, said_by

FOLDER = Path(__file__).parent / "templates"
# A request for documents decides nothing yet; the answer about personal information has ways of its
# own; every other letter says where else to turn.
WITHOUT_WAYS = {"documents", "rights"}
PERSONAL = "rights"


@dataclass(frozen=True)
class Library:
    """The templates by id (resolution.zh)."""

    templates: Mapping[str, Template]
    sha256: str

    def template(self, kind: str, lang: str) -> Template:
        """Of that kind in "zh", "zh-hans" or "en". Raises KeyError for no such kind."""
        return self.templates[f"{kind}.{'en' if lang.startswith('en') else 'zh'}"]


@lru_cache(maxsize=1)
def current() -> Library:
    """The templates of this installation. Raises TemplateError."""
    return load(FOLDER)


def load(folder: Path) -> Library:
    """Every template of a folder, checked one by one and against each other.

    Raises TemplateError for the first mistake.
    """
    found: dict[str, Template] = {}
    for path in sorted(folder.glob("*.md")):
        template = reading.read_file(path)
        found[template.id] = template
    for kind, lang in product(KINDS, LANGUAGES):
        if f"{kind}.{lang}" not in found:
            raise TemplateError(folder.name, 1, "no_template", name=f"{kind}.{lang}.md")
    for template in found.values():
        check_ways(template)
        check_pair(template, found[f"{template.kind}.zh"])
    parts = "".join(f"{name} {found[name].sha256}\n" for name in sorted(found))
    return Library(found, hashlib.sha256(parts.encode()).hexdigest())


def check_ways(template: Template) -> None:
    """What stands always names where else the consumer can turn. Raises TemplateError."""
    text = "\n".join(said_by(block) for block in template.blocks(()))
    if template.kind == PERSONAL:
        missing = wording.missing_personal_ways(text, template.language)
    elif template.kind in WITHOUT_WAYS:
        return
    else:
        missing = wording.missing_ways(text, template.language)
    if missing:
        joint = ", " if template.language == "en" else "、"
        ways = joint.join(str(way) for way in missing)
        raise TemplateError(template.file, 1, "no_way", ways=ways)


def check_pair(template: Template, chinese: Template) -> None:
    """Both languages offer the same and need the same. Raises TemplateError."""
    for what, mine, theirs in (
        ("options", _options(template), _options(chinese)),
        ("variables", set(template.names()), set(chinese.names())),
        ("legal_basis", set(template.basis), set(chinese.basis)),
        ("channels", set(template.channels), set(chinese.channels)),
    ):
        if mine != theirs:
            given = ", ".join(sorted(str(one) for one in mine ^ theirs))
            raise TemplateError(
                template.file, 1, "pair_differs", other=chinese.file, what=what, given=given
            )


def _options(template: Template) -> set[str]:
    return {f"{option.id}{' on' if option.on else ''}" for option in template.options}
