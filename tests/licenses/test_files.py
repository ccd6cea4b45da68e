"""Papers of a license, license files, and what the agreement includes."""

import io
import json
import re

import pytest
from cryptography.exceptions import InvalidSignature
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.files import StoredFile
from portal.base.history import Event, What
from portal.catalogue.models import Category
from portal.licenses.models import License
from portal.licenses.rules import Standing
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_agreement, make_license, make_seat, make_user
from tests.signatures import SIGNER, checked

KEY = "PLP7-4KQ2-XN8D-9F2K"
PDF = b"%PDF-1.4 ordrebekreftelse"


@pytest.fixture
def lens(session: Session, account: Account) -> License:
    return make_license(session, account, key=KEY, seats=50, order_number="4500218834")


@pytest.fixture
def observer(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account, role=Role.OBSERVER))


def done_to(session: Session, it: License) -> list[What]:
    session.expire_all()
    mine = Event.kind == "license", Event.record_id == it.id
    return list(session.scalars(select(Event.what).where(*mine).order_by(Event.id)))


def add(client: FlaskClient, it: License, *names: str) -> int:
    data = {"token": f"papers-{names}", "files": [(io.BytesIO(PDF), name) for name in names]}
    return client.post(f"/licenses/{it.reference}/papers", data=data).status_code


def papers(client: FlaskClient, it: License) -> list[str]:
    page = client.get(f"/licenses/{it.reference}").text
    return re.findall(r'href="(/licenses/papers/LP-\d+)"', page)


def test_papers_are_added_downloaded_and_taken_away(
    session: Session, client: FlaskClient, observer: FlaskClient, lens: License
) -> None:
    assert add(client, lens, "ordre.pdf", "bekreftelse å.pdf") == 303
    first, second = papers(observer, lens)
    with observer.get(first) as file:
        assert file.data == PDF
        assert 'filename="ordre.pdf"' in file.headers["Content-Disposition"]
    assert observer.post(f"{first}/removal").status_code == 403
    assert client.post(f"{first}/removal").status_code == 303
    assert papers(client, lens) == [second]
    assert client.get(first).status_code == 404
    assert len(session.scalars(select(StoredFile)).all()) == 1
    told = [What.PAPER_ADDED, What.PAPER_ADDED, What.PAPER_REMOVED]
    assert done_to(session, lens) == told


def test_what_is_no_paper_is_refused_beside_the_field(
    session: Session, client: FlaskClient, lens: License
) -> None:
    for names in ((), ("program.exe",)):
        data = {"token": "t", "files": [(io.BytesIO(PDF), name) for name in names]}
        answer = client.post(f"/licenses/{lens.reference}/papers", data=data)
        assert (names, answer.status_code) == (names, 422)
        assert 'id="files-error"' in answer.text
    assert papers(client, lens) == []


def test_another_customers_papers_do_not_exist(
    session: Session, client: FlaskClient, sign_in: SignInAs, lens: License
) -> None:
    add(client, lens, "ordre.pdf")
    (path,) = papers(client, lens)
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/removal").status_code == 404


@pytest.fixture
def public(app: Flask) -> str:
    """The key that is told, of a portal that signs."""
    app.extensions["signer"] = SIGNER
    return app.test_client().get("/signing/minisign.pub").text


def taken(client: FlaskClient, it: License) -> tuple[bytes, str]:
    with client.post(f"/licenses/{it.reference}/file") as file:
        assert f'filename="{it.reference}.license.json"' in file.headers["Content-Disposition"]
        assert file.headers["Cache-Control"] == "no-store"
        content = file.data
    with client.get(f"/licenses/{it.reference}/file.minisig") as file:
        assert f'"{it.reference}.license.json.minisig"' in file.headers["Content-Disposition"]
        assert file.headers["Cache-Control"] == "no-store"
        return content, file.get_data(as_text=True)


def test_a_license_file_is_signed_so_that_anybody_can_check_it(
    session: Session, client: FlaskClient, lens: License, public: str
) -> None:
    content, signature = taken(client, lens)

    assert checked(public, content, signature) == lens.reference
    with pytest.raises(InvalidSignature):
        checked(public, content.replace(b"50", b"90"), signature)
    told = json.loads(content)
    assert (told["key"], told["seats"], told["license"]) == (KEY, 50, lens.reference)
    assert done_to(session, lens) == [What.LICENSE_FILE_TAKEN]
    make_seat(session, lens, holder="Ola")  # which the file does not tell of
    assert taken(client, lens) == (content, signature)
    lens.seats = 60
    session.commit()
    assert taken(client, lens)[0] != content


