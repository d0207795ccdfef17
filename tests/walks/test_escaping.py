"""No template lets words become markup: none switches escaping off, and whatever it prints stands
between tags or in a quoted attribute. This holds for every field there is and will be; what the
pages then say is crawled by `tests/crawl/test_c4_crawl.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from lxml import html

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
# Who makes markup in Python, and escapes the words in it.
MAKERS = {
    "analytics/views/dashboard.py",  # what a template made before
    "complaints/views/letter_paper.py",
    "complaints/views/letter_preview.py",
    "complaints/views/letter_templates.py",
    "complaints/views/rights_papers.py",
    "config/tags.py",
}
_UNESCAPED = re.compile(r"\|\s*(?:safe|safeseq)\b|\bautoescape\b")
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_HEADING = re.compile(r"<(/?h)\{\{.*?\}\}")  # of a level that the page around it gives
_PRINTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def loose(template: str) -> list[str]:
    """Where printed words could begin an attribute, a script or a style of their own."""
    found = [f"escaping is off: {each}" for each in _UNESCAPED.findall(template)]
    text = _HEADING.sub(r"<\g<1>2", _TAG.sub(" ", template))
    text = _PRINTED.sub("x planted", text)
    if "planted" not in text:
        return found
    for element in html.document_fromstring(f"<div>{text}</div>").iter():
        if not isinstance(element.tag, str):
            continue
        found += [f"<{element.tag}> unquoted" for name in element.attrib if name == "planted"]
        if element.tag in ("script", "style") and "planted" in (element.text or ""):
            found.append(f"inside <{element.tag}>")
        found += [f"<{element.tag} {name}>" for name in element.attrib if name.startswith("on")]
    return found


def test_no_template_prints_words_where_they_could_be_markup() -> None:
    wrong = {str(path): found for path in TEMPLATES if (found := loose(path.read_text("utf-8")))}
    assert len(TEMPLATES) > 200
    assert not wrong


def test_markup_is_made_in_few_places_that_escape_it() -> None:
    root = Path(settings.BASE_DIR)
    apps = ("accounts", "audit", "complaints", "config", "correspondence", "evidence", "letters")
    apps += ("legal_rules", "reading_room", "quickstart", "analytics")
    made = {
        path.relative_to(root).as_posix()
        for app in apps
        for path in (root / app).rglob("*.py")
        if re.search(r"mark_safe|SafeString|format_html", path.read_text("utf-8"))
    }
    assert made <= MAKERS


@pytest.mark.parametrize(
    "template",
    [
        "<p>{{ words|safe }}</p>",
        "{% autoescape off %}{{ words }}{% endautoescape %}",
        "<p title={{ words }}>a</p>",
        "<p {{ words }}>a</p>",
        "<script>let a = '{{ words }}'</script>",
        "<style>p { color: {{ words }} }</style>",
        '<p onclick="go({{ words }})">a</p>',
    ],
)
def test_a_template_that_lets_words_loose_is_found(template: str) -> None:
    assert loose(template)


def test_a_template_that_quotes_is_none() -> None:
    assert loose('<a href="?a={{ a }}" title="{{ b }}">{{ c }}</a>') == []
