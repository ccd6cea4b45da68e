"""Manifests, their signatures, and what a mirror fetches: for programs, and for those who check."""

from hashlib import sha256

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.downloads.granting import why_not_release
from portal.downloads.here import asker, find_model, find_release, models_here, told_here
from portal.downloads.manifests import manifest_of, manifest_of_model, mirror_list, written
from portal.downloads.values import Release
from portal.web.downloads import attachment, repr_digest
from portal.web.guard import allow
from portal.web.headers import keep_and_ask
from portal.web.signing import sent_signature

bp = Blueprint("download_manifests", __name__)


@bp.get("/releases/<reference>/manifest.json")
@allow(Permission.DOWNLOADS_VIEW)
def release(reference: str) -> ResponseReturnValue:
    it = find_release(reference)
    return _sent(_of(it), "application/json", f"{it.reference}.json")


@bp.get("/releases/<reference>/manifest.json.minisig")
@allow(Permission.DOWNLOADS_VIEW)
def signature(reference: str) -> ResponseReturnValue:
    it = find_release(reference)
    keep_and_ask()
    return sent_signature(_of(it), f"{it.reference} {it.version}", f"{it.reference}.json")


@bp.get("/<ref>/manifest.json")
@allow(Permission.DOWNLOADS_VIEW)
def model(ref: str) -> ResponseReturnValue:
    found = manifest_of_model(find_model(ref), models_here(), told_here(), _address)
    return _sent(written(found), "application/json", f"{ref}.json")


@bp.get("/<ref>/manifest.json.minisig")
@allow(Permission.DOWNLOADS_VIEW)
def model_signature(ref: str) -> ResponseReturnValue:
    it = find_model(ref)
    content = written(manifest_of_model(it, models_here(), told_here(), _address))
    keep_and_ask()
    return sent_signature(content, it.name, f"{ref}.json")


@bp.get("/mirror.txt")
@allow(Permission.DOWNLOADS_VIEW)
def mirror() -> ResponseReturnValue:
    """All that the viewer is given now, one file after another: no archive has to be made first."""
    told, models, who = told_here(), models_here(), asker()
    releases = [it for it in told.shelf.releases.values() if told.has(it)]
    given = (it for it in releases if not why_not_release(it, models, who))
    listed = "".join(mirror_list(given, _address)).encode()
    return _sent(listed, "text/plain; charset=utf-8", "mirror.txt")


def _of(it: Release) -> bytes:
    return written(manifest_of(it, models_here(), told_here(), _address))


def _address(it: Release) -> str:
    portal: str = current_app.config["PORTAL_URL"]
    return portal.rstrip("/") + url_for("download_files.release", reference=it.reference)


def _sent(content: bytes, media_type: str, name: str) -> Response:
    keep_and_ask()
    response = Response(content, content_type=media_type)
    digest = sha256(content).hexdigest()
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Repr-Digest"] = repr_digest(digest)
    response.set_etag(digest)
    response.make_conditional(request)
    return response
