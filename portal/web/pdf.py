"""Documents as PDF, tagged, in our own fonts, from templates in templates/pdf.

What people wrote is handed over as data, never as a part of the template: it cannot become code.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from flask import Response

from portal.web.downloads import attachment

_HERE = Path(__file__).parents[2]
ROOT, FONTS = _HERE / "templates" / "pdf", _HERE / "static" / "pdf-fonts"
_LONGEST_RUN = 36  # signs that stand in a row before a line may be broken among them
_RUN = re.compile(rf"(\S{{{_LONGEST_RUN}}})(?=\S)")


def make_pdf(template: str, data: Mapping[str, Any], *, now: datetime) -> bytes:
    """The document of a template, which finds `data` as JSON in its inputs."""
    told = json.dumps(data, ensure_ascii=False)
    made: bytes = typst.compile(
        ROOT / template,
        root=ROOT,
        font_paths=_fonts(),
        sys_inputs={"data": told},
        timestamp=int(now.timestamp()),
        package_path=ROOT / "none",  # nothing is fetched from anywhere
        package_cache_path=ROOT / "none",
    )
    return made


def breakable(text: str) -> str:
    """With places where a line may be broken, in what would be wider than the page."""
    return _RUN.sub("\\1\N{ZERO WIDTH SPACE}", text)


def send_pdf(name: str, body: bytes) -> Response:
    response = Response(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@cache
def _fonts() -> typst.Fonts:
    """Ours, and those that typst brings along; none of the system's."""
    return typst.Fonts(font_paths=[FONTS], include_system_fonts=False)
