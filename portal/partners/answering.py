"""Requests for access: asked on a partner's pages, answered on the customer's."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.grants import Grant, holds
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.partners.actions import change_access, give_access
from portal.partners.forms import AnswerForm, AskForAccessForm
from portal.partners.models import AccessRequest
from portal.partners.queries import request_referred_to, requests_by
from portal.partners.requests import answer, ask_for_access
from portal.partners.routes import added
from portal.partners.rules import UNANSWERED, deeds_of
from portal.web.guard import account, allow, viewer
from portal.web.limits import limit, limits, too_many
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import Order, page_of
from portal.web.session import db

asking = Blueprint("asking", __name__)
answering = Blueprint("answering", __name__)
PER_PERSON = limit("request for access per person", 10, 3600)
PER_PARTNER = limit("request for access per partner", 40, 86_400)
NEWEST = Order((AccessRequest.id,), descending=True)


@asking.get("")
@allow(Permission.PARTNER_START, everywhere=True)
def index() -> ResponseReturnValue:
    listed = page_of(db(), requests_by(_partner_id()).add_columns(AccessRequest.id), NEWEST)
    return page(
        "partners/requests.html",
        listed=listed,
        requests=[row[0] for row in listed.rows],
        lapsed=clock.now() - UNANSWERED,
        deeds_of=deeds_of,
    )


@asking.get("/new")
@allow(Permission.PARTNER_START, everywhere=True)
def new() -> ResponseReturnValue:
    number = request.args.get("number", "")[:20]
    form = AskForAccessForm(data={"permissions": ["account:view"], "number": number})
    return page("partners/ask.html", form=form)


@asking.post("")
@allow(Permission.PARTNER_START, everywhere=True)
def ask() -> ResponseReturnValue:
    form, wait = AskForAccessForm(), 0
    if form.validate():
        buckets = [PER_PERSON.of(viewer().id), PER_PARTNER.of(_partner_id())]
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if sent.led_to:
                return redirect(sent.led_to, 303)
            if wait := limits().wait(buckets):
                form.form_errors.append(too_many(wait))
            else:
                _ask(form)
                limits().count(buckets)
                sent.led_to = url_for(".index")
                return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    response = page("partners/ask.html", 429 if wait else 422, form=form)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _ask(form: AskForAccessForm) -> None:
    ask_for_access(
        db(),
        partner_id=_partner_id(),
        number=form.number.data,
        permissions=form.permissions.data or [],
        message=form.message.data or "",
        by=viewer(),
        now=clock.now(),
    )
    flash(_("If there is a customer with this number, its administrators have been asked."))


def _partner_id() -> int:
    return db().scalars(select(User.partner_id).where(User.id == viewer().id)).one() or 0


@answering.get("/<reference>")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def show(reference: str) -> ResponseReturnValue:
    asked = _asked(reference)
    form = AnswerForm(data={"permissions": asked.permissions})
    form.offer(db())
    return page("partners/answer.html", asked=asked, held=_held(asked), form=form)


@answering.post("/<reference>")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def give(reference: str) -> ResponseReturnValue:
    """Give what was asked for, or what of it one likes."""
    asked, form = _asked(reference), AnswerForm()
    if not added(form) and form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                grant = _give(asked, form)
                answer(db(), asked, grant, by=viewer(), now=clock.now())
                flash(_("%(partner)s has access now.", partner=asked.partner.name))
                sent.led_to = url_for("partners.show", reference=grant.reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(Refused(refusal.message, field=_field(refusal), **refusal.values))
    form.offer(db())
    return page(
        "partners/answer.html",
        422 if form.errors else 200,
        asked=asked,
        held=_held(asked),
        form=form,
    )


@answering.post("/<reference>/refusal")
@allow(Permission.ORGANIZATION_MANAGE)
def decline(reference: str) -> ResponseReturnValue:
    asked = _asked(reference)
    try:
        answer(db(), asked, None, by=viewer(), now=clock.now())
        flash(_("%(partner)s is told that you declined.", partner=asked.partner.name))
    except Refused:
        flash(_("Somebody has answered this request already."))
    return redirect(url_for("partners.index"), 303)


def _give(asked: AccessRequest, form: AnswerForm) -> Grant:
    held, now, today = _held(asked), clock.now(), clock.today()
    if held:
        change_access(
            db(),
            held,
            version=held.version,
            by=viewer(),
            today=today,
            **form.terms(),
        )
        return held
    return give_access(
        db(), asked.partner, account_id=account().id, by=viewer(), now=now, today=today,
        **form.terms(),
    )  # fmt: skip


def _held(asked: AccessRequest) -> Grant | None:
    """What the partner may do for the account already."""
    mine = select(Grant).where(
        Grant.partner_id == asked.partner_id, Grant.account_id == account().id, holds(clock.today())
    )
    return db().scalars(mine).one_or_none()


def _field(refusal: Refused) -> str | None:
    return None if refusal.field == "partner" else refusal.field


def _asked(reference: str) -> AccessRequest:
    return db().scalars(request_referred_to(reference, account_id=account().id)).one()
