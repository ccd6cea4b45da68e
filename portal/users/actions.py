"""Changing what someone may in an account, ending it, and giving it back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import sign_out_everywhere
from portal.accounts.models import Account, Membership, MembershipSite, User
from portal.accounts.visibility import RoleVisibility
from portal.base.access import Role, Visibility
from portal.base.db import save
from portal.base.history import Doer, What, happened_in
from portal.base.words import N_, Refused
from portal.invitations.actions import Offer, end_waiting, may_join
from portal.invitations.queries import memberships_of
from portal.single_sign_on.people import keep_the_way_in
from portal.users.queries import memberships_left, other_administrators


def change_rights(
    session: Session, membership: Membership, offer: Offer, *, version: int, by: Doer
) -> None:
    """Give someone another role, or other sites to see."""
    _hold(session, membership)
    before, saw = membership.role, membership.sees
    chosen = tuple(sorted(it.site_id for it in membership.sites))
    same = (before, membership.sees, chosen) == (
        offer.role,
        offer.sees,
        tuple(sorted(offer.site_ids)),
    )
    if same and membership.version == version:
        return
    if before is Role.ADMINISTRATOR and offer.role is not before and not membership.deactivated_at:
        _keep_an_administrator(session, membership)
        keep_the_way_in(session, membership)
    save(session, membership, version=version, role=offer.role, sees=offer.sees)
    membership.sites = [
        MembershipSite(account_id=membership.account_id, site_id=each) for each in offer.site_ids
    ]
    _note(
        session,
        membership,
        What.RIGHTS_CHANGED,
        by,
        before=before,
        role=offer.role,
        sees=[saw, offer.sees],
        sites=[chosen, sorted(offer.site_ids)],
    )


def end_access(session: Session, membership: Membership, *, by: Doer, now: datetime) -> None:
    """Take someone out of the account at once; with their last one they can sign in no more."""
    _hold(session, membership)
    if membership.deactivated_at:
        return
    if membership.user_id == by.id:
        raise Refused(N_("You cannot end your own access. Ask another administrator to do it."))
    if membership.role is Role.ADMINISTRATOR:
        _keep_an_administrator(session, membership)
    keep_the_way_in(session, membership)
    membership.deactivated_at = now
    user = membership.user
    end_waiting(session, membership.account_id, user, by=by, now=now)
    if session.scalars(memberships_left(membership)).one() == 0:
        user.deactivated_at = now
        sign_out_everywhere(session, user.id)
    _note(session, membership, What.ACCESS_ENDED, by)


def restore_access(session: Session, membership: Membership, *, by: Doer) -> None:
    """Let someone back in as what they were."""
    _hold(session, membership)
    if membership.deactivated_at is None:
        return
    user = membership.user
    if not may_join(user, session.scalars(memberships_of([user.id])).all()):
        raise Refused(N_("This person has left for good and cannot be brought back."))
    membership.deactivated_at = user.deactivated_at = None
    _note(session, membership, What.ACCESS_RESTORED, by, role=membership.role)


def decide_what_roles_see(
    session: Session, account: Account, seen: Mapping[Role, Visibility], *, by: Doer
) -> None:
    """Say what new people of each role see, when nothing else is chosen for them."""
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    held = {it.role: it for it in session.scalars(select(RoleVisibility))}
    before = {role: held[role].sees if role in held else Visibility.EVERYTHING for role in seen}
    if before == seen:
        return
    for role, sees in seen.items():
        if role in held:
            held[role].sees = sees
        else:
            session.add(RoleVisibility(role=role, sees=sees))
    told = {role.value: sees.value for role, sees in seen.items()}
    happened_in(session, account.id, account, What.ROLES_SEE, by=by, **told)


def _hold(session: Session, membership: Membership) -> None:
    """Let nobody else change who has access to the account, or what the person has, meanwhile.

    Two administrators who demote each other in the same moment would each find the other left.
    """
    for record, id in ((Account, membership.account_id), (User, membership.user_id)):
        session.execute(select(record.id).where(record.id == id).with_for_update())
    session.refresh(membership)
    session.refresh(membership.user)


def _keep_an_administrator(session: Session, membership: Membership) -> None:
    if session.scalars(other_administrators(membership)).one() == 0:
        raise Refused(
            N_("%(name)s is the only administrator. Make somebody else one first."),
            name=membership.user.name,
        )


def _note(
    session: Session, membership: Membership, what: What, by: Doer, **details: object
) -> None:
    happened_in(session, membership.account_id, membership, what, by=by, **details)
