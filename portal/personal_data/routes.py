"""My data: what is kept about me, a copy of it, and deleting my user."""

from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import Blueprint, Response, redirect, send_file, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.about.facts import retention_rows, span
from portal.accounts.actions import Person
from portal.accounts.holdings import held_by
from portal.accounts.models import User
from portal.accounts.personal_data import Asking, reasons_to_stay
from portal.base import clock
from portal.base.retention import period_of
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.personal_data.actions import delete_me
from portal.personal_data.archive import write_archive
from portal.personal_data.forms import DeleteMeForm
from portal.personal_data.mails import deleted_mail
from portal.web.guard import personal, public, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, open_session
from portal.web.sheets import IN_MEMORY

bp = Blueprint("personal_data", __name__)
MOST_HELD = 10  # that are named


@bp.get("")
@personal()
def show() -> ResponseReturnValue:
    return page("personal_data/show.html", rows=retention_rows())


@bp.post("/copy")
@personal(fresh=True)
@limited("copy")
def copy() -> ResponseReturnValue:
    """Made at once, and by whoever proved lately who they are: it is all there is about them."""
    file = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 (the answer closes it)
    try:
        with open_session(NOBODY, reading=True) as session:
            user = session.get_one(User, viewer().id)
            opener = lambda scope: open_session(scope, reading=True)  # noqa: E731
            write_archive(file, Asking(user, session, opener, clock.today()))
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    name = f"{_('my-data')}-{clock.today().isoformat()}.zip"
    response = send_file(
        file, "application/zip", as_attachment=True, download_name=name, etag=False
    )
    response.content_length = size
    return response


@bp.get("/deletion")
@personal(fresh=True)
def deletion() -> ResponseReturnValue:
    return _asking(DeleteMeForm(), 200)


@bp.post("/deletion")
@personal(fresh=True)
def delete() -> ResponseReturnValue:
    form, user = DeleteMeForm(), db().get_one(User, viewer().id)
    if user.erased_at:
        return _farewell()  # the form was sent twice
    if form.validate():
        by = Person(user.id, place=getattr(viewer(), "place", ""))
        told = {"to": user.email, "language": user.language or "nb", "name": user.name}
        try:
            if delete_me(db(), user, typed=form.name.data, by=by, now=clock.now()):
                deleted_mail(db(), **told)
        except Refused as refusal:
            db().rollback()
            form.refuse(refusal)
        else:
            return _farewell()
    return _asking(form, 422)


@bp.get("/deleted")
@public
def deleted() -> ResponseReturnValue:
    return page("personal_data/deleted.html")


def _farewell() -> Response:
    cookie.clear()
    response = redirect(url_for(".deleted"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return cast(Response, response)


def _asking(form: DeleteMeForm, status: int) -> Response:
    with open_session(NOBODY, reading=True) as session:
        user = session.get_one(User, viewer().id)
        reasons = [explain(refusal) for refusal in reasons_to_stay(session, user)]
        opener = lambda scope: open_session(scope, reading=True)  # noqa: E731
        mine = Asking(user, session, opener, clock.today())
        held = [each for account in mine.accounts() for each in held_by(account, user)]
        return page(
            "personal_data/deletion.html",
            status,
            form=form,
            user=user,
            reasons=reasons,
            held=held[:MOST_HELD],
            more=max(0, len(held) - MOST_HELD),
            events_kept=span(period_of("events")),
            mails_kept=span(period_of("mails")),
        )
