"""Pages are compressed on their way out: a list of 25 rows shrinks to a sixth.

Compression next to a secret can give the secret away to someone who may repeat a request with
guesses in it and measure the answers (BREACH). The form token is the only secret our pages carry
that would be worth it, and it is not to be had this way: it holds a time and a signature that are
new each second, a guess from another site arrives without the cookie (SameSite) or as a navigation
whose length nobody may read, and a post from elsewhere is refused whatever token it brings. To make
what can be measured on the wire useless as well, each answer's length is blurred: the file name
that a gzip header may carry is of random length, as in Django.
"""

import gzip
from io import BytesIO
from secrets import randbelow

from flask import Flask, Response, request

_WORTH_IT = 600  # bytes: what fits in one packet anyway is sent as it is
_QUICK = 6  # level 9 takes twice as long to save a hundredth
_BLUR = 64
_TYPES = {"text/html", "application/json", "application/problem+json", "text/plain"}


def init_app(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.is_streamed or response.direct_passthrough or response.content_encoding:
        return response
    body = response.get_data()
    if len(body) >= _WORTH_IT and request.accept_encodings["gzip"]:
        response.set_data(_zip(body))
        response.content_encoding = "gzip"
    return response


def _zip(body: bytes) -> bytes:
    small = BytesIO()
    name = "a" * randbelow(_BLUR)
    with gzip.GzipFile(name, "wb", compresslevel=_QUICK, fileobj=small, mtime=0) as zipped:
        zipped.write(body)
    return small.getvalue()
