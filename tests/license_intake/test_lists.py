"""Lists of licenses that staff send in: what is right is registered, what is wrong is told."""

import io
import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.db import Base
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.history import Event, What
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.license_intake.models import ImportStatus, LicenseImport, UnclaimedLicense
from portal.licenses.models import License
from portal.licenses.rules import Renewal, Standing
from tests.factories import RING, make_account, make_license
from tests.product_imports.bad_files import workbook

RunJobs = Callable[..., int]
HEAD = "Produkt;Lisensnøkkel;Første dag;Siste dag;Antall plasser;Ordrenummer;PO;Fornyelse"
RIGHT = f"""{HEAD}
Poly Lens Premium;AAAA-0001-BBBB-1111;01.01.2027;31. desember 2027;50;4500218834;77120;Automatisk
Zoom Rooms;AAAA-0002-BBBB-2222;;;;;;
"""


def send(desk: FlaskClient, content: str | bytes, name: str = "lisenser.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    token = f"list-{hash(data) & 0xFFFFFFFF}"
    return desk.post("/licenses/import", data={"token": token, "file": (io.BytesIO(data), name)})


@pytest.fixture
def sent(desk: FlaskClient, run_jobs: RunJobs) -> Callable[[str | bytes], tuple[str, str]]:
    """Send a list, and let it be checked: where it is, and what its page says."""

    def checked(content: str | bytes) -> tuple[str, str]:
        answer = send(desk, content)
        assert answer.status_code == 303
        run_jobs()
        return answer.location, desk.get(answer.location).text

    return checked


def register(desk: FlaskClient, run_jobs: RunJobs, path: str, how: str = "active") -> str:
    assert desk.post(f"{path}/registration", data={"how": how}).status_code == 303
    run_jobs()
    return desk.get(path).text


Sent = Callable[[str | bytes], tuple[str, str]]


def test_a_list_is_looked_at_and_then_registered(
    *,
    session: Session,
    desk: FlaskClient,
    client: FlaskClient,
    account: Account,
    sent: Sent,
    run_jobs: RunJobs,
    owner: Engine,
) -> None:
    path, page = sent(RIGHT)
    assert "2 licenses can be registered." in page
    assert "••••-1111" in page
    assert "AAAA-0001" not in page
    assert session.scalars(select(License)).all() == []

    page = register(desk, run_jobs, path)

    assert "2 licenses are registered." in page
    first, second = session.scalars(select(License).order_by(License.id)).all()
    assert (first.name, first.ends_on, first.seats) == ("Poly Lens Premium", date(2027, 12, 31), 50)
    assert (first.order_number, first.purchase_order) == ("4500218834", "77120")
    assert (first.renewal, second.renewal) == (Renewal.AUTOMATIC, Renewal.RESELLER)
    assert {it.account_id for it in (first, second)} == {account.id}
    assert {it.standing for it in (first, second)} == {Standing.ACTIVATED}
    assert first.reference in client.get("/licenses?q=AAAA0001BBBB1111").text
    shown = client.post(f"/licenses/{first.reference}/key")
    assert ">AAAA-0001-BBBB-1111<" in shown.text
    told = session.scalars(select(Event.what).where(Event.kind == "license_import")).all()
    assert told == [What.LICENSES_IMPORTED]
    assert session.scalars(select(StoredFile)).all() == []  # the list has keys in it
    with owner.connect() as connection:
        stored = [str(connection.execute(select(it)).all()) for it in Base.metadata.tables.values()]
    assert "AAAA-0001" not in "".join(stored)


def test_until_it_is_registered_the_list_is_kept_sealed(
    session: Session, desk: FlaskClient, files: FileStore, sent: Sent
) -> None:
    path, _page = sent(RIGHT)
    key = session.scalars(select(StoredFile.key)).one()
    content = b"".join(files.read(key))
    assert b"Lens" not in content
    assert RING.unwrap(content).decode() == RIGHT
    with pytest.raises((InvalidToken, Exception)):
        type(RING)(["another" * 6]).unwrap(content)

    assert desk.post(f"{path}/disposal").status_code == 303
    assert session.scalars(select(StoredFile)).all() == []
    assert "Nothing in it was registered." in desk.get(path).text


def test_a_list_that_nobody_goes_on_with_goes(
    session: Session, sent: Sent, run_jobs: RunJobs
) -> None:
    sent(RIGHT)
    run_jobs(clock.now() + timedelta(hours=5))
    it = session.scalars(select(LicenseImport)).one()
    it.started_at = clock.now() - timedelta(hours=25)
    later(session, "license_intake.sweep", key="sweep now")
    session.commit()
    run_jobs()
    session.expire_all()
    assert (it.status, it.file_id) == (ImportStatus.DISCARDED, None)
    assert session.scalars(select(StoredFile)).all() == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (";AAAA-0001-BBBB-1111;;;;;;", "Row 2, Product: The product is missing."),
        ("Lens;;;;;;;", "Row 2, License key: The license key is missing."),
        ("Lens;AB;;;;;;", "The license key is too short"),
        ("Lens;AAAA-0001-BBBB-1111;31.02.2027;;;;;", "“31.02.2027” is no day."),
        ("Lens;AAAA-0001-BBBB-1111;02.01.2027;01.01.2027;;;;", "before the first day"),
        ("Lens;AAAA-0001-BBBB-1111;;;0;;;", "“0” is no number of seats"),
        ("Lens;AAAA-0001-BBBB-1111;AAAA-0001-CCCC-2222;;;;;", "“••••-2222” is no day."),
        ("Lens;AAAA-0001-BBBB-1111;;;AAAA-0001-CCCC-2222;;;", "“••••-2222” is no number"),
        ("Lens;AAAA-0001-BBBB-1111;;;²;;;", "“²” is no number of seats"),
        ("Lens;AAAA-0001-BBBB-1111;;;0000000000019999999;;;", "is no number of seats"),
        ("Lens;AAAA-0001-BBBB-1111;;;;{long};;", "is too long."),
        ("Lens;AAAA-0001-BBBB-1111;;;;;;Kanskje", "“Kanskje” is no way of renewal."),
    ],
)
def test_what_is_wrong_in_a_row_is_told_with_row_and_column(
    row: str, told: str, session: Session, sent: Sent
) -> None:
    _path, page = sent(f"{HEAD}\n{row.format(long='9' * 41)}\nLens;AAAA-9999-BBBB-9999;;;;;;\n")
    assert told in page
    assert "1 row has faults" in page
    assert "1 license can be registered." in page
    assert "AAAA-0001" not in page


