"""What staff do with a customer's license, each on a page: its term, its end, its successor."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.words import N_, Refused
from portal.licenses.finding import find, ring
from portal.licenses.forms import RevocationForm, SuccessorForm, TermsForm
from portal.licenses.models import License
from portal.licenses.queries import license_with_id
from portal.licenses.registering import Terms
from portal.licenses.rules import PREFIX, Renewal
from portal.licenses.terms import Named, change_terms, replace_license, take_away
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("license_terms", __name__)


@bp.get("/<reference>/terms")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def edit(reference: str) -> ResponseReturnValue:
    it = find(reference)
    known = Named.of(it).values() | {"version": it.version, "renewal": it.renewal.value}
    return _page("terms", it, TermsForm(formdata=None, data=known))


@bp.post("/<reference>/terms")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def save(reference: str) -> ResponseReturnValue:
    form = TermsForm()

    def deed(it: License) -> None:
        terms = Terms(
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            seats=form.seats.data,
            order_number=form.order_number.data.strip(),
            purchase_order=form.purchase_order.data.strip(),
            renewal=Renewal(form.renewal.data),
        )
        stated = Named(form.name.data, terms)
        by, now = viewer(), clock.now()
        change_terms(db(), ring(), it, stated, version=form.version.data, by=by, now=now)

    return _do("terms", reference, form, deed, _("Your changes are saved."))


@bp.get("/<reference>/revocation")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def ask_revoke(reference: str) -> ResponseReturnValue:
    return _page("revocation", find(reference), RevocationForm())


@bp.post("/<reference>/revocation")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def revoke(reference: str) -> ResponseReturnValue:
    form = RevocationForm()

    def deed(it: License) -> None:
        take_away(db(), it, because=form.reason.data, by=viewer(), now=clock.now())

    told = _("The license is revoked. Those whom it concerns are told.")
    return _do("revocation", reference, form, deed, told)


@bp.get("/<reference>/successor")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def ask_successor(reference: str) -> ResponseReturnValue:
    return _page("successor", find(reference), SuccessorForm())


@bp.post("/<reference>/successor")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def succeed(reference: str) -> ResponseReturnValue:
    form = SuccessorForm()

    def deed(it: License) -> None:
        other = _named(it, form.successor.data)
        replace_license(db(), ring(), it, other, by=viewer(), now=clock.now())

    told = _("The license is replaced, and its seats are moved to the other one.")
    return _do("successor", reference, form, deed, told)


def _named(it: License, text: str) -> License:
    """A license of the same customer; staff see others' too."""
    number = read_reference(PREFIX, text) or 0
    same = license_with_id(min(number, LARGEST)).where(License.account_id == it.account_id)
    other = db().scalars(same).one_or_none()
    if other is None:
        raise Refused(
            N_("This customer has no license with this number. Register it first."),
            field="successor",
        )
    return other


def _do(
    name: str, reference: str, form: Form, deed: Callable[[License], Any], told: str
) -> ResponseReturnValue:
    it = find(reference)
    if form.validate():
        try:
            with db().begin_nested():
                deed(it)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(told)
            return redirect(url_for("licenses.show", reference=it.reference), 303)
    db().expire_all()
    return _page(name, find(reference), form, 422)


def _page(name: str, it: License, form: Form, status: int = 200) -> ResponseReturnValue:
    saved = Named.of(it).values() if getattr(form, "overtaken", False) else {}
    return page(f"licenses/{name}.html", status, it=it, form=form, saved=saved)
