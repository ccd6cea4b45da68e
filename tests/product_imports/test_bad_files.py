"""What is wrong with a whole file is told in a sentence on the page, and nothing is written.

The portal is served as it is in earnest, with its worker beside, and neither of the two processes
may come to hold much more than at rest.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from portal.products.models import Product
from tests.factories import make_account, make_product
from tests.product_imports import bad_files as bad
from tests.product_imports.serving import MOST, House, Memory, house, until
from tests.product_imports.visiting import Answer, File, Visitor

EVERYTHING = os.environ.get("PORTAL_TEST_ALL") == "1"
NOTHING = {"product": 0, "product_count": 0, "site": 0, "event": 0}
# How many rows it takes to fill what a file may be: 50 MB, or what a workbook may unpack to.
FULL = 45 if EVERYTHING else 36


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), f"portal_bad_files_{worker_id}") as built:
        built.serve()
        until(lambda: len(built.pids()) == 2, "There is no worker.")
        yield built


@pytest.fixture(scope="module")
def at_rest(served: House) -> Memory:
    """What the processes hold after a day's work."""
    for workbook in (False, True):
        file = bad.workbook("<row/>") if workbook else bad.csv(bad.RIGHT)
        served.visitor().imported(File("liste", file))
    return Memory(served.pids())


@pytest.fixture
def kari(served: House, at_rest: Memory) -> Iterator[Visitor]:
    """Somebody who does wrong; afterwards nothing of it is left, on disk or in memory."""
    at_rest.forget()
    visitor = served.visitor()
    yield visitor
    assert served.written(visitor.account_id) == NOTHING
    assert at_rest.over_idle() < MOST


def refused(shown: Answer) -> bool:
    """Whether the page says that the file cannot be read, and offers to register nothing."""
    return "Filen kan ikke leses" in shown.text and "/registration" not in shown.text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("liste.csv", bytes, "Filen er tom."),
        ("liste.xlsx", bytes, "Filen er tom."),
        ("liste.csv", lambda: bad.PICTURE, "Filen er et bilde."),
        ("liste.csv", lambda: bytes(200_000), "Filen er ikke en tabell."),
        ("liste.xlsx", lambda: bad.bomb(80), "Arbeidsboken inneholder altfor mye data"),
        ("liste.xlsx", bad.overlapping_bomb, "Arbeidsboken er skadet."),
        ("liste.xlsx", lambda: bad.wide_workbook(10**6), "Arket har mer enn 256 kolonner."),
        ("liste.csv", lambda: b";".join([b"Modell"] * 100_000), "Arket har mer enn 256 kolonner."),
        ("liste.csv", lambda: b'Modell\n"' + b"x" * 3 * 2**20, "er altfor lang."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_told_in_a_sentence(
    name: str, content: Callable[[], bytes], says: str, kari: Visitor
) -> None:
    shown = kari.imported(File(name, content()))
    assert refused(shown), shown.seen
    assert says in shown.seen


def test_a_file_of_200_megabytes_is_refused_beside_the_field(served: House, kari: Visitor) -> None:
    answer = kari.send(File("liste.csv", bad.nothing(200_000_000), 200_000_000))
    assert answer.status == 413
    assert "Filen er for stor. Den kan være maks 50 MB." in answer.seen
    assert 'id="file-error"' in answer.text
    assert "Tidligere importer" not in answer.seen


def test_a_file_a_little_too_large_is_refused_beside_the_field(kari: Visitor) -> None:
    answer = kari.send(File("liste.csv", bad.nothing(51_000_000), 51_000_000))
    assert answer.status == 422
    assert "Filen er for stor. Den kan være maks 50 MB." in answer.seen


@pytest.mark.parametrize("piece", [b"x", b"a&"])
def test_too_much_to_paste_is_told_beside_the_box(piece: bytes, kari: Visitor) -> None:
    answer = kari.post_body("/products/import", b"pasted=" + piece * 12_000_000)
    assert answer.status == 413
    assert "Det er for mange rader til å lime inn. Send dem som en fil i stedet." in answer.seen
    assert 'id="pasted-error"' in answer.text


def test_a_row_of_100_000_columns_is_wrong_and_the_others_are_right(kari: Visitor) -> None:
    shown = kari.imported(File("liste.csv", bad.csv("ABC124" + ";x" * 100_000 + "\n", bad.RIGHT)))
    assert "Rad 2: «x» står til høyre for den siste overskriften." in shown.seen
    assert "1 rad er klar" in shown.seen


def test_a_megabyte_in_one_cell_is_too_long(kari: Visitor) -> None:
    long = "x" * 2**20
    rows = (f"ABC124;Savi 7310;Oslo;{long};\n", f"ABC125;{long};;;\n", f"{long};Savi 7310;;;\n")
    shown = kari.imported(File("liste.csv", bad.csv(*rows, bad.RIGHT)))
    assert "Rad 2, Rom: «xxx" in shown.seen
    assert "er for langt. Skriv høyst 80 tegn." in shown.seen
    assert "er for langt. Skriv høyst 200 tegn." in shown.seen
    assert "har for mange tegn. Skriv 6 tegn." in shown.seen
    assert "1 rad er klar" in shown.seen
    assert len(shown.text) < 60_000


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (bad.wide_rows, FULL // 2),
        (bad.long_cells, FULL),
        (bad.long_text_in_many_rows, FULL * 3),
    ],
)
def test_many_such_rows_take_no_more_memory(
    make: Callable[[int], bytes], rows: int, kari: Visitor
) -> None:
    shown = kari.imported(File("liste", make(rows)))
    assert "rader med feil" in shown.seen or refused(shown), shown.seen


