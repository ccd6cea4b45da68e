"""Lookups of what hangs on licenses, and of seats by where they are or were."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import LicensePaper, LicenseSuccession, SeatChange
from portal.licenses.queries import assignments_shown


def seats_with_ids(ids: Collection[int]) -> Select[LicenseAssignment]:
    """Assignments with their licenses, in force or not."""
    it = LicenseAssignment
    return select(it).options(joinedload(it.license)).where(it.id.in_(ids)).order_by(it.id)


def seats_picked(seats: Collection[int], licenses: Collection[int]) -> Select[Any]:
    """Where seats are, as columns with what each is of: those picked, and all of some licenses."""
    it = LicenseAssignment
    picked = or_(it.id.in_(seats), it.license_id.in_(licenses))
    query = assignments_shown(picked, it.ended_at.is_(None))
    return (
        query.add_columns(License.name).join(License, License.id == it.license_id).order_by(it.id)
    )


def seat_change_with_id(change_id: int) -> Select[SeatChange]:
    return select(SeatChange).where(SeatChange.id == change_id)


def seat_change_locked(change_id: int) -> Select[SeatChange]:
    fresh = {"populate_existing": True}
    return seat_change_with_id(change_id).with_for_update().execution_options(**fresh)


def seats_on_device(product_id: int) -> Select[LicenseAssignment]:
    it = LicenseAssignment
    here = it.product_id == product_id, it.ended_at.is_(None)
    return select(it).options(joinedload(it.license)).where(*here).order_by(it.license_id, it.id)


def papers_of(license_id: int) -> Select[LicensePaper]:
    it = LicensePaper
    mine = it.license_id == license_id
    return select(it).options(joinedload(it.file)).where(mine).order_by(it.id)


def paper_with_id(paper_id: int) -> Select[LicensePaper]:
    return (
        select(LicensePaper)
        .options(joinedload(LicensePaper.file))
        .where(LicensePaper.id == paper_id)
    )


def successor_of(license_id: int) -> Select[int, datetime]:
    """What took its place, and when."""
    it = LicenseSuccession
    return select(it.successor_id, it.at).where(it.license_id == license_id)
