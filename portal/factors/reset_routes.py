"""An administrator of higher rank takes away someone's second factors, on record."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.accounts.queries import accounts_of
from portal.base.access import Permission
from portal.base.history import What, happened, happened_in
from portal.base.references import read_reference
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.factors.actions import reset_factors
from portal.factors.mails import changed_mail
from portal.factors.queries import colleague_of, standing, user_with_membership
from portal.factors.rules import may_reset
from portal.web.forms import Form
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.reasons import ReasonedForm, because
from portal.web.session import db, db_for, open_session

bp = Blueprint("factor_resets", __name__)
colleagues_bp = Blueprint("colleague_factor_resets", __name__)
people_bp = Blueprint("people_factor_resets", __name__)


@bp.get("/<reference>/second-factor")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def ask(reference: str) -> ResponseReturnValue:
    return _asking(_member(reference), "/organization/users", 200)


@bp.post("/<reference>/second-factor")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def reset(reference: str) -> ResponseReturnValue:
    user = _member(reference)

    def on_record() -> None:
        happened(db(), user, What.FACTORS_RESET, by=viewer())
        happened_in(db(), account().id, user, What.FACTORS_RESET, by=viewer())

    return _reset(user, "/organization/users", on_record)


@colleagues_bp.get("/<reference>/second-factor")
@allow(Permission.PARTNER_MANAGE, everywhere=True, fresh=True)
def ask_of_colleague(reference: str) -> ResponseReturnValue:
    return _asking(_colleague(reference), f"/partner/users/{reference}", 200)


@colleagues_bp.post("/<reference>/second-factor")
@allow(Permission.PARTNER_MANAGE, everywhere=True, fresh=True)
def reset_colleagues(reference: str) -> ResponseReturnValue:
    user = _colleague(reference)

    def on_record() -> None:
        happened(db(), user, What.FACTORS_RESET, by=viewer())

    return _reset(user, f"/partner/users/{reference}", on_record)


@people_bp.get("/<int(max=2147483647):user_id>/second-factor")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def ask_of_anyone(user_id: int) -> ResponseReturnValue:
    return _asking(_anyone(user_id), "/desk/accounts", 200, form=ReasonedForm(formdata=None))


@people_bp.post("/<int(max=2147483647):user_id>/second-factor")
@allow(Permission.DESK_MANAGE, everywhere=True, fresh=True)
def reset_anyones(user_id: int) -> ResponseReturnValue:
    accounts = _accounts_of(user_id)
    if accounts:
        db_for(accounts[0])  # it stands in that customer's record, too
    user, form = _anyone(user_id), ReasonedForm()
    # Where it cannot be done anyway, nobody is asked why.
    if user.second_factor_at and _allowed(user) and not form.validate():
        return _asking(user, "/desk/accounts", 422, form=form)

    def on_record() -> None:
        by = because(form.reason.data)
        happened(db(), user, What.FACTORS_RESET, by=by)
        if accounts:
            happened_in(db(), accounts[0], user, What.FACTORS_RESET, by=by)

    return _reset(user, "/desk/accounts", on_record)


def _reset(user: User, back: str, on_record: Callable[[], None]) -> ResponseReturnValue:
    try:
        reset_factors(db(), user, by=db().get_one(User, viewer().id))
    except Refused as refusal:
        return _asking(user, back, 422, refusal)
    on_record()
    changed_mail(db(), user, "reset")
    flash(_("%(name)s signs in with the password next time, and sets it up again.", name=user.name))
    return redirect(back, 303)


def _asking(
    user: User,
    back: str,
    status: int,
    refusal: Refused | None = None,
    form: Form | None = None,
) -> ResponseReturnValue:
    form = form or Form(formdata=None)
    if "reason" in form and not _accounts_of(user.id):
        form["reason"].description = _("It is kept in our own activity log.")
    if refusal:
        form.refuse(refusal)
    allowed = _allowed(user)
    return page("factors/reset.html", status, form=form, user=user, back=back, allowed=allowed)


def _allowed(user: User) -> bool:
    me = standing(db(), db().get_one(User, viewer().id))
    return may_reset(me, standing(db(), user))


def _member(reference: str) -> User:
    found = user_with_membership(read_reference("U", reference) or 0, account_id=account().id)
    return db().scalars(found).one()


def _colleague(reference: str) -> User:
    found = colleague_of(viewer().id, read_reference("U", reference) or 0)
    return db().scalars(found).one()


def _accounts_of(user_id: int) -> list[int]:
    with open_session(NOBODY, reading=True) as session:
        return [it.account_id for it in session.scalars(accounts_of(user_id))]


def _anyone(user_id: int) -> User:
    return db().get_one(User, user_id)
