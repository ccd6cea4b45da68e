import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.sheets import read_sheet
from portal.base.words import Refused
from portal.product_imports import rules
from portal.product_imports.checked import Checked
from portal.product_imports.columns import Field, find_headings
from portal.product_imports.comparison import Held, changes, same_device, taken
from portal.product_imports.faults import Fault, FaultKind
from portal.product_imports.lookups import Lookups, Model
from portal.product_imports.rules import Checker
from portal.product_imports.sentences import in_a_cell, sentence
from portal.web.locale import speaking

MODELS = [
    Model(1, "CCX 500", "mac", ("2200-49720-001", "82Z77AA")),
    Model(2, "Savi 7310", "headset"),
    Model(3, "Studio X50", "video", ("8L531AA#ABB",)),
    Model(4, "Voyager Free 60 UC", "headset"),
    Model(5, "Voyager Free 60+ UC", "headset"),
    Model(6, "Sync 60", "headset"),
    Model(7, "EduCart", "unknown"),
]
SITES = {"tromsø": 11, "oslo hovedkontor": 12}
LOOKUPS = Lookups.of(MODELS, sites=SITES, site_key=str.casefold, mapped={"Telefon stor": 1})
FIELDS = list(Field)
PLAIN = {"site": "Tromsø", "model": "CCX 500"}
K = FaultKind


def cells_of(**cells: str) -> list[str]:
    return [cells.get(field.value, "") for field in FIELDS]


def check(row: int = 2, checker: Checker | None = None, **cells: str) -> Checked | list[Fault]:
    return (checker or Checker(FIELDS, LOOKUPS)).check(row, cells_of(**cells))


def right(**cells: str) -> Checked:
    checked = Checker(FIELDS, LOOKUPS).check(2, cells_of(**(PLAIN | cells)))
    assert isinstance(checked, Checked)
    return checked


def wrong(**cells: str) -> Fault:
    found = Checker(FIELDS, LOOKUPS).check(2, cells_of(**(PLAIN | cells)))
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def test_a_clean_row_is_what_it_says() -> None:
    assert right(
        serial_number="64167f752052",
        mac="64:16:7f:34:57:1e",
        room="Fløyen",
        asset_tag="A-17",
        holder="Kari Nordmann",
        installed_version="8.0.1",
    ) == Checked(
        2,
        "64167F752052",
        "64167F34571E",
        1,
        11,
        "",
        "Fløyen",
        "A-17",
        "Kari Nordmann",
        "8.0.1",
        1,
        (),
    )


@pytest.mark.parametrize(
    "written", ["64167F34571E", "64-16-7f-34-57-1e", "6416.7f34.571E", "64 16 7F 34 57 1E"]
)
def test_mac_addresses_are_read_in_every_way_they_are_written(written: str) -> None:
    assert right(mac=written).mac == "64167F34571E"


@pytest.mark.parametrize("written", ["6416-7f75-2052", " 64167F752052", "S/N: 64167f752052"])
def test_serial_numbers_are_read_as_people_copy_them(written: str) -> None:
    checked = right(serial_number=written)
    assert (checked.serial_number, checked.notices) == ("64167F752052", ())


@pytest.mark.parametrize(
    ("model", "written", "kind", "expected"),
    [
        ("CCX 500", "AB", K.SERIAL_TOO_SHORT, 12),
        ("Savi 7310", "12-AB", K.SERIAL_TOO_SHORT, 6),
        ("Studio X50", "8G182", K.SERIAL_TOO_SHORT, 14),
        ("EduCart", "8G182", K.SERIAL_TOO_SHORT, "6–20"),
        ("CCX 500", "64167F752052" * 2, K.SERIAL_TOO_LONG, 12),
        ("CCX 500", "64167F75205ß", K.SERIAL_CHARACTERS, 12),
        ("CCX 500", "64167F752,52", K.SERIAL_CHARACTERS, 12),
        ("CCX 500", "6,41671E+11", K.ROUNDED, 12),
    ],
)
def test_serial_numbers_that_cannot_be_are_faults(
    model: str, written: str, kind: FaultKind, expected: int | str
) -> None:
    found = wrong(model=model, serial_number=written)
    assert found == Fault(kind, 2, Field.SERIAL_NUMBER, written, expected)


@pytest.mark.parametrize(
    ("model", "serial"),
    [("CCX 500", "ESH746"), ("Studio X50", "8G18256D07EF1N"), ("EduCart", "ABCDEFGH")],
)
def test_unknown_shapes_are_accepted_with_a_notice(model: str, serial: str) -> None:
    checked = right(model=model, serial_number=serial)
    assert [notice.kind for notice in checked.notices] == [K.SERIAL_UNUSUAL]


