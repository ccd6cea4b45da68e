"""Customers and releases that a publisher names."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.references import read_master_account_id, read_reference
from portal.base.words import N_, Refused
from portal.downloads.models import ReleaseModel, SoftwareRelease
from portal.downloads.rules import RELEASE_PREFIX


def accounts_named(session: Session, text: str) -> tuple[int, ...]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        digits = read_master_account_id(line)
        ask = select(Account.id).where(Account.digits == digits, Account.removed_at.is_(None))
        account_id = session.scalars(ask).one_or_none() if digits else None
        if account_id is None:
            raise Refused(
                N_("No customer has the master account ID %(text)s."),
                field="pilots",
                text=line[:40],
            )
        found.append(account_id)
    return tuple(dict.fromkeys(found))


def release_named(session: Session, text: str, models: tuple[int, ...]) -> int | None:
    if not text.strip():
        return None
    mine = select(ReleaseModel.release_id).where(ReleaseModel.model_id.in_(models))
    ask = select(SoftwareRelease.id).where(SoftwareRelease.id.in_(mine))
    number = read_reference(RELEASE_PREFIX, text)
    same = SoftwareRelease.version == text.strip()
    one = SoftwareRelease.id == number if number else same
    found = session.scalars(ask.where(one).order_by(SoftwareRelease.id).limit(1)).first()
    if found is None:
        raise Refused(
            N_("These models have no release %(text)s."), field="predecessor", text=text[:40]
        )
    return found
