"""The sites of an organization: where its devices are, and where parcels are received."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import Site
from portal.accounts.signatures import signatures_of
from portal.base.access import Permission
from portal.base.history import What, events_of
from portal.base.references import reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.sites.actions import change_site, create_site
from portal.sites.forms import ChangeSiteForm, CreateSiteForm
from portal.sites.queries import listed_sites, site_referred_to
from portal.sites.rules import Country
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("sites", __name__)
BY_NAME = Order((Site.name_key, Site.id))
MOST_EVENTS = 20
LONGEST = 80  # characters of a search


@bp.get("")
@allow(Permission.ACCOUNT_VIEW)
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:LONGEST]
    found = capped_count(db(), listed_sites(search))
    listed = page_of(db(), listed_sites(search), BY_NAME)
    count = ngettext("%(num)s site", "%(num)s sites", found)
    if found > CAP:
        count = _("More than 1,000 sites")
    return page(
        "sites/index.html",
        listed=listed,
        search=search,
        count=count,
        news=count,
        reference=reference,
    )


@bp.get("/new")
@allow(Permission.SITES_CHANGE)
def new() -> ResponseReturnValue:
    return page("sites/new.html", form=CreateSiteForm())


@bp.post("")
@allow(Permission.SITES_CHANGE)
def create() -> ResponseReturnValue:
    form = CreateSiteForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                site = create_site(db(), by=viewer(), **form.stated())
                sent.led_to = url_for(".show", reference=site.reference)
                flash(_("%(site)s is added.", site=site.name))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("sites/new.html", 422, form=form)


@bp.get("/<reference>")
@allow(Permission.ACCOUNT_VIEW)
def show(reference: str) -> ResponseReturnValue:
    site = db().scalars(site_referred_to(reference)).one()
    events = db().scalars(events_of(site).limit(MOST_EVENTS)).all()
    return page(
        "sites/show.html",
        site=site,
        country=Country(site.country),
        events=events,
        signatures=signatures_of(db(), events),
        # An import leaves one event for all that it made.
        imported=len(events) < MOST_EVENTS and What.CREATED not in [it.what for it in events],
    )


@bp.get("/<reference>/details")
@allow(Permission.SITES_CHANGE)
def edit(reference: str) -> ResponseReturnValue:
    site = db().scalars(site_referred_to(reference)).one()
    return page("sites/edit.html", site=site, form=ChangeSiteForm(obj=site))


@bp.post("/<reference>/details")
@allow(Permission.SITES_CHANGE)
def change(reference: str) -> ResponseReturnValue:
    site = db().scalars(site_referred_to(reference)).one()
    form = ChangeSiteForm()
    if form.validate():
        try:
            version = form.version.data
            change_site(db(), site, version=version, by=viewer(), **form.stated())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved."))
            return redirect(url_for(".show", reference=site.reference), 303)
    return page("sites/edit.html", 422, site=site, form=form)
