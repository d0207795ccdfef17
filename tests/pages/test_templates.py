"""Rules for every template and script: nothing inline, nothing from elsewhere, every word can be
translated.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
HAN = re.compile(r"[㐀-鿿]")
TRANSLATED = re.compile(
    r"\{% blocktranslate\b.*?\{% endblocktranslate %\}|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}",
    re.DOTALL,
)
NOT_TRANSLATED = {"中文"}  # the name of a language stands in that language


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*(?:src=|type=\"application/json\"))", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_chinese_word_of_a_template_can_be_translated(path: Path) -> None:
    left = TRANSLATED.sub("", path.read_text(encoding="utf-8"))
    assert [
        line.strip()[:80]
        for line in left.splitlines()
        if HAN.search(line) and not any(w in line for w in NOT_TRANSLATED)
    ] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_says_nothing_by_itself_and_builds_no_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not HAN.search(text)
    assert not re.search(r"(?:inner|outer|insertAdjacent)HTML|document\.write|\beval\(", text)
    assert not re.search(r"new Function|localStorage\.", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_exists(path: Path) -> None:
    known = set(
        re.findall(r'id="i-([a-z0-9-]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8"))
    )
    used = set(re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8")))
    assert used <= known
