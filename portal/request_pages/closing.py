"""The end of a request, and its new beginning: a solution accepted, closed, opened again."""

from flask import Blueprint, flash, redirect
from flask import request as asked
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import find, path_of
from portal.request_pages.forms import YES, ClosureForm, ReopeningForm
from portal.request_pages.unread import unread
from portal.service_requests.actions import (
    accept_solution,
    close_request,
    reopen_request,
    reopening_days,
)
from portal.service_requests.deeds import hold
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status, reopened_until
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_closing", __name__)


@bp.get("/<reference>/closure")
@allow(Permission.REQUESTS_CHANGE)
def closure(reference: str) -> ResponseReturnValue:
    request = find(reference)
    if not _can_be_closed(request):
        return redirect(path_of(request), 303)
    heard = asked.args.get("heard", type=int)
    return _closure(request, ClosureForm(data={"version": request.version, "heard": heard}))


@bp.post("/<reference>/closure")
@allow(Permission.REQUESTS_CHANGE)
def close(reference: str) -> ResponseReturnValue:
    request, form = find(reference), ClosureForm()
    if form.validate():
        try:
            with db().begin_nested():
                _refuse_unread(request, form)
                close_request(
                    db(),
                    request,
                    solved=form.solved.data == YES,
                    text=form.text.data or "",
                    version=form.version.data,
                    by=viewer(),
                    now=clock.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
            if request.status is Status.CANCELED:  # which nobody opens again
                return request_page(reference, 422, plain=form)
        else:
            flash(_("The request is closed."))
            return redirect(path_of(request), 303)
    return _closure(request, form, 422)


@bp.post("/<reference>/acceptance")
@allow(Permission.REQUESTS_CHANGE)
def accept(reference: str) -> ResponseReturnValue:
    """The proposed solution works."""
    request, form = find(reference), Form()
    try:
        accept_solution(db(), request, by=viewer(), now=clock.now())
    except Refused as refusal:
        form.refuse(refusal)
        return request_page(reference, 422, plain=form)
    flash(_("Good that it works. The request is solved."))
    return redirect(path_of(request), 303)


@bp.post("/<reference>/reopening")
@allow(Permission.REQUESTS_CHANGE)
def reopen(reference: str) -> ResponseReturnValue:
    request, form = find(reference), ReopeningForm()
    if form.validate():
        try:
            with db().begin_nested():
                path = _reopen(request, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(path, 303)
    return request_page(reference, 422, reopening=form)


def _reopen(request: ServiceRequest, form: ReopeningForm) -> str:
    sent = submission(db(), form.token.data, by=viewer().id)
    if not sent.led_to:
        reopen_request(db(), request, form.text.data, by=viewer(), now=clock.now())
        sent.led_to = path_of(request)
        flash(_("The request is open again."))
    return sent.led_to


def _refuse_unread(request: ServiceRequest, form: ClosureForm) -> None:
    """Nobody closes over an answer that they have not seen."""
    hold(db(), request)
    came, _all = unread(db(), request.id, form.heard.data, person_id=viewer().id)
    if came and _can_be_closed(request):
        raise Refused(N_("Somebody answered before you closed the request. Read it first."))


def _can_be_closed(request: ServiceRequest) -> bool:
    return request.closed_at is None


def _closure(request: ServiceRequest, form: ClosureForm, status: int = 200) -> ResponseReturnValue:
    """The form; or, where somebody closed it meanwhile, the one to open it again with."""
    days = reopening_days(db(), request, clock.now())
    came, form.heard.data = unread(db(), request.id, form.heard.data, person_id=viewer().id)
    form.heard.raw_data = None
    reopening = None
    if not _can_be_closed(request):
        reopening = ReopeningForm(formdata=None, data={"text": form.text.data})
    return page(
        "request_pages/closure.html",
        status,
        form=form,
        reopening=reopening,
        request_=request,
        days=days,
        came=came,
        last=reopened_until(clock.now(), days),
    )
