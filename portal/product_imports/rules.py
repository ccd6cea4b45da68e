"""Whether a row of a list can be registered, and as what. Pure, and quick: lists are long."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

from portal.base.words import N_, Refused
from portal.catalogue.rules import fold_name
from portal.product_imports.checked import Checked
from portal.product_imports.columns import EXAMPLE_MAC, EXAMPLE_SERIAL, Field
from portal.product_imports.faults import Fault, FaultKind, fault, site_needed
from portal.product_imports.lookups import Lookups, Model, UnknownModel, fold_part
from portal.product_imports.readings import (
    NO_MAC,
    is_plain,
    read_mac,
    read_number,
    read_serial,
    read_text,
)
from portal.products.rules import MAC, SHAPES

MANY_ROWS = 250_000
MANY_NAMES = 500  # unknown models that are kept, each with a suggestion that takes a millisecond
MOST_SITES = 2_000  # that one list may bring
TOO_MANY_SITES = N_(
    "The column with sites has more than %(most)s different names. Is it another one?"
)
LONGEST = 200  # characters of a model's name
_NO_PATTERN = "unknown"
_TEXTS = (Field.ROOM, Field.ASSET_TAG, Field.HOLDER, Field.INSTALLED_VERSION)


class Checker:
    """Checks the rows of one list in order, and remembers what it has seen."""

    def __init__(self, fields: Sequence[Field | None], lookups: Lookups) -> None:
        self.rows = 0
        self.unknown_models: dict[str, UnknownModel] = {}
        self.new_sites: dict[str, str] = {}
        self._lookups = lookups
        self._width = len(fields)
        self._padding = [""] * (self._width + 1)
        # A field without a column is read from a blank cell behind the last.
        places = [fields.index(field) if field in fields else self._width for field in Field]
        self._pick = itemgetter(*places)
        self._has_sites = Field.SITE in fields
        self._models: dict[tuple[str, str], Model] = {}
        self._sites: dict[str, int] = {}
        self._serials: dict[str, int] = {}
        self._macs: dict[str, int] = {}

    @property
    def every_site(self) -> bool:
        """Whether the list may be about any site, and about none."""
        return self._lookups.every_site

    @property
    def model_of(self) -> Mapping[int, str]:
        """The names of models, by their ids."""
        return self._lookups.names

    def check(self, row: int, cells: list[str]) -> Checked | list[Fault]:
        """What the row is to become, or all that is wrong with it; or that it is an example."""
        self.rows += 1
        if self.rows > MANY_ROWS:
            raise Refused(N_("The file has more than %(limit)s rows. Split it."), limit=MANY_ROWS)
        found: list[Fault] = []
        if len(cells) <= self._width:
            cells = cells + self._padding[len(cells) :]
        else:
            cells = self._cut(row, cells, found)
        serial, mac, name, part, place, room, tag, holder, version, count = self._pick(cells)
        model = self._models.get((name, part)) or self._find_model(row, name, part, found)
        known_serial = self._serial(row, serial, model, found) if serial else None
        if known_serial == EXAMPLE_SERIAL:
            return [fault(FaultKind.EXAMPLE, row, Field.SERIAL_NUMBER, EXAMPLE_SERIAL)]
        known_mac = self._mac(row, mac, found) if mac else None
        site_id, new_site = self._sites.get(place), ""
        if site_id is None:
            site_id, new_site = self._site(row, place, found)
        written = room + tag + holder + version
        if written and not is_plain(written):
            room, tag, holder, version = (
                read_text(row, field, text, found)
                for field, text in zip(_TEXTS, (room, tag, holder, version), strict=True)
            )
        number = 1
        is_device = bool(known_serial or known_mac)
        if count or not is_device:
            number = read_number(row, count, is_device=is_device, found=found)
        if not (is_device or site_id or self.every_site or place):
            found.append(site_needed(row))
        if found:
            faults = [it for it in found if not it.kind.is_notice]
            if faults:
                return faults
        assert model  # or its absence would have been found
        return Checked(
            row, known_serial, known_mac, model.id, site_id, new_site,
            room, tag, holder, version, number, tuple(found),
        )  # fmt: skip

    def _cut(self, row: int, cells: list[str], found: list[Fault]) -> list[str]:
        beyond = next((cell for cell in cells[self._width :] if cell), None)
        if beyond is not None:
            found.append(fault(FaultKind.TOO_MANY_CELLS, row, None, beyond))
        return [*cells[: self._width], ""]

    def _find_model(self, row: int, name: str, part: str, found: list[Fault]) -> Model | None:
        for field, text in ((Field.MODEL, name), (Field.PART_NUMBER, part)):
            if len(text) > LONGEST:
                found.append(fault(FaultKind.TEXT_TOO_LONG, row, field, text, LONGEST))
                return None
        by_name = self._lookups.models.get(fold_name(name))
        by_part = self._lookups.parts.get(fold_part(part)) if part else None
        if by_name and by_part and by_name.id != by_part.id:
            about = fault(FaultKind.PART_OF_ANOTHER, row, Field.PART_NUMBER, part, by_part.name)
            found.append(about)
        elif model := by_name or by_part:
            self._models[name, part] = model
            return model
        elif name:
            self._unknown(row, name, found)
        elif part:
            found.append(fault(FaultKind.PART_UNKNOWN, row, Field.PART_NUMBER, part))
        else:
            found.append(fault(FaultKind.MODEL_MISSING, row, Field.MODEL))
        return None

    def _unknown(self, row: int, name: str, found: list[Fault]) -> None:
        key = fold_name(name)
        unknown = self.unknown_models.get(key)
        if unknown is None:
            few = len(self.unknown_models) < MANY_NAMES
            unknown = UnknownModel(name, row, self._lookups.suggest(name) if few else None)
            if few:
                self.unknown_models[key] = unknown
        meant = unknown.suggestion.name if unknown.suggestion else ""
        found.append(fault(FaultKind.MODEL_UNKNOWN, row, Field.MODEL, name, meant))

    def _serial(self, row: int, text: str, model: Model | None, found: list[Fault]) -> str | None:
        pattern = model.pattern if model else _NO_PATTERN
        serial: str | None = text.upper()
        if not SHAPES[pattern].fullmatch(serial or "") or not text.isascii():
            serial = read_serial(row, text, pattern, found)
        if serial:
            first = self._serials.setdefault(serial, row)
            if first != row:
                field = Field.SERIAL_NUMBER
                found.append(fault(FaultKind.SERIAL_TWICE, row, field, text, first))
        return serial

    def _mac(self, row: int, text: str, found: list[Fault]) -> str | None:
        mac: str | None = text.replace(":", "").upper()
        if not MAC.fullmatch(mac or "") or not text.isascii() or mac in NO_MAC:
            mac = read_mac(row, text, found)
        if mac == EXAMPLE_MAC:
            found.append(fault(FaultKind.EXAMPLE_MAC, row, Field.MAC, text))
        elif mac:
            first = self._macs.setdefault(mac, row)
            if first != row:
                found.append(fault(FaultKind.MAC_TWICE, row, Field.MAC, text, first))
        return mac

    def _site(self, row: int, text: str, found: list[Fault]) -> tuple[int | None, str]:
        """The site of this name, or the name it is to get."""
        if not text:
            if self._has_sites and self.every_site:
                found.append(fault(FaultKind.SITE_MISSING, row, Field.SITE))
            return None, ""
        name = text if is_plain(text) else read_text(row, Field.SITE, text, found)
        key = self._lookups.site_key(name)
        site_id = self._lookups.sites.get(key)
        if site_id is not None:
            self._sites[text] = site_id
            return site_id, ""
        if name and not self.every_site:
            # Whether there is one of this name is not for them to know.
            found.append(fault(FaultKind.SITE_OF_OTHERS, row, Field.SITE, name))
        elif name:
            name = self.new_sites.setdefault(key, name)
            if len(self.new_sites) > MOST_SITES:
                raise Refused(TOO_MANY_SITES, most=MOST_SITES)
            found.append(fault(FaultKind.SITE_NEW, row, Field.SITE, name))
        return None, name
