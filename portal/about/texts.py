"""The portal's own texts: Markdown for each language, rendered once and kept.

A text is a Jinja template, so that what it says of roles, names and cookies comes from where it is
decided. It begins with `title:`, `summary:` and `changed:`; the Markdown follows a blank line.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import unescape
from itertools import pairwise

import nh3
from flask import current_app
from jinja2 import TemplateNotFound
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal.web.locale import speaking

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_TAGS = {
    *("a", "blockquote", "code", "div", "em", "h2", "h3", "li", "ol", "p", "strong", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "div": {"class", "role", "tabindex", "aria-labelledby"},
    "h2": {"id"},
    "h3": {"id"},
    "table": {"class"},
    "td": {"data-label"},
    "th": {"scope"},
}


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    name: str
    language: str  # the one it is written in, which may be the neighbour of the one asked for
    title: str  # with soft hyphens where a long word may break
    summary: str
    changed: date
    html: Markup
    sections: tuple[Section, ...]

    @property
    def plain_title(self) -> str:
        """For the title of the window, where words never break."""
        return self.title.replace(SOFT_HYPHEN, "")


@cache
def find_text(name: str, language: str) -> Text:
    """The text of this name. Nynorsk falls back to bokmål until it is written."""
    try:
        template = current_app.jinja_env.get_template(f"about/{language}/{name}.md")
    except TemplateNotFound:
        if language != "nn":
            raise
        return find_text(name, "nb")
    with speaking(language):
        head, _, body = template.render().partition("\n\n")
    about = dict(unescape(line).split(": ", 1) for line in head.splitlines())
    html, sections = render(body)
    return Text(
        name=name,
        language=language,
        title=about["title"],
        summary=about["summary"],
        changed=date.fromisoformat(about["changed"]),
        html=html,
        sections=sections,
    )


def render(markdown: str) -> tuple[Markup, tuple[Section, ...]]:
    """Safe HTML with an address for each heading, and tables that become cards on phones."""
    parser = MarkdownIt("js-default")
    tokens = parser.parse(markdown)
    sections = tuple(_name_headings(tokens))
    html = parser.renderer.render(_dress_tables(tokens), parser.options, {})
    safe = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
    return Markup(safe), sections  # noqa: S704 - cleaned just above


def _name_headings(tokens: list[Token]) -> list[Section]:
    sections = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            title = "".join(part.content for part in inline.children or [])
            name = "-".join(re.findall(r"\w+", title.replace(SOFT_HYPHEN, "").lower()))
            opening.attrSet("id", name)
            if opening.tag == "h2":
                sections.append(Section(name, title))
    return sections


def _dress_tables(tokens: list[Token]) -> list[Token]:
    """Name each row by its first cell, and every other cell by its column."""
    dressed: list[Token] = []
    columns: list[str] = []
    heading, cell = "", 0
    for token, inside in pairwise([*tokens, Token("end", "", 0)]):
        match token.type:
            case "heading_open":
                heading = str(token.attrGet("id"))
            case "table_open":
                columns = []
                token.attrSet("class", "ds-table")
                dressed.append(_frame(heading))
            case "th_open":
                columns.append(inside.content)
                token.attrSet("scope", "col")
            case "tr_open":
                cell = 0
            case "td_open":
                _dress_cell(token, columns[cell] if cell else None)
            case "td_close":
                token.tag = "td" if cell else "th"
                cell += 1
        dressed.append(token)
        if token.type == "table_close":
            dressed.append(Token("div_close", "div", -1, block=True))
    return dressed


def _frame(heading: str) -> Token:
    """The frame that a wide table is scrolled in, by keyboard too."""
    attributes: dict[str, str | int | float] = {
        "class": "scroll",
        "role": "region",
        "tabindex": "0",
        "aria-labelledby": heading,
    }
    return Token("div_open", "div", 1, attrs=attributes, block=True)


def _dress_cell(token: Token, column: str | None) -> None:
    if column is None:
        token.tag = "th"
        token.attrSet("scope", "row")
    else:
        token.attrSet("data-label", column)
