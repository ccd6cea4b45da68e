"""What somebody means who names a device, a model, a site or a colleague in the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from portal.accounts.models import Membership, User
from portal.accounts.queries import holding
from portal.base.references import read_reference, reference
from portal.base.tenancy import ScopedSession
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.products.models import Product, ProductStatus
from portal.products.queries import Wanted, products_listed
from portal.products.search import look_up

APART = " · "
MOST_SHOWN = 8
_LONGEST = 20  # characters of a serial number or a MAC address


@dataclass(frozen=True, slots=True)
class Device:
    """A device as the form shows it."""

    id: int
    label: str  # by which it is named in the field
    hint: str  # where it is
    model_id: int
    identifier: str

    @property
    def reference(self) -> str:
        return reference("P", self.id)


def devices_with(session: ScopedSession, ids: Sequence[int]) -> list[Device]:
    """These devices of the account at hand, in this order; those that are no one's are left out."""
    if not ids:
        return []
    rows = {it.id: it for it in session.execute(products_listed(Wanted(ids=ids)))}
    catalogue = catalogue_of(session, knowing=[it.model_id for it in rows.values()])
    return [_device(rows[each], catalogue) for each in ids if each in rows]


def devices_like(session: ScopedSession, text: str) -> list[Device]:
    """Those in use that what is typed may mean, the newest first."""
    wanted = Wanted(status=ProductStatus.ACTIVE)
    found = look_up(session, text, wanted, catalogue_of(session), after=None, size=MOST_SHOWN)
    return devices_with(session, found.products[:MOST_SHOWN])


def device_meant(session: ScopedSession, text: str, key: str | None) -> Device | None:
    """The device that is named: the one that was chosen, or the only one that this may mean."""
    text = text.strip()
    if not text:
        return None
    chosen = devices_with(session, [read_reference("P", key) or 0]) if key else []
    if chosen and chosen[0].label == text:
        return chosen[0]
    found = _named(session, text) or devices_like(session, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(
            N_(
                "We do not find “%(text)s” among your devices."
                " Leave the field open, and say in the description what it is about."
            ),
            field="device",
            text=text,
        )
    raise Refused(
        N_("“%(text)s” may be several devices. Choose one from the list, or write its number."),
        field="device",
        text=text,
    )


def _named(session: ScopedSession, text: str) -> list[Device]:
    """By the number it is known by, alone or at the end of how the form names it."""
    number = text.rpartition(APART.strip())[2].strip()
    ids = session.scalars(_known_as([number]).limit(2)).all()
    return devices_with(session, ids)


def _known_as(numbers: Sequence[str]) -> Select[int]:
    bare = [found for it in numbers if 0 < len(found := identifier(it)) <= _LONGEST]
    ids = [read_reference("P", it) or 0 for it in numbers]
    return select(Product.id).where(
        or_(
            Product.identifier.in_(bare),
            Product.mac.in_(bare),
            Product.asset_tag.in_([it for it in numbers if it]),
            Product.id.in_(ids),
        )
    )


def _device(row: Any, catalogue: Catalogue) -> Device:
    label = f"{catalogue[row.model_id].name}{APART}{row.identifier}"
    hint = ", ".join(filter(None, (row.site, row.room, row.asset_tag)))
    return Device(row.id, label, hint, row.model_id, row.identifier)


def colleagues_like(account_id: int, text: str) -> Select[*tuple[Any, ...]]:
    """Those who have access to the account, with these words in their name."""
    return (
        select(Membership.id, User.id.label("user_id"), User.name, User.email, User.phone)
        .join(Membership.user)
        .where(
            Membership.account_id == account_id,
            Membership.in_force(),
            User.deactivated_at.is_(None),
            *holding(User.name_fold, text),
        )
        .order_by(User.name_key, User.id)
    )


def colleague_with(account_id: int, membership_id: int) -> Select[*tuple[Any, ...]]:
    return colleagues_like(account_id, "").where(Membership.id == membership_id)


def devices_known_as(session: ScopedSession, numbers: Sequence[str]) -> dict[str, list[Device]]:
    """For each of these numbers the devices it may stand for, all found in one statement."""
    ids = session.scalars(_known_as([it for it in numbers if it])).all()
    rows = session.execute(products_listed(Wanted(ids=ids))).all() if ids else []
    catalogue = catalogue_of(session, knowing=[it.model_id for it in rows])
    found: dict[str, list[Device]] = {}
    for text in dict.fromkeys(numbers):
        bare, product_id = identifier(text), read_reference("P", text)
        known = [
            it
            for it in rows
            if it.id == product_id or bare in {it.identifier, it.mac} or it.asset_tag == text
        ]
        found[text] = [_device(it, catalogue) for it in known]
    return found
