"""Which column of a list is which: by the names Lens, Norwegians and the English give them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from portal.base.sheet_cells import MAX_COLUMNS, Row, too_wide
from portal.base.words import N_, LabelledEnum
from portal.products.rules import MAC, SHAPES, bare


class Field(LabelledEnum):
    """What a list may say of a device. The template has the columns in this order."""

    SERIAL_NUMBER = "serial_number", N_("Serial number")
    MAC = "mac", N_("MAC address")
    MODEL = "model", N_("Model")
    PART_NUMBER = "part_number", N_("Part number")
    SITE = "site", N_("Site")
    ROOM = "room", N_("Room")
    ASSET_TAG = "asset_tag", N_("Asset tag")
    HOLDER = "holder", N_("Holder")
    INSTALLED_VERSION = "installed_version", N_("Installed version")
    NUMBER = "number", N_("Number of devices")


# The device in the template: of a shape that is right, of numbers that no device has. The address
# is one of those that are set aside for examples.
EXAMPLE_SERIAL, EXAMPLE_MAC = "8G0000ABCDEFXX", "00005E005301"

# Written as people do; compared without case, blanks and signs, and with «nr» for all its forms.
_NAMES = {
    Field.SERIAL_NUMBER: """
        serienummer, serienr, serie, enhetens serienummer, s/n, sn, s/nr, serial number, serial,
        serial no, device serial, device serial number, hardware serial number, serial id""",
    Field.MAC: """
        mac, mac adresse, mac address, mac id, ethernet mac, device mac, device mac address,
        lan mac, wired mac, maskinvareadresse, hardware address, nettverksadresse""",
    Field.MODEL: """
        modell, modellnavn, enhetsmodell, produkt, produktnavn, produktmodell, utstyr, enhetstype,
        model, model name, device model, device model name, hardware model, product,
        product name, product model, device type, device product""",
    Field.PART_NUMBER: """
        delenummer, delenr, produktnummer, produktnr, varenummer, varenr, artikkelnummer,
        artikkelnr, p/n, pn, part number, part no, part, product number, product no, sku,
        hardware part number""",
    Field.SITE: """
        lokasjon, lokasjonsnavn, sted, stedsnavn, site, site name, kontor, kontorsted, avdeling,
        adresse, bygg, bygning, location, location name, office, building, device site""",
    Field.ROOM: """
        rom, romnavn, romnr, møterom, plassering, room, room name, room number, meeting room,
        device room""",
    Field.ASSET_TAG: """
        inventarnummer, inventarnr, eget merke, eiendelsnummer, eiendelsmerke, utstyrsnummer,
        utstyrsnr, utstyrs id, merkelapp, asset tag, asset number, asset no, asset id, asset,
        inventory number""",
    Field.HOLDER: """
        innehaver, bruker, brukernavn, ansatt, eier, tildelt, tildelt til, holder, user, user name,
        assigned to, assigned user, employee, owner, display name, device user""",
    Field.INSTALLED_VERSION: """
        installert versjon, versjon, fastvare, fastvareversjon, programvareversjon,
        firmware versjon, installed version, version, firmware, firmware version,
        software version, software, current version, device software version""",
    Field.NUMBER: """
        antall, antall enheter, stk, mengde, number of devices, count, quantity, qty, units,
        number, device count""",
}
LONGEST = 200  # characters of a heading that are looked at
MOST_EXAMPLES, SHOWN = 3, 40
_DIGIT = re.compile(r"[0-9]")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]")
_SIGNS = re.compile(r"[\W_]+")
_NUMBER_WORD = re.compile(r"(nummer|number|no|nr|#)$")


def fold(name: str) -> str:
    """`Serial No.`, `SERIAL_NUMBER` and «Serialnr» are one name."""
    plain = _SIGNS.sub("", _ASIDE.sub("", name[:LONGEST].replace("#", " nr")).casefold())
    return _NUMBER_WORD.sub("nr", plain) if len(plain) > 6 else plain


_KNOWN = {fold(name): field for field, names in _NAMES.items() for name in names.split(",")}
_IDENTIFYING = {Field.SERIAL_NUMBER, Field.MAC, Field.MODEL, Field.PART_NUMBER}


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a list: the row they are in, 0 when there are none, and what each means."""

    row: int
    names: tuple[str, ...]
    fields: tuple[Field | None, ...]

    def mapped(self, fields: Iterable[Field | None]) -> "Headings":
        """As a person says. The first column of a meaning has it, like everywhere."""
        return replace(self, fields=_first_of_each(fields))

    @property
    def unknown(self) -> list[int]:
        """The columns that are not understood, counted from 0."""
        return [at for at, field in enumerate(self.fields) if field is None and self.names[at]]

    @property
    def tell_models(self) -> bool:
        """Without it nothing can be registered, and somebody has to say which column it is."""
        return Field.MODEL in self.fields or Field.PART_NUMBER in self.fields


