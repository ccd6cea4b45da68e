from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug import Response

from portal.accounts.models import Account, Site, User
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import Event, What
from portal.base.search_table import search_entry
from portal.licenses import search
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.rules import Standing
from tests.counting import counted
from tests.factories import (
    account_of,
    make_account,
    make_grant,
    make_license,
    make_partner,
    make_product,
    make_seat,
    make_site,
    make_user,
)

SignIn = Callable[..., FlaskClient]
KEY = "PLP7-4KQ2-XN8D-9F2K"
HTMX = {"HX-Request": "true", "HX-Target": "license-list"}
_token = iter(range(10**6))


def a_form(**told: object) -> dict[str, object]:
    return {"seats": "1", "token": f"token-{next(_token)}", **told}


def text_in(answer: Response) -> str:
    """What stands in a table, whether it is text or a workbook."""
    content = answer.get_data()
    if not content.startswith(b"PK"):
        return content.decode("utf-8")
    with ZipFile(BytesIO(content)) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, role=Role.ADMINISTRATOR)


@pytest.fixture
def account(kari: User) -> Account:
    return account_of(kari)


@pytest.fixture
def mette(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.OBSERVER)


def events_of(session: Session, it: License) -> list[What]:
    session.expire_all()
    mine = Event.kind == "license", Event.record_id == it.id
    return list(session.scalars(select(Event.what).where(*mine).order_by(Event.id)))


def looked_for(client: FlaskClient, text: str, **more: str) -> str:
    return client.get("/licenses", query_string={"q": text, **more}).text


@pytest.fixture
def lens(session: Session, account: Account) -> License:
    site = make_site(session, account, "Tromsø")
    device = make_product(session, account=account, serial_number="8G22410A1B2CCV", site=site)
    it = make_license(session, account, key=KEY, seats=50, order_number="4500218834")
    it.purchase_order = "PO 77120"
    make_seat(session, it, site_id=site.id, room="Nordlys", seats=9)
    make_seat(session, it, product_id=device.id)
    make_seat(session, it, holder="Ola Hansen")
    make_license(session, account, "Zoom Rooms", order_number="991")
    return it


@pytest.mark.parametrize(
    "text",
    [
        *("poly lens", "premium", KEY, KEY.lower(), KEY.replace("-", " "), "PLP74KQ2XN8D9F2K"),
        *("9F2K", "••••-9F2K", "D9F2K", "8D9F2K", "XN8D", "4500218834", "218834", "PO 77120"),
        *("tromso", "Nordlys", "8G22410A1B2CCV", "b2ccv", "ola hansen", "9f2k lens"),
    ],
)
def test_a_license_is_found_by_any_scrap(
    text: str, sign_in: SignIn, kari: User, lens: License
) -> None:
    page = looked_for(sign_in(kari), text)

    assert "1 license<" in page
    assert lens.reference in page


@pytest.mark.parametrize(
    "text", ["9F2", "N8D", "4KQ", "PLP7-9999", "finnes ikke", "%", "' OR 1 --"]
)
def test_what_is_no_part_finds_nothing(
    text: str, sign_in: SignIn, kari: User, lens: License
) -> None:
    assert lens.reference not in looked_for(sign_in(kari), text)


def test_nobody_learns_a_key_sign_by_sign_by_searching(
    sign_in: SignIn, mette: User, lens: License
) -> None:
    client = sign_in(mette)

    for part in ("D9F2K", "8D9F2K", "XN8D", "PLP7"):
        assert lens.reference not in looked_for(client, part)
    assert lens.reference in looked_for(client, KEY)  # which they know then
    assert lens.reference in looked_for(client, "9F2K")  # which they see


def test_its_number_finds_one_of_ours_only(
    session: Session, sign_in: SignIn, kari: User, lens: License
) -> None:
    theirs = make_license(session, make_account(session, "Andre AS"))
    client = sign_in(kari)

    assert "1 license<" in looked_for(client, lens.reference.lower())
    for number in (theirs.reference, "L-1999999", "L-99999999999999999"):
        assert theirs.name not in looked_for(client, number)