def test_the_page_says_how_to_check(client: FlaskClient, lens: License, public: str) -> None:
    assert 'href="/signing"' in client.get(f"/licenses/{lens.reference}").text
    page = client.get("/signing").text
    key = public.splitlines()[-1]
    assert f"minisign -Vm L-1000018.license.json -P {key}" in page
    assert f"minisign -Vm SW-1000016.json -P {key}" in page


def test_without_a_key_nothing_is_signed_and_nothing_says_so(
    client: FlaskClient, lens: License
) -> None:
    page = client.get(f"/licenses/{lens.reference}").text
    assert "Download the license file" in page
    for address in (f"/licenses/{lens.reference}/file.minisig", "/signing/minisign.pub"):
        assert address not in page
        assert client.get(address).status_code == 404
    assert "Nothing is signed here." in client.get("/signing").text
    with client.post(f"/licenses/{lens.reference}/file") as file:
        assert file.status_code == 200


def test_whoever_may_not_see_keys_gets_no_file_and_of_what_is_revoked_there_is_none(
    *, session: Session, client: FlaskClient, observer: FlaskClient, lens: License, public: str
) -> None:
    assert "/file" not in observer.get(f"/licenses/{lens.reference}").text
    assert observer.post(f"/licenses/{lens.reference}/file").status_code == 403
    assert observer.get(f"/licenses/{lens.reference}/file.minisig").status_code == 403
    lens.standing = Standing.REVOKED
    session.commit()
    answer = client.post(f"/licenses/{lens.reference}/file")
    assert (answer.status_code, KEY in answer.text) == (422, False)
    assert client.get(f"/licenses/{lens.reference}/file.minisig").status_code == 422
    assert done_to(session, lens) == []


def test_files_are_taken_only_so_often(client: FlaskClient, lens: License) -> None:
    answers = []
    for _ in range(61):
        with client.post(f"/licenses/{lens.reference}/file") as file:
            answers.append(file.status_code)
    assert answers == [200] * 60 + [429]


def test_what_the_agreement_includes_is_told_from_the_agreement(
    session: Session, client: FlaskClient, account: Account, lens: License, engine: Engine
) -> None:
    assert "No agreement is in force" in client.get("/licenses/entitlements").text
    assert "/licenses/entitlements" not in client.get("/licenses").text
    it = make_agreement(session, account, categories=(Category.VIDEO,))
    it.categories[0].agreed_number = 140
    it.retain_and_destroy, it.targets = True, {"first_response_critical": 15}
    session.commit()
    client.get("/licenses")

    with counted(engine) as sent:
        page = client.get("/licenses/entitlements").text

    assert len(sent) <= 8, sent
    for text in ("Poly Lens Premium", it.number, "140 agreed", "15 minutes", "are destroyed"):
        assert text in page
    with counted(engine) as sent:
        page = client.get("/licenses").text
    assert len(sent) <= 6, sent
    assert f"are included in agreement {it.number}" in page
    it.technical_account_manager = True
    session.commit()
    assert "technical account manager" in client.get("/licenses/entitlements").text


def test_of_many_seats_some_are_shown_and_all_when_asked_for(
    session: Session, client: FlaskClient, account: Account
) -> None:
    it = make_license(session, account, seats=None)
    for number in range(30):
        make_seat(session, it, holder=f"Bruker {number}")
    page = client.get(f"/licenses/{it.reference}").text
    assert page.count('<li id="s') == 25
    assert "seats=all#" in page
    page = client.get(f"/licenses/{it.reference}?seats=all").text
    assert page.count('<li id="s') == 30
    assert "seats=all#" not in page


def test_a_license_asks_little_whatever_hangs_on_it(
    *, session: Session, client: FlaskClient, kari: User, engine: Engine, lens: License
) -> None:
    add(client, lens, "ordre.pdf")
    back = client.post(
        f"/licenses/{lens.reference}/assignments",
        data={"seats": "1", "holder": "Ola", "token": "once"},
    )
    client.get(back.location)
    with counted(engine) as sent:
        assert "/reversal" in client.get(back.location).text
    assert len(sent) <= 8, sent
