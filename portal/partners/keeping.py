"""What staff do with partners: create, rename and close them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Partner, SignIn, User
from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.places import place_at_hand
from portal.base.typed import read_name
from portal.base.words import N_, Refused

_MISSING = N_("Enter the name of the partner.")


@dataclass(frozen=True, slots=True)
class Closer:
    """The member of staff who closed a partner: why, and from where."""

    id: int
    reason: str
    place: str = ""
    on_behalf: bool = True


def create_partner(session: Session, *, name: str, by: Doer, now: datetime) -> Partner:
    partner = Partner(name=read_name(name, missing=_MISSING, organization=True), created_at=now)
    try:
        with session.begin_nested():
            session.add(partner)
    except IntegrityError as error:
        raise _twin(error, partner.name) from None
    happened(session, partner, What.CREATED, by=by)
    return partner


def rename_partner(
    session: Session, partner: Partner, *, name: str, version: int, by: Doer
) -> bool:
    told = read_name(name, missing=_MISSING, organization=True)
    if told == partner.name and version == partner.version:
        return False
    try:
        save(session, partner, version=version, name=told)
    except IntegrityError as error:
        raise _twin(error, told) from None
    happened(session, partner, What.CHANGED, by=by)
    return True


def close_partner(
    session: Session, partner: Partner, *, reason: str, by: Doer, now: datetime
) -> bool:
    """Its people are out from this moment; each customer is told in its own history."""
    told = " ".join(reason.replace("\0", "").split())
    if not told:
        raise Refused(N_("Write why. The customers can read it."), field="reason")
    if partner.closed_at:
        return False
    partner.closed_at = now
    theirs = select(User.id).where(User.partner_id == partner.id)
    signed_in = delete(SignIn).where(SignIn.user_id.in_(theirs))
    session.execute(signed_in, execution_options={"synchronize_session": False})
    staff = Closer(by.id, told, getattr(by, "place", "") or place_at_hand())
    happened(session, partner, What.CLOSED, by=staff)
    later(
        session,
        "partners.end_grants",
        partner_id=partner.id,
        by_id=by.id,
        reason=told,
        place=staff.place,
    )
    return True


def _twin(error: IntegrityError, name: str) -> Exception:
    if not broke(error, "uq_partner_name_key"):
        return error
    return Refused(N_("There is already a partner called %(name)s."), field="name", name=name)
