"""What every HTML answer must keep to, whichever test asked for it."""

from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from portal.web.headers import CONTENT_SECURITY_POLICY, SCANNING_POLICY

Attributes = dict[str, str | None]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# What says something of an element, and nothing when it is empty.
STATES = ("aria-invalid", "aria-describedby", "aria-expanded", "aria-current", "aria-selected")
FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list")
NAMED = {"a", "button", "h1", "h2", "h3", "h4", "th", "legend", "label", "title", "summary"}


def check_html(response: TestResponse) -> None:
    """Fail if an HTML answer breaks a promise. Anything that is not HTML passes."""
    if response.mimetype != "text/html" or not 200 <= response.status_code < 600:
        return
    if 300 <= response.status_code < 400 or response.content_encoding or not response.data:
        return
    page = read(response.get_data(as_text=True))
    problems = page.problems() + _of_headers(response)
    if page.whole:
        problems += page.problems_of_whole(response.headers.get("Content-Language", ""))
        if "HX-Request" not in response.headers.get("Vary", ""):
            problems.append("no Vary: HX-Request")
    asked = response.request.path
    assert problems == [], f"{asked} ({response.status_code}): " + "; ".join(problems)


@lru_cache(maxsize=2)
def read(html: str) -> "Page":
    """The answer as it was just checked, for tests that go by what it leads to."""
    return Page(html)


class Page(HTMLParser):
    """One answer, read once: its elements with their attributes, and the text of those named."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[tuple[str, Attributes, str]] = []
        self.in_label: set[int] = set()
        self._open: list[tuple[str, Attributes, list[str]]] = []
        self.whole = "<html" in html
        self.doctype = html.lstrip().lower().startswith("<!doctype html>")
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if any(name == "label" for name, _, _ in self._open):
            self.in_label.add(len(self.elements))
        self.elements.append((tag, attributes))
        for _, _, text in self._open:  # what an element without text says by another name
            text.append(attributes.get("aria-label") or attributes.get("alt") or "")
        if tag not in VOID:
            self._open.append((tag, attributes, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, attributes, text = self._open.pop()
            self.texts.append((name, attributes, "".join(text).strip()))
            if name == tag:
                return

    def problems(self) -> list[str]:
        ids = Counter(id for _, attributes in self.elements if (id := attributes.get("id")))
        found = [f"id {id} stands {count} times" for id, count in ids.items() if count > 1]
        for at, (tag, attributes) in enumerate(self.elements):
            found += _inline(tag, attributes)
            if self.whole:
                found += _dangling(tag, attributes, ids)
            if tag in FIELDS and not self._labelled(at, attributes):
                found.append(
                    f"the field {attributes.get('name') or attributes.get('id')} is unnamed"
                )
            if tag == "img" and attributes.get("alt") is None:
                found.append("an image says nothing")
        found += [
            f"an empty {tag} ({attributes.get('class') or attributes.get('href')})"
            for tag, attributes, text in self.texts
            if tag in NAMED
            and not (text or attributes.get("aria-label") or attributes.get("aria-labelledby"))
        ]
        return found

    def problems_of_whole(self, language: str) -> list[str]:
        tags = Counter(tag for tag, _ in self.elements)
        titles = [text for tag, _, text in self.texts if tag == "title"]
        html = next(attributes for tag, attributes in self.elements if tag == "html")
        found = [] if self.doctype else ["no doctype"]
        found += [f"{tags['h1']} h1"] if tags["h1"] != 1 else []
        found += [f"{tags['main']} main"] if tags["main"] != 1 else []
        found += [] if any(titles) else ["no title"]
        if not html.get("lang") or html["lang"] != language:
            found.append(f"lang is {html.get('lang')}, the answer says {language}")
        return found

    def _labelled(self, at: int, attributes: Attributes) -> bool:
        if (attributes.get("type") or "text") in UNLABELLED and self.elements[at][0] == "input":
            return True
        if attributes.get("aria-label") or attributes.get("aria-labelledby") or at in self.in_label:
            return True
        labels = {other.get("for") for tag, other in self.elements if tag == "label"}
        return bool(attributes.get("id")) and attributes["id"] in labels


def _inline(tag: str, attributes: Attributes) -> list[str]:
    found = [f"{tag} carries {name}" for name in attributes if name == "style" or name[:2] == "on"]
    found += [
        f"{tag} carries {name}, which htmx does not know"
        for name in attributes
        if name[:3] == "hx_"
    ]
    found += [f"{tag} has an empty {name}" for name in STATES if attributes.get(name) == ""]
    if tag == "style" or (tag == "script" and not attributes.get("src")):
        found.append(f"an inline {tag}")
    if attributes.get("required") is not None or (tag in FIELDS and "required" in attributes):
        found.append(f"{tag} {attributes.get('name')} leaves the check to the browser")
    return found


def _dangling(tag: str, attributes: Attributes, ids: Counter[str]) -> list[str]:
    wanted = [name for each in REFERENCES for name in (attributes.get(each) or "").split()]
    href = attributes.get("href") or ""
    if tag == "a" and href.startswith("#") and len(href) > 1:
        wanted.append(href[1:])
    return [f"{tag} points at {name}, which is not there" for name in wanted if name not in ids]


def _of_headers(response: TestResponse) -> list[str]:
    headers = response.headers
    found = []
    if headers.get("Content-Security-Policy") not in {CONTENT_SECURITY_POLICY, SCANNING_POLICY}:
        found.append("no content security policy")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("the type may be guessed")
    return found
