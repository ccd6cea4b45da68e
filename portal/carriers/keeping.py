"""Which other carriers there are, as logistics keeps them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.words import N_, Refused
from portal.carriers.bring import ALSO
from portal.carriers.models import OtherCarrier
from portal.carriers.rules import checked_template

_TAKEN = N_("There is already a carrier with this name.")


def add_carrier(session: Session, *, name: str, link: str, by: Doer) -> OtherCarrier:
    """One that was withdrawn is offered again, with where its parcels are followed by now."""
    called, template = " ".join(name.split()), checked_template(link)
    if not 1 <= len(called) <= 40 or not called.isprintable():
        raise Refused(N_("Enter the name of the carrier, at most 40 characters."), field="name")
    folded = OtherCarrier.folded == called.casefold()[:40]
    if known := session.scalars(select(OtherCarrier).where(folded)).one_or_none():
        if known.withdrawn_at is None:
            raise Refused(_TAKEN, field="name")
        known.name, known.link, known.withdrawn_at = called, template, None
        happened(session, known, What.CHANGED, by=by)
        return known
    if called.casefold() in ALSO:
        raise Refused(_TAKEN, field="name")
    made = OtherCarrier(name=called, link=template)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_other_carrier_folded"):
            raise
        raise Refused(_TAKEN, field="name") from None
    happened(session, made, What.CREATED, by=by)
    return made


def withdraw_carrier(session: Session, it: OtherCarrier, *, by: Doer, now: datetime) -> None:
    """Nobody sends with it from now on. What is on its way is followed still. Twice is once."""
    if it.withdrawn_at is None:
        it.withdrawn_at = now
        happened(session, it, What.WITHDRAWN, by=by)
