"""The colors of the theme, measured: WCAG 2.2 AA in light and dark."""

import re
from pathlib import Path

import pytest

THEME = (Path(__file__).parents[2] / "static/vendor/theme.css").read_text("utf-8")
COLORS = ["accent", "neutral", "warm", "info", "success", "warning", "danger"]
GROUNDS = [
    "background-default",
    "background-tinted",
    "surface-default",
    "surface-tinted",
    "surface-hover",
]
SCHEMES = {
    "light": r'\[data-color-scheme="light"\]\s*{([^}]*)}',
    "dark": r'\[data-color-scheme="dark"\]\s*{([^}]*)}',
}


def colors(scheme: str) -> dict[str, str]:
    found = re.search(SCHEMES[scheme], THEME)
    assert found
    return dict(re.findall(r"--ds-color-([a-z-]+): (#[0-9a-fA-F]{6})", found[1]))


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("color", COLORS)
def test_text_can_be_read_on_every_ground(scheme: str, color: str) -> None:
    known = colors(scheme)
    for ground in GROUNDS:
        for text in ("text-subtle", "text-default"):
            ratio = contrast(known[f"{color}-{text}"], known[f"{color}-{ground}"])
            assert ratio >= 4.5, (text, ground, ratio)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("color", COLORS)
def test_buttons_can_be_read(scheme: str, color: str) -> None:
    known = colors(scheme)
    for state in ("default", "hover"):
        ratio = contrast(known[f"{color}-base-{state}"], known[f"{color}-base-contrast-default"])
        assert ratio >= 4.5, (state, ratio)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_edges_of_fields_and_the_focus_can_be_seen(scheme: str) -> None:
    known = colors(scheme)
    for ground in ("background-default", "background-tinted", "surface-default"):
        assert contrast(known["neutral-border-default"], known[f"neutral-{ground}"]) >= 3
        assert contrast(known["focus-outer"], known[f"neutral-{ground}"]) >= 3


@pytest.mark.parametrize("color", ["#ffffff", "#bdd0e8", "#ff9a62", "#7f9cc0", "#cbd9ea"])
def test_what_stands_in_the_header_can_be_seen_on_its_blue(color: str) -> None:
    assert contrast(color, "#0b2a50") >= (3 if color in {"#ff9a62", "#7f9cc0"} else 4.5)


@pytest.mark.parametrize("ground", ["background-tinted", "surface-default", "surface-tinted"])
def test_links_can_be_read_in_the_dark(ground: str) -> None:
    known = colors("dark")
    for color in ("neutral", "accent", "warning", "info"):
        assert contrast("#8fb8ee", known[f"{color}-{ground}"]) >= 4.5
