"""The Markdown of letters: paragraphs, headings ## and ###, lists, **strong**, {{ variable }}, and
`::: signature`. Everything else stands for itself, so no value can become markup.

    read(text)   → blocks        write(blocks) → text that reads as the same blocks
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from letters.blocks import Block, Heading, Items, Paragraph, Run, Runs, joined, runs_of

VARIABLE = re.compile(r"\{\{ *([a-z][a-z_]{0,39}) *\}\}")
FENCE = re.compile(r"^:::[ \t]*(.*?)[ \t]*$")
SIGNATURE = "signature"


# --- reading


def _variable(state: StateInline, silent: bool) -> bool:
    found = VARIABLE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("variable", "", 0).content = found.group(1)
    state.pos = found.end()
    return True


def _strong(state: StateInline, silent: bool) -> bool:
    """`**` begins or ends strong words, also between Chinese characters and full stops, where
    CommonMark does not see it.
    """
    if not state.src.startswith("**", state.pos):
        return False
    if not silent:
        state.push("strong_mark", "", 0).content = "**"
    state.pos += 2
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["heading", "list", "newline", "escape"])
    parser.inline.ruler.push("variable", _variable)
    parser.inline.ruler.push("strong_mark", _strong)
    return parser


_PARSER = _parser()


@dataclass(frozen=True)
class Part:
    """What stands between two fences: `fence` is what the opening one says, "" outside of any.

    `lines` are the line of the fence and of the first and the last line inside; from 1.
    """

    fence: str
    text: str
    line: int
    closed: bool = True


def parts(text: str) -> Iterator[Part]:
    """The text cut at its `:::` lines. A fence inside another comes as a Part not closed."""
    held: list[str] = []
    fence, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        found = FENCE.match(line)
        if found is None:
            held.append(line)
            continue
        said = found.group(1)
        yield Part(fence, "\n".join(held), start, closed=not (fence and said))
        if not fence and not said:
            yield Part(":::", "", number)
        fence, start, held = said, number, []
    yield Part(fence, "\n".join(held), start, closed=not fence)


def read(text: str) -> tuple[Block, ...]:
    """The blocks of a letter as it is kept. Nothing is refused: what is no markup is words."""
    blocks: list[Block] = []
    for part in parts(text):
        inside = blocks_of(part.text)
        if part.fence == SIGNATURE:
            inside = signature(inside)
        elif part.fence:
            blocks.append(Paragraph((Run(f"::: {part.fence.removeprefix(':::')}".strip()),)))
        blocks += inside
    return tuple(blocks)


def signature(blocks: Iterable[Block]) -> list[Block]:
    """The blocks as one signature."""
    runs: list[Run] = []
    for block in blocks:
        runs += [Run("\n")] if runs else []
        runs += runs_of(block)
    return [Paragraph(joined(runs), signature=True)] if runs else []


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text without fences."""
    tokens = _PARSER.parse(text)
    blocks: list[Block] = []
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        blocks += _block(tokens[at : end + 1])
        at = end + 1
    return blocks


def _end(tokens: Sequence[Token], at: int) -> int:
    """Where the block that begins there ends."""
    depth = 0
    for number in range(at, len(tokens)):
        depth += tokens[number].nesting
        if depth == 0:
            return number
    return len(tokens) - 1


def _block(tokens: Sequence[Token]) -> list[Block]:
    kind = tokens[0].type
    if kind.endswith("_list_open"):
        start = int(tokens[0].attrs.get("start", 1)) if kind.startswith("ordered") else None
        rows = tuple(_rows(tokens))
        return [Items(rows, start)] if rows else []
    runs = _all_runs(tokens)
    if not runs:
        return []
    if kind == "heading_open":
        return [Heading(min(max(int(tokens[0].tag[1:]), 2), 3), runs)]
    return [Paragraph(runs)]


def _rows(tokens: Sequence[Token]) -> Iterator[Runs]:
    """The entries of a list, those of a list inside it too."""
    held: list[Token] = []
    for token in tokens:
        if token.type == "list_item_open" or token.type == "list_item_close":
            if runs := _all_runs(held):
                yield runs
            held = []
        else:
            held.append(token)


def _all_runs(tokens: Iterable[Token]) -> Runs:
    runs: list[Run] = []
    for token in tokens:
        if token.type == "inline":
            runs += [Run("\n")] if runs else []
            runs += _runs(token.children or ())
    return joined(runs)


def _runs(children: Iterable[Token]) -> Iterator[Run]:
    strong, tokens = False, list(children)
    marks = sum(1 for token in tokens if token.type == "strong_mark")
    for token in tokens:
        if token.type == "strong_mark":
            marks -= 1
            if strong or marks:  # the last one without a partner stands for itself
                strong = not strong
                continue
        if token.type == "variable":
            yield Run(strong=strong, name=token.content)
        else:
            yield Run("\n" if token.type in ("softbreak", "hardbreak") else token.content, strong)


# --- writing

_INLINE = re.compile(r"([\\*{])")
_LINE_START = re.compile(r"^(#|[-+](?=\s|$)|:::|\d{1,9}(?=[.)]))", re.MULTILINE)


def write(blocks: Iterable[Block]) -> str:
    """The blocks as Markdown."""
    said: list[str] = []
    other, last = False, None
    for block in blocks:
        other = isinstance(block, Items) and isinstance(last, Items) and not other
        said.append(_written(block, other))
        last = block
    return "\n\n".join(text for text in said if text)


def _written(block: Block, other: bool) -> str:
    if isinstance(block, Heading):
        text = re.sub(r"#$", r"\\#", _inline(block.runs))  # # at the end would close the heading
        return f"{'#' * block.level} {text}"
    if isinstance(block, Items):
        return "\n".join(_entries(block, other))
    text = _inline(block.runs)
    return f"::: {SIGNATURE}\n{text}\n:::" if block.signature else text


def _entries(items: Items, other: bool) -> Iterator[str]:
    """The entries; a list right after another takes the other mark, or both would be one."""
    for number, row in enumerate(items.rows, items.start or 0):
        mark = (
            ("+" if other else "-") if items.start is None else f"{number}{')' if other else '.'}"
        )
        text = _inline(row).replace("\n", "\n" + " " * (len(mark) + 1))
        yield f"{mark} {text}"


def _inline(runs: Runs) -> str:
    text = "".join(_marked(run) for run in runs)
    return _LINE_START.sub(_escaped_start, text)


def _escaped_start(found: re.Match[str]) -> str:
    said = found.group(1)
    return f"{said}\\" if said[0].isdigit() else f"\\{said}"


def _marked(run: Run) -> str:
    text = f"{{{{ {run.name} }}}}" if run.name else _INLINE.sub(r"\\\1", run.text)
    return f"**{text}**" if run.strong and text else text
