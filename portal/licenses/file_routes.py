"""License files and their signatures."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.words import Refused
from portal.licenses.actions import file_key, take_file
from portal.licenses.finding import find, ring
from portal.licenses.license_files import license_file
from portal.licenses.models import License
from portal.licenses.routes import license_page
from portal.web.downloads import attachment
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.session import db
from portal.web.signing import sent_signature, signing_key

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
    response = Response(_content(it, key), content_type="application/json")
    response.headers["Content-Disposition"] = attachment(_name(it))
    return response


@bp.get("/<reference>/file.minisig")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_KEYS)
def signature(reference: str) -> ResponseReturnValue:
    it = find(reference)
    signing_key()
    try:
        key = file_key(ring(), it)
    except Refused as refusal:
        return license_page(it, 422, refused=explain(refusal))
    return sent_signature(_content(it, key), it.reference, _name(it))


def _name(it: License) -> str:
    return f"{it.reference}.license.json"


def _content(it: License, key: str) -> bytes:
    here = account()
    return license_file(it, key, account=here.master_account_id, organization=here.name)
