"""Whose answer a mail is: a genuine reply address says so, if it comes from its owner as well."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.reply_addresses import Whose, is_genuine, number_in, token_in
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.mail_intake.rules import Reason
from portal.service_requests.models import ServiceRequest
from portal.service_requests.reply_models import ReplyAddress
from portal.web.paging import LARGEST

_EVERYWHERE = Scope(None, None, staff=True, reason="finding out whose answer a mail is")


@dataclass(frozen=True, slots=True)
class Addressee:
    """The person that the address was given to, about which request."""

    whose: Whose
    account_id: int
    user: User

    @property
    def is_staff(self) -> bool:
        return self.user.staff_role is not None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who does what a mail asks for."""

    id: int
    on_behalf: bool


def writer(user: User) -> Writer:
    return Writer(user.id, on_behalf=user.partner_id is not None or user.staff_role is not None)


def addressee(run: Run, recipients: Iterable[str]) -> Addressee | Reason:
    template = run.settings.reply_address
    if not template:
        return Reason.UNKNOWN
    told = {token_in(template, each) for each in recipients} - {None}
    genuine = [found for token in sorted(filter(None, told)) if (found := _known(run, token))]
    if len(genuine) == 1:
        return genuine[0]
    if genuine:
        return Reason.SEVERAL
    return Reason.FORGED if told else Reason.UNKNOWN


def _known(run: Run, token: str) -> Addressee | None:
    number = number_in(token)
    with run.reading(_EVERYWHERE) as session:
        row = session.get(ReplyAddress, number) if number <= LARGEST else None
        whose = row.whose if row else Whose(number=number, request_id=0, user_id=0)
        genuine = is_genuine(token, whose, secret_key=run.settings.secret_key)
        if row is None or not genuine:
            return None
        return Addressee(whose, row.account_id, session.get_one(User, row.user_id))


def refused_sender(found: Addressee, sender: str) -> Reason | None:
    """It must say that it is from whom the reply address belongs to: their own address, and no
    other. An address can be forwarded, and whoever holds it would write in another's name.

    What staff wrote from elsewhere, or the customer, staff can take over; see `deciding`.
    """
    if not sender:
        return Reason.NAMELESS
    return None if sender == found.user.email else Reason.SOMEBODY_ELSE


def scope_to_answer(run: Run, found: Addressee) -> Scope | None:
    """Their own, as it is now, if they may still answer and see the request in it."""
    may = Permission.REQUESTS_WORK if found.is_staff else Permission.REQUESTS_CHANGE
    told: dict[str, Any] = {"user_id": found.user.id, "account_id": found.account_id}
    with run.reading(NOBODY) as session:
        scope = account_scope(session, permission=may, today=clock.today(), **told)
    if scope is None:
        return None
    with run.reading(scope) as session:
        seen = session.get(ServiceRequest, found.whose.request_id)
    return scope if seen is not None else None
