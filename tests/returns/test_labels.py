import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.mails import Mail
from portal.catalogue.models import Category
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.returns import labels
from portal.returns.codes import bars, rows_of_squares, squares
from portal.returns.rules import MOST_LABELS
from portal.web.pdf import make_pdf
from tests.conftest import SignInAs
from tests.factories import (
    account_of,
    make_account,
    make_model,
    make_product,
    make_replacement,
    make_user,
)

LIST = "/replacements"
READY = {"stage": Stage.DELIVERED, "returned": ReturnStage.LABEL_READY}


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def client(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the template of each PDF is handed."""
    seen: list[dict[str, Any]] = []

    def note(template: str, data: dict[str, Any], **ways: Any) -> bytes:
        seen.append(data)
        return make_pdf(template, data, **ways)

    monkeypatch.setattr(labels, "make_pdf", note)
    return seen


def one(session: Session, account: Account, **told: Any) -> Replacement:
    return make_replacement(session, account, **READY | {"return_due_on": date(2026, 12, 4)} | told)


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def words(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", body)).split())


def test_a_label_says_from_whom_to_whom_and_what_to_pack(
    session: Session, client: FlaskClient, account: Account, handed: list[dict[str, Any]]
) -> None:
    model = make_model(session, category=Category.HEADSET)
    product = make_product(session, account=account, model=model)
    made = one(session, account, product=product)

    answer = client.get(f"{LIST}/{made.reference}/label.pdf?size=a4")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.data  # it is tagged
    assert pages_of(answer.data) == 1
    (label,) = handed[0]["labels"]
    assert label["number"] == made.reference
    assert label["from"][0] == account.name
    assert label["to"][0] == "Poly returmottak"
    assert label["by"] == "4 December 2026"
    assert product.identifier in label["device"]
    assert label["pack"].startswith("The headset")
    assert handed[0]["words"]["enclosed"] == "Enclosed: instructions"


def test_a6_is_one_page_and_its_instructions_come_behind(
    session: Session, client: FlaskClient, account: Account
) -> None:
    made = one(session, account)

    assert pages_of(client.get(f"{LIST}/{made.reference}/label.pdf").data) == 2
    assert pages_of(client.get(f"{LIST}/{made.reference}/label.pdf?size=garbage").data) == 2


def test_twenty_come_in_one_file(session: Session, client: FlaskClient, account: Account) -> None:
    model = make_model(session, category=Category.HEADSET)
    made = [
        one(session, account, product=make_product(session, account=account, model=model))
        for _ in range(20)
    ]
    asked = "&".join(f"of={it.reference}" for it in made)

    assert pages_of(client.get(f"{LIST}/labels.pdf?{asked}").data) == 20
    assert pages_of(client.get(f"{LIST}/labels.pdf?{asked}&size=a6").data) == 21
    page = client.get(f"{LIST}/labels").text
    assert page.count("checked") == 20 + 1  # each of them, and A4
    assert "Return labels" in words(client.get(f"{LIST}?view=return").text)


@pytest.mark.parametrize("asked", ["", "of=RMA-1000001", "of=x", "of=%00", f"of={'9' * 400}"])
def test_what_is_none_comes_back_to_be_chosen(
    asked: str, session: Session, client: FlaskClient, account: Account
) -> None:
    made = one(session, account)

    refused = client.get(f"{LIST}/labels.pdf?{asked}")
    assert refused.status_code == 422
    assert made.reference in refused.text


def test_no_more_than_a_hundred_at_once(
    session: Session, client: FlaskClient, account: Account
) -> None:
    model = make_model(session)
    made = [
        one(session, account, product=make_product(session, account=account, model=model))
        for _ in range(MOST_LABELS + 1)
    ]
    asked = "&".join(f"of={it.reference}" for it in made)

    refused = client.get(f"{LIST}/labels.pdf?{asked}")
    assert refused.status_code == 422
    assert "Choose at most 100." in words(refused.text)
    assert "There is no label for one of them" not in words(refused.text)
    several = words(client.get(f"{LIST}/labels").text)
    assert "More devices than fit in one PDF are to be sent back." in several
    assert several.count("RMA-") == MOST_LABELS


def test_anothers_label_does_not_exist(session: Session, client: FlaskClient) -> None:
    foreign = one(session, make_account(session))

    for path in ("label", "label.pdf"):
        assert client.get(f"{LIST}/{foreign.reference}/{path}").status_code == 404
    refused = client.get(f"{LIST}/labels.pdf?of={foreign.reference}")
    assert refused.status_code == 422
    assert f"{foreign.reference} " not in words(refused.text)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"stage": Stage.APPROVED, "returned": ReturnStage.NOT_DUE}, "ready when the new device"),
        ({"retain_and_destroy": True, "returned": ReturnStage.NOT_DUE}, "You keep the faulty"),
        ({"returned": ReturnStage.RECEIVED}, "has come back"),
        (
            {"returned": ReturnStage.NOT_DUE, "liability": Liability.WAIVED},
            "need not be sent back any more",
        ),
        ({"stage": Stage.CANCELED, "returned": ReturnStage.NOT_DUE}, "called off or declined"),
    ],
)
def test_where_there_is_no_label_its_page_says_why(
    told: dict[str, Any], says: str, session: Session, client: FlaskClient, account: Account
) -> None:
    path = f"{LIST}/{one(session, account, **told).reference}/label"

    led = client.get(f"{path}.pdf")
    assert (led.status_code, led.headers["Location"]) == (303, path)
    assert says in words(client.get(path).text)
    assert client.post(f"{path}/mail", data={"token": "x"}).status_code == 422
    assert "Print the return label" not in client.get(path.removesuffix("/label")).text


def test_it_is_sent_again_by_mail_with_a_code_to_show_and_twice_is_once(
    session: Session, client: FlaskClient, account: Account, run_jobs: Any, ola: User
) -> None:
    made = one(session, account)
    path = f"{LIST}/{made.reference}/label"
    page = client.get(path).text
    token = re.findall(r'name="token"[^>]*value="([^"]+)"', page)[0]

    assert 'class="qr"' in page
    for _ in range(2):
        assert client.post(f"{path}/mail", data={"token": token}).status_code == 303
    run_jobs()
    (mail,) = session.scalars(select(Mail)).all()
    assert (mail.address, mail.subject) == (ola.email, f"[{made.reference}] Return label")
    assert "4 December 2026" in mail.text
    assert path in mail.text
    assert mail.html.count('bgcolor="#000000"') == sum(
        row.count("1") for row in rows_of_squares(made.reference)
    )


def read(image: Any) -> str:
    found = zxingcpp.read_barcode(image)
    return found.text if found else ""


@pytest.mark.parametrize("text", ["RMA-1000418", "RMA-99999999"])
def test_both_codes_are_read_as_the_number(text: str) -> None:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    assert read(made.to_image(scale=3)) == text
    assert "<path" in bars(text)
    assert "<path" in squares(text)
    rows = rows_of_squares(text)
    image = Image.new("L", ((len(rows) + 8) * 4,) * 2, 255)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark == "1":
                at = (across + 4) * 4, (down + 4) * 4
                image.paste(0, (*at, at[0] + 4, at[1] + 4))
    assert read(image) == text


def test_what_people_wrote_is_text_on_the_label_and_never_code(
    session: Session, client: FlaskClient, account: Account, handed: list[dict[str, Any]]
) -> None:
    hostile = '#panic("x") *b* $x$ \\u{41} <label> @ref'
    made = one(session, account, recipient=hostile, street="Å" * 90 + "\n= Overskrift 1")

    answer = client.get(f"{LIST}/{made.reference}/label.pdf")
    assert answer.status_code == 200
    assert hostile in json.dumps(handed[0], ensure_ascii=False).replace('\\"', '"').replace(
        "\\\\", "\\"
    )


def test_the_label_is_mailed_so_often_and_not_more(
    session: Session, client: FlaskClient, account: Account
) -> None:
    ready: dict[str, Any] = {**READY}
    path = f"{LIST}/{make_replacement(session, account, **ready).reference}/label/mail"
    sent = [client.post(path, data={"token": f"t{n}"}).status_code for n in range(11)]
    assert sent == [303] * 10 + [429]
    assert client.post(path, data={"token": "t0"}).status_code == 303  # the same again is none
    other = make_replacement(session, account, **ready)
    again = client.post(f"{LIST}/{other.reference}/label/mail", data={"token": "u"})
    assert again.status_code == 303
