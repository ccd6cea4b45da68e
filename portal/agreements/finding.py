"""The customer and the partner that what was typed means."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Partner
from portal.base.references import read_master_account_id
from portal.base.text import sort_key
from portal.base.words import N_, Refused

_MASTER_ACCOUNT_ID = re.compile(r"[0-9]{4}[\s-]*[0-9]{4}[\s-]*[0-9]")


def customer_meant(session: Session, text: str) -> int:
    """The id of the account with this name or master account ID. The ID decides when both stand."""
    if found := _MASTER_ACCOUNT_ID.search(text):
        this = Account.digits == read_master_account_id(found[0])
    else:
        this = Account.name_key == sort_key(text)
    accounts = session.scalars(select(Account.id).where(this).limit(2)).all()
    if not accounts:
        raise Refused(
            N_("We cannot find this customer. Choose one from the list."), field="customer"
        )
    if len(accounts) > 1:
        raise Refused(
            N_("Several customers have this name. Write the master account ID."), field="customer"
        )
    return accounts[0]


def partner_meant(session: Session, text: str | None) -> int | None:
    """The id of the partner with this name; None when nothing is typed."""
    name = " ".join((text or "").split())
    if not name:
        return None
    partner = session.scalars(select(Partner.id).where(Partner.name == name)).one_or_none()
    if partner is None:
        raise Refused(N_("We cannot find this partner. Choose one from the list."), field="partner")
    return partner
