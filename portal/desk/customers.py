"""One customer, for staff: added, changed, given an administrator, closed and opened again."""

from typing import Any

from email_validator import EmailNotValidError
from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account
from portal.accounts.rules import KEPT_CLOSED
from portal.accounts.signatures import signatures_of
from portal.activity.looks import looked_at
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import Event, events_here
from portal.base.submissions import submission
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.typed import read_name
from portal.base.words import N_, Refused
from portal.customers.actions import change_account, close_account, create_account, reopen_account
from portal.customers.mails import closing_mails
from portal.customers.queries import customer_numbered, deciding_in, invited_to_decide
from portal.desk.customer_forms import ChangeCustomerForm, CreateCustomerForm, InviteFirstForm
from portal.invitations.actions import Offer, invite
from portal.invitations.mails import invitation_mail
from portal.invitations.rules import Invitee, read_address
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.reasons import ReasonedForm, because
from portal.web.session import db, db_for, open_session

bp = Blueprint("desk_customers", __name__)
LATEST = 50


def _path(account: Account) -> str:
    return url_for(".show", number=account.master_account_id)


@bp.get("/new")
@allow(Permission.DESK_MANAGE, everywhere=True)
def new() -> ResponseReturnValue:
    return page("desk/customers/new.html", form=CreateCustomerForm())


@bp.post("")
@allow(Permission.DESK_MANAGE, everywhere=True)
def create() -> ResponseReturnValue:
    form = CreateCustomerForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                stated = {"name": form.name.data, "organization": form.organization.data or ""}
                account = create_account(db(), **stated, by=viewer(), now=clock.now())
                sent.led_to = _path(account)
                flash(_("%(name)s is added.", name=account.name))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/customers/new.html", 422, form=form)


@bp.get("/<number>")
@allow(Permission.DESK_MANAGE, everywhere=True)
def show(number: str) -> ResponseReturnValue:
    return _page(db(), db().scalars(customer_numbered(number)).one())


@bp.post("/<number>/details")
@allow(Permission.DESK_MANAGE, everywhere=True)
def change(number: str) -> ResponseReturnValue:
    session, account = _writing(number)
    if (form := ChangeCustomerForm()).validate():
        stated = {"name": form.name.data, "organization": form.organization.data or ""}
        by, version = because(form.reason.data), form.version.data
        try:
            changed = change_account(session, account, **stated, version=version, by=by)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(_path(account), 303)
    return _page(session, account, 422, form=form)


@bp.get("/<number>/administrators/new")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def invitation(number: str) -> ResponseReturnValue:
    account = db().scalars(customer_numbered(number)).one()
    return page("desk/customers/invite.html", account=account, form=InviteFirstForm())


@bp.post("/<number>/administrators")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def invite_administrator(number: str) -> ResponseReturnValue:
    session, account = _writing(number)
    if (form := InviteFirstForm()).validate():
        try:
            sent = submission(session, form.token.data, by=viewer().id)
            if not sent.led_to:
                _invite(session, account, form)
                sent.led_to = _path(account)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            refusal.field = "email" if refusal.field == "emails" else refusal.field
            form.refuse(refusal)
    return page("desk/customers/invite.html", 422, account=account, form=form)


def _invite(session: Session, account: Account, form: InviteFirstForm) -> None:
    try:
        to = Invitee(read_address(form.email.data.strip()), read_name(form.name.data))
    except EmailNotValidError:
        told = N_("Write the e-mail address like name@example.com.")
        raise Refused(told, field="email") from None
    by, offer, now = because(form.reason.data), Offer(Role.ADMINISTRATOR), clock.now()
    for made, token in invite(
        session, account.id, [to], offer, language=form.language.data, by=by, now=now
    ):
        session.refresh(made)
        invitation_mail(session, made, token=token)
    flash(_("%(name)s is invited, and gets an e-mail.", name=to.name or to.email))


@bp.get("/<number>/closure")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def closure(number: str) -> ResponseReturnValue:
    account = db().scalars(customer_numbered(number)).one()
    return _closing(account, ReasonedForm())


@bp.post("/<number>/closure")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def close(number: str) -> ResponseReturnValue:
    session, account = _writing(number)
    form = ReasonedForm()
    if not form.validate():
        return _closing(account, form, 422)
    if close_account(session, account, by=because(form.reason.data), now=clock.now()):
        closing_mails(session, account)
        flash(_("%(name)s is closed.", name=account.name))
    return redirect(_path(account), 303)


@bp.post("/<number>/reopening")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def reopen(number: str) -> ResponseReturnValue:
    session, account = _writing(number)
    if (form := ReasonedForm()).validate():
        try:
            by, now = because(form.reason.data), clock.now()
            if reopen_account(allow_closed(session), account, by=by, now=now):
                closing_mails(session, account)
                flash(_("%(name)s is open again.", name=account.name))
            return redirect(_path(account), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(session, account, 422, reopening=form)


def _writing(number: str) -> tuple[ScopedSession, Account]:
    """The session that writes for this customer, and the customer in it."""
    with open_session(NOBODY, reading=True) as reading:
        account_id = reading.scalars(customer_numbered(number)).one().id
    session = db_for(account_id)
    return session, session.get_one(Account, account_id)


def _closing(account: Account, form: ReasonedForm, status: int = 200) -> ResponseReturnValue:
    shown = {"account": account, "form": form, "until": clock.now() + KEPT_CLOSED}
    return page("desk/customers/closure.html", status, **shown)


def _page(
    session: Session, account: Account, status: int = 200, **forms: Any
) -> ResponseReturnValue:
    stated = {"organization": account.organization_number or ""}
    looked_at(account.id, "account", account.id)
    mine = events_here(account).where(Event.account_id == account.id)
    history = session.scalars(mine.limit(LATEST)).all()
    return page(
        "desk/customers/show.html",
        status,
        account=account,
        now=clock.now(),
        until=account.closed_at + KEPT_CLOSED if account.closed_at else None,
        people=session.scalars(deciding_in(account.id)).all(),
        invited=session.scalars(invited_to_decide(account.id)).all(),
        history=history,
        signatures=signatures_of(session, history),
        form=forms.get("form") or ChangeCustomerForm(obj=account, data=stated),
        reopening=forms.get("reopening") or ReasonedForm(formdata=None),
    )