@pytest.mark.parametrize(
    "written", ["64:16:7F:ZZ:00:01", "64167F", "000000000000", "6.41E+11", "ff:ff:ff:ff:ff:ff"]
)
def test_wrong_mac_addresses_are_faults(written: str) -> None:
    assert wrong(mac=written).kind in {K.MAC_WRONG, K.ROUNDED}


def test_a_device_is_in_a_file_once() -> None:
    checker = Checker(FIELDS, LOOKUPS)
    check(5, checker, model="CCX 500", serial_number="64167f752052", mac="64167F34571E")
    assert check(9, checker, model="CCX 500", serial_number="64167F-752052") == [
        Fault(K.SERIAL_TWICE, 9, Field.SERIAL_NUMBER, "64167F-752052", 5)
    ]
    assert check(10, checker, model="CCX 500", mac="64:16:7f:34:57:1e") == [
        Fault(K.MAC_TWICE, 10, Field.MAC, "64:16:7f:34:57:1e", 5)
    ]


@pytest.mark.parametrize("name", ["ccx500", "CCX-500", " CCX  500 ", "TELEFON STOR"])
def test_models_are_known_in_any_writing_and_by_what_was_mapped(name: str) -> None:
    assert right(model=name, serial_number="64167F752052").model_id == 1


def test_a_plus_makes_another_model() -> None:
    assert right(model="Voyager Free 60 UC").model_id == 4
    assert right(model="Voyager Free 60+ UC").model_id == 5


@pytest.mark.parametrize("part", ["2200-49720-001", "220049720001", "82z77aa#abb"])
def test_a_part_number_is_enough(part: str) -> None:
    assert right(model="", part_number=part).model_id == 1
    assert right(model="something else", part_number=part).model_id == 1


def test_a_part_number_of_another_model_is_a_fault() -> None:
    found = wrong(part_number="8L531AA")
    assert (found.kind, found.expected) == (K.PART_OF_ANOTHER, "Studio X50")
    assert wrong(model="", part_number="1").kind is K.PART_UNKNOWN
    assert wrong(model="").kind is K.MODEL_MISSING


@pytest.mark.parametrize(
    "name", ["polycom Savi 7310", "HP Poly Savi 7310", "Plantronics savi-7310", "Savi 731O"]
)
def test_the_vendors_name_and_slips_are_suggested_and_not_taken(name: str) -> None:
    checker = Checker(FIELDS, LOOKUPS)
    found = check(3, checker, model=name)
    assert isinstance(found, list)
    assert (found[0].kind, found[0].expected) == (K.MODEL_UNKNOWN, "Savi 7310")
    assert [unknown.name for unknown in checker.unknown_models.values()] == [name]


def test_an_unknown_model_is_asked_about_once() -> None:
    checker = Checker(FIELDS, LOOKUPS)
    for row, name in enumerate(["Voyager Legend 9000", "VOYAGER  Legend-9000"], 2):
        check(row, checker, model=name)
    assert list(checker.unknown_models.values()) == [("Voyager Legend 9000", 2, None)]


def test_without_serial_number_and_mac_address_it_is_a_count() -> None:
    one = right(model="Sync 60")
    assert (one.is_count, one.number, one.notices[0].kind) == (True, 1, K.COUNTED)
    assert right(model="Sync 60", serial_number="n/a", mac="-").is_count
    many = right(model="Sync 60", number="1 200,0")
    assert (many.is_count, many.number, many.notices) == (True, 1200, ())


@pytest.mark.parametrize("number", ["0", "-3", "2,5", "many", "100001", "9" * 400])
def test_a_number_has_to_be_one(number: str) -> None:
    assert wrong(number=number).kind is K.NUMBER_WRONG


def test_a_device_with_a_serial_number_is_one() -> None:
    assert right(serial_number="64167F752052", number="1").number == 1
    assert wrong(serial_number="64167F752052", number="2").kind is K.NUMBER_NOT_ONE


def test_sites_are_found_or_proposed() -> None:
    checker = Checker(FIELDS, LOOKUPS)
    old = check(2, checker, model="Sync 60", number="1", site="TROMSØ")
    new = check(3, checker, model="Sync 60", number="1", site="Ålesund")
    again = check(4, checker, model="Sync 60", number="1", site="ålesund")
    none = check(5, checker, model="Sync 60", number="1")
    assert isinstance(old, Checked)
    assert isinstance(new, Checked)
    assert isinstance(again, Checked)
    assert isinstance(none, Checked)
    assert (old.site_id, old.notices) == (11, ())
    assert (new.site_id, new.new_site, new.notices[0].kind) == (None, "Ålesund", K.SITE_NEW)
    assert again.new_site == "Ålesund"
    assert (none.new_site, none.notices[0].kind) == ("", K.SITE_MISSING)
    assert checker.new_sites == {"ålesund": "Ålesund"}