def test_doubled_keys_ours_and_another_customers_are_told_and_left_out(
    *, session: Session, desk: FlaskClient, account: Account, sent: Sent, run_jobs: RunJobs
) -> None:
    ours = make_license(session, account, key="OURS-0001-OURS-0001")
    make_license(session, make_account(session, "Andre AS"), key="THEI-0001-THEI-0001")
    path, page = sent(
        f"{HEAD}\nA;NEWK-0001-NEWK-0001;;;;;;\nB;newk 0001 newk 0001;;;;;;\n"
        "C;OURS00010000;;;;;;\nD;OURS-0001-OURS-0001;;;;;;\nE;THEI-0001-THEI-0001;;;;;;\n"
    )
    assert "Row 3, License key: The same license key stands in row 2 already." in page
    assert (
        f"Row 5, License key: The license key is registered already, as {ours.reference}." in page
    )
    assert "Row 6, License key: This license key cannot be registered." in page
    assert "Andre AS" not in page
    assert "2 licenses can be registered." in page

    assert "2 licenses are registered." in register(desk, run_jobs, path)
    mine = select(License.name).where(License.account_id == account.id).order_by(License.id)
    assert session.scalars(mine).all() == ["Poly Lens Premium", "A", "C"]


def test_a_key_that_somebody_was_quicker_with_is_passed_over(
    *, session: Session, desk: FlaskClient, account: Account, sent: Sent, run_jobs: RunJobs
) -> None:
    path, _page = sent(RIGHT)
    make_license(session, account, key="AAAA-0001-BBBB-1111")
    page = register(desk, run_jobs, path)
    assert "1 license is registered." in page
    assert "1 row has faults" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Serienummer;Modell\n8G22410A1B2CCV;Savi\n", "The list has no column for the product"),
        (b"Produkt;Antall\nLens;3\n", "none for the license key"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "The file is a picture."),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "The file is a document."),
        (b"PK\x03\x04" + b"\0" * 200, "cannot be"),
        (os.urandom(3) + b"\0\xff" * 500, ""),
        (b"\n\n\n", "The file is empty."),
    ],
)
def test_what_is_no_list_of_licenses_is_refused_in_a_sentence(
    content: bytes, told: str, session: Session, sent: Sent
) -> None:
    _path, page = sent(content)
    assert "The file cannot be read" in page
    assert told in page
    it = session.scalars(select(LicenseImport)).one()
    assert (it.status, it.file_id) == (ImportStatus.REFUSED, None)
    assert session.scalars(select(License)).all() == []


