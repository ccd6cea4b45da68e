"""Making a person a former user: nothing is left by which anybody could tell who it was."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from portal.accounts.addresses import forget_former_addresses, former_addresses
from portal.accounts.grants import Grant
from portal.accounts.models import Membership, MembershipSite, Partner, User
from portal.accounts.personal_data import FORGETTING, reasons_to_stay
from portal.accounts.tokens import hash_of
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.words import N_, Refused

# What a person chose or told about themselves, and what there is when they never did.
_BLANK = {
    **dict.fromkeys(("phone", "language", "time_zone", "theme", "shortcuts")),
    **dict.fromkeys(("signed_in_at", "second_factor_at")),
    **dict.fromkeys(("name", "password_hash"), ""),
}


def delete_me(session: Session, user: User, *, typed: str, by: Doer, now: datetime) -> bool:
    """What somebody asks for themselves; their name confirms it. False when it is done."""
    if " ".join(typed.split()).casefold() != " ".join(user.name.split()).casefold():
        raise Refused(N_("Write your name as it stands above, to confirm."), field="name")
    for refusal in reasons_to_stay(session, user, hold=True):
        raise refusal
    return erase(session, user, by=by, now=now)


def erase(session: Session, user: User, *, by: Doer | None, now: datetime) -> bool:
    """Out at once and everywhere, and a former user from now on; False when they were before.

    What others need stays with its own time: deeds, which name a number, and what belongs to an
    organization. What accounts hold of the person is taken away account by account, by jobs.
    """
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    session.refresh(user)
    if user.erased_at:
        return False
    left, accounts = _memberships_in_force(session, user), _accounts_of(session, user)
    address = hash_of(user.email)
    former = [hash_of(email) for email in _only_theirs(session, user)]
    for forget in FORGETTING:
        forget(session, user)
    forget_former_addresses(session, user.id)
    for name, blank in _BLANK.items():
        setattr(user, name, blank)
    user.email = f"#{user.id}"  # which is nobody's, and tells former users apart
    user.deactivated_at, user.erased_at = user.deactivated_at or now, now
    # Whoever has a page of theirs open somewhere saves nothing any more.
    user.profile_version += 1
    user.rights_version += 1
    happened(session, user, What.ERASED, by=by)
    for account_id in accounts:
        membership_id = left.get(account_id)
        later(
            session,
            "personal_data.leave",
            where=account_id,
            address=address,
            former=former,
            membership_id=membership_id,
            person=user.id,
        )
    session.expire(user)
    return True


def _only_theirs(session: Session, user: User) -> set[str]:
    """The addresses they had before, without those that are somebody else's by now."""
    before = {email for email, _left_at in former_addresses(session, user.id)}
    return before - {*session.scalars(select(User.email).where(User.email.in_(before)))}


def gone_since(before: datetime) -> list[ColumnElement[bool]]:
    """The conditions that somebody lost their access before a moment, or never took it up."""
    closed = select(Partner.id).where(Partner.closed_at < before)
    never = and_(User.password_hash == "", User.signed_in_at.is_(None), User.created_at < before)
    invited = or_(User.staff_role.is_not(None), User.partner_id.is_not(None))
    gone = or_(User.deactivated_at < before, User.partner_id.in_(closed), and_(never, invited))
    return [User.erased_at.is_(None), gone]


def forget_memberships(session: Session, *, before: datetime) -> None:
    """That somebody was in an account, and left it before a moment."""
    ended = select(Membership.id).where(Membership.deactivated_at < before)
    bulk = {"synchronize_session": False}
    of_these = MembershipSite.membership_id.in_(ended)
    session.execute(delete(MembershipSite).where(of_these), execution_options=bulk)
    session.execute(
        delete(Membership).where(Membership.deactivated_at < before), execution_options=bulk
    )


def _memberships_in_force(session: Session, user: User) -> dict[int, int]:
    mine = select(Membership.account_id, Membership.id)
    return dict(
        iter(session.execute(mine.where(Membership.user_id == user.id, Membership.in_force())))
    )


def _accounts_of(session: Session, user: User) -> list[int]:
    """Where somebody may be the contact: wherever they had to do with."""
    mine = select(Membership.account_id).where(Membership.user_id == user.id)
    granted = select(Grant.account_id).where(Grant.partner_id == user.partner_id)
    return sorted({*session.scalars(mine), *session.scalars(granted)})
