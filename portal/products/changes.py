"""What happened to a device, for its page. History holds ids and plain values, imports leave one
event whatever they change, and so what they changed is told by lines of their own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.signatures import signatures_and_sites
from portal.base.history import events_of
from portal.base.words import N_
from portal.catalogue.catalogue import catalogue_of
from portal.products.models import LISTED, ImportedChange, Product
from portal.products.queries import imported_changes_of
from portal.products.rules import write_mac
from portal.web.locale import gettext as _
from portal.web.locale import label

MOST = 50  # of each kind
# Who holds a device is personal, and is not told in its history.
NAMES = {
    "serial_number": N_("Serial number"),
    "mac": N_("MAC address"),
    "model_id": N_("Model"),
    "site_id": N_("Site"),
    "room": N_("Room"),
    "asset_tag": N_("Asset tag"),
    "installed_version": N_("Installed version"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: when, what, whose deed it was, and what it changed."""

    at: datetime
    what: str
    by: str
    changes: list[tuple[str, str, str]]
    anchor: str
    listed: ImportedChange | None = None  # when a device list did it


@dataclass(frozen=True, slots=True)
class _Deed:
    """A line of an import among events: its id is below theirs."""

    id: int
    account_id: int
    by_id: int | None
    on_behalf: bool

    @classmethod
    def of(cls, line: ImportedChange) -> "_Deed":
        return cls(-line.id, line.account_id, line.by_id, line.on_behalf)


def history_of(session: Session, product: Product) -> list[Told]:
    """The newest first. Three statements."""
    events = session.scalars(events_of(product).limit(MOST)).all()
    lines = session.scalars(imported_changes_of(product).limit(MOST)).all()
    details = [event.details for event in events]
    changed = [_changed(line) for line in lines]
    sites = {each for one in (*details, *changed) for each in one.get("site_id", ()) if each}
    by, named = signatures_and_sites(session, [*events, *map(_Deed.of, lines)], sites)
    values = _Values(session, sites, named)
    told = [
        Told(event.at, label(event.what), by[event.id], list(values.told(each)), f"e{event.number}")
        for event, each in zip(events, details, strict=True)
    ]
    told += [
        Told(line.at, _("Changed"), by[-line.id], list(values.told(each)), f"i{line.id}", line)
        for line, each in zip(lines, changed, strict=True)
        if line.at
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _changed(line: ImportedChange) -> dict[str, list[Any]]:
    each = zip(LISTED, line.before, line.after or line.before, strict=True)
    return {name: [before, after] for name, before, after in each if before != after}


class _Values:
    """Values as people read them."""

    def __init__(self, session: Session, sites: Iterable[int], named: dict[int, str]) -> None:
        self._sites = dict.fromkeys(sites, _("Another site")) | named
        self._catalogue = catalogue_of(session)

    def told(self, details: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        for name, what in NAMES.items():
            if name in details:
                before, after = (self._read(name, value) or "–" for value in details[name])
                yield _(what), before, after

    def _read(self, name: str, value: Any) -> str | None:
        if name == "site_id":
            return self._sites.get(value)
        if name == "model_id":
            model = self._catalogue.get(value)
            return model.name if model else None
        return write_mac(value) if name == "mac" and value else value
