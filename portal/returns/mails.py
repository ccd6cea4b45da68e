"""What is told by mail about a device that is sent back."""

from portal.accounts.models import User
from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement
from portal.returns.codes import rows_of_squares
from portal.web.formats import text_date
from portal.web.locale import speaking
from portal.web.mail import send_mail


def label_mail(session: ScopedSession, to: User, it: Replacement) -> None:
    """The way to a return label, and its code to show where nothing is printed."""
    told_in = to.language or "nb"
    with speaking(told_in):
        by = text_date(it.return_due_on) if it.return_due_on else ""
    send_mail(
        session,
        to=to.email,
        language=told_in,
        template="returns/label",
        name=to.name,
        reference=it.reference,
        device=it.model.name,
        serial=it.comes_back,
        by=by,
        squares=rows_of_squares(it.reference),
    )
