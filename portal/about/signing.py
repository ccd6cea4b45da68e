"""`/signing`: how what we sign is checked. For everyone, since our files may lie anywhere."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.about.tagging import tag
from portal.web.downloads import attachment
from portal.web.guard import public
from portal.web.pages import page
from portal.web.signing import signer, signing_key

bp = Blueprint("signing", __name__)
bp.after_request(tag)


@bp.get("/signing")
@public
def show() -> ResponseReturnValue:
    return page("about/signing.html", signer=signer())


@bp.get("/signing/minisign.pub")
@public
def public_key() -> ResponseReturnValue:
    response = Response(signing_key().public_file(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = attachment("minisign.pub")
    return response
