"""What a reader sees of an HTML mail, as plain text: paragraphs, lists, and `> ` before quotes."""

import re
from html import unescape

import nh3

LONGEST = 400_000  # characters that are looked at
_LINES = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol"}
_KEPT = _LINES | {"td", "hr", "span"}
_EMPTY = {"br", "hr"}
_GONE = {"script", "style", "title", "template", "noscript", "svg", "math"}
_MOST_TAGS = 5_000
_BARE = re.compile(r"<[^<>]{0,2000}>|<")
_TAG = re.compile(r"<(/?)(\w+)[^>]*>")
_HIDING = re.compile(r"<(/?)(\w+)( (?:style|hidden)=)?[^>]*>")
_DISPLAY = re.compile(r"display\s*:\s*([\w-]+)", re.IGNORECASE)


def text_of(html: str) -> str:
    """Nothing of it is a tag any more, and nothing hidden by scripts and styles is read."""
    clean = _shown(
        nh3.clean(
            _shallow(html[:LONGEST]),
            tags=_KEPT,
            attributes={"*": {"style", "hidden"}},
            attribute_filter=_hides,
            clean_content_tags=_GONE,
            link_rel=None,
        )
    )
    lines, quoted = [""], 0
    at = 0
    for tag in _TAG.finditer(clean):
        if tag[2] == "span":
            lines[-1] += unescape(clean[at : tag.start()]).replace("\n", " ")
            at = tag.end()
            continue
        lines[-1] += " ".join(unescape(clean[at : tag.start()]).split(" ")).replace("\n", " ")
        at = tag.end()
        name = tag[2]
        if name == "td":
            lines[-1] += " "
        elif name == "hr":
            lines += ["_" * 32, ""]
        elif lines[-1].strip("> ") or name in {"br", "blockquote"}:
            quoted += 0 if name != "blockquote" else -1 if tag[1] else 1
            lines.append("> " * min(max(quoted, 0), 5))
        if name == "li" and not tag[1]:
            lines[-1] += "- "
    lines[-1] += unescape(clean[at:]).replace("\n", " ")
    text = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _hides(_tag: str, name: str, value: str) -> str | None:
    """An attribute stays if it hides what is in the element, and says so by its name alone."""
    told = _DISPLAY.findall(value)
    if name == "style" and not (told and told[-1].lower() == "none"):
        return None
    return "none"


def _shown(clean: str) -> str:
    """Without the elements that a reader does not see, such as the line that only lists show."""
    kept: list[str] = []
    at, hidden, depth = 0, "", 0
    for tag in _HIDING.finditer(clean):
        closes, name, hides = tag[1], tag[2], tag[3]
        if depth and name == hidden:
            depth += -1 if closes else 1
            at = tag.end()
        elif not depth and hides and not closes and name not in _EMPTY:
            kept.append(clean[at : tag.start()])
            hidden, depth = name, 1
    return "".join([*kept, "" if depth else clean[at:]])


def _shallow(html: str) -> str:
    """Without what no mail needs and a deep tree is made of: thousands of tags in one another."""
    return html if html.count("<") < _MOST_TAGS else _BARE.sub(" ", html)