@pytest.mark.parametrize("text", [KEY, "9F2K", "ola hansen", "4500218834"])
def test_another_customers_license_is_not_found(
    text: str, session: Session, sign_in: SignIn, lens: License
) -> None:
    stranger = make_user(session, role=Role.ADMINISTRATOR)
    assert "0 licenses" in looked_for(sign_in(stranger), text)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=active", {"Active", "Endless"}),
        ("status=expiring", {"Soon", "Last day"}),
        ("status=expired", {"Over", "Never begun and over"}),
        ("status=revoked", {"Taken"}),
        ("status=not_activated", {"Waiting"}),
        ("to={soon}", {"Soon", "Last day", "Over", "Never begun and over"}),
        ("from={soon}&to={soon}", {"Soon"}),
        ("site=bodø", {"Soon", "Active"}),
    ],
)
def test_the_list_is_narrowed(
    *,
    query: str,
    names: set[str],
    session: Session,
    sign_in: SignIn,
    kari: User,
    account: Account,
) -> None:
    today, R = clock.today(), Standing  # noqa: N806
    site = make_site(session, account, "Bodø")
    device = make_product(session, account=account, site=site)
    made = {
        name: make_license(
            session,
            account,
            name,
            standing=standing,
            ends_on=None if days is None else today + timedelta(days),
        )
        for name, standing, days in (
            ("Active", R.ACTIVATED, 91),
            ("Endless", R.ACTIVATED, None),
            ("Soon", R.ACTIVATED, 90),
            ("Last day", R.ACTIVATED, 0),
            ("Over", R.ACTIVATED, -1),
            ("Taken", R.REVOKED, 500),
            ("Waiting", R.NOT_ACTIVATED, 500),
            ("Never begun and over", R.NOT_ACTIVATED, -1),
        )
    }
    make_seat(session, made["Soon"], site_id=site.id)
    make_seat(session, made["Active"], product_id=device.id)

    soon = (today + timedelta(90)).isoformat()
    page = sign_in(kari).get(f"/licenses?{query.format(soon=soon)}").text

    found = {name for name in made if f'href="/licenses/{made[name].reference}"' in page}
    assert found == names


