"""What a reader sees of an HTML mail, as plain text: paragraphs, lists, and `> ` before quotes."""

import re
from html import unescape

import nh3

LONGEST = 400_000  # characters that are looked at
_LINES = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol"}
_KEPT = _LINES | {"td", "hr"}
_GONE = {"script", "style", "title", "template", "noscript", "svg", "math"}
_MOST_TAGS = 5_000
_BARE = re.compile(r"<[^<>]{0,2000}>|<")
_TAG = re.compile(r"<(/?)(\w+)[^>]*>")


def text_of(html: str) -> str:
    """Nothing of it is a tag any more, and nothing hidden by scripts and styles is read."""
    clean = nh3.clean(
        _shallow(html[:LONGEST]), tags=_KEPT, attributes={}, clean_content_tags=_GONE, link_rel=None
    )
    lines, quoted = [""], 0
    at = 0
    for tag in _TAG.finditer(clean):
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


def _shallow(html: str) -> str:
    """Without what no mail needs and a deep tree is made of: thousands of tags in one another."""
    return html if html.count("<") < _MOST_TAGS else _BARE.sub(" ", html)
