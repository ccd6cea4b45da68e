"""QR codes, drawn here: no stranger is told what they say."""

import io

import segno
from markupsafe import Markup


def drawn(text: str) -> Markup:
    """As SVG in the page: black on white in every theme, for cameras; no style of its own."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=4,
        light="#fff",
        dark="#000",
        svgclass="qr",
        lineclass=None,
    )
    # What was encoded is drawn as squares: nothing of the text is in the markup.
    return Markup(out.getvalue().decode())  # noqa: S704
