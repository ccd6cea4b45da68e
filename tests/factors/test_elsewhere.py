"""At an address of digits passkeys cannot be made; the page leads to where they can."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import SignInAs
from tests.factories import make_user


@pytest.mark.parametrize(
    "path", ["/profile/security/second-factor", "/profile/security/passkeys/new"]
)
def test_a_link_leads_to_the_address_at_which_passkeys_work(
    app: Flask, sign_in: SignInAs, session: Session, path: str
) -> None:
    app.config |= {
        "PORTAL_URL": "http://127.0.0.1:8000",
        "TRUSTED_HOSTS": ["127.0.0.1", "localhost"],
    }
    browser = sign_in(make_user(session))

    with browser.session_transaction() as cookie:
        mine = dict(cookie)
    with browser.session_transaction(base_url="http://127.0.0.1:8000") as cookie:
        cookie.update(mine)

    page = browser.get(path, base_url="http://127.0.0.1:8000").text

    assert f'href="http://localhost:8000{path}"' in page
