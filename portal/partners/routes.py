"""The partners of an organization: what each may do, where, until when, and what it did."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.grants import Grant
from portal.accounts.models import Partner
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.partners.actions import change_access, give_access, withdraw_access
from portal.partners.forms import ChangeAccessForm, GiveAccessForm, PlainForm
from portal.partners.queries import (
    grant_referred_to,
    grants_of,
    of_partner,
    open_partners,
    partner_named,
    requests_to,
    sites_of,
)
from portal.partners.rules import REMINDED, deeds_of
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import Order, page_of
from portal.web.session import db

bp = Blueprint("partners", __name__)
BY_NAME = Order((Partner.name_key, Grant.id))
MOST_CHOICES = 8


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
def index() -> ResponseReturnValue:
    today, ended = clock.today(), request.args.get("ended") == "1"
    query: Any = grants_of(account().id, today=today, ended=ended)
    listed = page_of(db(), query, BY_NAME)
    return page(
        "partners/index.html",
        listed=listed,
        ended=ended,
        asked=db().scalars(requests_to(account().id, now=clock.now())).all(),
        soon=today + REMINDED,
        deeds_of=deeds_of,
        reference=reference,
        where=where,
    )


def where(every_site: bool, sites: int) -> str:
    return _("All sites") if every_site else ngettext("%(num)s site", "%(num)s sites", sites)


@bp.get("/choices")
@allow(Permission.ORGANIZATION_MANAGE)
def choices() -> ResponseReturnValue:
    """No more than names, and only of those that what is typed may mean."""
    typed = request.args.get("partner", "").strip()[:80]
    found = db().scalars(open_partners(typed).limit(MOST_CHOICES)).all() if typed else []
    return page("partners/choices.html", partners=found)


@bp.get("/new")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    form = GiveAccessForm(data={"permissions": ["account:view"]})
    form.offer(db())
    return page("partners/new.html", form=form)


@bp.post("")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def give() -> ResponseReturnValue:
    form = GiveAccessForm()
    status = 200 if added(form) else 422
    if status == 422 and form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                grant = _give(form)
                sent.led_to = url_for(".show", reference=grant.reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    form.offer(db())
    return page("partners/new.html", 422 if form.errors else 200, form=form)


def _give(form: GiveAccessForm) -> Grant:
    partner = db().scalars(partner_named(form.partner.data)).one_or_none()
    if partner is None:
        raise Refused(N_("We cannot find this partner. Choose one from the list."), field="partner")
    grant = give_access(
        db(), partner, account_id=account().id, by=viewer(), now=clock.now(), today=clock.today(),
        **form.terms(),
    )  # fmt: skip
    flash(_("%(partner)s has access now.", partner=partner.name))
    return grant


def added(form: Any) -> bool:
    """Whether the form was sent only to tick one more site; then that is done."""
    if "add" not in request.form:
        return False
    try:
        form.add(db())
    except Refused as refusal:
        form.site.errors = []
        form.refuse(refusal)
    return True


@bp.get("/<reference>")
@allow(Permission.ORGANIZATION_MANAGE)
def show(reference: str) -> ResponseReturnValue:
    grant = _grant(reference)
    # The log stands on a higher floor: see activity/routes.py.
    listed, lines = current_app.extensions["log_lines"](of_partner(grant))
    return page(
        "partners/show.html",
        grant=grant,
        sites=[] if grant.every_site else db().scalars(sites_of(grant.id)).all(),
        deeds=deeds_of(grant.permissions),
        holds=_holds(grant),
        soon=grant.last_day and grant.last_day <= clock.today() + REMINDED,
        listed=listed,
        lines=lines,
    )


@bp.get("/<reference>/access")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def edit(reference: str) -> ResponseReturnValue:
    grant = _grant(reference)
    sites = [str(site.id) for site in db().scalars(sites_of(grant.id))]
    stated = {"where": "everywhere" if grant.every_site else "some", "sites": sites}
    form = ChangeAccessForm(obj=grant, data=stated)
    form.offer(db())
    return page("partners/edit.html", grant=grant, form=form)


@bp.post("/<reference>/access")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def change(reference: str) -> ResponseReturnValue:
    grant, form = _grant(reference), ChangeAccessForm()
    if not added(form) and form.validate():
        try:
            changed = change_access(
                db(), grant, version=form.version.data, by=viewer(),
                today=clock.today(), **form.terms(),
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".show", reference=grant.reference), 303)
    form.offer(db())
    return page("partners/edit.html", 422 if form.errors else 200, grant=grant, form=form)


@bp.get("/<reference>/withdrawal")
@allow(Permission.ORGANIZATION_MANAGE)
def withdrawal(reference: str) -> ResponseReturnValue:
    return page("partners/withdrawal.html", grant=_grant(reference), form=PlainForm())


@bp.post("/<reference>/withdrawal")
@allow(Permission.ORGANIZATION_MANAGE)
def withdraw(reference: str) -> ResponseReturnValue:
    """Nobody proves anew who they are for this: it must not wait, and gives nobody anything."""
    grant = _grant(reference)
    if withdraw_access(db(), grant, by=viewer(), now=clock.now()):
        flash(_("%(partner)s has no access any more.", partner=grant.partner.name))
    return redirect(url_for(".show", reference=grant.reference), 303)


def _grant(reference: str) -> Grant:
    return db().scalars(grant_referred_to(reference, account_id=account().id)).one()


def _holds(grant: Grant) -> bool:
    ended = grant.last_day is not None and grant.last_day < clock.today()
    return not (grant.withdrawn_at or ended or grant.partner.closed_at)
