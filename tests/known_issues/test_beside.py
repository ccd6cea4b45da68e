"""What the page of a device says of the issues of its model."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.known_issues.rules import State
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_issue, make_model, make_product, make_user


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def ola(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account))


@pytest.mark.parametrize(
    ("installed", "shown"),
    [
        ("4.3.0", "In the installed version"),
        ("4.4.0", "Fixed in the installed version"),
        ("4.0.9", None),
        ("", "Fill in the installed version"),
    ],
)
def test_a_device_is_told_what_its_version_has(
    session: Session, ola: FlaskClient, account: Account, installed: str, shown: str | None
) -> None:
    model = make_model(session)
    issue = make_issue(session, "Audio drops out", models=[model], state=State.FIXED)
    issue.affected_from, issue.affected_to, issue.fixed_in = "4.1", "4.3.1", "4.4.0"
    device = make_product(session, account=account, model=model)
    device.installed_version = installed
    session.commit()

    text = ola.get(f"/products/{device.reference}").text

    assert ("Audio drops out" in text) == (shown is not None)
    assert shown is None or shown in text


def test_what_is_of_another_model_or_a_draft_is_not_told(
    session: Session, ola: FlaskClient, account: Account
) -> None:
    model = make_model(session)
    make_issue(session, "Another model", models=[make_model(session)])
    make_issue(session, "Only a draft", models=[model], published=False)
    device = make_product(session, account=account, model=model)

    text = ola.get(f"/products/{device.reference}").text

    assert "Another model" not in text
    assert "Only a draft" not in text
    assert "Known issues</h2>" not in text


def test_the_device_page_costs_nothing_more_for_them(
    session: Session, ola: FlaskClient, account: Account, engine: Engine
) -> None:
    model = make_model(session)
    for number in range(8):
        make_issue(session, f"Issue {number}", models=[model])
    path = f"/products/{make_product(session, account=account, model=model).reference}"
    text = ola.get(path).text
    assert "Show 3 more" in text
    assert f"/known-issues?model={model.name.replace(' ', '%20')}" in text
    with counted(engine) as sent:
        ola.get(path)
    assert len(sent) <= 8, sent
    assert not [sql for sql in sent if "known_issue" in sql]
