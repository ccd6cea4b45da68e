"""How much those of each role see in the account, where nothing else is chosen for them."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.accounts.models import Account
from portal.accounts.queries import seen_by_role
from portal.base.access import Permission
from portal.users.actions import decide_what_roles_see
from portal.users.forms import RoleVisibilityForm
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("role_visibility", __name__)


@bp.get("/visibility")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def show() -> ResponseReturnValue:
    form = RoleVisibilityForm()
    form.show(dict(db().execute(seen_by_role()).all()))
    return page("users/visibility.html", form=form)


@bp.post("/visibility")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def decide() -> ResponseReturnValue:
    form = RoleVisibilityForm()
    if form.validate():
        here = db().get_one(Account, account().id)
        decide_what_roles_see(db(), here, form.decided(), by=viewer())
        flash(_("Your changes are saved."))
        return redirect("/organization/users", 303)
    return page("users/visibility.html", 422, form=form)
