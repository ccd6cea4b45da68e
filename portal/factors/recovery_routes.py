"""Recovery codes: made anew, shown once, and sent as a file while they are on the screen."""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.accounts.tokens import hash_of
from portal.factors.actions import make_recovery_codes
from portal.factors.mails import changed_mail
from portal.factors.models import RecoveryCode
from portal.factors.queries import codes_left
from portal.factors.rules import read_recovery_code
from portal.web.downloads import attachment
from portal.web.guard import personal, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("recovery", __name__)


@bp.get("")
@personal(fresh=True)
def ask() -> ResponseReturnValue:
    return page("factors/new_codes.html", left=db().scalar(codes_left(viewer().id)))


@bp.post("")
@personal(fresh=True)
def make() -> ResponseReturnValue:
    """Shown in the answer itself, and nowhere kept."""
    if not viewer().has_factor:
        abort(409)
    user = db().get_one(User, viewer().id)
    codes = make_recovery_codes(db(), user)
    changed_mail(db(), user, "codes_made")
    return page("factors/codes.html", codes=codes, news="")


@bp.post("/file")
@personal(fresh=True)
def download() -> ResponseReturnValue:
    """The codes on the screen come back as a file. Only their owner's, so it says nothing else."""
    codes = list(filter(None, map(read_recovery_code, request.form.getlist("code"))))
    hashes = [hash_of(code) for code in codes]
    mine = RecoveryCode.user_id == viewer().id
    known = db().scalar(
        select(func.count(RecoveryCode.id)).where(mine, RecoveryCode.code_hash.in_(hashes))
    )
    if not codes or len(codes) > 20 or known != len(set(codes)):
        abort(400)
    title = _("Recovery codes for %(email)s in the support portal", email=viewer().email)
    lines = [title, _("Each can be used once."), "", *codes, ""]
    return Response(
        "\r\n".join(lines),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": attachment(_("recovery-codes") + ".txt")},
    )
