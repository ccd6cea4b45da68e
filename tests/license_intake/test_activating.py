"""Activating a license by its key: one's own, one that is nobody's, and never another's."""

import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.license_intake.models import UnclaimedLicense
from portal.license_intake.rotating import rotate_unclaimed
from portal.licenses.models import License
from portal.licenses.rules import Renewal, Standing, tail_of
from portal.licenses.sealing import NOBODY, KeyRing
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import MOMENT, RING, make_account, make_license, make_site, make_user

KEY = "PLP7-4KQ2-XN8D-9F2K"
NEUTRAL = "This license key cannot be activated here."
_token = count()


def unclaimed(session: Session, key: str = KEY, **told: Any) -> UnclaimedLicense:
    it = UnclaimedLicense(name="Poly Lens Pro", registered_at=MOMENT, **told)
    it.key_sealed, it.sealed_with = RING.seal(NOBODY, key), RING.newest
    it.key_tail, it.key_code = tail_of(key), RING.code(key)
    session.add(it)
    session.commit()
    return it


def activate(client: FlaskClient, key: str) -> Any:
    data = {"key": key, "token": f"activation-{next(_token)}"}
    return client.post("/licenses/activation", data=data)


def licenses(session: Session, account: Account) -> list[License]:
    session.expire_all()
    return list(session.scalars(select(License).where(License.account_id == account.id)))


@pytest.mark.parametrize("typed", [KEY, KEY.lower(), KEY.replace("-", " "), f"  {KEY} "])
def test_ones_own_license_is_activated_however_the_key_is_grouped(
    typed: str, session: Session, client: FlaskClient, account: Account
) -> None:
    it = make_license(session, account, key=KEY, standing=Standing.NOT_ACTIVATED)
    answer = activate(client, typed)
    assert (answer.status_code, answer.location) == (303, f"/licenses/{it.reference}")
    session.expire_all()
    assert it.standing is Standing.ACTIVATED
    assert session.scalars(select(Event.what)).all() == [What.ACTIVATED]
    assert "The license is activated." in client.get(answer.location).text
    again = activate(client, KEY)
    assert again.status_code == 422
    assert f"activated already, as {it.reference}" in again.text


def test_one_that_is_nobodys_is_had_by_whoever_enters_its_key_first(
    session: Session, client: FlaskClient, sign_in: SignInAs, account: Account
) -> None:
    ends = clock.today() + timedelta(400)
    unclaimed(session, seats=5, ends_on=ends, order_number="991", renewal=Renewal.NONE)
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    assert activate(client, KEY.lower()).status_code == 303
    (it,) = licenses(session, account)
    assert (it.name, it.seats, it.ends_on, it.order_number) == ("Poly Lens Pro", 5, ends, "991")
    assert (it.standing, it.renewal) == (Standing.ACTIVATED, Renewal.NONE)
    assert session.scalars(select(UnclaimedLicense)).all() == []
    shown = client.post(f"/licenses/{it.reference}/key").text
    assert f">{KEY}<" in shown  # as it was printed
    answer = activate(stranger, KEY)
    assert (answer.status_code, NEUTRAL in answer.text) == (422, True)


def test_anothers_key_and_one_that_there_is_not_are_answered_alike(
    *, session: Session, client: FlaskClient, account: Account, engine: Engine
) -> None:
    make_license(session, make_account(session, "Andre AS"), key=KEY)
    revoked = "REVO-KED1-REVO-KED1"
    other = make_account(session, "Tredje AS")
    make_license(session, other, key=revoked, standing=Standing.REVOKED)
    activate(client, "WARM-0000-WARM-0000")  # once for all, connections plan and sign-ins are seen
    found = []
    for key in (KEY, revoked, "AAAA-0000-AAAA-0000"):
        with counted(engine) as sent:
            answer = activate(client, key)
        text = re.sub(r'value="[^"]*"|nonce[^ >]*', "", answer.text)  # what was typed, and tokens
        found.append((answer.status_code, text, [sql.split("[")[0] for sql in sent]))

    assert found[0] == found[1] == found[2]
    assert NEUTRAL in found[0][1]
    assert "/service-requests/new" in answer.text  # a way on
    assert licenses(session, account) == []


@pytest.mark.parametrize(
    ("key", "told"), [("", "Enter the license key."), ("AB", "A license key has 8 to 200")]
)
def test_what_is_no_key_is_told_beside_the_field(key: str, told: str, client: FlaskClient) -> None:
    answer = activate(client, key)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert 'id="key-error"' in answer.text


def test_what_is_over_is_not_begun(session: Session, client: FlaskClient, account: Account) -> None:
    make_license(session, account, key=KEY, standing=Standing.REVOKED)
    over = clock.today() - timedelta(1)
    waits = make_license(
        session, account, key="OVER-0000-OVER-0000", standing=Standing.NOT_ACTIVATED, ends_on=over
    )
    for key in (KEY, "OVER-0000-OVER-0000"):
        answer = activate(client, key)
        assert (answer.status_code, "is revoked or has expired" in answer.text) == (422, True)
    assert client.post(f"/licenses/{waits.reference}/activation").status_code == 422


def test_tries_are_limited(client: FlaskClient) -> None:
    answers = [activate(client, f"AAAA-0000-{n:04}").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_ones_own_is_activated_on_its_page_as_well(
    session: Session, client: FlaskClient, account: Account
) -> None:
    it = make_license(session, account, key=KEY, standing=Standing.NOT_ACTIVATED)
    path = f"/licenses/{it.reference}/activation"
    assert f'action="{path}"' in client.get(f"/licenses/{it.reference}").text
    assert client.post(path).status_code == 303
    assert f'action="{path}"' not in client.get(f"/licenses/{it.reference}").text
    assert client.post(path).status_code == 422


def test_whoever_sees_chosen_sites_only_activates_nothing(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    unclaimed(session)
    member = make_user(session, account=account, sites=[make_site(session, account)])
    answer = activate(sign_in(member), KEY)
    assert answer.status_code == 422
    assert "Ask somebody who sees all sites" in answer.text
    assert len(session.scalars(select(UnclaimedLicense)).all()) == 1


def test_the_same_form_sent_twice_activates_once(
    session: Session, client: FlaskClient, account: Account
) -> None:
    unclaimed(session)
    data = {"key": KEY, "token": "twice"}
    first, second = (client.post("/licenses/activation", data=data) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert len(licenses(session, account)) == 1


def test_what_is_nobodys_is_sealed_anew_with_the_rest(session: Session) -> None:
    it, lost = unclaimed(session), unclaimed(session, "LOST-0000-LOST-0000")
    lost.sealed_with = "gone"
    session.commit()
    ring = KeyRing(["n" * 40, "signs nothing but what tests send"])
    assert rotate_unclaimed(session, ring) == (1, 1)
    assert ring.unseal(NOBODY, it.key_sealed, it.sealed_with) == KEY
    assert (it.sealed_with, it.key_code) == (ring.newest, ring.code(KEY))
