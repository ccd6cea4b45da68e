import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.words import Refused
from portal.product_imports.columns import Field, examples, find_headings, fold

MAC, SERIAL, MODEL = Field.MAC, Field.SERIAL_NUMBER, Field.MODEL
LENS = ["mac_address", "serial_number", "device_model", "room_name", "site_name"]


def test_a_lens_list_is_understood() -> None:
    headings = find_headings([(1, LENS), (2, ["", "ESH746", "Savi 7320", "", "Oslo"])])
    assert headings.fields == (MAC, SERIAL, MODEL, Field.ROOM, Field.SITE)
    assert (headings.row, headings.unknown, headings.tell_models) == (1, [], True)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Serienummer", SERIAL),
        ("SERIENR.", SERIAL),
        ("S/N", SERIAL),
        ("Serial No.", SERIAL),
        ("Serial #", SERIAL),
        ("serialNumber", SERIAL),
        ("MAC-adresse", MAC),
        ("MAC address (wired)", MAC),
        ("Modell", MODEL),
        ("Delenr", Field.PART_NUMBER),
        ("P/N", Field.PART_NUMBER),
        ("Lokasjon", Field.SITE),
        ("Rom", Field.ROOM),
        ("Inventarnummer", Field.ASSET_TAG),
        ("Innehaver", Field.HOLDER),
        ("Installert versjon", Field.INSTALLED_VERSION),
        ("firmware_version", Field.INSTALLED_VERSION),
        ("Antall (stk.)", Field.NUMBER),
    ],
)
def test_columns_are_known_by_the_names_people_use(name: str, field: Field) -> None:
    headings = find_headings([(1, [name, "Modell" if field is not MODEL else "Antall"])])
    assert headings.fields[0] is field


@pytest.mark.parametrize("field", Field)
def test_every_column_is_known_by_its_own_label(field: Field) -> None:
    others = [MODEL.label, SERIAL.label]
    assert find_headings([(1, [field.label, *others])]).fields[0] is field


def test_other_columns_are_left_to_the_person() -> None:
    headings = find_headings([(1, ["Serienummer", "Kjøpsdato", "", "Type"])])
    assert headings.unknown == [1, 3]
    assert not headings.tell_models
    chosen = headings.mapped([SERIAL, None, None, MODEL])
    assert chosen.fields == (SERIAL, None, None, MODEL)
    assert chosen.tell_models


def test_two_columns_cannot_mean_the_same() -> None:
    assert find_headings([(1, ["Modell", "Produkt", "SN"])]).fields == (MODEL, None, SERIAL)


def test_a_title_above_the_headings_is_passed_over() -> None:
    head = [(1, ["Enheter per 22.11.2026"]), (3, ["Modell", "Antall", "Rom"]), (4, ["TC8", "2"])]
    assert find_headings(head).row == 3


def test_a_list_without_headings_is_guessed() -> None:
    head = [(1, ["ESH746", "64:16:7f:34:57:1e", "x"]), (2, ["8G18256D07EFEN", "", ""])]
    headings = find_headings(head)
    assert (headings.row, headings.fields) == (0, (SERIAL, MAC, None))


def test_names_that_nobody_knows_are_headings_all_the_same() -> None:
    head = [(2, ["Ting", "Sak", "Dings"]), (3, ["ABC123", "Savi 7310", "Oslo"])]
    headings = find_headings(head)
    assert (headings.row, headings.names) == (2, ("Ting", "Sak", "Dings"))
    assert headings.fields == (None, None, None)
    assert examples(head, headings) == [["ABC123"], ["Savi 7310"], ["Oslo"]]


@pytest.mark.parametrize(
    "head",
    [
        [(1, ["ABCDEF"]), (2, ["ABC123"])],  # serial numbers, the first without digits
        [(1, ["Oslo", "Oslo"]), (2, ["ABC123", "x"])],
        [(1, ["Ting", "Sak"]), (2, ["Oslo", "Savi"])],
        [(1, ["Ting", "Sak"])],
    ],
)
def test_what_may_be_a_device_is_no_heading(head: list[tuple[int, list[str]]]) -> None:
    assert find_headings(head).row == 0


@pytest.mark.parametrize("names", [["Modell"], ["x"]])
def test_a_list_of_thousands_of_columns_is_refused(names: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        find_headings([(1, names * 257)])
    assert refused.value.values == {"limit": 256}


def test_a_heading_without_end_is_cut() -> None:
    assert find_headings([(1, ["Modell", "x" * 2**20])]).names == ("Modell", "x" * 200)


@given(st.lists(st.tuples(st.integers(1, 99), st.lists(st.text(), max_size=8)), max_size=10))
def test_any_first_rows_have_an_answer(head: list[tuple[int, list[str]]]) -> None:
    headings = find_headings(head)
    assert len(headings.fields) == len(headings.names)


@given(st.text())
def test_folding_twice_changes_nothing_that_matters(name: str) -> None:
    assert fold(name.upper()) == fold(name.upper().lower().upper())
