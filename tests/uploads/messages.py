"""A form of the tests' own: a message with files, as features will have them."""

from pathlib import Path

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import InputRequired

from portal.base import clock
from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.uploads.attaching import attach_uploads
from portal.uploads.forms import FilesField
from portal.uploads.models import Upload
from portal.uploads.receiving import receives_files
from portal.uploads.routes import account_numbered_id
from portal.uploads.rules import MOST_WITH_FORM, purpose
from portal.web.downloads import download
from portal.web.forms import CreatingForm
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.session import db, db_for

MESSAGE = purpose("message", Permission.PRODUCTS_CHANGE)
PICTURE = purpose("picture", Permission.PRODUCTS_CHANGE, endings=frozenset({"png", "jpg", "pdf"}))
messages = Blueprint("messages", __name__)


class MessageForm(CreatingForm):
    text = StringField("Text", [InputRequired("Write something.")])
    files = FilesField("Files", for_what=MESSAGE, description="Up to 2 GB each.")


@messages.get("/messages")
@allow(Permission.PRODUCTS_CHANGE)
def new() -> ResponseReturnValue:
    return _page(MessageForm())


@messages.post("/messages")
@allow(Permission.PRODUCTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(MESSAGE)
def send() -> ResponseReturnValue:
    form = MessageForm()
    return _sent(form, "/messages")


@messages.get("/messages/<int:file_id>")
@allow(Permission.PRODUCTS_VIEW)
def fetch(file_id: int) -> Response:
    return download(db().get_one(StoredFile, file_id))


@messages.post("/desk/messages/<number>")
@allow(Permission.DESK_VIEW, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_files(MESSAGE, account_of=account_numbered_id)
def send_for(number: str) -> ResponseReturnValue:
    db_for(account_numbered_id(number))
    form = MessageForm()
    form.files.for_account(number)
    return _sent(form, f"/desk/messages/{number}")


def _sent(form: MessageForm, path: str) -> ResponseReturnValue:
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                attach_uploads(db(), form.files.data, MESSAGE, by=viewer(), now=clock.now())
                sent.led_to = path
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422)


def _page(form: MessageForm, status: int = 200) -> ResponseReturnValue:
    waiting = select(Upload.file_id).where(Upload.file_id.is_not(None))
    files = select(StoredFile).where(StoredFile.id.not_in(waiting)).order_by(StoredFile.id)
    return page("message.html", status, form=form, sent=db().scalars(files).all())


def with_pages(loader: object) -> ChoiceLoader:
    """The portal's templates, and ours."""
    return ChoiceLoader([loader, FileSystemLoader(Path(__file__).parent / "pages")])  # type: ignore[list-item]
