"""The customer's page of a cloud partner case: every step, and what we need from them."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.cloud_partners import files
from portal.cloud_partners.actions import give_agreement, give_authorization
from portal.cloud_partners.forms import AUTHORIZATIONS, AgreementForm, AuthorizationForm
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import steps_of_case
from portal.cloud_partners.reaching import reading
from portal.cloud_partners.showing import calls_of, elsewhere, partner_name, rows_of, wanted
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.forms import EditingForm
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("cloud_partners", __name__)


@bp.get("/<reference>/cloud-partner")
@allow(Permission.REQUESTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    _session, case = reading(reference)
    return _page(case)


@bp.post("/<reference>/cloud-partner/agreement")
@allow(Permission.REQUESTS_CHANGE)
def agree(reference: str) -> ResponseReturnValue:
    session, case = reading(reference)
    form = AgreementForm()
    if form.validate():
        try:
            with session.begin_nested():
                give_agreement(
                    session,
                    case,
                    form.number.data or "",
                    form.valid_until.data,
                    version=form.version.data,
                    by=viewer(),
                    now=clock.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Thank you. We have your agreement with the partner."))
            return redirect(url_for(".show", reference=reference), 303)
    return _page(case, 422, agreement=form)


@bp.post("/<reference>/cloud-partner/authorization")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(AUTHORIZATIONS)
def authorize(reference: str) -> ResponseReturnValue:
    _session, case = reading(reference)
    form = AuthorizationForm()
    if form.validate():
        try:
            with db().begin_nested():
                _authorize(case, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Thank you. We have your authorization."))
            return redirect(url_for(".show", reference=reference), 303)
    return _page(case, 422, authorization=form)


def _authorize(case: CloudPartnerCase, form: AuthorizationForm) -> None:
    by, now = viewer(), clock.now()
    sent = attach_uploads(db(), form.files.data, AUTHORIZATIONS, by=by, now=now)
    give_authorization(
        db(),
        case,
        sent[0] if sent else None,
        form.dated.data,
        form.authorized_until.data,
        version=form.version.data,
        by=by,
        now=now,
    )


@bp.get("/<reference>/cloud-partner/authorization")
@allow(Permission.REQUESTS_VIEW)
def authorization(reference: str) -> Response:
    _session, case = reading(reference)
    return files.authorization(case)


@bp.get(f"/<reference>/cloud-partner/calls/<int(max={LARGEST}):step_id>.ics")
@allow(Permission.REQUESTS_VIEW)
def invitation(reference: str, step_id: int) -> Response:
    session, case = reading(reference)
    return files.invitation(session, case, step_id, "/service-requests")


def _page(case: CloudPartnerCase, status: int = 200, **sent: EditingForm) -> ResponseReturnValue:
    now, steps = clock.now(), db().scalars(steps_of_case(case.id)).all()
    kept = {"number": case.agreement_number, "valid_until": case.agreement_until}
    forms: dict[str, EditingForm] = {
        "agreement": AgreementForm(formdata=None, data=kept | {"version": case.version}),
        "authorization": AuthorizationForm(formdata=None, data={"version": case.version}),
    }
    return page(
        "cloud_partners/show.html",
        status,
        case=case,
        it=case.request,
        forms=forms | sent,
        form=next(iter(sent.values()), None),
        wanted=wanted(case, now),
        rows=rows_of(case, now),
        steps=steps,
        calls=calls_of(steps),
        elsewhere=elsewhere,
        partner=partner_name(case),
    )
