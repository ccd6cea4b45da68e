"""What lists of licenses are held against: the keys that are known, whoever has them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from portal.license_intake.models import ImportStatus, LicenseImport, UnclaimedLicense
from portal.licenses.models import License


def import_with_id(import_id: int) -> Select[LicenseImport]:
    return select(LicenseImport).where(LicenseImport.id == import_id)


def imports_listed() -> Select[LicenseImport]:
    return select(LicenseImport).order_by(LicenseImport.started_at.desc(), LicenseImport.id.desc())


def licenses_of_codes(codes: Collection[str]) -> Select[Any]:
    columns: Any = select(License.account_id, License.id, License.key_code)
    found: Select[Any] = columns.where(License.key_code.in_(codes))
    return found


def unclaimed_of_codes(codes: Collection[str]) -> Select[UnclaimedLicense]:
    return select(UnclaimedLicense).where(UnclaimedLicense.key_code.in_(codes))


def unclaimed_of_import(import_id: int) -> Select[int]:
    """How many of a list's licenses nobody has activated yet."""
    return select(func.count(UnclaimedLicense.id)).where(UnclaimedLicense.import_id == import_id)


def stale_imports(before: datetime) -> Select[Any]:
    """Those that were checked long ago and that nobody went on with."""
    waits = LicenseImport.status.in_([ImportStatus.READY, ImportStatus.REFUSED])
    columns: Any = select(LicenseImport.id, LicenseImport.account_id)
    found: Select[Any] = columns.where(
        waits, LicenseImport.started_at < before, LicenseImport.file_id.is_not(None)
    ).order_by(LicenseImport.id)
    return found
