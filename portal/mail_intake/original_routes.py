"""A mail as it came, whatever became of it: to be read as text, or taken along as a file.

Nothing that was sent to us is out of sight because a program took it for a quotation.
"""

from itertools import chain

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.file_store import StorageTrouble
from portal.base.words import Refused
from portal.mail_intake.deciding import read_again
from portal.mail_intake.drawing import mail_with
from portal.mail_intake.reading import Letter
from portal.mail_intake.routes import ONE
from portal.service_requests.rules import LONGEST_TEXT, whole_text
from portal.uploads.receiving import scanner
from portal.uploads.scanner import checked
from portal.web.downloads import attachment, files
from portal.web.guard import allow
from portal.web.pages import page

bp = Blueprint("mail_original", __name__)


@bp.get(f"{ONE}/original")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def show(mail_id: int) -> ResponseReturnValue:
    mail = mail_with(mail_id)
    try:
        letter, _raw = read_again(files(), mail)
    except StorageTrouble:
        letter = Letter()
    return page(
        "mail_original/show.html",
        mail=mail,
        text=whole_text(letter.written[: LONGEST_TEXT - 1], field="text"),
        is_cut=len(letter.written) >= LONGEST_TEXT,
        names=[name for name, _part in letter.named()],
    )


@bp.get(f"{ONE}/original/file")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def file(mail_id: int) -> ResponseReturnValue:
    """Saved and never shown, and given to nobody while it is not found to be free of viruses."""
    mail, name = mail_with(mail_id), f"e-post-{mail_id}.eml"
    try:
        held = checked(scanner(), files().read(mail.key), name)
        pieces = files().read(mail.key)
        content = chain([next(pieces, b"")], pieces)
    except StorageTrouble:
        abort(404)
    except Refused:
        abort(410)
    if held:
        abort(409)
    response = Response(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = attachment(name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
