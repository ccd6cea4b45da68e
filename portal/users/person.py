"""The page of somebody who has access to the account, or had it, and what is done about it."""

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.holdings import hand_over, held_by
from portal.accounts.mails import access_mail
from portal.accounts.models import Membership, Site, User
from portal.accounts.queries import seen_by_role, sites
from portal.accounts.second_factors import has_second_factor
from portal.accounts.signatures import signatures_of
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import What, events_here, happened_in
from portal.base.words import N_, Refused
from portal.invitations.inviting import MOST_OFFERED
from portal.users.actions import change_rights, end_access, restore_access
from portal.users.forms import ChangeRightsForm, HandOverForm
from portal.users.queries import colleagues, membership_referred_to
from portal.users.rules import status_of
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("person", __name__)
MOST_CHOICES, MOST_EVENTS = 8, 50
ROLES = {role.value: role for role in Role}


@bp.get("/colleagues")
@allow(Permission.ORGANIZATION_MANAGE)
def choices() -> ResponseReturnValue:
    """Those whom something may be handed over to, while one types."""
    typed = request.args.get("to", "").strip()[:80]
    found = db().scalars(colleagues(account().id, typed).limit(MOST_CHOICES)).all()
    return page("users/colleagues.html", colleagues=found)


@bp.get("/<reference>")
@allow(Permission.ORGANIZATION_MANAGE)
def show(reference: str) -> ResponseReturnValue:
    return _page(_find(reference))


@bp.get("/<reference>/rights")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def edit(reference: str) -> ResponseReturnValue:
    membership = _find(reference)
    form = _form()
    form.show(membership, {site.id: site.name for site in form.offered})
    return page("users/rights.html", membership=membership, form=form)


@bp.post("/<reference>/rights")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def change(reference: str) -> ResponseReturnValue:
    membership, form = _find(reference), _form()
    if form.validate():
        try:
            version, before = form.version.data, membership.role
            change_rights(db(), membership, form.offer(), version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if membership.role is not before:
                _tell(membership, "changed")
            flash(_("Your changes are saved."))
            return redirect(url_for(".show", reference=membership.reference), 303)
    return page("users/rights.html", 422, membership=membership, form=form)


@bp.post("/<reference>/deactivation")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def deactivate(reference: str) -> ResponseReturnValue:
    membership = _find(reference)
    had = membership.deactivated_at is None
    try:
        end_access(db(), membership, by=viewer(), now=clock.now())
    except Refused as refusal:
        return _page(membership, refusal=refusal)
    if had:
        _tell(membership, "ended")
    name = membership.user.name
    if held_by(db(), membership.user):
        flash(_("%(name)s has no access any more. Choose who takes over.", name=name))
    else:
        flash(_("%(name)s has no access any more.", name=name))
    return redirect(url_for(".show", reference=membership.reference), 303)


@bp.post("/<reference>/return")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def bring_back(reference: str) -> ResponseReturnValue:
    membership = _find(reference)
    had = membership.deactivated_at is None
    try:
        restore_access(db(), membership, by=viewer())
    except Refused as refusal:
        return _page(membership, refusal=refusal)
    if not had:
        _tell(membership, "restored")
    flash(_("%(name)s has access again.", name=membership.user.name))
    return redirect(url_for(".show", reference=membership.reference), 303)


@bp.post("/<reference>/handover")
@allow(Permission.ORGANIZATION_MANAGE)
def give(reference: str) -> ResponseReturnValue:
    """Let a colleague take over all that somebody holds."""
    membership, form = _find(reference), HandOverForm()
    if not held_by(db(), membership.user):
        return _page(membership, refusal=Refused(N_("There is nothing to hand over.")))
    if form.validate():
        try:
            to = _colleague(form, membership)
            count = hand_over(db(), membership.user, to, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            by, what = viewer(), What.HANDED_OVER
            happened_in(db(), account().id, membership, what, by=by, user=to.id, count=count)
            flash(
                ngettext(
                    "%(num)s thing is handed over to %(name)s.",
                    "%(num)s things are handed over to %(name)s.",
                    count,
                    name=to.name,
                )
            )
            return redirect(url_for(".show", reference=membership.reference), 303)
    return _page(membership, form=form)


def _colleague(form: HandOverForm, membership: Membership) -> User:
    typed = form.to.data.strip()
    by_address = colleagues(account().id).where(User.email == form.address())
    found = db().scalars(by_address.limit(2)).all()
    found = found or db().scalars(colleagues(account().id, typed).limit(2)).all()
    if len(found) != 1:
        raise Refused(N_("Choose one of your colleagues who has access."), field="to")
    if found[0].id == membership.user_id:
        raise Refused(N_("Choose somebody else than the one who hands over."), field="to")
    return found[0]


def _tell(membership: Membership, what: str) -> None:
    access_mail(db(), membership.user, what, where=account().name, role=membership.role)


def _find(reference: str) -> Membership:
    return db().scalars(membership_referred_to(reference, account_id=account().id)).one()


def _form() -> ChangeRightsForm:
    form = ChangeRightsForm()
    offered = db().scalars(sites().limit(MOST_OFFERED)).all()
    form.offer_sites(offered, dict(db().execute(seen_by_role()).all()))
    return form


def _page(
    membership: Membership, *, form: HandOverForm | None = None, refusal: Refused | None = None
) -> Response:
    form = form or HandOverForm(formdata=None)
    if refusal:
        form.refuse(refusal)
    user = membership.user
    events = db().scalars(events_here(membership).limit(MOST_EVENTS)).all()
    wanted = Site.id.in_([it.site_id for it in membership.sites])
    factor = select(has_second_factor()).where(User.id == user.id).select_from(User)
    return page(
        "users/show.html",
        422 if form.errors else 200,
        membership=membership,
        user=user,
        standing=status_of(ends_at=None, deactivated_at=membership.deactivated_at, now=clock.now()),
        sites=[it.name for it in db().scalars(sites().where(wanted))] if membership.sites else [],
        second_factor=db().scalars(factor).one(),
        held=held_by(db(), user),
        form=form,
        events=events,
        told={
            it.id: current_app.extensions["particulars"](it.what, it.details, "") for it in events
        },
        signatures=signatures_of(db(), events),
    )
