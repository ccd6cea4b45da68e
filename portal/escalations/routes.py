"""The board of escalations: all staff look, escalation managers act."""

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.activity.looks import looked_at
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.escalations import actions
from portal.escalations.forms import EndForm, HandOverForm, PromiseForm, RemedyForm, TakeForm
from portal.escalations.listing import SOON, Which, show_board
from portal.escalations.queries import last_of, managers
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import PREFIX
from portal.service_requests.rules import RESTING, Remedy
from portal.service_requests.wording import status_here
from portal.web.forms import EditingForm
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.reasons import because
from portal.web.session import db, db_for, open_session

bp = Blueprint("escalations", __name__)
Deed = Callable[[ScopedSession, Escalation, Doer], str]


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    which, me = request.args.get("which", ""), viewer().id
    board = show_board(db(), which, person_id=me, now=clock.now())
    return page("escalations/index.html", board=board, views=Which, news=board.found)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    escalation = _escalation(db(), ref)
    looked_at(escalation.account_id, "service_request", escalation.request_id)
    return _page(db(), escalation)


@bp.post("/<ref>/owner")
@allow(Permission.ESCALATIONS_MANAGE, everywhere=True)
def take(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Escalation, by: Doer) -> str:
        actions.give(session, it, by.id, version=form.version.data, by=by, now=clock.now())
        return _("The escalation is yours. Say when the customer hears from you next.")

    form = TakeForm()
    return _do(ref, form, deed)


@bp.post("/<ref>/handover")
@allow(Permission.ESCALATIONS_MANAGE, everywhere=True)
def hand_over(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Escalation, by: Doer) -> str:
        owner, version = form.owner.data, form.version.data
        actions.give(session, it, owner, version=version, by=by, now=clock.now())
        return _("The escalation is handed over, and the new owner is told.")

    form = HandOverForm()
    return _do(ref, form, deed)


@bp.post("/<ref>/next-update")
@allow(Permission.ESCALATIONS_MANAGE, everywhere=True)
def promise(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Escalation, by: Doer) -> str:
        now, version = clock.now(), form.version.data
        actions.promise_update(session, it, form.due_at(now), version=version, by=by, now=now)
        return _("The next update is promised.")

    form = PromiseForm()
    return _do(ref, form, deed)


@bp.post("/<ref>/remedy")
@allow(Permission.ESCALATIONS_MANAGE, everywhere=True)
def record(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Escalation, by: Doer) -> str:
        actions.record_remedy(
            session,
            it,
            Remedy(form.remedy.data),
            form.text.data or "",
            accepted=form.accepted.data,
            version=form.version.data,
            by=by,
            now=clock.now(),
        )
        return _("What was found is recorded.")

    form = RemedyForm()
    return _do(ref, form, deed)


@bp.post("/<ref>/ending")
@allow(Permission.ESCALATIONS_MANAGE, everywhere=True)
def end(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Escalation, by: Doer) -> str:
        why, version = form.because.data or "", form.version.data
        actions.end(session, it, why, version=version, by=by, now=clock.now())
        return _("The escalation has ended. The request goes on as any other.")

    form = EndForm()
    return _do(ref, form, deed)


def _do(ref: str, form: EditingForm, deed: Deed) -> ResponseReturnValue:
    """One deed on the escalation as it stood when the form was opened, and back to its page."""
    with open_session(g.scope, reading=True) as reading:
        account_id = _escalation(reading, ref).account_id
        if isinstance(form, HandOverForm):
            form.offer(reading.scalars(managers()), None)
    session = db_for(account_id)
    escalation = _escalation(session, ref)
    if form.validate():
        try:
            told = deed(session, escalation, because(""))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(told)
            return redirect(url_for(".show", ref=ref), 303)
    form.form_errors += form.version.errors  # which nobody typed, and no field on the page is for
    form.version.errors = ()
    session.expire(escalation)  # as it is, and not as it was about to become
    return _page(session, _escalation(session, ref), form)


def _page(
    session: Session, escalation: Escalation, refused: EditingForm | None = None
) -> ResponseReturnValue:
    """The page with its forms, one of which may have been refused."""
    forms: dict[str, EditingForm] = {}
    first = {"remedy": escalation.remedy, "text": escalation.remedy_text}
    for kind in (TakeForm, PromiseForm, RemedyForm, HandOverForm, EndForm):
        data = first | {"version": escalation.version}
        fresh = kind(data=data) if refused is None else kind(formdata=None, data=data)
        forms[kind.__name__] = refused if isinstance(refused, kind) else fresh
    hand_over = forms["HandOverForm"]
    assert isinstance(hand_over, HandOverForm)
    hand_over.offer(session.scalars(managers()), escalation.owner_id)
    return page(
        "escalations/show.html",
        200 if refused is None else 422,
        status_here=status_here,
        it=escalation,
        request_=escalation.request,
        over=escalation.ended_at is not None
        or escalation.escalated_at != escalation.request.escalated_at,
        still=escalation.request.status in RESTING,
        forms=forms,
        form=refused,
        now=(now := clock.now()),
        soon=now + SOON,
    )


def _escalation(session: Session, ref: str) -> Escalation:
    return session.scalars(last_of(read_reference(PREFIX, ref))).one()
