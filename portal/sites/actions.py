"""What people do with the sites of their organization."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Site
from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.visibility import sees_every_site
from portal.base.words import N_, Refused
from portal.sites.rules import SiteFacts, changes, checked


def create_site(session: Session, *, by: Doer | None, **stated: str) -> Site:
    """A new site with this name and, when known, an address, a contact and opening hours."""
    site = add_site(session, **stated)
    happened(session, site, What.CREATED, by=by)
    return site


def add_site(session: Session, **stated: str) -> Site:
    """A new site that leaves no event, for the deed of which it is a part: that leaves one."""
    refuse_new_sites(session)
    facts = checked(SiteFacts(**stated))
    site = Site(**asdict(facts))
    with _refusing_twins(facts), session.begin_nested():
        session.add(site)
    return site


def refuse_new_sites(session: Session) -> None:
    """Whoever sees chosen sites would not see the one they made."""
    if isinstance(session, ScopedSession) and not sees_every_site(session.scope.limits):
        raise Refused(
            N_("You see chosen sites only. Ask somebody who sees all sites to add this one.")
        )


def change_site(session: Session, site: Site, *, version: int, by: Doer, **stated: str) -> None:
    """State the facts anew, unless they changed meanwhile."""
    facts, before = checked(SiteFacts(**stated)), facts_of(site)
    changed = changes(before, facts)
    if not changed and site.version == version:
        return
    with _refusing_twins(facts):
        save(session, site, version=version, **asdict(facts))
    happened(session, site, What.CHANGED, by=by, fields=changed)
    if "name" in changed:
        # Devices and licenses are found by the name of their site.
        later(session, "products.reindex_site", account_id=site.account_id, site_id=site.id)
        later(session, "licenses.reindex_site", account_id=site.account_id, site_id=site.id)


def facts_of(site: Site) -> SiteFacts:
    return SiteFacts(**{field.name: getattr(site, field.name) for field in fields(SiteFacts)})


@contextmanager
def _refusing_twins(facts: SiteFacts) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if not broke(error, "uq_site_account_id_name_key"):
            raise
        raise Refused(
            N_("There is already a site called %(name)s."), field="name", name=facts.name
        ) from None
