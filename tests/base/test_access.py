"""What no change of the table of rights may undo. The table itself is held against the README."""

import pytest

from portal.base.access import (
    CUSTOMER_ROLES,
    GRANTABLE,
    GRANTS,
    PARTNER_ROLES,
    STAFF_ROLES,
    Permission,
    Role,
)

P = Permission
OF_STAFF = {
    P.ACCOUNTS_REACH,
    P.AGREEMENTS_CHANGE,
    P.CATALOGUE_CHANGE,
    P.DESK_MANAGE,
    P.DESK_VIEW,
    P.JOBS_VIEW,
    P.MAILBOX_VIEW,
}


def test_everyone_is_a_customer_or_a_partner_or_staff() -> None:
    assert sorted([*CUSTOMER_ROLES, *PARTNER_ROLES, *STAFF_ROLES]) == sorted(Role)
    assert CUSTOMER_ROLES == (Role.ADMINISTRATOR, Role.MEMBER, Role.OBSERVER)
    assert PARTNER_ROLES == (Role.PARTNER_ADMINISTRATOR, Role.PARTNER)
    assert set(GRANTS) == set(Role)


def test_every_right_is_somebodys() -> None:
    assert frozenset().union(*GRANTS.values()) == frozenset(Permission)


def test_rights_are_named_by_area_and_deed_in_order() -> None:
    assert list(Permission) == sorted(Permission)


@pytest.mark.parametrize("role", [*CUSTOMER_ROLES, *PARTNER_ROLES])
def test_nobody_outside_does_what_staff_do(role: Role) -> None:
    assert not (GRANTS[role] | GRANTABLE) & OF_STAFF


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_all_staff_reach_every_account_from_their_desk(role: Role) -> None:
    assert GRANTS[role] >= {P.ACCOUNT_VIEW, P.ACCOUNTS_REACH, P.DESK_VIEW, P.PRODUCTS_VIEW}


def test_whoever_only_looks_changes_nothing() -> None:
    assert {each for each in GRANTS[Role.OBSERVER] if each.endswith(":change")} == set()
    assert GRANTS[Role.OBSERVER] < GRANTS[Role.MEMBER] <= GRANTS[Role.ADMINISTRATOR]


def test_a_partner_may_nothing_for_a_customer_by_itself() -> None:
    assert GRANTS[Role.PARTNER] == {P.PARTNER_START}
    assert GRANTS[Role.PARTNER_ADMINISTRATOR] == {P.PARTNER_START, P.PARTNER_MANAGE}


def test_people_are_let_in_by_those_who_manage_them() -> None:
    def holders(permission: Permission) -> set[Role]:
        return {role for role in Role if permission in GRANTS[role]}

    assert holders(P.ORGANIZATION_MANAGE) == {Role.ADMINISTRATOR, Role.STAFF_ADMINISTRATOR}
    assert holders(P.PARTNER_MANAGE) == {Role.PARTNER_ADMINISTRATOR}
    assert holders(P.DESK_MANAGE) == {Role.STAFF_ADMINISTRATOR}
    assert not GRANTABLE & {P.ORGANIZATION_MANAGE, P.PARTNER_MANAGE, P.DESK_MANAGE}


def test_customers_grant_no_more_than_they_have() -> None:
    assert GRANTS[Role.ADMINISTRATOR] >= GRANTABLE
