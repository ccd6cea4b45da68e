"""The number of a return as codes: bars for carriers' scanners, squares for cameras."""

import io

import segno
import zxingcpp


def bars(text: str) -> str:
    """Code 128 as SVG, with room on both sides."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    drawn: str = made.to_svg(add_hrt=False)
    return drawn


def squares(text: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=4, light="#fff", dark="#000"
    )
    return out.getvalue().decode()


def rows_of_squares(text: str) -> list[str]:
    """The same row by row, 1 where it is black: for mails, whose programs show no pictures that
    the mail itself does not bring along."""
    made = segno.make(text, error="m", micro=False)
    return ["".join("1" if dark else "0" for dark in row) for row in made.matrix]
