"""Taking a request on its page, while nobody has it."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.request_desk.forms import TakingForm
from portal.request_desk.reaching import find_to_write, path_of
from portal.request_desk.routes import show_page
from portal.service_requests.taking import take
from portal.web.guard import allow, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _

bp = Blueprint("request_taking", __name__)


@bp.post("/<ref>/taking")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def take_it(ref: str) -> ResponseReturnValue:
    """Take it if nobody has it. Who has it keeps it, unless it is given to somebody else."""
    session, it = find_to_write(ref)
    form = TakingForm()
    if form.validate():
        try:
            with session.begin_nested():
                take(session, it, by=viewer(), now=clock.now())
        except Refused as refusal:
            form.in_vain.append(explain(refusal))
        else:
            flash(_("The request is yours now."))
            return redirect(path_of(it), 303)
    return show_page(session, ref, 422, form=form)
