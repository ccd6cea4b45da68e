"""One click on the page of a replacement whose new device does not work either."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.dead_on_arrival.actions import replace_again
from portal.replacements.routes import show_page
from portal.replacements.rules import Stage
from portal.returns.reaching import find_return
from portal.web.guard import allow, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("dead_on_arrival", __name__)


@bp.post("/<reference>/dead-on-arrival")
@allow(Permission.REPLACEMENTS_CHANGE)
def again(reference: str) -> ResponseReturnValue:
    """A second click is led to the same new one."""
    it = find_return(reference)
    try:
        with db().begin_nested():
            made = replace_again(db(), it, by=viewer(), now=clock.now())
    except Refused as refusal:
        return show_page(find_return(reference), 422, refused=explain(refusal))
    if made.stage is Stage.REQUESTED:
        flash(
            _("Another new device is asked for. It is the first that we send when there are more.")
        )
    else:
        flash(_("Another new device is on its way. It is the first that we send."))
    return redirect(url_for("replacements.show", reference=made.reference), 303)
