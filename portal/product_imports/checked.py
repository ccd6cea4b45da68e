"""What a row that can be registered says."""

from typing import NamedTuple

from portal.product_imports.faults import Fault


class Checked(NamedTuple):
    """A row that can be registered: a device, or without serial number and MAC, a count."""

    row: int
    serial_number: str | None
    mac: str | None
    model_id: int
    site_id: int | None
    new_site: str  # its name, when the account has no such site yet
    room: str
    asset_tag: str
    holder: str
    installed_version: str
    number: int
    notices: tuple[Fault, ...]

    @property
    def is_count(self) -> bool:
        return self.serial_number is None and self.mac is None