def test_pages_follow_one_another_in_every_order(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    today = clock.today()
    for number in range(30):
        ends = today + timedelta(number % 7) if number % 3 else None
        make_license(session, account, f"Lisens {number % 4}", ends_on=ends)
    client = sign_in(kari)

    for sort in ("newest", "ends", "name"):
        first = client.get(f"/licenses?sort={sort}").text
        onward = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        both = [set(_references(page)) for page in (first, client.get(onward).text)]
        assert (len(both[0]), len(both[1]), both[0] & both[1]) == (25, 5, set())


def test_of_many_that_are_found_all_can_be_reached_and_taken_away(
    session: Session,
    sign_in: SignIn,
    kari: User,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "ENOUGH", 40)
    for number in range(70):
        ends = clock.today() + timedelta(300) if number % 10 else None
        make_license(session, account, f"Poly Lens {number}", ends_on=ends)
    client, path, found = sign_in(kari), "/licenses?q=lens", []
    assert "More than 1,000 licenses" in client.get(path).text
    while path:
        page = client.get(path).text
        found += list(_references(page))
        onward = page.split('rel="next" href="')[1:]
        path = onward[0].split('"')[0].replace("&amp;", "&") if onward else ""
    assert (len(found), len(set(found))) == (70, 70)
    with client.get("/licenses/licenses.csv?q=lens") as answer:
        assert text_in(answer).count("Poly Lens ") == 70


def _references(page: str) -> Iterator[str]:
    for part in page.split('<a class="ds-link" href="/licenses/L-')[1:]:
        yield part.split('"')[0]


def test_a_page_asks_little_however_many_there_are(
    *,
    session: Session,
    engine: Engine,
    sign_in: SignIn,
    kari: User,
    account: Account,
    lens: License,
) -> None:
    for _ in range(30):
        make_seat(session, make_license(session, account, "Poly Lens Pro"), holder="Ola")
    client = sign_in(kari)
    client.get("/licenses")

    for query in ("", "?q=lens", "?q=9F2K", "?status=active&sort=ends", "?site=Tromsø"):
        with counted(engine) as sent:
            client.get(f"/licenses{query}")
        assert len(sent) <= 6, (query, sent)
    with counted(engine) as sent:
        client.get(f"/licenses/{lens.reference}")
    assert len(sent) <= 8, sent


def test_a_key_is_in_no_page_until_it_is_asked_for(
    session: Session, sign_in: SignIn, kari: User, lens: License
) -> None:
    client = sign_in(kari)
    for path in ("/licenses", f"/licenses?q={KEY[-4:]}", f"/licenses/{lens.reference}"):
        page = client.get(path).text
        assert "••••-9F2K" in page
        assert KEY not in page


@pytest.mark.parametrize("where", ["", "?list=1&q=lens"])
def test_whoever_may_is_shown_the_key_and_that_is_on_record(
    where: str, session: Session, sign_in: SignIn, kari: User, lens: License
) -> None:
    client = sign_in(kari)

    answer = client.post(f"/licenses/{lens.reference}/key{where}")

    assert answer.status_code == 200
    assert f">{KEY}<" in answer.text
    assert f'data-copy="{KEY}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert events_of(session, lens) == [What.KEY_SHOWN]
    assert client.post(f"/licenses/{lens.reference}/key/copy").status_code == 204
    assert events_of(session, lens) == [What.KEY_SHOWN, What.KEY_COPIED]
    told = session.scalars(select(Event).where(Event.kind == "license")).all()
    assert {(each.by_id, KEY in str(each.details)) for each in told} == {(kari.id, False)}
    assert "License key shown" in client.get(f"/licenses/{lens.reference}").text
    assert KEY not in client.get(f"/licenses/{lens.reference}").text  # shown once


def test_htmx_gets_only_the_list_with_the_one_key(
    session: Session, sign_in: SignIn, kari: User, lens: License
) -> None:
    answer = sign_in(kari).post(f"/licenses/{lens.reference}/key?list=1", headers=HTMX)

    assert answer.text.lstrip().startswith('<section id="license-list"')
    assert answer.text.count("data-copy=") == 1
    assert "2 licenses" in answer.text


def test_whoever_may_not_is_shown_no_key_and_no_button(
    session: Session, sign_in: SignIn, mette: User, lens: License
) -> None:
    client = sign_in(mette)
    page = client.get("/licenses").text

    assert "••••-9F2K" in page
    assert "/key" not in page
    for path in ("key", "key?list=1", "key/copy"):
        assert client.post(f"/licenses/{lens.reference}/{path}").status_code == 403
    assert events_of(session, lens) == []


def test_keys_are_asked_for_only_so_often(sign_in: SignIn, kari: User, lens: License) -> None:
    client = sign_in(kari)
    answers = [client.post(f"/licenses/{lens.reference}/key").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_a_key_that_no_key_opens_is_told_in_a_sentence(
    session: Session, sign_in: SignIn, kari: User, lens: License
) -> None:
    lens.sealed_with = "gone"
    session.commit()
    for where in ("", "?list=1"):
        answer = sign_in(kari).post(f"/licenses/{lens.reference}/key{where}")
        assert answer.status_code == 422
        assert "cannot be opened" in answer.text
    assert events_of(session, lens) == []


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_holds_keys_for_those_who_may_see_them(
    *, format: str, session: Session, sign_in: SignIn, kari: User, mette: User, lens: License
) -> None:
    path = f"/licenses/licenses.{format}?q=lens"
    for user, told in ((kari, True), (mette, False)):
        with sign_in(user).get(path) as answer:
            assert (KEY in text_in(answer), "••••-9F2K" in text_in(answer)) == (told, not told)
    seen = select(Event).where(Event.what == What.DOWNLOADED, Event.kind == "license")
    assert len(session.scalars(seen).all()) == 2


def test_what_is_stored_and_logged_has_no_key(
    *,
    session: Session,
    owner: Engine,
    sign_in: SignIn,
    kari: User,
    lens: License,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = sign_in(kari)
    looked_for(client, KEY)
    client.post(f"/licenses/{lens.reference}/key?list=1&q={KEY}")

    logged = "".join(capsys.readouterr())
    assert "licenses.reveal" in logged
    assert KEY not in logged
    with owner.connect() as connection:
        stored = str(connection.execute(select(search_entry)).all())
    assert "plp74kq2xn8d9f2k" not in stored.lower()
    assert "4kq2" not in stored.lower()


def test_a_partner_does_what_it_was_granted(
    session: Session, sign_in: SignIn, account: Account, lens: License
) -> None:
    partner = make_partner(session)
    sees = {Permission.ACCOUNT_VIEW, Permission.LICENSES_VIEW}
    make_grant(session, partner, account, permissions=frozenset(sees))
    client = sign_in(make_user(session, role=Role.PARTNER, partner=partner), acting_for=account)

    assert lens.reference in client.get("/licenses").text
    assert client.post(f"/licenses/{lens.reference}/key").status_code == 403
    assert client.post(f"/licenses/{lens.reference}/assignments").status_code == 403


def test_seats_are_given_moved_and_taken_back(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    it = make_license(session, account, seats=3)
    site, device = make_site(session, account, "Bodø"), make_product(session, account=account)
    client, url = sign_in(kari), f"/licenses/{it.reference}"

    given = client.post(
        f"{url}/assignments", data=a_form(site="bodø", room="Saltstraumen", seats="2")
    )
    assert given.status_code == 303
    assert "Saltstraumen, Bodø" in client.get(url).text
    seat = session.scalars(select(LicenseAssignment)).one()
    moved = client.post(
        f"/licenses/assignments/{seat.reference}/move",
        data=a_form(device=device.reference, holder="Ola Hansen"),
    )
    assert moved.status_code == 303
    page = client.get(url).text
    assert f"Ola Hansen, {device.identifier}" in page
    assert "1 of 3" in page
    assert it.reference in looked_for(client, device.identifier)
    assert it.reference not in looked_for(client, "saltstraumen")
    newest = session.scalars(select(LicenseAssignment).where(LicenseAssignment.id > seat.id)).one()
    back = client.post(f"/licenses/assignments/{newest.reference}/return")
    assert back.status_code == 303
    session.expire_all()
    assert it.seats_used == 0
    assert newest.holder == ""  # nobody needs the name any more
    assert it.reference not in looked_for(client, "ola hansen")
    assert client.post(f"/licenses/assignments/{newest.reference}/return").status_code == 422
    told = [What.LICENSE_ASSIGNED, What.MOVED, What.LICENSE_TAKEN_BACK]
    assert events_of(session, it) == told
    assert site.name in client.get(url).text  # where it was is told still


def test_the_same_form_sent_twice_gives_seats_once(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    it = make_license(session, account, seats=3)
    client, form = sign_in(kari), a_form(holder="Ola Hansen")

    for _ in range(2):
        answer = client.post(f"/licenses/{it.reference}/assignments", data=form)
        assert answer.status_code == 303
    assert len(session.scalars(select(LicenseAssignment)).all()) == 1


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({}, "site", "Write a site, a device or a person."),
        ({"room": "Bryggen"}, "site", "Write a site, a device or a person."),
        ({"holder": "Ola", "room": "Bryggen"}, "site", "Write at which site the room is."),
        ({"holder": "Ola", "seats": "4"}, "seats", "The license has 3 of 3 seats left."),
        ({"holder": "Ola", "seats": "0"}, "seats", "at least 1"),
        ({"holder": "Ola", "seats": "mange"}, "seats", "whole number"),
        ({"site": "Nowhere"}, "site", "There is no site called Nowhere."),
        ({"device": "8G000000000000"}, "device", "There is no device with this number."),
        ({"device": "P-99999999999999999"}, "device", "There is no device with this number."),
        ({"holder": "O" * 121}, "holder", "Use at most 120 characters."),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(
    *,
    told: dict[str, str],
    field: str,
    words: str,
    session: Session,
    sign_in: SignIn,
    kari: User,
    account: Account,
) -> None:
    it = make_license(session, account, seats=3)

    answer = sign_in(kari).post(f"/licenses/{it.reference}/assignments", data=a_form(**told))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert words in answer.text
    assert session.scalars(select(LicenseAssignment)).all() == []


def test_another_customers_site_and_device_are_none(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    other = make_account(session, "Andre AS")
    site, device = make_site(session, other, "Deres"), make_product(session, account=other)
    it, client = make_license(session, account), sign_in(kari)

    for told in ({"site": site.name}, {"device": device.identifier}, {"device": device.reference}):
        answer = client.post(f"/licenses/{it.reference}/assignments", data=a_form(**told))
        assert answer.status_code == 422


@pytest.mark.parametrize("standing", [Standing.REVOKED, Standing.ACTIVATED])
def test_what_cannot_be_used_is_given_to_nobody(
    standing: Standing, session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    yesterday = clock.today() - timedelta(1)
    it = make_license(session, account, standing=standing, ends_on=yesterday)

    answer = sign_in(kari).post(f"/licenses/{it.reference}/assignments", data=a_form(holder="Ola"))

    assert answer.status_code == 422
    assert "can be given to nobody" in answer.text


def test_whoever_sees_one_site_sees_its_licenses_and_gives_none_away(
    session: Session, sign_in: SignIn, account: Account, lens: License
) -> None:
    here, elsewhere = make_site(session, account, "Bodø"), make_license(session, account)
    device = make_product(session, account=account, site=here)
    there = make_site(session, account, "Hammerfest")
    for name, told in (
        ("Her", {"site_id": here.id}),
        ("På enhet", {"product_id": device.id}),
    ):
        make_seat(session, make_license(session, account, name), **told)
    make_seat(session, elsewhere, site_id=there.id)
    both = make_license(session, account, "Begge steder")
    make_seat(session, both, site_id=here.id, room="Saltstraumen")
    seat = make_seat(session, both, site_id=there.id, room="Meridian")
    user = make_user(session, account=account, role=Role.MEMBER, sites=[here])
    client = sign_in(user)

    page = client.get("/licenses").text
    assert "3 licenses" in page
    for name in ("Her", "På enhet", "Begge steder"):
        assert name in page
        assert name in looked_for(client, name)
    assert client.get(f"/licenses/{elsewhere.reference}").status_code == 404
    assert client.get(f"/licenses/{lens.reference}").status_code == 404
    whole = client.get(f"/licenses/{both.reference}").text
    assert "Saltstraumen" in whole
    assert "Meridian" not in whole
    assert "Hammerfest" not in whole
    path = f"/licenses/{both.reference}/assignments"
    assert client.post(path, data=a_form(site="Bodø")).status_code == 422
    assert client.post(f"/licenses/assignments/{seat.reference}/return").status_code == 404


def test_the_overview_says_what_expires_to_those_who_see_licenses(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    make_license(session, account, ends_on=clock.today() + timedelta(30))
    make_license(session, account, ends_on=clock.today() + timedelta(300))
    make_license(session, make_account(session), ends_on=clock.today() + timedelta(30))
    agent = make_user(session, role=Role.CSM)

    assert "1 license expires within 90 days." in sign_in(kari).get("/").text
    assert "90 days" not in sign_in(agent, acting_for=account).get("/").text


def test_devices_and_sites_are_offered(
    session: Session, sign_in: SignIn, kari: User, account: Account
) -> None:
    make_site(session, account, "Bodø")
    make_product(session, account=account, serial_number="8G22410A1B2CCV")
    client = sign_in(kari)

    assert "Bodø" in client.get("/licenses/assignments/sites?site=bod").text
    assert "8G22410A1B2CCV" in client.get("/licenses/assignments/devices?device=8g22-41").text
    assert "8G22410" not in client.get("/licenses/assignments/devices?device=0A1B").text


def test_htmx_gets_the_key_alone_on_the_licenses_page(
    sign_in: SignIn, kari: User, lens: License
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "license-key"}
    answer = sign_in(kari).post(f"/licenses/{lens.reference}/key", headers=headers)

    assert answer.text.lstrip().startswith('<div id="license-key">')
    assert f">{KEY}<" in answer.text


def test_the_search_of_every_page_leads_to_the_license_of_a_number(
    session: Session, sign_in: SignIn, kari: User, mette: User, lens: License
) -> None:
    theirs = make_license(session, make_account(session, "Andre AS"))

    for user in (kari, mette):
        answer = sign_in(user).get(f"/search?q={lens.reference.lower()}")
        assert answer.headers["Location"].endswith(f"/licenses/{lens.reference}")
    assert sign_in(kari).get(f"/search?q={theirs.reference}").status_code == 200


def test_a_license_is_found_by_the_new_name_of_its_site(
    session: Session,
    sign_in: SignIn,
    kari: User,
    lens: License,
    run_jobs: Callable[..., int],
) -> None:
    site, client = session.scalars(select(Site)).one(), sign_in(kari)
    told = {"version": site.version, "name": "Hammerfest", "country": "NO"}

    path = f"/organization/sites/{site.reference}/details"
    assert client.post(path, data=told).status_code == 303
    run_jobs()

    assert lens.reference in looked_for(client, "hammerfest")
    assert lens.reference not in looked_for(client, "tromso")
