"""Lookups of licenses, and of where their seats are."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from portal.accounts.models import Site
from portal.accounts.queries import site_named
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.rules import EXPIRING, Standing, Status
from portal.products.models import Product, ProductStatus


def licenses_listed(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The columns of a list of licenses, in no order, with the first of its assignments."""
    found: Select[Any] = _columns().where(*conditions)
    return found


def licenses_found(ids: Select[Any]) -> Select[Any]:
    """The columns of the licenses that another statement finds."""
    return licenses_listed(License.id.in_(ids))


@cache
def _columns() -> Any:
    first = select(func.min(LicenseAssignment.id)).where(
        LicenseAssignment.license_id == License.id, LicenseAssignment.ended_at.is_(None)
    )
    return select(
        License.id,
        License.account_id,
        License.name,
        License.name_key,
        License.key_tail,
        License.standing,
        License.starts_on,
        License.ends_on,
        License.seats,
        License.seats_used,
        License.order_number,
        License.purchase_order,
        License.renewal,
        License.registered_at,
        first.correlate(License).scalar_subquery().label("first_id"),
    )


def with_sealed_keys(query: Select[Any]) -> Select[Any]:
    """The same with what opens to the keys, for those who may see them."""
    return query.add_columns(License.key_sealed, License.sealed_with)


def license_ids(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The same licenses, to be counted, and to be found."""
    return select(License.id).where(*conditions)


def license_with_id(license_id: int) -> Select[License]:
    return select(License).where(License.id == license_id)


def licenses_with_ids(ids: Collection[int]) -> Select[License]:
    return select(License).where(License.id.in_(ids))


def licenses_after(last: int, *, most: int) -> Select[License]:
    return select(License).where(License.id > last).order_by(License.id).limit(most)


def license_of_code(codes: Collection[str]) -> Select[License]:
    return select(License).where(License.key_code.in_(codes))


def has_status(status: Status, today: date, *, beside: bool = False) -> ColumnElement[bool]:
    """The condition of `rules.status_of`, as the database asks it. `beside` another one that leaves
    fewer, by which they are looked up then: the columns are hidden from their index."""
    standing, ends = (
        func.coalesce(it, it) if beside else it for it in (License.standing, License.ends_on)
    )
    begun = standing == Standing.ACTIVATED
    match status:
        case Status.REVOKED:
            return standing == Standing.REVOKED
        case Status.EXPIRED:
            used = standing.in_([Standing.ACTIVATED, Standing.NOT_ACTIVATED])
            return and_(used, ends < today)
        case Status.NOT_ACTIVATED:
            return and_(standing == Standing.NOT_ACTIVATED, or_(ends.is_(None), ends >= today))
        case Status.EXPIRING:
            return and_(begun, ends >= today, ends <= today + EXPIRING)
        case Status.ACTIVE:
            return and_(begun, or_(ends.is_(None), ends > today + EXPIRING))


def has_seat_at(name: str) -> ColumnElement[bool]:
    """That it has seats at the site of this name, by themselves or on a device that is there.

    One list of both, asked for from the site: so neither database goes through all the licenses.
    """
    place = site_named(name).with_only_columns(Site.id).scalar_subquery()
    here = _seats().where(LicenseAssignment.site_id == place)
    devices = select(Product.id).where(Product.site_id == place)
    on_device = _seats().where(LicenseAssignment.product_id.in_(devices))
    return License.id.in_(union_all(here, on_device))


def _seats() -> Any:
    return select(LicenseAssignment.license_id).where(LicenseAssignment.ended_at.is_(None))


def has_seats_of(product: Product) -> ColumnElement[bool]:
    """That it has seats on this device."""
    seat = LicenseAssignment
    return exists().where(
        seat.license_id == License.id, seat.product_id == product.id, seat.ended_at.is_(None)
    )


def assignments_shown(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Where seats are, as columns; what of it is not seen has no name."""
    at = select(Site.name).where(Site.id == Product.site_id).correlate(Product)
    query: Any = (
        select(
            LicenseAssignment.id,
            LicenseAssignment.license_id,
            LicenseAssignment.site_id,
            LicenseAssignment.product_id,
            LicenseAssignment.room,
            LicenseAssignment.holder,
            LicenseAssignment.seats,
            LicenseAssignment.assigned_at,
            LicenseAssignment.ended_at,
            Site.name.label("site"),
            Product.identifier,
            at.scalar_subquery().label("device_site"),
            Product.room.label("device_room"),
        )
        .select_from(LicenseAssignment)
        .outerjoin(Site, Site.id == LicenseAssignment.site_id)
        .outerjoin(Product, Product.id == LicenseAssignment.product_id)
        .where(*conditions)
    )
    found: Select[Any] = query
    return found


def assignments_of(license_id: int) -> Select[Any]:
    """Those of one license: those in force first, then those taken back, the newest first."""
    mine = assignments_shown(LicenseAssignment.license_id == license_id)
    ended = LicenseAssignment.ended_at
    return mine.order_by(ended.is_not(None), ended.desc(), LicenseAssignment.id.desc())


def assignment_with_id(assignment_id: int) -> Select[LicenseAssignment]:
    it = LicenseAssignment
    whole = joinedload(it.license), joinedload(it.site), joinedload(it.product)
    return select(it).options(*whole).where(it.id == assignment_id)


def seats_in_use(license_ids: Collection[int]) -> Select[LicenseAssignment]:
    """The assignments in force of these licenses, with their sites and devices."""
    whole = joinedload(LicenseAssignment.site), joinedload(LicenseAssignment.product)
    mine = LicenseAssignment.license_id.in_(license_ids), LicenseAssignment.ended_at.is_(None)
    return select(LicenseAssignment).options(*whole).where(*mine).order_by(LicenseAssignment.id)


def seated_at(site_id: int) -> Select[int]:
    """The licenses with seats at a site, by themselves."""
    at = LicenseAssignment.site_id == site_id, LicenseAssignment.ended_at.is_(None)
    return select(LicenseAssignment.license_id).where(*at).distinct()


def sealed_with_another(newest: str, *, after: int, most: int) -> Select[License]:
    """The next licenses whose keys are sealed with another key than the newest of the ring."""
    others = License.id > after, License.sealed_with.is_not(None), License.sealed_with != newest
    return select(License).where(*others).order_by(License.id).limit(most)


def devices_beginning(number: str) -> Select[Any]:
    """Devices in use whose number begins like this, as people choose them."""
    query: Any = (
        select(Product.id, Product.identifier, Product.room, Site.name.label("site"))
        .outerjoin(Product.site)
        .where(Product.identifier.startswith(number, autoescape=True))
        .where(Product.status == ProductStatus.ACTIVE)
        .order_by(Product.identifier)
    )
    found: Select[Any] = query
    return found


def device_numbered(number: str) -> Select[Product]:
    """The device with this serial number or MAC address, without separators."""
    return select(Product).where(or_(Product.serial_number == number, Product.mac == number))