def test_a_list_without_a_column_for_sites_is_not_blamed_for_it() -> None:
    checked = Checker([Field.MODEL, Field.NUMBER], LOOKUPS).check(2, ["Sync 60", "4"])
    assert isinstance(checked, Checked)
    assert checked.notices == ()


def test_the_example_of_the_template_is_left_out() -> None:
    found = wrong(serial_number="8g0000abcdefxx", mac="00:00:5E:00:53:01", site="Nowhere")
    assert found.kind is K.EXAMPLE
    assert found.kind.is_notice
    assert wrong(serial_number="ESH746", mac="00:00:5E:00:53:01").kind is K.EXAMPLE_MAC


def test_texts_are_kept_on_one_line_and_within_what_can_be_stored() -> None:
    assert right(serial_number="64167F752052", room="Rom\n 3\0\u200b A\u030a").room == "Rom 3 Å"
    assert right(serial_number="64167F752052", holder="x" * 120).holder == "x" * 120
    assert wrong(serial_number="64167F752052", room="x" * 81).expected == 80
    assert wrong(serial_number="64167F752052", room="Rom\ufffd").kind is K.UNREADABLE
    assert wrong(serial_number="64167F75\ufffd2052").kind is K.UNREADABLE
    assert wrong(mac="64167F75\ufffd2052").kind is K.UNREADABLE
    assert wrong(serial_number="64167F752052", site="Os\ufffdlo").kind is K.UNREADABLE
    assert wrong(serial_number="64167F752052", room="x" * 2**20).kind is K.TEXT_TOO_LONG
    checker = Checker(FIELDS, LOOKUPS)
    check(2, checker, model="Sync 60", number="1", site="x" * 81)
    assert checker.new_sites == {}
    swallowed = "1\nG7B03A;2\n" * 20
    assert wrong(serial_number="64167F752052", room=swallowed).kind is K.OPEN_QUOTATION


def test_a_formula_is_kept_as_text() -> None:
    checked = right(serial_number="64167F752052", room='=HYPERLINK("http://x","x")')
    assert checked.room == '=HYPERLINK("http://x","x")'
    assert [notice.kind for notice in checked.notices] == [K.FORMULA]


def test_cells_beyond_the_headings_are_not_lost_unseen() -> None:
    checker = Checker([Field.MODEL], LOOKUPS)
    assert isinstance(checker.check(2, ["Sync 60", "", ""]), Checked)
    assert checker.check(3, ["Sync 60", "", "a; b"]) == [Fault(K.TOO_MANY_CELLS, 3, None, "a; b")]


def test_a_row_is_told_all_its_faults() -> None:
    found = check(mac="x", serial_number="y", model="z", number="0", site="new", room="=1")
    assert isinstance(found, list)
    assert {it.kind for it in found} == {
        K.MAC_WRONG,
        K.SERIAL_TOO_SHORT,
        K.MODEL_UNKNOWN,
        K.NUMBER_WRONG,
    }


def test_what_is_far_too_long_is_not_taken_for_what_it_begins_with() -> None:
    blanks = " " * 1_000
    assert wrong(model=f"CCX 500{blanks}x").kind is K.TEXT_TOO_LONG
    assert wrong(part_number=f"82Z77AA{blanks}x").kind is K.TEXT_TOO_LONG
    assert wrong(room=f"Fløyen{blanks}x").kind is K.TEXT_TOO_LONG


def test_unknown_names_without_end_are_not_kept() -> None:
    checker = Checker(FIELDS, LOOKUPS)
    found = [check(row, checker, model=f"Ukjent {row}") for row in range(2, 1_002)]
    assert len(checker.unknown_models) == rules.MANY_NAMES
    assert all(isinstance(each, list) and each[0].kind is K.MODEL_UNKNOWN for each in found)


def test_a_column_of_something_else_makes_no_thousands_of_sites() -> None:
    checker = Checker(FIELDS, LOOKUPS)
    for row in range(2, rules.MOST_SITES + 2):
        check(row, checker, model="CCX 500", site=f"Sted {row}")
    with pytest.raises(Refused) as refused:
        check(9_999, checker, model="CCX 500", site="Ett til")
    assert refused.value.values == {"most": 2_000}


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MANY_ROWS", 2)
    checker = Checker(FIELDS, LOOKUPS)
    check(2, checker)
    check(3, checker)
    with pytest.raises(Refused):
        check(4, checker)


@given(st.lists(st.lists(st.text(), max_size=14), max_size=5))
def test_no_text_is_too_strange(rows: list[list[str]]) -> None:
    checker = Checker(FIELDS, LOOKUPS)
    for row, cells in enumerate(rows, 2):
        _can_be_told(checker.check(row, cells))


