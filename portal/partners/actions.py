"""What a customer decides about its partners."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite, holds
from portal.accounts.models import Partner, Site
from portal.base.db import broke, save
from portal.base.history import Doer, What, happened_in
from portal.base.words import N_, Refused
from portal.partners.rules import until, whole


def give_access(
    session: Session,
    partner: Partner,
    *,
    account_id: int,
    permissions: Iterable[str],
    sites: Collection[int] | None,
    last_day: date | None,
    by: Doer,
    now: datetime,
    today: date,
) -> Grant:
    """Let a partner do this much, at these sites (None: at all), until the end of this day."""
    terms = _terms(session, permissions, sites, last_day, today)
    mine = (
        select(Grant)
        .where(Grant.partner_id == partner.id, Grant.account_id == account_id)
        .with_for_update()
    )
    grant = session.scalars(mine).one_or_none()
    if (
        grant
        and session.scalars(select(Grant.id).where(Grant.id == grant.id, holds(today))).first()
    ):
        raise Refused(N_("%(partner)s has access already. Change it there."), field="partner",
                      partner=partner.name)  # fmt: skip
    if grant is None:
        grant = Grant(partner_id=partner.id, account_id=account_id)
        session.add(grant)
    grant.permissions, grant.every_site, grant.last_day = terms
    grant.granted_at, grant.granted_by_id, grant.withdrawn_at = now, by.id, None
    grant.reminded_of = None
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        if not broke(error, "uq_grant_partner_id_account_id"):
            raise
        raise Refused(
            N_("Somebody else gave this partner access just now."), field="partner"
        ) from None
    _limit(session, grant, sites)
    happened_in(session, account_id, grant, What.ACCESS_GIVEN, by=by, **_told(terms, sites))
    return grant


def change_access(
    session: Session,
    grant: Grant,
    *,
    version: int,
    permissions: Iterable[str],
    sites: Collection[int] | None,
    last_day: date | None,
    by: Doer,
    today: date,
) -> bool:
    """State anew what the partner may do; False when that is what it may do already."""
    if grant.withdrawn_at:
        raise Refused(N_("The access has been withdrawn. Give it anew."))
    terms = _terms(session, permissions, sites, last_day, today)
    held = set(session.scalars(select(GrantSite.site_id).where(GrantSite.grant_id == grant.id)))
    before = _told((grant.permissions, grant.every_site, grant.last_day), held)
    told = _told(terms, sites)
    if before == told and version == grant.version:
        return False
    # It is another grant also where nothing but the sites is another. When it was given, and by
    # whom, stays: the record says who changed it.
    save(
        session,
        grant,
        version=version,
        anew="permissions",
        permissions=terms[0],
        every_site=terms[1],
        last_day=terms[2],
    )
    _limit(session, grant, sites)
    happened_in(session, grant.account_id, grant, What.ACCESS_CHANGED, by=by, **told)
    return True


def withdraw_access(session: Session, grant: Grant, *, by: Doer | None, now: datetime) -> bool:
    """Let the partner do nothing more, from this moment; False when it could not anyway."""
    same = (
        select(Grant)
        .where(Grant.id == grant.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    grant = session.scalars(same).one()
    if grant.withdrawn_at:
        return False
    grant.withdrawn_at = now
    session.flush()
    happened_in(session, grant.account_id, grant, What.ACCESS_WITHDRAWN, by=by)
    return True


def _terms(
    session: Session,
    permissions: Iterable[str],
    sites: Collection[int] | None,
    last_day: date | None,
    today: date,
) -> tuple[list[str], bool, date | None]:
    chosen = [str(permission) for permission in whole(permissions)]
    if sites is not None:
        if not sites:
            raise Refused(N_("Choose at least one site, or all of them."), field="where")
        found = session.scalars(select(Site.id).where(Site.id.in_(sites))).all()
        if set(found) != set(sites):
            raise Refused(N_("One of the sites does not exist any more."), field="where")
    return chosen, sites is None, until(last_day, today)


def _limit(session: Session, grant: Grant, sites: Collection[int] | None) -> None:
    session.execute(delete(GrantSite).where(GrantSite.grant_id == grant.id))
    for site_id in sorted(set(sites or ())):
        session.add(GrantSite(grant_id=grant.id, account_id=grant.account_id, site_id=site_id))


def _told(
    terms: tuple[Collection[str], bool, date | None], sites: Collection[int] | None
) -> dict[str, Any]:
    """As history keeps it."""
    permissions, every_site, last_day = terms
    return {
        "permissions": sorted(permissions),
        "sites": None if every_site else sorted(set(sites or ())),
        "last_day": last_day.isoformat() if last_day else None,
    }
