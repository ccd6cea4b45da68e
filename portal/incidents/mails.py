"""What those are told by mail who chose to hear of incidents."""

from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.incidents.incidents import Shown, Update
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.web.formats import date_and_time
from portal.web.locale import label, said, speaking, zone_called


def update_mail(
    session: Session, to: User, incident: Shown, update: Update, *, account_id: int
) -> None:
    with speaking(to.language or "nb", zone_called(to.time_zone)):
        due = incident.next_update_due_at
        told: dict[str, Any] = {
            "title": said(incident.title).text,
            "state": label(update.state),
            "text": said(update.text).text,
            "impact": label(incident.impact),
            "next_update": date_and_time(due) if due else "",
        }
    notify(
        session,
        to,
        Notice.INCIDENT,
        template="incidents/update",
        account_id=account_id,
        name=to.name,
        reference=incident.reference,
        **told,
    )
