import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from portal.about.routes import ARTICLES, LEGAL
from portal.about.texts import SOFT_HYPHEN, Text, find_text, render
from portal.agreements.rules import Reason
from portal.base.words import LabelledEnum
from portal.catalogue.models import Category
from portal.product_imports.columns import Field
from portal.product_imports.faults import FaultKind
from portal.web.locale import label, speaking

NAMES = [*LEGAL, *(f"help/{name}" for name in ARTICLES)]


@pytest.fixture
def pairs(app: Flask) -> list[tuple[Text, Text]]:
    """Every text, in bokmål and in English."""
    with app.test_request_context():
        return [(find_text(name, "nb"), find_text(name, "en")) for name in NAMES]


@pytest.fixture
def texts(pairs: list[tuple[Text, Text]]) -> list[Text]:
    return [text for pair in pairs for text in pair]


def test_every_file_has_a_page_and_every_page_its_files(root: Path) -> None:
    folder = root / "templates" / "about"
    for language in ("nb", "en"):
        files = (folder / language).rglob("*.md")
        names = sorted(
            path.relative_to(folder / language).with_suffix("").as_posix() for path in files
        )
        assert names == sorted(NAMES)


def test_both_languages_say_the_same_in_the_same_order(pairs: list[tuple[Text, Text]]) -> None:
    for nb, en in pairs:
        assert _shape(nb) == _shape(en), nb.name
        assert nb.changed == en.changed


def test_a_text_leads_with_what_it_is_about(texts: list[Text]) -> None:
    for each in texts:
        assert each.summary.endswith(".")
        assert not each.title.endswith(".")
        assert SOFT_HYPHEN not in each.plain_title


def test_every_heading_has_an_address_of_its_own(texts: list[Text]) -> None:
    for each in texts:
        ids = re.findall(r' id="([^"]*)"', each.html)
        assert len(ids) == len(set(ids))
        assert all(ids)
        assert [section.id for section in each.sections] == ids


def test_nothing_is_left_unfilled(texts: list[Text]) -> None:
    for each in texts:
        assert not re.search(r"{[{%#]|[%#}]}|Undefined|\]\(|\*\*", each.html)


def test_long_words_in_titles_may_break(texts: list[Text]) -> None:
    for each in texts:
        for title in (each.title, *(section.title for section in each.sections)):
            assert max(map(len, re.split(rf"[\s/{SOFT_HYPHEN}-]+", title))) <= 20


def test_what_is_not_wanted_in_a_text_is_taken_out() -> None:
    html, _ = render(
        "![](https://elsewhere.example/eye.png)\n\n[a](javascript:alert(1))\n\n"
        "<script>alert(1)</script> <b onclick=alert(1)>b</b>"
    )
    assert "<img" not in html
    assert "<script" not in html
    assert "<b " not in html
    assert 'href="javascript' not in html


def test_a_table_names_its_rows_and_columns() -> None:
    html, _ = render("## Keys\n\n| Key | Deed |\n| --- | --- |\n| Esc | Closes |\n| Tab | Moves |")
    assert '<th scope="row">Tab</th>\n<td data-label="Deed">Moves</td>' in html
    assert html.count('<th scope="col">') == 2
    assert 'role="region" tabindex="0" aria-labelledby="keys"' in html


def _shape(text: Text) -> list[str]:
    """The tags, and where the links lead: all but the words."""
    tags = re.findall(r"<(?:/?[a-z0-9]+|a href=\"/[^\"]*\")", text.html)
    return [tag for tag in tags if tag not in {"<strong", "</strong"}]


@pytest.mark.parametrize(
    ("name", "words"),
    [("import", [*FaultKind, *Field]), ("coverage", [*Reason, *Category])],
)
def test_help_explains_every_word_that_the_portal_uses(
    app: Flask, name: str, words: list[LabelledEnum]
) -> None:
    for language in ("nb", "en"):
        with app.test_request_context(), speaking(language):
            html = unescape(find_text(f"help/{name}", language).html)
            assert [word for word in words if label(word) not in html] == []


def test_every_link_leads_somewhere(app: Flask, texts: list[Text]) -> None:
    addresses = {link for each in texts for link in re.findall(r'href="(/[^"]*)"', each.html)}
    pages = app.url_map.bind("")
    for address in addresses:
        pages.match(address, method="GET")  # raises when there is no such page
    assert "/products/import" in addresses
