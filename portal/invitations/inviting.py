"""Inviting people to the account at hand, and looking after those invitations."""

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import Site
from portal.accounts.queries import seen_by_role, sites
from portal.accounts.signatures import signatures_of
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import events_here
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.invitations.actions import Known, invite, renew, withdraw
from portal.invitations.forms import InviteForm
from portal.invitations.mails import send_invitations
from portal.invitations.models import Invitation
from portal.invitations.queries import invitation_referred_to
from portal.invitations.rules import read_invitees
from portal.web.guard import account, allow, is_fresh, viewer
from portal.web.limits import limit, limits, network_of, too_many
from portal.web.locale import explain, ngettext
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("inviting", __name__)
PER_ACCOUNT = limit("invitation per account", 200, 86_400)
PER_PERSON = limit("invitation per person", 200, 86_400)
PER_NETWORK = limit("invitation per network", 1000, 86_400)
IN_ALL = limit("invitation in all", 5000, 86_400)
MOST_OFFERED = 1_000  # sites; a name beyond these is not known


@bp.get("/users/new")
@allow(Permission.ORGANIZATION_MANAGE)
def new() -> ResponseReturnValue:
    return page("invitations/new.html", form=_form(), known=None)


@bp.post("/users")
@allow(Permission.ORGANIZATION_MANAGE)
def create() -> ResponseReturnValue:
    if request.form.get("role") == Role.ADMINISTRATOR and not is_fresh():
        return current_app.login_manager.needs_refresh()  # type: ignore[attr-defined,no-any-return]
    form, known = _form(), None
    if form.validate():
        try:
            invitees, offer = read_invitees(form.emails.data), form.offer()
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                if wait := _wait(len(invitees)):
                    form.form_errors.append(too_many(wait))
                    response = page("invitations/new.html", 429, form=form, known=None)
                    response.headers["Retry-After"] = str(wait)
                    return response
                made = invite(
                    db(),
                    account().id,
                    invitees,
                    offer,
                    language=form.language.data,
                    by=viewer(),
                    now=clock.now(),
                )
                send_invitations(db(), made)
                sent.led_to = "/organization/users"
                flash(_told(made))
            return redirect(sent.led_to, 303)
        except Known as refusal:
            known = refusal
            form.refuse(refusal)
        except Refused as refusal:
            form.refuse(refusal)
    return page("invitations/new.html", 422, form=form, known=known)


@bp.get("/invitations/<reference>")
@allow(Permission.ORGANIZATION_MANAGE)
def show(reference: str) -> ResponseReturnValue:
    return _page(_find(reference))


@bp.post("/invitations/<reference>/renewal")
@allow(Permission.ORGANIZATION_MANAGE)
def send_again(reference: str) -> ResponseReturnValue:
    invitation = _find(reference)
    if invitation.role is Role.ADMINISTRATOR and not is_fresh():
        return current_app.login_manager.needs_refresh()  # type: ignore[attr-defined,no-any-return]
    if wait := _wait(1):
        return _page(invitation, wait)
    try:
        token = renew(db(), invitation, by=viewer(), now=clock.now())
    except Refused as refusal:
        return _page(invitation, told=explain(refusal))
    send_invitations(db(), [(invitation, token)])
    flash(_("The invitation to %(address)s is sent again.", address=invitation.email))
    return redirect(url_for(".show", reference=invitation.reference), 303)


@bp.post("/invitations/<reference>/withdrawal")
@allow(Permission.ORGANIZATION_MANAGE)
def take_back(reference: str) -> ResponseReturnValue:
    invitation = _find(reference)
    withdraw(db(), invitation, by=viewer(), now=clock.now())
    flash(_("The invitation to %(address)s is withdrawn.", address=invitation.email))
    return redirect("/organization/users", 303)


def _form() -> InviteForm:
    form = InviteForm()
    offered = db().scalars(sites().limit(MOST_OFFERED)).all()
    form.offer_sites(offered, dict(db().execute(seen_by_role()).all()))
    return form


def _find(reference: str) -> Invitation:
    return db().scalars(invitation_referred_to(reference, account_id=account().id)).one()


def _page(invitation: Invitation, wait: int = 0, told: str = "") -> Response:
    """The invitation; with what stood against sending it again, if something did."""
    events = db().scalars(events_here(invitation).limit(20)).all()
    response = page(
        "invitations/show.html",
        429 if wait else 422 if told else 200,
        invitation=invitation,
        trouble=too_many(wait) if wait else told,
        ended=invitation.ends_at <= clock.now(),
        sites=[it.name for it in db().scalars(sites().where(Site.id.in_(invitation.site_ids)))],
        events=events,
        signatures=signatures_of(db(), events),
    )
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _wait(times: int) -> int:
    """How long until the account may invite so many; counted when it may now."""
    place = PER_NETWORK.of(network_of(request.remote_addr))
    mine = [PER_ACCOUNT.of(account().id), PER_PERSON.of(viewer().id), place, IN_ALL]
    return limits().take(mine, times)


def _told(made: list[tuple[Invitation, str]]) -> str:
    if len(made) == 1:
        return _("The invitation to %(address)s is sent.", address=made[0][0].email)
    return ngettext("%(num)s invitation is sent.", "%(num)s invitations are sent.", len(made))
