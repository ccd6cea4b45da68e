import pytest
from flask import Flask

from portal.about import facts
from portal.base.access import CUSTOMER_ROLES, GRANTABLE, GRANTS, Permission, Role
from portal.web.locale import speaking


def test_every_right_a_customer_or_its_partner_can_have_is_explained() -> None:
    rights = GRANTABLE.union(*(GRANTS[role] for role in CUSTOMER_ROLES))
    assert set(facts.DEEDS) == rights


def test_the_table_of_roles_says_what_the_rights_are(app: Flask) -> None:
    with speaking("en"):
        rows = facts.roles_table().splitlines()
    assert rows[0] == "| What you can do | Administrator | Member | Observer |"
    assert "| Find devices, and see whether they are covered | Yes | Yes | Yes |" in rows
    assert "| Add and change sites | Yes | Yes | No |" in rows


def test_the_table_of_roles_follows_the_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GRANTS, Role.OBSERVER, frozenset({Permission.SITES_CHANGE}))
    with speaking("nb"):
        rows = facts.roles_table().splitlines()
    assert "| Legge til og endre lokasjoner | Ja | Ja | Ja |" in rows
    assert "| Finne enheter og se om de er dekket | Ja | Ja | Nei |" in rows


def test_partners_are_told_only_what_can_be_granted() -> None:
    with speaking("en"):
        listed = facts.grantable_list().splitlines()
    assert len(listed) == len(GRANTABLE)
    assert "- Add and change sites" not in listed
