"""What customers and partners are told about access."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account, Partner, User
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.partners.models import AccessRequest
from portal.partners.queries import administrators_of, partner_administrators
from portal.partners.rules import deeds_of
from portal.web.formats import text_date
from portal.web.locale import gettext as _
from portal.web.locale import speaking
from portal.web.mail import send_mail


def request_mails(session: Session, asked: AccessRequest) -> None:
    """To the customer's administrators, if there is such a customer."""
    if asked.account_id is None:
        return
    partner = session.get_one(Partner, asked.partner_id)
    for user in session.scalars(administrators_of(asked.account_id)):
        notify(
            session,
            user,
            Notice.ACCESS_ASKED,
            template="partners/asked",
            account_id=asked.account_id,
            name=user.name,
            partner=partner.name,
            reference=asked.reference,
            message=asked.message,
            deeds=_worded(asked.permissions, user),
        )


def answer_mail(session: Session, asked: AccessRequest, to: User, given: Grant | None) -> None:
    account = session.get_one(Account, asked.account_id)
    if to.deactivated_at:
        return
    notify(
        session,
        to,
        Notice.ACCESS_ANSWERED,
        template="partners/given" if given else "partners/declined",
        account_id=account.id,
        name=to.name,
        customer=account.name,
        deeds=_worded(given.permissions, to) if given else [],
        last_day=_day(given, to),
    )


def invitation_mail(
    session: Session, user: User, partner: Partner, inviter: User, token: str
) -> None:
    _invited(session, user, partner, inviter, template="partners/invited", token=token)


def taken_mail(session: Session, user: User, partner: Partner, inviter: User) -> None:
    """To whoever has the address that a partner invited somebody by."""
    _invited(session, user, partner, inviter, template="partners/taken")


def _invited(session: Session, user: User, partner: Partner, inviter: User, **more: Any) -> None:
    send_mail(
        session,
        to=user.email,
        language=_language(user),
        name=user.name,
        partner=partner.name,
        inviter=inviter.name,
        **more,
    )


def ending_mails(session: Session, grant: Grant) -> None:
    """To those who decide on either side, while there is time to extend it."""
    account, partner = grant.account, grant.partner
    for user in session.scalars(administrators_of(account.id)):
        told = {"template": "partners/ends", "other": partner.name, "reference": grant.reference}
        _ending(session, user, grant, Notice.ACCESS_ENDS, **told)
    for user in session.scalars(partner_administrators(partner.id)):
        told = {"template": "partners/ends_for_us", "other": account.name}
        _ending(session, user, grant, Notice.OUR_ACCESS_ENDS, **told)


def _ending(session: Session, user: User, grant: Grant, notice: Notice, **context: Any) -> None:
    notify(
        session,
        user,
        notice,
        account_id=grant.account_id,
        name=user.name,
        day=_day(grant, user),
        **context,
    )


def _language(user: User) -> str:
    return user.language or "nb"


def _worded(permissions: Iterable[str], to: User) -> list[str]:
    with speaking(_language(to)):
        return [_(words) for words in deeds_of(permissions)]


def _day(grant: Grant | None, to: User) -> str:
    if grant is None or grant.last_day is None:
        return ""
    with speaking(_language(to)):
        return text_date(grant.last_day)
