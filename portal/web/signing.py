"""The one key that everything is signed with that the portal hands out."""

from hashlib import sha256

from flask import Response, abort, current_app, request

from portal.base.signing import Signer
from portal.web.downloads import attachment


def signer() -> Signer | None:
    """None where nothing is signed."""
    found: Signer | None = current_app.extensions["signer"]
    return found


def signing_key() -> Signer:
    """The same, for an address that is not there without it."""
    return signer() or abort(404)


def sent_signature(content: bytes, comment: str, name: str) -> Response:
    """The signature of what the file `name` has in it, to lie beside that."""
    signed = signing_key().sign(content, comment).encode()
    response = Response(signed, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(f"{name}.minisig")
    response.set_etag(sha256(signed).hexdigest())
    response.make_conditional(request)
    return response
