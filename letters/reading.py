"""Reads one template strictly: what is not allowed raises TemplateError with file and line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from markdown_it import MarkdownIt

from legal_rules.reasoning.rules import Quote
from legal_rules.terms import Label
from legal_rules.vocabulary import INSTRUMENTS
from letters import front_matter
from letters.blocks import Block, Paragraph, Run, Runs, joined, runs_of
from letters.front_matter import FrontMatter
from letters.markdown import SIGNATURE, Part, blocks_of, parts, signature
from letters.mistakes import TemplateError
from letters.template import CHANNELS, KINDS, LANGUAGES, Option, Section, Template
from letters.variables import VARIABLES

LARGEST = 64 * 1024
# Characters with the examples filled in; of a text message five parts, below every gateway's limit.
MOST = {"title": 40, "subject": 120, "sms": 300}
_NAME = re.compile(r"([a-z_]+)\.([a-z]+)\.md")
_OPTION = re.compile(r'option ([a-z][a-z0-9_]{0,39}) "([^\s"{}][^"{}\n]{0,59})"( on)?')
_CITATION = re.compile(r"([a-z0-9_]+) (\d{1,4}(?:-\d{1,2})?)(?:\.(\d{1,2}))?")
_BRACES = re.compile(r"\{\{[^{}]*\}\}|\{.{0,20}|[^{}]{0,20}\}\}?")  # a letter has no others
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_MARKUP = {
    "html_block": Label("网页代码", "HTML"),
    "html_inline": Label("网页代码", "HTML"),
    "link_open": Label("链接", "link"),
    "image": Label("图片", "image"),
    "fence": Label("代码", "code"),
    "code_block": Label("代码", "code"),
    "code_inline": Label("代码", "code"),
    "blockquote_open": Label("引用（>）", "quotation (>)"),
    "hr": Label("分隔线", "rule"),
    "table_open": Label("表格", "table"),
    "em_open": Label("单个 * 或 _", "single * or _"),
    "heading_open": Label("这一种标题", "heading of this kind"),
}
_EVERYTHING = MarkdownIt("commonmark").enable("table")


def read_file(path: Path) -> Template:
    """The template in a file of a folder. Raises TemplateError; OSError where there is none."""
    raw, name = path.read_bytes(), f"{path.parent.name}/{path.name}"
    if len(raw) > LARGEST:
        raise TemplateError(name, 1, "too_large", most=LARGEST // 1024)
    try:
        return read(name, raw.decode("utf-8"))
    except UnicodeDecodeError as bad:
        line = raw[: bad.start].count(b"\n") + 1
        raise TemplateError(name, line, "not_utf8", byte=bad.start + 1) from bad


def read(file: str, source: str) -> Template:
    """The template with that text; `file` ends with kind.language.md. Raises TemplateError."""
    source = source.replace("\r\n", "\n")
    if source.startswith("\ufeff"):
        raise TemplateError(file, 1, "bom")
    if found := _CONTROL.search(source):
        line = source[: found.start()].count("\n") + 1
        raise TemplateError(file, line, "control", code=f"{ord(found.group()):04X}")
    named = _NAME.fullmatch(file.rsplit("/", 1)[-1])
    if named is None or named.group(1) not in KINDS or named.group(2) not in LANGUAGES:
        raise TemplateError(file, 1, "file_name", allowed=", ".join(KINDS))
    head, body, first = front_matter.split(file, source)
    front = front_matter.read(file, head)
    for key, want in (("kind", KINDS), ("language", LANGUAGES)):
        place = named.group(1 if key == "kind" else 2)
        if front.one_of(key, want) != place:
            raise front.error(key, "name_differs", key=key, given=front.text(key), named=place)
    options, sections = _body(file, body, first)
    title, sms = _line(front, "title"), _line(front, "sms")
    return Template(
        kind=named.group(1),
        language=named.group(2),
        heading=title,
        subject=_line(front, "subject") or title,
        sms=sms,
        basis=tuple(_basis(front)),
        channels=_channels(front, sms),
        options=options,
        sections=sections,
        file=file,
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
    )


def _line(front: FrontMatter, key: str) -> Runs:
    """A text of the front matter, which may name variables."""
    if not (text := front.text(key)):
        return ()
    _check_variables(front.file, text, front.line(key))
    runs = joined(run for block in blocks_of(text) for run in runs_of(block))
    _check_kinds(front.file, [Paragraph((Run("-"), *runs))], front.line(key))
    length = sum(len(_example(run, front.text("language"))) for run in runs)
    if length > MOST[key]:
        code = "sms_too_long" if key == "sms" else "line_too_long"
        raise front.error(key, code, key=key, length=length, most=MOST[key])
    return runs


def _channels(front: FrontMatter, sms: Runs) -> tuple[str, ...]:
    listed = front.listed("channels", "letter, email")
    channels = tuple(front.allowed("channels", one, list(CHANNELS)) for one in listed)
    if bool(sms) != ("sms" in channels):
        raise front.error("channels", "sms_channel")
    return channels


def _example(run: Run, lang: str) -> str:
    return str(VARIABLES[run.name].example_in(lang)) if run.name else run.text


def _basis(front: FrontMatter) -> Iterator[Quote]:
    for said in front.listed("legal_basis", "cpl_2013 39"):
        found = _CITATION.fullmatch(said.text)
        if found is None:
            raise TemplateError(front.file, said.line, "not_a_citation", given=said.text)
        instrument, article, paragraph = found.groups()
        if instrument not in INSTRUMENTS:
            near = ", ".join(get_close_matches(instrument, INSTRUMENTS, 4, 0.3)) or "cpl_2013"
            given = {"given": instrument, "allowed": near}
            raise TemplateError(front.file, said.line, "unknown_instrument", **given)
        yield Quote(instrument, article, int(paragraph) if paragraph else None, "")


# --- the text


def _body(file: str, body: str, first: int) -> tuple[tuple[Option, ...], tuple[Section, ...]]:
    options: dict[str, Option] = {}
    sections: list[Section] = []
    signed = False
    for part in parts(body):
        line = part.line + first - (1 if part.fence else 0)
        _check_fence(file, part, line)
        if part.text.strip() and signed:
            raise TemplateError(file, line, "after_signature")
        blocks = _checked(file, part, line)
        option = _option(file, part, line, options) if part.fence else ""
        if part.fence == SIGNATURE:
            signed, blocks = bool(blocks), signature(blocks)
        elif option and not blocks:
            raise TemplateError(file, line, "empty_option", option=option)
        if blocks:
            sections.append(Section(option, tuple(blocks)))
    _check_frame(file, sections, first, signed=signed)
    return tuple(options.values()), tuple(sections)


def _option(file: str, part: Part, line: int, options: dict[str, Option]) -> str:
    """The id of the option that the fence opens; "" for the signature."""
    if part.fence == SIGNATURE:
        return ""
    found = _OPTION.fullmatch(part.fence)
    if found is None:
        raise TemplateError(file, line, "bad_fence", given=f"::: {part.fence}")
    name = found.group(1)
    if name in options:
        raise TemplateError(file, line, "option_twice", option=name)
    options[name] = Option(name, found.group(2), bool(found.group(3)))
    return name


def _check_fence(file: str, part: Part, line: int) -> None:
    if part.fence == ":::":
        raise TemplateError(file, line, "fence_closes_nothing")
    if not part.closed:
        raise TemplateError(file, line, "fence_open")


def _check_frame(file: str, sections: list[Section], first: int, *, signed: bool) -> None:
    """A letter begins with the salutation and ends with the signature."""
    if not sections:
        raise TemplateError(file, first, "no_text")
    opening = sections[0].blocks[0]
    names = [run.name for run in runs_of(opening)]
    if sections[0].option or not isinstance(opening, Paragraph) or names[:1] != ["salutation"]:
        raise TemplateError(file, first, "no_salutation")
    if not signed:
        raise TemplateError(file, first, "no_signature")


def _checked(file: str, part: Part, line: int) -> list[Block]:
    """The blocks of a part, which uses nothing that is not allowed."""
    inside = line + 1 if part.fence else line
    _check_variables(file, part.text, inside)
    _check_markup(file, part.text, inside)
    blocks = blocks_of(part.text)
    _check_kinds(file, blocks, inside)
    return blocks


def _check_variables(file: str, text: str, first: int) -> None:
    for number, line in enumerate(text.split("\n"), first):
        for said in _BRACES.findall(line):
            name = said[2:-2].strip()
            if not re.fullmatch(r"\{\{ *[a-z][a-z_]{0,39} *\}\}", said):
                raise TemplateError(file, number, "bad_variable", given=said.strip())
            if name not in VARIABLES:
                near = ", ".join(get_close_matches(name, VARIABLES, 4, 0.5)) or "-"
                allowed = ", ".join(VARIABLES)
                given = {"name": name, "near": near, "allowed": allowed}
                raise TemplateError(file, number, "unknown_variable", **given)


def _check_markup(file: str, text: str, first: int) -> None:
    line = first
    for token in _EVERYTHING.parse(text):
        line = first + token.map[0] if token.map else line
        for each in (token, *(token.children or ())):
            if each.type in _MARKUP and each.markup not in ("##", "###"):
                raise TemplateError(file, line, "markup", what=_MARKUP[each.type])


def _check_kinds(file: str, blocks: list[Block], first: int) -> None:
    """What is more than a sentence stands alone."""
    for block in blocks:
        runs = list(runs_of(block))
        single = isinstance(block, Paragraph) and len(runs) == 1
        for run in runs:
            if run.name and VARIABLES[run.name].kind.alone and not single:
                raise TemplateError(file, first, "stands_alone", name=run.name)