AWKWARD = [
    "",
    "CCX 500",
    "ESH746",
    "64167F752052",
    "=1",
    "-",
    "1E+5",
    "٣",
    "ß",
    "\ud800",
    "\0",
    "x" * 999,
]


@given(st.lists(st.sampled_from(AWKWARD), min_size=10, max_size=11))
def test_no_row_is_too_strange(cells: list[str]) -> None:
    _can_be_told(Checker(FIELDS, LOOKUPS).check(7, cells))


def _can_be_told(result: Checked | list[Fault]) -> None:
    if isinstance(result, Checked):
        texts = [*result[5:10], result.serial_number or "", result.mac or ""]
        assert all("\0" not in text and text.encode() is not None for text in texts)
        assert len(result.room) <= 80
    else:
        assert result
    for found in result.notices if isinstance(result, Checked) else result:
        assert Fault.of(json.loads(json.dumps(found))) == found
        assert sentence(found)


def test_the_planted_faults_of_a_real_list_are_told_in_norwegian() -> None:
    with (Path(__file__).parent / "lens_devices.csv").open("rb") as file:
        sheet = read_sheet(file)
        headings = find_headings(sheet.head)
        rows = list(sheet.below(headings.row))
    strange = {"Voyager Legend 9000", "polycom Savi 7310", "", "Savi 7310"}
    others = {cells[2] for _row, cells in rows} - strange
    models = [*MODELS, *(Model(at, name, "unknown") for at, name in enumerate(others, 8))]
    known = Lookups.of(models, sites=SITES, site_key=str.casefold, mapped={})
    checker = Checker(headings.fields, known)
    results = [checker.check(*row) for row in rows]
    faults = [it for result in results if isinstance(result, list) for it in result]
    notices = [it for result in results if isinstance(result, Checked) for it in result.notices]
    rest = [it for it in notices if it.kind not in {K.SITE_NEW, K.SERIAL_UNUSUAL}]
    assert len(results) == 600
    with speaking("nb"):
        assert [sentence(found) for found in faults] == [
            "Rad 19, Serienummer: «8G18256D07EFEN» står også i rad 5. Behold én av radene.",
            "Rad 27, Modell: Vi kjenner ikke «Voyager Legend 9000». Velg hvilken modell det er.",
            "Rad 33, MAC-adresse: «64:16:7F:ZZ:00:01» er ikke en MAC-adresse. "
            "Skriv 12 tegn, bare sifre og A–F, for eksempel 64:16:7F:34:57:1E.",
            "Rad 55, Modell: Vi kjenner ikke «polycom Savi 7310». Mener du Savi 7310?",
            "Rad 74, Serienummer: «AB» har for få tegn. Skriv 6–20 tegn.",
        ]
        assert [sentence(found) for found in rest] == [
            "Rad 46: Raden har verken serienummer eller MAC-adresse. "
            "Enheten registreres som antall.",
            "Rad 63, Lokasjon: Enheten har ingen lokasjon. "
            "Du kan registrere den nå og legge til lokasjon senere.",
            'Rad 98, Rom: «=HYPERLINK("http://evil.example","x")» ser ut som en formel. '
            "Vi lagrer den som tekst.",
        ]
        assert in_a_cell(faults[4:]) == "Serienummer: «AB» har for få tegn. Skriv 6–20 tegn."


HELD = Held(1, "64167F752052", "64167F34571E", 1, 11, "Fløyen", "A-17", "", "")


def test_a_blank_cell_changes_nothing() -> None:
    assert changes(right(serial_number="64167F752052", site="", room="Fløyen"), HELD) == {}
    assert changes(right(serial_number="64167F752052", room="Ulriken"), HELD) == {"room": "Ulriken"}


def test_a_row_is_about_one_device() -> None:
    row = right(serial_number="64167F752052", mac="64167F34571E")
    nameless = HELD._replace(serial_number=None)
    other = HELD._replace(id=2, serial_number="64167F000000")
    assert same_device(row, None, None) is None
    assert same_device(row, HELD, None) == HELD
    assert same_device(row, HELD, HELD) == HELD
    assert same_device(row, None, nameless) == nameless
    for by_serial in (HELD, None):
        found = same_device(row, by_serial, other)
        assert isinstance(found, Fault)
        assert found.kind is K.TWO_DEVICES


def test_what_another_organization_has_is_told_of_neutrally() -> None:
    row = right(serial_number="64167F752052", mac="64167F34571E")
    with speaking("nb"):
        assert sentence(taken(row, Field.MAC)) == (
            "Rad 2, MAC-adresse: «64167F34571E» er registrert på en annen virksomhet. "
            "Ta kontakt, så hjelper vi deg."
        )