@pytest.mark.skipif(not EVERYTHING, reason="takes a minute: see test_rules for the small of it")
def test_names_without_end_are_not_kept(kari: Visitor) -> None:
    rows = [f";{'😀' * 40}{at};;;\n" for at in range(250_000)]
    shown = kari.imported(File("liste.csv", bad.csv(*rows)))
    assert "Modeller vi ikke kjenner" in shown.seen


def test_a_column_of_something_else_makes_no_thousands_of_sites(kari: Visitor) -> None:
    sites = [f"ABC{at:03};Savi 7310;Sted {at};;\n" for at in range(2_001)]
    shown = kari.imported(File("liste.csv", bad.csv(*sites)))
    assert "Kolonnen med lokasjoner har mer enn 2 000 ulike navn." in shown.seen


class TestWhatIsRegistered:
    """Of these lists the right rows are registered, so that more than nothing is written."""

    @pytest.fixture
    def ola(self, served: House, at_rest: Memory) -> Iterator[Visitor]:
        at_rest.forget()
        yield served.visitor()
        assert at_rest.over_idle() < MOST

    def test_nul_bytes_in_cells_are_told_of(self, served: House, ola: Visitor) -> None:
        rows = ("AB\0C101;Savi 7310;Oslo;Fløyen;Kari\n", "ABC102;Savi 7310;Oslo;Fløyen;Kari\0\n")
        shown = ola.imported(File("liste.csv", bad.csv(*rows))).seen
        assert "Rad 2, Serienummer: «AB�C101» har et tegn som ikke kan leses." in shown
        assert "Rad 3, Bruker: «Kari�» har et tegn som ikke kan leses." in shown
        assert "Ingen rader kan registreres" in shown

    def test_formulas_are_texts_and_leave_as_texts(self, served: House, ola: Visitor) -> None:
        formula = "=HYPERLINK(CHAR(104))"
        row = "ABC201;Savi 7310;Oslo;+47-1;" + formula
        shown = ola.imported(File("liste.csv", bad.csv(row)))
        says = f"Rad 2, Bruker: «{formula}» ser ut som en formel. Vi lagrer den som tekst."
        assert says in shown.seen
        self._register(ola, bad.csv(row))
        with served.session() as session:
            query = select(Product).where(Product.account_id == ola.account_id)
            assert session.scalars(query).one().holder == formula
        exported = ola.get("/products/devices.csv").text
        assert f"'{formula}" in exported
        assert f";{formula}" not in exported
        assert ";'+47-1" in exported

    def test_a_device_of_another_customer_is_told_of_in_neutral_words(
        self, served: House, ola: Visitor
    ) -> None:
        with served.session() as session:
            theirs = make_product(
                session, account=make_account(session, "Hemmelig AS"), serial_number="ABC999"
            )
            hidden = ["Hemmelig", theirs.reference, theirs.model.name]
        shown = self._register(ola, bad.csv("ABC999;Savi 7310;;;\n", "ABC301;Savi 7310;;;\n"))
        says = "«ABC999» er registrert på en annen virksomhet. Ta kontakt, så hjelper vi deg."
        assert says in shown.seen
        assert not any(word in shown.text for word in hidden)
        assert served.written(ola.account_id)["product"] == 1

    def _register(self, visitor: Visitor, content: bytes) -> Answer:
        """From the file to the receipt; tells what was shown before anything was registered."""
        path = visitor.send(File("liste.csv", content)).location
        shown = visitor.await_rest(path)
        assert visitor.post(f"{path}/registration", path, create_sites="y").status == 303
        assert "Listen er registrert" in visitor.await_rest(path).seen
        return shown
