"""Who is the contact person of a site: it is the address that tells."""

from collections.abc import Iterator

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Site
from portal.accounts.personal_data import Asking, Row, forgets_contacts, tells
from portal.accounts.tokens import hash_of
from portal.base.history import What, happened
from portal.base.words import N_


@tells(
    "sites",
    N_("Sites you are the contact at"),
    site=N_("Site"),
    name=N_("Name"),
    email=N_("E-mail address"),
    phone=N_("Phone"),
)
def contact_at(asking: Asking) -> Iterator[Row]:
    mine = func.lower(Site.contact_email) == asking.user.email
    for session in asking.accounts():
        for it in session.scalars(select(Site).where(mine).order_by(Site.id)):
            yield {
                "site": it.name,
                "name": it.contact_name,
                "email": it.contact_email,
                "phone": it.contact_phone,
            }


@forgets_contacts
def forget(session: Session, address: str) -> None:
    """Whoever opened the site before can still save it, so its version stays."""
    named = select(Site.id, Site.contact_email).where(Site.contact_email != "")
    ids = [id for id, email in session.execute(named) if hash_of(email.lower()) == address]
    session.execute(
        update(Site)
        .where(Site.id.in_(ids))
        .values(contact_name="", contact_email="", contact_phone=""),
        execution_options={"synchronize_session": False},
    )
    for site in session.scalars(select(Site).where(Site.id.in_(ids))):
        happened(session, site, What.CHANGED, by=None, fields=["contact"])