def test_what_is_too_large_or_missing_is_told_beside_the_field(
    session: Session, desk: FlaskClient
) -> None:
    for content in (b"x" * 10_000_001, b"x" * 12_000_000):
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\n'
        token = b'\r\n--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nt\r\n--x--\r\n'
        kind = "multipart/form-data; boundary=x"
        body = head + content + token
        with desk.post("/licenses/import", data=body, content_type=kind) as answer:
            assert answer.status_code in {413, 422}
            assert "It can be at most 10 MB." in answer.get_data(as_text=True)
    answer = desk.post("/licenses/import", data={"token": "none"})
    assert (answer.status_code, "Choose a file." in answer.text) == (422, True)
    assert session.scalars(select(LicenseImport)).all() == []


def test_a_workbook_is_read_as_well(
    session: Session, desk: FlaskClient, sent: Sent, run_jobs: RunJobs
) -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    lines = [line.split(";") for line in RIGHT.strip().splitlines()]
    rows = "".join(f"<row>{''.join(map(cell.format, line))}</row>" for line in lines)
    path, page = sent(workbook(rows))
    assert "2 licenses can be registered." in page
    register(desk, run_jobs, path)
    assert len(session.scalars(select(License)).all()) == 2


def test_the_template_can_be_sent_in_as_it_is(desk: FlaskClient, sent: Sent) -> None:
    for format in ("csv", "xlsx"):
        with desk.get(f"/licenses/import/template.{format}") as template:
            _path, page = sent(template.data)
        assert "1 license can be registered." in page


def test_the_second_of_two_clicks_registers_nothing_more(
    session: Session, desk: FlaskClient, sent: Sent, run_jobs: RunJobs
) -> None:
    path, _page = sent(RIGHT)
    for _ in range(2):
        assert desk.post(f"{path}/registration", data={"how": "active"}).status_code == 303
    run_jobs()
    register(desk, run_jobs, path)
    assert len(session.scalars(select(License)).all()) == 2
    assert desk.post(f"{path}/disposal").status_code == 422


def test_what_nobody_has_activated_can_be_withdrawn(
    session: Session, desk: FlaskClient, agent: User, sent: Sent, run_jobs: RunJobs
) -> None:
    path, _page = sent(RIGHT)
    page = register(desk, run_jobs, path, how="unclaimed")
    assert "2 licenses of it are not activated by anybody yet." in page
    assert session.scalars(select(License)).all() == []
    assert len(session.scalars(select(UnclaimedLicense)).all()) == 2
    _again, page = sent(RIGHT + " ")
    assert page.count("This license key cannot be registered.") == 2

    assert desk.post(f"{path}/withdrawal").status_code == 303
    assert session.scalars(select(UnclaimedLicense)).all() == []
    assert session.scalars(select(Mail)).all() == []


def test_whose_right_is_gone_registers_nothing(
    session: Session, desk: FlaskClient, agent: User, sent: Sent, run_jobs: RunJobs
) -> None:
    path, _page = sent(RIGHT)
    desk.post(f"{path}/registration", data={"how": "active"})
    agent.deactivated_at = clock.now()
    session.commit()
    run_jobs()
    assert session.scalars(select(License)).all() == []
