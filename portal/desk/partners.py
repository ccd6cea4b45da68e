"""Partners, for staff: created, renamed, given a first administrator, and closed."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal.accounts.grants import Grant, holds
from portal.accounts.models import Account, Partner, User
from portal.accounts.queries import holding
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.references import read_reference, reference, write_master_account_id
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.desk.history import told
from portal.desk.partner_forms import (
    ClosePartnerForm,
    CreatePartnerForm,
    InviteAdministratorForm,
    RenamePartnerForm,
)
from portal.partners.keeping import close_partner, create_partner, rename_partner
from portal.partners.people import invite_colleague
from portal.partners.queries import colleagues
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("desk_partners", __name__)
BY_NAME = Order((Partner.name_key, Partner.id))
MOST = 100  # people and customers shown of one partner


@bp.get("")
@allow(Permission.DESK_MANAGE, everywhere=True)
@limited("search")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").replace("\0", "").strip()[:80]
    query = _listed(search)
    found = capped_count(db(), query)
    count = ngettext("%(num)s partner", "%(num)s partners", found)
    if found > CAP:
        count = _("More than 1,000 partners")
    return page(
        "desk/partners/index.html",
        listed=page_of(db(), query, BY_NAME),
        search=search,
        count=count,
        news=count,
        reference=reference,
    )


def _listed(search: str) -> Any:
    people = select(func.count(User.id)).where(
        User.partner_id == Partner.id, User.deactivated_at.is_(None)
    )
    customers = select(func.count(Grant.id)).where(
        Grant.partner_id == Partner.id, holds(clock.today())
    )
    columns: Any = (
        *(Partner.id, Partner.name, Partner.name_key, Partner.closed_at),
        people.scalar_subquery().label("people"),
        customers.scalar_subquery().label("customers"),
    )
    return select(*columns).where(*holding(Partner.name_fold, search))


@bp.get("/new")
@allow(Permission.DESK_MANAGE, everywhere=True)
def new() -> ResponseReturnValue:
    return page("desk/partners/new.html", form=CreatePartnerForm())


@bp.post("")
@allow(Permission.DESK_MANAGE, everywhere=True)
def create() -> ResponseReturnValue:
    form = CreatePartnerForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                partner = create_partner(db(), name=form.name.data, by=viewer(), now=clock.now())
                sent.led_to = url_for(".show", reference=partner.reference)
                flash(_("%(name)s is added.", name=partner.name))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/partners/new.html", 422, form=form)


@bp.get("/<reference>")
@allow(Permission.DESK_MANAGE, everywhere=True)
def show(reference: str) -> ResponseReturnValue:
    return _page(_partner(reference))


@bp.post("/<reference>/name")
@allow(Permission.DESK_MANAGE, everywhere=True)
def rename(reference: str) -> ResponseReturnValue:
    partner, form = _partner(reference), RenamePartnerForm()
    if form.validate():
        stated = {"name": form.name.data, "version": form.version.data}
        try:
            changed = rename_partner(db(), partner, by=viewer(), **stated)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".show", reference=reference), 303)
    return _page(partner, 422, form=form)


@bp.get("/<reference>/administrators/new")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def invitation(reference: str) -> ResponseReturnValue:
    form = InviteAdministratorForm()
    return page("desk/partners/invite.html", partner=_partner(reference), form=form)


@bp.post("/<reference>/administrators")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def invite(reference: str) -> ResponseReturnValue:
    partner, form = _partner(reference), InviteAdministratorForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                user = invite_colleague(
                    db(), partner, email=form.email.data, name=form.name.data,
                    role=Role.PARTNER_ADMINISTRATOR, language=form.language.data, by=viewer(),
                    now=clock.now(),
                )  # fmt: skip
                flash(_("%(name)s is invited, and gets an e-mail.", name=user.name))
                sent.led_to = url_for(".show", reference=reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/partners/invite.html", 422, partner=partner, form=form)


@bp.get("/<reference>/closure")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def closure(reference: str) -> ResponseReturnValue:
    form = ClosePartnerForm()
    return page("desk/partners/closure.html", partner=_partner(reference), form=form)


@bp.post("/<reference>/closure")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def close(reference: str) -> ResponseReturnValue:
    partner, form = _partner(reference), ClosePartnerForm()
    if form.validate():
        try:
            reason = form.reason.data
            if close_partner(db(), partner, reason=reason, by=viewer(), now=clock.now()):
                flash(_("%(name)s is closed.", name=partner.name))
            return redirect(url_for(".show", reference=reference), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/partners/closure.html", 422, partner=partner, form=form)


def _page(partner: Partner, status: int = 200, **forms: Any) -> ResponseReturnValue:
    today = clock.today()
    customers = (
        select(Account.name, Account.digits, Grant.last_day)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.partner_id == partner.id, holds(today))
        .order_by(Account.name_key)
    )
    people: Any = colleagues(partner.id).order_by(User.name_key, User.id)
    return page(
        "desk/partners/show.html",
        status,
        partner=partner,
        people=db().execute(people.limit(MOST)).all(),
        customers=db().execute(customers.limit(MOST)).all(),
        history=told(db(), partner, {}),
        written=write_master_account_id,
        form=forms.get("form") or RenamePartnerForm(obj=partner),
    )


def _partner(reference: str) -> Partner:
    mine = select(Partner).where(Partner.id == read_reference("PT", reference))
    return db().scalars(mine).one()
