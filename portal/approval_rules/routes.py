"""`/desk/logistics/rules`: staff read which replacements need no person, logistics decides it."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.approval_rules.actions import change_rules, rules_of, the_rules
from portal.approval_rules.forms import RulesForm
from portal.approval_rules.rules import Rules
from portal.base.access import Permission
from portal.base.words import Refused
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("approval_rules", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _page()


@bp.post("")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def change() -> ResponseReturnValue:
    form = RulesForm()
    if form.validate():
        try:
            changed = change_rules(db(), form.rules(), version=form.version.data, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _page(422, form)


def _page(status: int = 200, form: RulesForm | None = None) -> ResponseReturnValue:
    row = the_rules(db())
    rules = rules_of(row) if row else Rules()
    return page(
        "approval_rules/index.html",
        status,
        rules=rules,
        form=form or RulesForm.showing(rules, row.version if row else 0),
    )
