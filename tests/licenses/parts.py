"""One of everything that hangs on a license, to hold against who may see the license."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.licenses.models import License
from portal.licenses.part_models import LicensePaper, LicenseReminder, LicenseSuccession
from tests.factories import MOMENT, make_license, make_paper


def a_paper(session: Session, it: License) -> Any:
    return make_paper(session, it)


def a_reminder(_session: Session, it: License) -> Any:
    told = {"ends_on": MOMENT.date(), "days": 30, "told_on": MOMENT.date()}
    return LicenseReminder(account_id=it.account_id, license_id=it.id, **told)


def a_succession(session: Session, it: License) -> Any:
    other = make_license(session, session.get_one(Account, it.account_id))
    told = {"successor_id": other.id, "at": MOMENT}
    return LicenseSuccession(account_id=it.account_id, license_id=it.id, **told)


MAKERS: dict[type[Any], Callable[[Session, License], Any]] = {
    LicensePaper: a_paper,
    LicenseReminder: a_reminder,
    LicenseSuccession: a_succession,
}
