"""`/track/<token>`: where a replacement is, for whoever waits for it, without signing in.

Nothing here tells whose it is: no organization, no people, no address, no serial number, no money.
"""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.tenancy import Scope
from portal.carriers.beside import find as parcels_of
from portal.factors.qr import drawn
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import Track
from portal.replacements.tracking_links import can_be_tracked, read_tracking_token
from portal.replacements.tracks import tracks_of
from portal.replacements.wording import return_sentence, status_sentence
from portal.returns.labels import has_label, packing
from portal.returns.rules import TO_PACK
from portal.web.guard import public
from portal.web.headers import keep_secret
from portal.web.locale import gettext as _
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.session import db, db_as

bp = Blueprint("tracking", __name__)


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    keep_secret()
    it = _find(token)
    return _page(it) if it else page("tracking/gone.html", 410, operator=OPERATOR)


def _find(token: str) -> Replacement | None:
    """The replacement of a link that is good, read for this page alone."""
    link = read_tracking_token(current_app.config["SECRET_KEY"], token)
    if link is None:
        return None
    session = db_as(Scope(frozenset({link.account_id}), None))
    it = session.scalars(replacement_with_id(link.replacement_id)).one_or_none()
    return it if it and can_be_tracked(it, clock.now()) else None


def _page(it: Replacement) -> Response:
    today = clock.today()
    tracks = tracks_of(it, it.steps, today=today)
    ready = has_label(it)
    return page(
        "tracking/show.html",
        it=it,
        sentence=status_sentence(it, today=today),
        return_sentence=return_sentence(it, today=today),
        tracks={kind: steps for kind, steps in tracks.items() if kind is not Track.LIABILITY},
        told=parcels_of(db(), it),
        qr=drawn(it.reference) if ready else None,
        pack=_(TO_PACK[it.model.category]) if ready else "",
        steps=packing(it) if ready else [],
        operator=OPERATOR,
    )
