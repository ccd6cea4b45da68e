"""The people of a partner, kept by its own administrator."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.mails import access_mail
from portal.accounts.models import Partner, User
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.references import reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.partners.colleague_forms import SOME, ColleagueForm, InviteColleagueForm
from portal.partners.inviting_limits import count_invitation, later, wait_to_invite
from portal.partners.people import (
    change_colleague,
    deactivate_colleague,
    invite_again,
    invite_colleague,
)
from portal.partners.queries import (
    assigned_to,
    colleague_referred_to,
    colleagues,
    customers_granting,
)
from portal.web.guard import allow, viewer
from portal.web.limits import too_many
from portal.web.locale import explain, ngettext
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("colleagues", __name__)
BY_NAME = Order((User.name_key, User.id))
MOST_CHOICES = 8


@bp.get("")
@allow(Permission.PARTNER_MANAGE, everywhere=True)
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").replace("\0", "").strip()[:80]
    gone = request.args.get("gone") == "1"
    query: Any = colleagues(_partner().id, search, gone=gone)
    found = capped_count(db(), query)
    count = ngettext("%(num)s colleague", "%(num)s colleagues", found)
    if found > CAP:
        count = _("More than 1,000 colleagues")
    listed = page_of(db(), query, BY_NAME)
    return page(
        "partners/colleagues.html",
        listed=listed,
        search=search,
        gone=gone,
        count=count,
        news=count,
        reference=reference,
    )


@bp.get("/customers")
@allow(Permission.PARTNER_MANAGE, everywhere=True)
def choices() -> ResponseReturnValue:
    typed = request.args.get("customer", "").strip()[:80]
    query = customers_granting(_partner().id, today=clock.today(), text=typed)
    return page("partners/customers.html", customers=db().scalars(query.limit(MOST_CHOICES)).all())


@bp.get("/new")
@allow(Permission.PARTNER_MANAGE, everywhere=True, fresh=True)
def new() -> ResponseReturnValue:
    return page("partners/invite.html", form=InviteColleagueForm(data={"role": Role.PARTNER}))


@bp.post("")
@allow(Permission.PARTNER_MANAGE, everywhere=True, fresh=True)
def invite() -> ResponseReturnValue:
    form = InviteColleagueForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                if wait := wait_to_invite(_partner().id):
                    form.form_errors.append(too_many(wait))
                    return later(page("partners/invite.html", 429, form=form), wait)
                user = invite_colleague(
                    db(), _partner(), email=form.email.data, name=form.name.data,
                    role=Role(form.role.data), language=form.language.data,
                    by=viewer(), now=clock.now(), quiet=True,
                )  # fmt: skip
                count_invitation(_partner().id)
                flash(_("%(name)s is invited, and gets an e-mail.", name=user.name))
                sent.led_to = url_for(".show", reference=reference("U", user.id))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("partners/invite.html", 422, form=form)


@bp.get("/<reference>")
@allow(Permission.PARTNER_MANAGE, everywhere=True)
def show(reference: str) -> ResponseReturnValue:
    user = _colleague(reference)
    held = [str(each) for each in db().scalars(assigned_to(user.id))]
    works_for = "every" if user.every_customer else SOME
    stated: dict[str, Any] = {
        "role": user.partner_role,
        "works_for": works_for,
        "customers": held,
        "version": user.rights_version,
    }
    return _page(user, ColleagueForm(data=stated))


@bp.post("/<reference>/details")
@allow(Permission.PARTNER_MANAGE, everywhere=True, fresh=True)
def change(reference: str) -> ResponseReturnValue:
    user, form, today = _colleague(reference), ColleagueForm(), clock.today()
    try:
        if "add" in request.form:
            form.add(db(), _partner().id, today)
        elif form.validate():
            customers = form.chosen() if form.works_for.data == SOME else None
            before = user.partner_role
            changed = change_colleague(
                db(), user, role=Role(form.role.data), customers=customers,
                version=form.version.data, by=viewer(), today=today,
            )  # fmt: skip
            if user.partner_role is not before:
                _tell(user, "changed")
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".show", reference=reference), 303)
    except Refused as refusal:
        for field in form:
            field.errors = list(field.errors)
        form.refuse(refusal)
    return _page(user, form, 422 if form.errors else 200)


@bp.post("/<reference>/deactivation")
@allow(Permission.PARTNER_MANAGE, everywhere=True)
def deactivate(reference: str) -> ResponseReturnValue:
    user = _colleague(reference)
    try:
        if deactivate_colleague(db(), user, by=viewer(), now=clock.now()):
            _tell(user, "ended")
            flash(_("%(name)s has no access any more.", name=user.name))
    except Refused as refusal:
        return _refused(user, explain(refusal), 422)
    return redirect(url_for(".index"), 303)


@bp.post("/<reference>/invitation")
@allow(Permission.PARTNER_MANAGE, everywhere=True)
def renew(reference: str) -> ResponseReturnValue:
    user = _colleague(reference)
    if wait := wait_to_invite(_partner().id):
        return later(_refused(user, too_many(wait), 429), wait)
    try:
        invite_again(db(), user, by=viewer(), now=clock.now())
    except Refused as refusal:
        return _refused(user, explain(refusal), 422)
    count_invitation(_partner().id)
    flash(_("The invitation is sent again."))
    return redirect(url_for(".show", reference=reference), 303)


def _refused(user: User, told: str, status: int) -> Response:
    """Their page, with what stood against the deed of a button on it."""
    stated = {"role": user.partner_role, "version": user.rights_version}
    form = ColleagueForm(formdata=None, data=stated)
    form.role.errors = []
    form.form_errors.append(told)
    return _page(user, form, status)


def _page(user: User, form: ColleagueForm, status: int = 200) -> Response:
    form.offer(db(), _partner().id, clock.today())
    return page("partners/colleague.html", status, person=user, form=form)


def _tell(user: User, what: str) -> None:
    if user.invited_as:
        return  # nobody of theirs reads it
    access_mail(db(), user, what, where=_partner().name, role=user.partner_role or Role.PARTNER)


def _partner() -> Partner:
    partner = db().get_one(User, viewer().id).partner
    assert partner
    return partner


def _colleague(reference: str) -> User:
    return db().scalars(colleague_referred_to(reference, partner_id=_partner().id)).one()
