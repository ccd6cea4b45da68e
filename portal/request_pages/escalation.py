"""When it cannot wait: escalating a request, and saying how bad it is by now."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.profile.rules import read_phone
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import find, path_of
from portal.request_pages.forms import EscalationForm, SeverityForm, severity_form
from portal.request_pages.rules import Why, escalation_text
from portal.service_requests.escalating import escalate
from portal.service_requests.handling import change_severity
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import escalations_open
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_escalation", __name__)


@bp.get("/<reference>/escalation")
@allow(Permission.REQUESTS_CHANGE)
def escalation(reference: str) -> ResponseReturnValue:
    request = find(reference)
    if not request.is_open:
        return redirect(path_of(request), 303)
    return _page(request, EscalationForm())


@bp.post("/<reference>/escalation")
@allow(Permission.REQUESTS_CHANGE)
def raise_it(reference: str) -> ResponseReturnValue:
    request, form = find(reference), EscalationForm()
    if form.validate():
        try:
            with db().begin_nested():
                path = _escalate(request, form)
        except Refused as refusal:
            form.refuse(_at_the_text(refusal))
        else:
            return redirect(path, 303)
    return _page(request, form, 422)


def _escalate(request: ServiceRequest, form: EscalationForm) -> str:
    sent = submission(db(), form.token.data, by=viewer().id)
    if not sent.led_to:
        reason = escalation_text(label(Why(form.why.data)), form.text.data or "")
        escalate(db(), request, reason, by=viewer(), now=clock.now())
        sent.led_to = path_of(request)
        flash(_("The request is escalated. Our managers are told, and you see here who takes it."))
    return sent.led_to


def _at_the_text(refusal: Refused) -> Refused:
    """The reason is of two fields here: what can be wrong with it is what was added."""
    if refusal.field == "reason":
        refusal.field = "text"
    return refusal


def _page(request: ServiceRequest, form: EscalationForm, status: int = 200) -> ResponseReturnValue:
    known = db().scalars(escalations_open(request.id)).first() if request.escalated else None
    told = {"form": form, "request_": request, "escalation": known}
    return page("request_pages/escalation.html", status, **told)


@bp.post("/<reference>/severity")
@allow(Permission.REQUESTS_CHANGE)
def set_severity(reference: str) -> ResponseReturnValue:
    request = find(reference)
    form = severity_form(request)
    if form.validate():
        try:
            with db().begin_nested():
                _change(request, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("The severity is changed."))
            return redirect(path_of(request), 303)
    return request_page(reference, 422, severity=form)


def _change(request: ServiceRequest, form: SeverityForm) -> None:
    number = (read_phone(form.phone.data or "") or "") if form.phone else ""
    change_severity(
        db(),
        request,
        Severity(form.severity.data),
        phone=number,
        version=form.version.data,
        by=viewer(),
        now=clock.now(),
    )
