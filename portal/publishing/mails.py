"""What those are told who took something that is withdrawn since, or not to be installed."""

from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.bilingual import Bilingual
from portal.downloads.rules import Standing
from portal.downloads.values import Release
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.web.formats import listing
from portal.web.locale import gettext as _
from portal.web.locale import label, said, speaking, zone_called


def withdrawn_mail(session: Session, to: User, it: Release, *, account_id: int) -> None:
    blocked = it.standing is Standing.BLOCKED
    gone = [(channel, found) for channel, found in it.channels.items() if found]
    last = max((found for _channel, found in gone), key=lambda found: found.at, default=None)
    with speaking(to.language or "nb", zone_called(to.time_zone)):
        why = it.reason if blocked else last.reason if last else Bilingual()
        named = f"{it.title} {it.version}" if it.title else ""
        told: dict[str, Any] = {
            "release": named or _("firmware %(version)s", version=it.version),  # within a sentence
            "title": named or _("Firmware %(version)s", version=it.version),
            "channels": listing([label(channel) for channel, _gone in gone]),
            "reason": said(why).text,
        }
    notify(
        session,
        to,
        Notice.RELEASE_WITHDRAWN,
        template="publishing/withdrawn",
        account_id=account_id,
        name=to.name,
        reference=it.reference,
        blocked=blocked,
        **told,
    )
