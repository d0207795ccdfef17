"""The colours of both themes keep the contrast that text, borders and the focus ring need (WCAG
2.2 AA).
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

# foreground, background, least contrast
PAIRS = [
    *[("ink", on, 7) for on in ("surface", "bg", "surface-3", "primary-soft", "note-bg")],
    *[("ink-2", on, 4.5) for on in ("surface", "surface-3", "primary-soft")],
    *[
        ("ink-3", on, 4.5)
        for on in ("surface", "bg", "surface-2", "surface-3", "primary-soft", "note-bg")
    ],
    *[("primary", on, 4.5) for on in ("surface", "bg", "surface-3")],
    *[
        (family, on, 4.5)
        for family in ("danger", "warn")
        for on in ("surface", "surface-3", "primary-soft")
    ],
    ("ok", "surface", 4.5),
    ("legal", "surface", 4.5),
    *[
        (f"{family}-on-soft", f"{family}-soft", 4.5)
        for family in ("primary", "danger", "warn", "ok", "legal")
    ],
    *[
        ("on-fill", fill, 4.5)
        for fill in ("primary-fill", "primary-hover", "danger-fill", "legal-fill")
    ],
    *[("control", on, 3) for on in ("surface", "bg")],
    *[("focus", on, 3) for on in ("surface", "bg", "primary-soft", "surface-3")],
    *[(f"h{level}-ink", f"h{level}", 4.5) for level in range(7)],
    *[(series, "surface", 3) for series in ("series", "series-2")],
    *[(bar, "surface-3", 3) for bar in ("danger-bar", "warn-fill", "ok-fill")],
]
THEMES = {
    "light": r":root \{\s*color-scheme: light;(.*?)\}",
    "dark": r":root\[data-theme=\"dark\"\] \{\s*color-scheme: dark;(.*?)\}",
    "dark by the system": r":root:not\(\[data-theme\]\) \{\s*color-scheme: dark;(.*?)\}",
}


def colours(theme: str) -> dict[str, str]:
    text = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text(encoding="utf-8")
    block = re.search(THEMES[theme], text, re.DOTALL)
    assert block
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-Fa-f]{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_pair_has_the_contrast_it_needs(
    theme: str, front: str, back: str, least: float
) -> None:
    found = colours(theme)
    lighter, darker = sorted((luminance(found[front]), luminance(found[back])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= least


def test_the_chosen_dark_theme_and_the_one_of_the_system_are_the_same() -> None:
    assert colours("dark") == colours("dark by the system")
