"""A letter as HTML without styles: for the screen, and for the e-mail beside its plain text.

Every word is escaped; what is open is marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from letters.blocks import Block, Heading, Items, Runs
from letters.rendering import Rendered, unresolved_mark


def body(blocks: Iterable[Block], lang: str, top: int = 2) -> str:
    """The blocks; `top` is the level of the headings of the letter."""
    return "\n".join(_block(block, lang, top) for block in blocks)


def page(letter: Rendered) -> str:
    """The whole letter as a document of its own."""
    lang = "en" if letter.language == "en" else "zh-CN"
    title = escape(letter.title)
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
        f"{body(letter.blocks, letter.language)}\n</body></html>\n"
    )


def _block(block: Block, lang: str, top: int) -> str:
    if isinstance(block, Items):
        rows = "".join(f"<li>{_runs(row, lang)}</li>" for row in block.rows)
        if block.start is None:
            return f"<ul>{rows}</ul>"
        start = f' start="{block.start}"' if block.start != 1 else ""
        return f"<ol{start}>{rows}</ol>"
    if isinstance(block, Heading):
        level = min(top + block.level - 2, 6)
        return f"<h{level}>{_runs(block.runs, lang)}</h{level}>"
    kind = ' class="letter__sign"' if block.signature else ""
    return f"<p{kind}>{_runs(block.runs, lang)}</p>"


def _runs(runs: Runs, lang: str) -> str:
    said = []
    for run in runs:
        if run.name:
            text = f'<mark class="letter__gap">{escape(unresolved_mark(run.name, lang))}</mark>'
        else:
            text = escape(run.text).replace("\n", "<br>")
        said.append(f"<strong>{text}</strong>" if run.strong else text)
    return "".join(said)
