"""What publishers find: what waits first, all the rest by pages, and anything by its words."""

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base.file_store import FileStore
from portal.downloads.rules import State
from tests.counting import counted
from tests.factories import make_document, make_model, make_release
from tests.publishing.conftest import Desk

PAGES = ("/desk/publish", "/desk/publish/documents")


def through(browser: FlaskClient, path: str) -> list[int]:
    """How many rows each page has, from the first to the last."""
    rows = []
    while path:
        answer = browser.get(path.replace("&amp;", "&"))
        assert answer.status_code == 200
        rows.append(answer.text.count('<th scope="row"'))
        path = answer.text.partition('rel="next"')[2].partition('href="')[2].partition('"')[0]
    return rows


def test_all_releases_and_documents_are_reached(
    session: Session, desk: Desk, files: FileStore
) -> None:
    model = desk.phone
    for number in range(30):
        make_release(session, f"7.{number}", model)
        make_document(session, f"Veiledning {number}", model, store=files)
    make_release(session, "8.0", model, state=State.DRAFT)
    make_document(session, "Utkast", model, store=files, published=False)

    assert [through(desk.petra_browses, path) for path in PAGES] == [[26, 5], [26, 5]]


def test_releases_and_documents_are_found_by_words_and_numbers(
    session: Session, desk: Desk, files: FileStore
) -> None:
    ccx, trio = desk.phone, make_model(session, "Trio C60")
    release = make_release(session, "7.2.1", ccx)
    make_release(session, "6.0.1", trio)
    paper = make_document(session, "Veiledning for romsystem", ccx, store=files)
    make_document(session, "Datablad", trio, store=files)

    for path, prefix in zip(PAGES, ("SW", "DOC"), strict=True):
        for text in (f"{prefix}-99999999999999999999", f"{prefix}-0", "7", "%", "\0"):
            assert desk.petra_browses.get(path, query_string={"q": text}).status_code == 200
    for path, words in zip(
        PAGES, ((release.reference, "7.2.1"), (paper.reference, "romsystem")), strict=True
    ):
        for text, rows in ((words[0], 1), (words[1], 1), ("ccx", 1), ("finnes ikke", 0)):
            answer = desk.petra_browses.get(path, query_string={"q": text})
            assert (answer.text.count('<th scope="row"'), text) == (rows, text)


def test_publishers_lists_cost_few_statements(
    session: Session, desk: Desk, files: FileStore, engine: Engine
) -> None:
    model = desk.phone
    for number in range(40):
        make_release(session, f"7.{number}", model)
        make_document(session, f"Veiledning {number}", model, store=files)
    for path in PAGES:
        for query in ("", "?q=ccx"):
            desk.petra_browses.get(path + query)
            with counted(engine) as sent:
                desk.petra_browses.get(path + query)
            assert len(sent) <= 6, (path, query, sent)
