"""How the people of an account sign in."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.sign_in_rules.actions import demand_second_factor
from portal.sign_in_rules.forms import SecondFactorForm
from portal.sign_in_rules.showing import our_account, sign_in_page
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("sign_in_rules", __name__)


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
def show() -> ResponseReturnValue:
    return sign_in_page()


@bp.post("/second-factor")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def decide() -> ResponseReturnValue:
    demanded = SecondFactorForm().second_factor_required.data
    demand_second_factor(db(), our_account(), demanded, by=viewer())
    told = _("Everyone must use two-step verification.")
    flash(told if demanded else _("Each decides whether to use two-step verification."))
    return redirect(url_for(".show"), 303)
