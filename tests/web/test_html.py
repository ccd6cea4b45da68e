"""The checker itself: it must bite."""

import pytest

from tests.web.html import Page

WHOLE = (
    '<!doctype html><html lang="nb"><title>Enheter</title><main><h1>Enheter</h1>{}</main></html>'
)


def problems(inside: str) -> list[str]:
    page = Page(WHOLE.format(inside))
    return page.problems() + page.problems_of_whole("nb")


def test_a_sound_page_passes() -> None:
    sound = """<label for="q">Søk</label><input id="q" name="q">
        <label>Sted<select></select></label><input type="hidden" name="x">
        <a href="#q">Til søket</a><button aria-label="Lukk"></button>"""

    assert problems(sound) == []


@pytest.mark.parametrize(
    "inside",
    [
        "<h1>Til</h1>",
        "<input name=q>",
        '<label for="x">Søk</label>',
        '<p id="a"></p><p id="a"></p>',
        '<p style="color: red">Rød</p>',
        '<button onclick="go()">Kjør</button>',
        "<script>go()</script>",
        '<a href="/products"></a>',
        '<a href="#nowhere">Ned</a>',
        '<input aria-label="Søk" required>',
        '<input aria-label="Søk" aria-invalid="">',
        '<input aria-label="Søk" hx_get="/products">',
        '<img src="x.png">',
    ],
)
def test_a_broken_page_does_not(inside: str) -> None:
    assert problems(inside) != []


def test_the_language_said_is_the_language_meant() -> None:
    assert Page(WHOLE.format("")).problems_of_whole("en") != []
