"""Numbers as they stand on parcels, of which some look like the number of a replacement."""

import re

from flask.testing import FlaskClient

from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.replacements.indexing import index_replacement
from portal.replacements.rules import PREFIX
from tests.conftest import SignInAs
from tests.factories import account_of, make_replacement, make_user

ENDS_RIGHT = "370722150000006"  # in the digit that a reference would end in


def test_a_tracking_number_is_found_though_it_ends_like_a_reference(
    session: ScopedSession, sign_in: SignInAs
) -> None:
    ola = make_user(session)
    it = make_replacement(session, account_of(ola), tracking_number=ENDS_RIGHT)
    index_replacement(session, it)
    session.commit()

    for path in ("/replacements", "/service-requests", "/products", "/search"):
        assert sign_in(ola).get(f"{path}?q={ENDS_RIGHT}").status_code == 200, path
    assert _listed(sign_in(ola), ENDS_RIGHT) == [it.reference]
    assert read_reference(PREFIX, it.reference) == it.id


def _listed(client: FlaskClient, text: str) -> list[str]:
    shown = client.get(f"/replacements?q={text}").text
    return re.findall(r'href="/replacements/(RMA-\d+)"', shown)
