"""Mails that were written and not sent, since this portal has no mail server."""

from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from portal.base.access import Permission
from portal.base.mails import Mail
from portal.web.guard import allow
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.mail import paragraphs
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("desk_mailbox", __name__)
LONGEST = 200  # characters of a search
SHOWN: list[Any] = [Mail.id, Mail.address, Mail.subject, Mail.written_at]
NEWEST = Order((Mail.id,), descending=True)


@bp.get("")
@allow(Permission.MAILBOX_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:LONGEST]
    found = capped_count(db(), mails_to(search))
    count = ngettext("%(num)s mail", "%(num)s mails", found)
    if found > CAP:
        count = _("More than 1,000 mails")
    listed = page_of(db(), mails_to(search), NEWEST)
    return page("desk/mailbox/index.html", listed=listed, search=search, count=count, news=count)


@bp.get("/<int(max=2147483647):mail_id>")
@allow(Permission.MAILBOX_VIEW, everywhere=True)
def show(mail_id: int) -> ResponseReturnValue:
    mail = db().get_one(Mail, mail_id)
    text = paragraphs(mail.text, current_app.config["PORTAL_URL"])
    return page("desk/mailbox/show.html", mail=mail, text=text)


def mails_to(address: str) -> Select[Any]:
    """What the list shows of the mails to addresses with this in them; all, for nothing."""
    query = select(*SHOWN)
    if address:
        query = query.where(Mail.address.icontains(address, autoescape=True))
    return query
