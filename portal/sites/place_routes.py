"""Which place a postal code belongs to, filled in while somebody writes an address."""

from flask import Blueprint, Response, abort, jsonify

from portal.sites.postal_codes import place_of
from portal.web.guard import public

bp = Blueprint("postal_codes", __name__)


@bp.get("/<code>")
@public
def place(code: str) -> Response:
    """Of a public register, so that nobody has to be signed in."""
    return jsonify(place=place_of(code) or abort(404))
