"""A release as a page of publishers is about it, and as its form has it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Account
from portal.base import clock
from portal.base.references import read_reference
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import RELEASE_PREFIX
from portal.publishing.facts import facts_of
from portal.publishing.forms import told_in_fields
from portal.publishing.receiving import attach
from portal.web.guard import viewer
from portal.web.session import db


def find_release(ref: str) -> SoftwareRelease:
    it = SoftwareRelease
    whole = (selectinload(it.models), selectinload(it.channels), selectinload(it.pilots))
    ask = select(it).options(*whole).where(it.id == read_reference(RELEASE_PREFIX, ref))
    return db().scalars(ask).one()


def as_typed(it: SoftwareRelease) -> dict[str, Any]:
    facts, models = facts_of(it), catalogue_of(db())
    ask = select(Account.id, Account.digits).where(Account.id.in_(facts.pilots))
    accounts = {row.id: row.digits for row in db().execute(ask)} if facts.pilots else {}
    before = db().get(SoftwareRelease, it.predecessor_id) if it.predecessor_id else None
    return told_in_fields(facts, models, accounts, before)


def sent_file(form: Any) -> int | None:
    if not form.files.data:
        return None
    return attach(db(), form.files.data[0], by=viewer(), now=clock.now())