def find_headings(head: Sequence[Row]) -> Headings:
    """Look for the headings in the first rows; above them a list may have a title.

    Where none is known, the first row has them when it looks like names above other things.
    """
    best = max(head, key=lambda row: len(set(_known(row[1])) - {None}), default=(0, []))
    fields = _first_of_each(_known(best[1]))
    if _IDENTIFYING & set(fields):
        if len(fields) > MAX_COLUMNS:
            raise too_wide()
        return Headings(best[0], tuple(name[:LONGEST] for name in best[1]), fields)
    if head and _are_names(head[0][1], [cells for _number, cells in head[1:]]):
        number, names = head[0]
        if len(names) > MAX_COLUMNS:
            raise too_wide()
        return Headings(number, tuple(name[:LONGEST] for name in names), (None,) * len(names))
    return _without_headings([cells for _number, cells in head])


def _are_names(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has names and no devices: no digits, nothing twice, and digits below it."""
    names = [cell for cell in cells if cell]
    if not names or len(names) != len(set(names)) or any(map(_DIGIT.search, names)):
        return False
    columns = [[row[at] for row in below if at < len(row) and row[at]] for at in range(len(cells))]
    if any(
        cell.isupper() and _guess([cell, *column])
        for cell, column in zip(cells, columns, strict=True)
    ):
        return False  # a serial number may have letters only
    return any(_DIGIT.search(cell) for column in columns for cell in column)


def examples(sheet_head: Sequence[Row], headings: Headings) -> list[list[str]]:
    """For each column the first values in it, to tell by them what it has."""
    rows = [cells for number, cells in sheet_head if number > headings.row]
    return [
        [cells[at][:SHOWN] for cells in rows if at < len(cells) and cells[at]][:MOST_EXAMPLES]
        for at in range(len(headings.names))
    ]


def _known(cells: Sequence[str]) -> list[Field | None]:
    return [_KNOWN.get(fold(cell)) for cell in cells]


def _first_of_each(fields: Iterable[Field | None]) -> tuple[Field | None, ...]:
    seen: set[Field | None] = {None}
    return tuple(
        None if field in seen or seen.add(field) else field  # type: ignore[func-returns-value]
        for field in fields
    )


def _without_headings(rows: Sequence[Sequence[str]]) -> Headings:
    """A plain list of serial numbers needs no headings: guess by what the cells look like."""
    width = max((len(cells) for cells in rows), default=0)
    if width > MAX_COLUMNS:
        raise too_wide()
    columns = [
        [cells[at] for cells in rows if at < len(cells) and cells[at]] for at in range(width)
    ]
    return Headings(0, ("",) * width, _first_of_each(_guess(column) for column in columns))


def _guess(column: Sequence[str]) -> Field | None:
    if not column:
        return None
    if all(MAC.fullmatch(bare(cell)) and MAC.fullmatch(cell.upper()) is None for cell in column):
        return Field.MAC
    if all(SHAPES["unknown"].fullmatch(bare(cell)) for cell in column):
        return Field.SERIAL_NUMBER
    return None
