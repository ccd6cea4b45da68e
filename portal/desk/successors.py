"""Which model is sent instead of another, named on its page of the catalogue."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.words import Refused
from portal.catalogue.successors import name_successor
from portal.desk.catalogue import model_page, model_referred_to, path_of
from portal.desk.forms import SuccessorForm
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("desk_successors", __name__)


@bp.post("/<ref>/successor")
@allow(Permission.CATALOGUE_CHANGE, everywhere=True)
def name(ref: str) -> ResponseReturnValue:
    model, form = model_referred_to(ref), SuccessorForm()
    if form.validate():
        try:
            version, typed = form.version.data, form.successor.data or ""
            changed = name_successor(db(), model, typed, version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(path_of(model), 303)
    return model_page(ref, model, 422, form)
