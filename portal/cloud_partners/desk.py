"""The desk's page of a cloud partner case: begun here, and taken on step by step."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.cloud_partners import files
from portal.cloud_partners.actions import begin_case
from portal.cloud_partners.advancing import advance
from portal.cloud_partners.forms import FORMS, BeginForm, StepForm
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import case_of, steps_of_case
from portal.cloud_partners.reaching import find_case, find_request, reading, session_for
from portal.cloud_partners.rules import CloudPartner, Stage, State
from portal.cloud_partners.showing import calls_of, elsewhere, partner_name, rows_of
from portal.service_requests.models import ServiceRequest
from portal.service_requests.wording import status_here
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import time_zone
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("cloud_partner_desk", __name__)
# What a step that nobody took yet most often comes to, when somebody fills it in.
USUAL = {
    Stage.AUTHORIZATION: State.WAITING,
    **dict.fromkeys((Stage.AGREEMENT, Stage.FINDINGS), State.DONE),
    **dict.fromkeys((Stage.WORKAROUND, Stage.REFERRAL), State.DONE),
}
STAGES = ", ".join(each.value for each in Stage)


@bp.get("/<ref>/cloud-partner")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    it = find_request(db(), ref)
    case = db().scalars(case_of(it.id)).one_or_none()
    return _begin_page(it, BeginForm()) if case is None else _page(db(), case)


@bp.post("/<ref>/cloud-partner")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def begin(ref: str) -> ResponseReturnValue:
    session = session_for(ref)
    it, form = find_request(session, ref), BeginForm()
    if form.validate():
        try:
            with session.begin_nested():
                path = _begin(session, it, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(path, 303)
    return _begin_page(it, form, 422)


def _begin(session: ScopedSession, it: ServiceRequest, form: BeginForm) -> str:
    sent = submission(session, form.token.data, by=viewer().id)
    if not sent.led_to:
        partner, name = CloudPartner(form.partner.data), form.partner_name.data or ""
        asked = bool(form.authorization.data)
        doing: dict[str, Any] = {"by": viewer(), "now": clock.now()}
        begin_case(session, it, partner, name, authorization=asked, **doing)
        sent.led_to = url_for(".show", ref=it.reference)
        flash(_("Cloud partner support is begun. The customer sees every step."))
    return sent.led_to


@bp.get(f"/<ref>/cloud-partner/<any({STAGES}):stage>")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def step(ref: str, stage: str) -> ResponseReturnValue:
    session, case = reading(ref)
    return _page(session, case, Stage(stage), _filled(case, Stage(stage)))


@bp.post(f"/<ref>/cloud-partner/<any({STAGES}):stage>")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def do(ref: str, stage: str) -> ResponseReturnValue:
    session = session_for(ref)
    case, form = find_case(session, ref), FORMS[Stage(stage)]()
    if form.validate():
        try:
            with session.begin_nested():
                advance(session, case, Stage(stage), form, by=viewer(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("The step is saved. The customer sees it."))
            return redirect(url_for(".show", ref=ref), 303)
    return _page(session, case, Stage(stage), form, 422)


@bp.get("/<ref>/cloud-partner/file")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def authorization(ref: str) -> Response:
    return files.authorization(reading(ref)[1])


@bp.get(f"/<ref>/cloud-partner/calls/<int(max={LARGEST}):step_id>.ics")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def invitation(ref: str, step_id: int) -> Response:
    session, case = reading(ref)
    return files.invitation(session, case, step_id, "/desk/service-requests")


def _filled(case: CloudPartnerCase, stage: Stage) -> StepForm:
    """How the step stands, to be changed."""
    state = case.standings[stage].state
    if state in {State.WAITING, State.NOT_NEEDED}:
        state = USUAL.get(stage, State.UNDER_WAY)
    data: dict[str, Any] = {"version": case.version, "state": state.value}
    if stage is Stage.AGREEMENT:
        data |= {"number": case.agreement_number, "valid_until": case.agreement_until}
    if stage is Stage.INCIDENT:
        here = (case.incident_at or clock.now()).astimezone(time_zone())
        data |= {"number": case.incident_number, "opened_day": here.date()}
        data |= {"opened_time": here.hour * 60 + here.minute}
    if stage is Stage.CALL:
        data |= {"zone": str(time_zone()), "minutes": 30}
    return FORMS[stage](formdata=None, data=data)


def _begin_page(it: ServiceRequest, form: BeginForm, status: int = 200) -> ResponseReturnValue:
    return page("cloud_partners/begin.html", status, it=it, form=form)


def _page(
    session: ScopedSession,
    case: CloudPartnerCase,
    stage: Stage | None = None,
    form: StepForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    steps = session.scalars(steps_of_case(case.id)).all()
    return page(
        "cloud_partners/desk.html",
        status,
        status_here=status_here,
        case=case,
        it=case.request,
        form=form,
        stage=stage,
        rows=rows_of(case, clock.now()),
        steps=steps,
        calls=calls_of(steps),
        elsewhere=elsewhere,
        partner=partner_name(case),
    )
