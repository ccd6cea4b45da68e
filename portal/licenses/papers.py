"""Papers that are kept with a license: added, taken away, downloaded."""

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.licenses.finding import find
from portal.licenses.forms import PAPERS, PapersForm
from portal.licenses.keeping import add_papers, remove_paper
from portal.licenses.models import License
from portal.licenses.part_models import LicensePaper
from portal.licenses.part_queries import paper_with_id
from portal.licenses.rules import PAPER_PREFIX
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.downloads import download
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp, files_bp = Blueprint("license_papers", __name__), Blueprint("license_paper_files", __name__)


@bp.get("/<reference>/papers")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN)
def new(reference: str) -> ResponseReturnValue:
    return _page(find(reference), PapersForm(formdata=None))


@bp.post("/<reference>/papers")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN, most_bytes=MOST_WITH_FORM)
@receives_files(PAPERS)
def add(reference: str) -> ResponseReturnValue:
    it, form = find(reference), PapersForm()
    if form.validate():
        by, now = viewer(), clock.now()
        try:
            sent = submission(db(), form.token.data, by=by.id)
            if not sent.led_to:
                files = attach_uploads(db(), form.files.data, PAPERS, by=by, now=now)
                add_papers(db(), it, files, by=by, now=now)
                sent.led_to = path_of(it)
                flash(_("The papers are added."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(it, form, 422)


@files_bp.get("/papers/<reference>")
@allow(Permission.LICENSES_VIEW)
def show(reference: str) -> Response:
    return download(_find(reference).file)


@files_bp.post("/papers/<reference>/removal")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN)
def remove(reference: str) -> ResponseReturnValue:
    paper = _find(reference)
    it = db().get_one(License, paper.license_id)
    remove_paper(db(), it, paper, by=viewer())
    flash(_("The paper is removed."))
    return redirect(path_of(it), 303)


def path_of(it: License) -> str:
    return url_for("licenses.show", reference=it.reference) + "#order-heading"


def _find(reference: str) -> LicensePaper:
    number = read_reference(PAPER_PREFIX, reference) or abort(404)
    return db().scalars(paper_with_id(number)).one()


def _page(it: License, form: PapersForm, status: int = 200) -> ResponseReturnValue:
    return page("licenses/papers.html", status, it=it, form=form)
