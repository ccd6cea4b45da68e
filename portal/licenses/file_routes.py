"""License files, their signatures, and how to check them."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.words import Refused
from portal.licenses.actions import file_key, take_file
from portal.licenses.finding import find, ring
from portal.licenses.models import License
from portal.licenses.routes import license_page
from portal.licenses.signing import Signer, license_file
from portal.web.downloads import attachment
from portal.web.guard import account, allow, public, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("license_files", __name__)


@bp.post("/<reference>/file")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_KEYS)
@limited("license key")
def take(reference: str) -> ResponseReturnValue:
    """The key is in it: that it was taken is put on record."""
    it = find(reference)
    try:
        key = take_file(db(), ring(), it, by=viewer())
    except Refused as refusal:
        return license_page(it, 422, refused=explain(refusal))
    return _sent(_content(it, key), f"{it.reference}.license.json", "application/json")


@bp.get("/<reference>/file.sig")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_KEYS)
def signature(reference: str) -> ResponseReturnValue:
    it = find(reference)
    try:
        key = file_key(ring(), it)
    except Refused as refusal:
        return license_page(it, 422, refused=explain(refusal))
    signed = signer().sign(_content(it, key))
    return _sent(signed, f"{it.reference}.license.json.sig", "application/octet-stream")


@bp.get("/signing-key")
@public
def how() -> ResponseReturnValue:
    return page("licenses/signing_key.html", signer=signer())


@bp.get("/signing-key.pem")
@public
def public_key() -> ResponseReturnValue:
    return _sent(signer().public_key.encode(), "license-signing-key.pem", "application/x-pem-file")


def signer() -> Signer:
    found: Signer = current_app.extensions["license_signer"]
    return found


def _content(it: License, key: str) -> bytes:
    here = account()
    return license_file(it, key, account=here.master_account_id, organization=here.name)


def _sent(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = attachment(name)
    return response
