"""Looking up sites."""

from typing import Any

from sqlalchemy import Select, select

from portal.accounts.models import Site
from portal.accounts.queries import holding
from portal.base.references import read_reference

LISTED = (
    *(Site.id, Site.name, Site.name_key, Site.postal_code, Site.city),
    *(Site.contact_name, Site.contact_phone),
)


def listed_sites(matching: str = "") -> Select[*tuple[Any, ...]]:
    """What the list shows of each site with these words in its name."""
    return select(*LISTED).where(*holding(Site.name_fold, matching))


def site_referred_to(text: str) -> Select[Site]:
    return select(Site).where(Site.id == read_reference("S", text))
