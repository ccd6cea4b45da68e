"""Which incidents concern whoever looks."""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.incidents.incidents import Shown, incidents_of
from portal.incidents.rules import EVERYBODYS, Audience
from portal.products.queries import models_in_use


def present_concerning(
    session: Session, account_id: int, *, held: Collection[int] | None = None
) -> list[Shown]:
    """What is going on that concerns an account: for the banner on its pages.

    `held` are the models it has, where the page knows them anyway. Nothing is asked of the
    database while nothing is going on.
    """
    return concerning(session, incidents_of(session).present, account_id, held=held)


def concerning(
    session: Session,
    incidents: Iterable[Shown],
    account_id: int,
    *,
    held: Collection[int] | None = None,
) -> list[Shown]:
    """Of these incidents, those that concern an account, by what the session sees of it."""
    found = list(incidents)
    models = catalogue_of(session)
    if held is None:
        held = _held(session, found, models)
    return [each for each in found if each.concerns(account_id, held, models)]


def may_be_read(session: Session, incident: Shown, account_id: int) -> bool:
    """Whether an account can read of an incident, whoever asks."""
    if incident.is_public:
        return True
    models = catalogue_of(session)
    chosen = incident.audience is Audience.CHOSEN or incident.services & EVERYBODYS
    hit = set() if chosen else incident.models_hit(models)
    held = session.scalars(models_in_use(hit, account_id=account_id)).all() if hit else ()
    return incident.concerns(account_id, held, models)


def _held(session: Session, incidents: Iterable[Shown], models: Catalogue) -> set[int]:
    hit: set[int] = set()
    for each in incidents:
        if each.audience is not Audience.CHOSEN and not each.services & EVERYBODYS:
            hit |= each.models_hit(models)
    return set(session.scalars(models_in_use(hit))) if hit else set()
