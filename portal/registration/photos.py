"""Reading the codes on a photographed label."""

from io import BytesIO

import zxingcpp
from PIL import Image, UnidentifiedImageError

from portal.base.words import N_, Refused

MOST_BYTES = 10_000_000
TOO_LARGE = N_("The photo is too large. It can be at most 10 MB.")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_400  # more helps no decoder, and takes memory
FORMATS = ("JPEG", "PNG", "WEBP")


def read_codes(photo: bytes) -> list[str]:
    """The texts of the barcodes and QR codes on a photo, in the order they were found."""
    if len(photo) > MOST_BYTES:
        raise Refused(TOO_LARGE, field="photo")
    try:
        with Image.open(BytesIO(photo), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused(N_("The photo has too many pixels."), field="photo")
            opened.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
            image = opened.convert("L")
    except Refused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(N_("The file is not a photo that we can read."), field="photo") from None
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    codes = [result.text.strip() for result in zxingcpp.read_barcodes(image) if result.text.strip()]
    if not codes:
        raise Refused(
            N_("We found no barcode in the photo. Go closer, or type the serial number."),
            field="photo",
        )
    return codes
