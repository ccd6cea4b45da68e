"""Setting up the organization's own sign-in: the provider, its domains, whether it must be used."""

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission, Role, Visibility
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.sign_in_rules.showing import our_account, sign_in_page
from portal.single_sign_on import actions
from portal.single_sign_on.actions import Terms
from portal.single_sign_on.domains import check_record
from portal.single_sign_on.forms import DemandForm, DomainForm, ProviderForm
from portal.single_sign_on.leading import Known, is_local, try_out
from portal.single_sign_on.mails import tell_administrators
from portal.single_sign_on.models import SignInDomain, SingleSignOn
from portal.single_sign_on.people import who_must_use
from portal.single_sign_on.provider import discover
from portal.single_sign_on.queries import domains_of, provider_of
from portal.single_sign_on.sealing import seal
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db, open_session

bp = Blueprint("sign_in_provider", __name__)


@bp.post("/provider")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def connect() -> ResponseReturnValue:
    form = ProviderForm()
    if form.validate():
        try:
            discover(form.issuer.data.strip(), local=is_local(), anew=True)
            sso = actions.connect(
                db(), our_account(), _terms(form), sealed=_sealed(form), by=viewer()
            )
        except Refused as refusal:
            refusal.field = refusal.field or "issuer"
            form.refuse(refusal)
        else:
            tell_administrators(db(), sso, "changed", by=viewer().name)
            flash(_("Saved. Now try it out."))
            return _shown()
    return _refused(form)


def _terms(form: ProviderForm) -> Terms:
    return Terms(
        form.issuer.data.strip(),
        form.client_id.data.strip(),
        Role(form.default_role.data),
        Visibility(form.new_sees.data),
        form.vouches.data,
    )


def _sealed(form: ProviderForm) -> str | None:
    secret: str = (form.client_secret.data or "").strip()
    return seal(current_app.config["SECRET_KEY"], account().id, secret) if secret else None


@bp.post("/provider/test")
@allow(Permission.ORGANIZATION_MANAGE)
def test() -> ResponseReturnValue:
    """All that can be tried without a person; nothing is open in the database meanwhile."""
    with open_session(NOBODY, reading=True) as session:
        found = session.scalars(provider_of(account().id)).one_or_none()
        known = Known.of(found) if found else abort(404)
    try:
        try_out(known)
    except Refused as refusal:
        form = ProviderForm(formdata=None)
        with open_session(NOBODY, reading=True) as session:
            form.show(session.scalars(provider_of(account().id)).one_or_none())
        refusal.field = None
        form.refuse(refusal)
        return sign_in_page(422, form)
    flash(_("The provider answers, and knows us. Sign out, and sign in through it."))
    return _shown()


@bp.post("/provider/removal")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def disconnect() -> ResponseReturnValue:
    sso = _ours()
    tell_administrators(db(), sso, "removed", by=viewer().name)
    actions.disconnect(db(), sso, by=viewer())
    flash(_("Single sign-on is removed. Everyone signs in with a password or a passkey."))
    return _shown()


@bp.post("/domains")
@allow(Permission.ORGANIZATION_MANAGE)
def add_domain() -> ResponseReturnValue:
    form = DomainForm()
    if form.validate():
        try:
            actions.add_domain(db(), our_account(), form.domain.data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _shown("domains")
    return _refused(form)


@bp.post("/domains/<name>/proof")
@allow(Permission.ORGANIZATION_MANAGE)
def prove_domain(name: str) -> ResponseReturnValue:
    """The DNS is asked; staff may also say so themselves, on the customer's record."""
    form = DomainForm(formdata=None)
    with open_session(NOBODY, reading=True) as session:
        record = _domain(session.scalars(domains_of(account().id)).all(), name).record
    by_staff = viewer().kind == "staff"
    try:
        if not by_staff:
            check_record(name, record)
        domain = _domain(db().scalars(domains_of(account().id)).all(), name)
        actions.prove_domain(db(), domain, by_staff=by_staff, by=viewer(), now=clock.now())
    except Refused as refusal:
        form.refuse(refusal)
        return _refused(form)
    flash(_("%(name)s is proven.", name=name))
    return _shown("domains")


@bp.post("/domains/<name>/removal")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def remove_domain(name: str) -> ResponseReturnValue:
    domain = _domain(db().scalars(domains_of(account().id)).all(), name)
    try:
        actions.remove_domain(db(), domain, by=viewer())
    except Refused as refusal:
        form = DomainForm(formdata=None)
        form.refuse(refusal)
        return _refused(form)
    return _shown("domains")


@bp.post("/requirement")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def demand() -> ResponseReturnValue:
    form, sso = DemandForm(), _ours()
    form.way_in.validate_choice = False
    before = sso.required
    try:
        if form.demanded.data:
            chosen = select(User).where(User.email == (form.way_in.data or ""))
            way_in = db().scalars(chosen).one_or_none()
            actions.demand(db(), sso, way_in=way_in, by=viewer())
            concerned = [it.id for it in who_must_use(db(), sso) if it.id != viewer().id]
            actions.end_other_sign_ins(db(), concerned)
        else:
            actions.leave_open(db(), sso, by=viewer())
    except Refused as refusal:
        form.refuse(refusal)
        return _refused(form)
    if sso.required != before:
        told = "required" if sso.required else "optional"
        tell_administrators(db(), sso, told, by=viewer().name)
    flash(
        _("Everyone must sign in through the provider.")
        if sso.required
        else _("People may sign in through the provider, or with a password.")
    )
    return _shown()


def _ours() -> SingleSignOn:
    return db().scalars(provider_of(account().id)).one()


def _domain(domains: Sequence[SignInDomain], name: str) -> SignInDomain:
    return next((it for it in domains if it.name == name), None) or abort(404)


def _refused(form: ProviderForm | DomainForm | DemandForm) -> ResponseReturnValue:
    return sign_in_page(422, form)


def _shown(part: str = "") -> ResponseReturnValue:
    return redirect(url_for("sign_in_rules.show", _anchor=part or None), 303)
