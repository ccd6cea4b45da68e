"""What templates are made into before they are drawn."""

import re

from flask import Flask
from jinja2.ext import Extension

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Flush(Extension):
    """Leave out what indents a template of a page: it is for us to read, and a twentieth of a page
    on the wire. Only what stands in the template goes, never what people have typed; lines stay
    where they are, so that a trace names the right ones.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _INDENTATION.sub("", source) if (name or "").endswith(".html") else source


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension(Flush)
