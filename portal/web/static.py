"""Static files: hashed names, compressed once, kept by the browser for good.

What a page needs comes in few answers: a bundle is a list of files put together at start, so that
there is nothing to build and the vendored files stay as their makers published them. A name holds
the hash of what it stands for, and so may be kept for ever; an old name still leads to the newest
file, because a page may be open in a browser while the portal is renewed.
"""

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import brotli
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from portal.web.headers import trust

PREFIX = "/static/"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".png": "image/png",
}
BUNDLES = {
    "icons.svg": ["vendor/aksel.svg", "pictograms.svg"],
    "portal.css": ["styles/layers.css", "vendor/theme.css", "vendor/ds-*.css", "styles/*.css"],
    "portal.js": ["vendor/htmx.min.js", "scripts/*.js"],
}
_LARGE = 200_000  # bytes: from there on the last percent takes brotli seconds
_HASHED = re.compile(r"^(?P<name>.+)\.(?P<hash>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)$")
_LINK = re.compile(r'url\("(?!data:|#)([^"]+)"\)')
_LINE_BREAK = re.compile(r"\s*\n\s*")
_COMMENT_LINES = re.compile(r"^\s*/\*.*?\*/$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    name: str
    body: bytes
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", sha256(self.body).hexdigest()[:12])

    @property
    def url(self) -> str:
        stem, suffix = _split(self.name)
        return f"{PREFIX}{stem}.{self.hash}{suffix}"

    @cached_property
    def smaller(self) -> dict[str, bytes]:
        """By encoding, the best first. Nothing for what is compressed by itself, such as fonts."""
        small = gzip.compress(self.body, 9, mtime=0)
        if len(small) >= 0.9 * len(self.body):
            return {}
        quality = 10 if len(self.body) < _LARGE else 9
        return {"br": brotli.compress(self.body, quality=quality), "gzip": small}


class Assets:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._assets: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in TYPES:
                self._add(path.relative_to(folder).as_posix(), path.read_bytes())
        for name, patterns in BUNDLES.items():
            self._add(name, self._bundle(name, patterns))

    def url(self, name: str) -> str:
        return self._assets[name].url

    def body(self, name: str) -> bytes:
        return self._assets[name].body

    def answer(self, request: Request) -> Response:
        """The file a browser asks for; one that is gone under an old name is given as it is now."""
        name, wanted = _plain(request.path.removeprefix(PREFIX))
        asset = self._assets.get(name)
        if asset is None or request.method not in {"GET", "HEAD"}:
            raise NotFound
        response = Response(asset.body, content_type=TYPES[_split(name)[1]])
        for encoding, small in asset.smaller.items():
            if request.accept_encodings[encoding]:
                response.set_data(small)
                response.content_encoding = encoding
                break
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOREVER if wanted == asset.hash else "no-cache"
        response.set_etag(asset.hash)
        return response.make_conditional(request)

    def _add(self, name: str, body: bytes) -> None:
        self._assets[name] = Asset(name, body)

    def _bundle(self, name: str, patterns: Iterable[str]) -> bytes:
        # A file named by itself does not come again with the pattern that holds it.
        paths = dict.fromkeys(p for each in patterns for p in sorted(self._folder.glob(each)))
        read = {".css": self._style, ".js": _script}.get(_split(name)[1], _text)
        text = "".join(map(read, paths))
        if name.endswith(".svg"):
            text = f'<svg xmlns="http://www.w3.org/2000/svg">{_LINE_BREAK.sub("", text)}</svg>'
        return text.encode()

    def _style(self, path: Path) -> str:
        text = _LINE_BREAK.sub("\n", _COMMENT.sub("", path.read_text("utf-8")))
        text = _LINK.sub(lambda link: f'url("{self.url(link[1])}")', text)
        if path.name.startswith("ds-"):  # as Designsystemet itself lays them in its whole file
            layer = "ds.base" if path.name == "ds-base.css" else "ds.components"
            text = f"@layer {layer}{{{text}}}\n"
        return text


class _Front:
    """Answers for static files before the application is asked: no session, no sign-in, no log."""

    def __init__(self, app: Flask, assets: Assets) -> None:
        self._next, self._assets = app.wsgi_app, assets

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._next(environ, start_response)
        request = Request(environ)
        try:
            response = self._assets.answer(request)
        except NotFound:
            return self._next(environ, start_response)  # an error page like any other
        trust(response, secure=request.is_secure)
        return response(environ, start_response)


def init_app(app: Flask) -> None:
    assets = Assets(Path(app.root_path) / "static")
    app.jinja_env.globals["asset"] = assets.url
    app.wsgi_app = _Front(app, assets)  # type: ignore[method-assign]


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _script(path: Path) -> str:
    """Ours without comments and indents; what others made stays as it is."""
    text = _text(path)
    if path.parent.name == "scripts":
        text = _LINE_BREAK.sub("\n", _COMMENT_LINES.sub("", text))
    return text.strip() + "\n"


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return stem, dot + suffix


def _plain(path: str) -> tuple[str, str | None]:
    if found := _HASHED.match(path):
        return found["name"] + found["suffix"], found["hash"]
    return path, None
