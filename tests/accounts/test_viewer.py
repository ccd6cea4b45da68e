"""What the portal makes of a cookie's token: who it is, what they may do, and whose records."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, SignIn, User
from portal.accounts.people import ActiveAccount, SignedIn
from portal.accounts.tokens import hash_of
from portal.accounts.viewer import signed_in
from portal.base.access import CHANGING, GRANTS, PARTNER_ROLES, Permission, Role, Visibility
from portal.base.tenancy import NOBODY, Scope
from portal.base.visibility import Limits
from tests.factories import (
    account_of,
    make_account,
    make_grant,
    make_partner,
    make_site,
    make_user,
)

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDLE = timedelta(hours=2)
ENDS = NOW + timedelta(hours=9)
P = Permission
Seen = Callable[..., SignedIn | None]


@pytest.fixture
def seen(session: Session) -> Seen:
    """Whom the portal sees when someone comes who signed in just now."""

    def of(
        user: User, account: Account | None = None, *, across: bool = True, **sign_in: Any
    ) -> SignedIn | None:
        written: dict[str, Any] = {"started_at": NOW, "seen_at": NOW, "ends_at": ENDS}
        written |= {"proven_at": NOW - timedelta(hours=1)}
        written |= {"idle_seconds": int(IDLE.total_seconds()), "token_hash": hash_of("theirs")}
        written |= {"user": user, "account_id": account.id if account else None} | sign_in
        session.add(SignIn(**written))
        session.commit()
        return signed_in(session, "theirs", now=NOW, today=TODAY, place="", across=across)

    return of


def known(viewer: SignedIn | None) -> SignedIn:
    assert viewer is not None
    return viewer


def test_all_that_a_page_needs_to_know_is_known(seen: Seen, session: Session) -> None:
    ola = make_user(session, role=Role.ADMINISTRATOR, name="Ola Nordmann", language="nb")
    ola.theme, ola.time_zone, ola.shortcuts = "dark", "Europe/Oslo", True
    others = [make_account(session) for _ in range(2)]
    ola.memberships += [Membership(account=other, role=Role.OBSERVER) for other in others]
    account = account_of(ola)
    make_user(session, account=account)  # whose membership is not Ola's

    kept: dict[str, Any] = {"kept_for": "/products", "kept": {"name": ["Bodø"]}}
    viewer = known(seen(ola, account, provider_id=3, vouched=True, **kept))

    assert viewer == SignedIn(
        sign_in_id=session.query(SignIn).one().id,
        id=ola.id,
        name="Ola Nordmann",
        email=ola.email,
        language="nb",
        theme="dark",
        time_zone="Europe/Oslo",
        shortcuts=True,
        staff_role=None,
        partner=None,
        proven_at=NOW - timedelta(hours=1),
        role=Role.ADMINISTRATOR,
        accounts=3,
        account=ActiveAccount(account.id, account.name, account.digits),
        lost=None,
        permissions=GRANTS[Role.ADMINISTRATOR],
        granted=frozenset(),
        under=None,
        seen_at=NOW,
        idle=IDLE,
        ends_at=ENDS,
        place="",
        reason=None,
        kept_for="/products",
        kept={"name": ["Bodø"]},
        provider_id=3,
        vouched=True,
        has_factor=False,
        needs_factor=False,
    )
    assert viewer.is_authenticated
    assert viewer.account
    assert viewer.account.master_account_id == account.master_account_id


def test_a_token_that_stands_for_nobody_lets_nobody_in(seen: Seen, session: Session) -> None:
    assert seen(make_user(session))
    for token in ("", "made up", hash_of("theirs")):
        assert signed_in(session, token, now=NOW, today=TODAY, place="") is None


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("end", ["ends", "lies unused"])
def test_a_sign_in_lasts_until_it_ends_or_lies_unused(
    end: str, within: bool, seen: Seen, session: Session
) -> None:
    left = timedelta(microseconds=1 if within else 0)
    times = {"ends": {"ends_at": NOW + left}, "lies unused": {"seen_at": NOW - IDLE + left}}

    assert (seen(make_user(session), **times[end]) is not None) == within


def test_whoever_is_deactivated_is_out_at_once(seen: Seen, session: Session) -> None:
    user = make_user(session)
    user.deactivated_at = NOW + timedelta(days=1)

    assert seen(user) is None


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER])
def test_in_each_account_someone_is_what_they_are_there(
    role: Role, seen: Seen, session: Session
) -> None:
    user, there, third = make_user(session), make_account(session), make_account(session)
    user.memberships[0].role = Role.ADMINISTRATOR
    user.memberships.append(Membership(account=there, role=role))
    user.memberships.append(Membership(account=third, role=Role.ADMINISTRATOR))
    for other in (there, third):
        make_user(session, account=other, role=Role.ADMINISTRATOR)

    viewer = known(seen(user, there))

    assert (viewer.role, viewer.permissions) == (role, GRANTS[role])
    assert viewer.may(P.PRODUCTS_VIEW)
    assert viewer.may(P.PRODUCTS_CHANGE) == (role is Role.MEMBER)


def test_a_customer_reads_and_writes_the_account_at_hand(seen: Seen, session: Session) -> None:
    user = make_user(session)
    account = account_of(user)
    viewer = known(seen(user, account))

    assert viewer.scope == viewer.reach() == Scope(frozenset({account.id}), account.id)
    assert (viewer.kind, viewer.on_behalf) == ("customer", False)


def test_an_account_they_do_not_belong_to_is_not_at_hand(seen: Seen, session: Session) -> None:
    user, theirs = make_user(session, role=Role.ADMINISTRATOR), make_account(session)
    for other in (theirs, account_of(user)):
        make_user(session, account=other, role=Role.ADMINISTRATOR)
    viewer = known(seen(user, theirs))

    assert (viewer.account, viewer.role, viewer.permissions) == (None, None, frozenset())
    assert viewer.scope == viewer.reach() == NOBODY
    assert viewer.lost == ActiveAccount(theirs.id, theirs.name, theirs.digits)


def test_a_membership_that_ended_is_none(seen: Seen, session: Session) -> None:
    user, other = make_user(session, role=Role.ADMINISTRATOR), make_account(session)
    user.memberships.append(Membership(account=other, role=Role.MEMBER))
    user.memberships[0].deactivated_at = NOW

    viewer = known(seen(user, account_of(user)))

    assert (viewer.account, viewer.permissions, viewer.accounts) == (None, frozenset(), 1)


def test_people_of_a_partner_that_was_closed_are_out(seen: Seen, session: Session) -> None:
    partner = make_partner(session)
    partner.closed_at = NOW

    assert seen(make_user(session, partner=partner)) is None


def test_what_others_granted_is_looked_up_only_for_pages_across_accounts(
    seen: Seen, session: Session
) -> None:
    partner, account, other = make_partner(session), make_account(session), make_account(session)
    for customer in (other, account):
        make_grant(session, partner, customer)

    viewer = known(seen(make_user(session, partner=partner), account, across=False))

    assert viewer.granted == {account.id}
    assert viewer.may(P.PRODUCTS_VIEW)
    told = signed_in(session, "theirs", now=NOW, today=TODAY, place="")
    assert known(told).granted == {account.id}


def test_a_partner_may_what_this_customer_granted_and_what_can_be_granted(
    seen: Seen, session: Session
) -> None:
    partner, account, other = make_partner(session), make_account(session), make_account(session)
    grant = make_grant(session, partner, account, permissions=frozenset({P.EXPORT, P.DESK_VIEW}))
    make_grant(session, partner, other, permissions=frozenset({P.PRODUCTS_VIEW}))
    make_grant(session, make_partner(session), account)

    viewer = known(seen(make_user(session, partner=partner), account))

    assert viewer.permissions == {P.PARTNER_START, P.EXPORT}
    assert (viewer.partner, viewer.role) == (partner.name, Role.PARTNER)
    assert (viewer.kind, viewer.on_behalf) == ("partner", True)
    assert viewer.scope == Scope(frozenset({account.id}), account.id, under=(grant.id, 1))
    assert viewer.reach() == Scope(frozenset({account.id, other.id}), None)


@pytest.mark.parametrize("role", [None, *PARTNER_ROLES])
def test_a_partners_own_administrator_is_one_for_every_customer(
    role: Role | None, seen: Seen, session: Session
) -> None:
    partner, account = make_partner(session), make_account(session)
    make_grant(session, partner, account, permissions=frozenset({P.EXPORT}))
    user = make_user(session, partner=partner)
    user.partner_role = role

    viewer = known(seen(user, account))

    assert viewer.role == (role or Role.PARTNER)
    assert viewer.permissions == GRANTS[role or Role.PARTNER] | {P.EXPORT}


def test_a_partner_who_chose_no_customer_may_only_start(seen: Seen, session: Session) -> None:
    partner, account = make_partner(session), make_account(session)
    make_grant(session, partner, account)

    viewer = known(seen(make_user(session, partner=partner)))

    assert viewer.permissions == GRANTS[Role.PARTNER]
    assert (viewer.account, viewer.on_behalf, viewer.scope) == (None, False, NOBODY)
    assert viewer.reach() == Scope(frozenset({account.id}), None)


@pytest.mark.parametrize(
    ("last_day", "holds"), [(None, True), (TODAY, True), (TODAY - timedelta(days=1), False)]
)
def test_a_grant_holds_until_its_last_day(
    last_day: date | None, holds: bool, seen: Seen, session: Session
) -> None:
    partner, account = make_partner(session), make_account(session)
    make_grant(session, partner, account, last_day=last_day)

    viewer = known(seen(make_user(session, partner=partner), account))

    assert (viewer.account is not None) == viewer.may(P.PRODUCTS_VIEW) == holds
    assert viewer.granted == (frozenset({account.id}) if holds else frozenset())


def test_a_member_sees_as_much_as_was_chosen_for_them(seen: Seen, session: Session) -> None:
    account = make_account(session)
    here = frozenset({account.id})
    sites = [make_site(session, account, name) for name in ("Bergen", "Oslo", "Bodø")]
    chosen = frozenset({sites[0].id, sites[2].id})
    whole = make_user(session, account=account)
    own = make_user(session, account=account, sees=Visibility.OWN)
    some = make_user(session, account=account, sites=[sites[0], sites[2]])
    head = make_user(session, account=account, role=Role.ADMINISTRATOR, sees=Visibility.OWN)

    for user, limits in (
        (whole, None),
        (own, Limits(own.id, own=here)),
        (some, Limits(some.id, own=here, at_sites=here, sites=chosen)),
        (head, None),
    ):
        viewer = known(seen(user, account))
        assert viewer.limits == viewer.scope.limits == viewer.reach().limits == limits
        assert viewer.sees_whole == (limits is None)
        assert viewer.sees_every_site == (user is not some)
        session.query(SignIn).delete()


def test_a_partner_sees_of_each_customer_the_sites_that_were_granted(
    seen: Seen, session: Session
) -> None:
    partner = make_partner(session)
    one, other, whole = (make_account(session) for _ in range(3))
    bergen, oslo = make_site(session, one, "Bergen"), make_site(session, one, "Oslo")
    make_site(session, one)
    make_grant(session, partner, one, sites=[bergen, oslo])
    moss = make_site(session, other, "Moss")
    make_grant(session, partner, other, sites=[moss])
    make_grant(session, partner, whole)
    siri = make_user(session, partner=partner)

    at_one = known(seen(siri, one))
    session.query(SignIn).delete()
    at_whole = known(seen(siri, whole))

    only, both = frozenset({one.id}), frozenset({one.id, other.id})
    sites = frozenset({bergen.id, oslo.id})
    assert at_one.scope.limits == Limits(siri.id, own=only, at_sites=only, sites=sites)
    assert at_whole.scope.limits is None
    everywhere = Limits(siri.id, own=both, at_sites=both, sites=sites | {moss.id}, others=True)
    assert at_one.reach().limits == at_whole.reach().limits == everywhere


def test_an_account_that_was_closed_is_read_and_nothing_else(seen: Seen, session: Session) -> None:
    user = make_user(session, role=Role.ADMINISTRATOR)
    account = account_of(user)
    account.closed_at = NOW

    viewer = known(seen(user, account))

    assert viewer.account
    assert viewer.account.closed_at == NOW
    assert viewer.scope == Scope(frozenset({account.id}), None)
    assert viewer.permissions == GRANTS[Role.ADMINISTRATOR] - CHANGING
    assert viewer.may(P.PRODUCTS_VIEW)


@pytest.mark.parametrize("chosen", [None, True, False])
@pytest.mark.parametrize("role", [Role.MEMBER, Role.AGENT])
def test_single_keys_do_something_for_staff_unless_they_choose_otherwise(
    role: Role, chosen: bool | None, seen: Seen, session: Session
) -> None:
    user = make_user(session, role=role)
    user.shortcuts = chosen

    assert known(seen(user)).shortcuts == (role is Role.AGENT if chosen is None else chosen)


@pytest.mark.parametrize("at_hand", [True, False])
def test_staff_read_everything_and_write_for_the_account_at_hand(
    at_hand: bool, seen: Seen, session: Session
) -> None:
    staff, account = make_user(session, role=Role.CSM), make_account(session)

    viewer = known(seen(staff, account if at_hand else None))

    assert (viewer.kind, viewer.on_behalf) == ("staff", at_hand)
    assert (viewer.staff_role, viewer.permissions) == (Role.CSM, GRANTS[Role.CSM])
    assert viewer.reach() == Scope(None, None, staff=True, reason=f"staff {staff.id}")
    ours = Scope(frozenset({account.id}), account.id, staff=True, reason=f"staff {staff.id}")
    assert viewer.scope == (ours if at_hand else NOBODY)


def test_why_staff_reach_a_customer_and_from_where_is_known(seen: Seen, session: Session) -> None:
    staff, account = make_user(session, role=Role.AGENT), make_account(session)
    seen(staff, account, reason="Asked by phone")

    viewer = known(signed_in(session, "theirs", now=NOW, today=TODAY, place="203.0.113.0"))

    assert (viewer.reason, viewer.place) == ("Asked by phone", "203.0.113.0")


def test_whoever_chose_no_account_has_lost_none(seen: Seen, session: Session) -> None:
    viewer = known(seen(make_user(session)))

    assert (viewer.account, viewer.lost, viewer.role) == (None, None, None)


def test_what_staff_may_does_not_change_with_where_they_belong(
    seen: Seen, session: Session
) -> None:
    staff, account = make_user(session, role=Role.LOGISTICS), make_account(session)
    staff.memberships = [Membership(account=account, role=Role.ADMINISTRATOR)]

    assert known(seen(staff, account)).permissions == GRANTS[Role.LOGISTICS]


def test_how_long_it_lasts_for_sure_allows_for_uses_that_are_not_noted(
    seen: Seen, session: Session
) -> None:
    viewer = known(seen(make_user(session)))

    assert viewer.ends(NOW) == NOW + timedelta(hours=1, minutes=55)
    assert viewer.ends(ENDS - timedelta(minutes=10)) == ENDS
    assert replace(viewer, idle=timedelta(days=1)).ends(NOW) == ENDS


def test_staff_and_partners_need_a_second_factor_where_the_portal_is_strict(
    session: Session,
) -> None:
    people = {
        "staff": make_user(session, role=Role.AGENT),
        "partner": make_user(session, role=Role.PARTNER),
        "customer": make_user(session),
    }
    for name, user in people.items():
        session.add(_sign_in_of(user, name))
    session.commit()

    def needs(name: str, **told: bool) -> bool:
        return known(signed_in(session, name, now=NOW, today=TODAY, place="", **told)).needs_factor

    assert [needs(name, strict=True) for name in people] == [True, True, False]
    assert [needs(name) for name in people] == [False, False, False]


def test_a_customer_decides_that_its_own_people_need_a_second_factor(
    seen: Seen, session: Session
) -> None:
    ola = make_user(session)
    other = make_user(session)
    account_of(other).second_factor_required = True
    session.commit()
    assert known(seen(ola)).needs_factor is False
    session.query(SignIn).delete()
    ola.memberships.append(Membership(account=account_of(other), role=Role.MEMBER))

    lacking = known(seen(ola))

    assert (lacking.needs_factor, lacking.has_factor, lacking.unready) == (True, False, True)
    session.query(SignIn).delete()
    ola.second_factor_at = NOW
    ready = known(seen(ola))
    assert (ready.needs_factor, ready.has_factor, ready.unready) == (True, True, False)


def test_a_password_that_is_short_by_itself_is_known(seen: Seen, session: Session) -> None:
    ola = make_user(session)
    ola.short_password = True
    session.commit()

    alone = known(seen(ola))

    assert (alone.short_password, alone.must_lengthen) == (True, True)
    session.query(SignIn).delete()
    ola.second_factor_at = NOW
    assert known(seen(ola)).must_lengthen is False


def _sign_in_of(user: User, token: str) -> SignIn:
    return SignIn(
        user=user,
        token_hash=hash_of(token),
        started_at=NOW,
        proven_at=NOW,
        seen_at=NOW,
        ends_at=ENDS,
        idle_seconds=3600,
    )
