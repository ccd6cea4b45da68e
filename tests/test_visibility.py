"""What somebody who sees a part of an account comes upon: class by class, then door by door."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from itertools import count as counting
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Mapper, aliased

from portal.accounts.grants import Grant, GrantSite
from portal.accounts.models import Account, Membership, Site, User
from portal.app import create_app
from portal.base import history
from portal.base.access import Permission, Role, Visibility
from portal.base.db import Base
from portal.base.file_store import FileStore
from portal.base.history import Event, What
from portal.base.tenancy import OutOfScope, Owned, Scope, ScopedSession
from portal.base.visibility import AtSite, Limits, Narrowed, narrowed_classes
from portal.licenses.models import License, LicenseAssignment
from portal.product_imports.models import ProductImport
from portal.products.indexing import index_counts, index_products
from portal.products.models import Product, ProductCount
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage, Track
from portal.replacements.step_models import ReplacementStep
from portal.service_requests.models import ServiceRequest
from portal.service_requests.own_models import Draft
from portal.uploads.models import Upload
from tests.cast import Making, an_import
from tests.conftest import SETTINGS, SignInAs
from tests.counting import counted
from tests.factories import (
    MOMENT,
    make_account,
    make_agreement,
    make_grant,
    make_license,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_request,
    make_seat,
    make_site,
    make_user,
)
from tests.licenses import parts as license_parts
from tests.returns import parts as replacement_parts
from tests.service_requests import children


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


_number = counting(1)
create_app(SETTINGS)  # so that every table is known
mappers = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
Kept = TypeVar("Kept")
# What belongs to an account as a whole, and is for everyone who may see the account.
FOR_EVERYONE = {
    "Agreement",
    "AgreementCategory",
    "AgreementLine",
    "Download",  # its log is for administrators
    "EmployeeVisit",  # of whoever has its cookie, who has no account
    "LicenseImport",  # staff's, who see everything
    "SeatChange",  # undone by those alone who see every site
    "ImportedChange",  # reached through the import that is one's own
    "ModelName",
    "RoleVisibility",
    "StoredFile",  # reached through what it belongs to
    "TermsAcceptance",
    "UploadPart",  # reached through the upload that is one's own
}


@pytest.mark.parametrize("mapper", mappers, ids=lambda mapper: mapper.class_.__name__)
def test_every_owned_table_is_narrowed_or_knowingly_for_everyone(mapper: Mapper[Base]) -> None:
    kind = mapper.class_
    if issubclass(kind, Owned):
        assert issubclass(kind, Narrowed) != (kind.__name__ in FOR_EVERYONE)
        # A seat is at a site, or where its device is.
        at_site = "site_id" in mapper.columns and kind.__name__ != "LicenseAssignment"
        assert issubclass(kind, AtSite) == (at_site or kind.__name__ == "Site")


@dataclass(frozen=True, slots=True)
class World:
    """An account with a site that is mine and another; each has one of everything."""

    session: ScopedSession
    account: Account
    mine: Site
    other: Site
    me: User
    files: FileStore

    @property
    def limits(self) -> Limits:
        only = frozenset({self.account.id})
        return Limits(self.me.id, own=only, at_sites=only, sites=frozenset({self.mine.id}))

    def scope(self, limits: Limits | None = None) -> Scope:
        return Scope(frozenset({self.account.id}), self.account.id, limits=limits or self.limits)


@pytest.fixture
def world(session: ScopedSession, files: FileStore) -> World:
    account = make_account(session)
    mine, other = make_site(session, account, "Bergen"), make_site(session, account, "Oslo")
    me = make_user(session, account=account, name="Siri Vik", sites=[mine])
    return World(session, account, mine, other, me, files)


def a_product(world: World, site: Site | None, _by: User | None) -> Product:
    product = make_product(world.session, account=world.account, site=site)
    index_products(_writing(world), [product])
    return product


def a_count(world: World, site: Site | None, _by: User | None) -> ProductCount:
    count = ProductCount(account_id=world.account.id, model=make_model(world.session), number=3)
    count.registered_at, count.site_id = MOMENT, site.id if site else None
    return _kept(world, count)


def a_site(world: World, site: Site | None, _by: User | None) -> Site:
    return site or make_site(world.session, world.account, "Tromsø")


def a_list(world: World, _site: Site | None, by: User | None) -> ProductImport:
    made = an_import(Making(world.session, world.account, world.files))
    found = [it for it in world.session.scalars(select(ProductImport)) if it.reference == made]
    found[0].started_by_id = by.id if by else None
    return _kept(world, found[0])


def a_request(world: World, site: Site | None, by: User | None) -> ServiceRequest:
    return make_request(world.session, world.account, site=site, by=by)


def part_of_a_request(kind: type[Any]) -> Callable[[World, Site | None, User | None], Any]:
    def made(world: World, site: Site | None, by: User | None) -> Any:
        return _kept(world, children.MAKERS[kind](world.session, a_request(world, site, by)))

    return made


def a_replacement(world: World, site: Site | None, by: User | None) -> Replacement:
    return make_replacement(world.session, world.account, site=site, by=by)


def a_step_of_one(world: World, site: Site | None, by: User | None) -> ReplacementStep:
    whole = a_replacement(world, site, by)
    step = ReplacementStep(account_id=world.account.id, replacement_id=whole.id, at=MOMENT)
    step.track, step.state = Track.REPLACEMENT, Stage.REQUESTED.value
    return _kept(world, step)


def part_of_a_replacement(kind: type[Any]) -> Callable[[World, Site | None, User | None], Any]:
    def made(world: World, site: Site | None, by: User | None) -> Any:
        whole = a_replacement(world, site, by)
        return _kept(world, replacement_parts.MAKERS[kind](world.session, whole))

    return made


def a_seat(world: World, site: Site | None, _by: User | None) -> LicenseAssignment:
    license = make_license(world.session, world.account)
    return make_seat(world.session, license, site_id=site.id if site else None)


def a_license(world: World, site: Site | None, by: User | None) -> License:
    return world.session.get_one(License, a_seat(world, site, by).license_id)


def part_of_a_license(kind: type[Any]) -> Callable[[World, Site | None, User | None], Any]:
    def made(world: World, site: Site | None, by: User | None) -> Any:
        return _kept(world, license_parts.MAKERS[kind](world.session, a_license(world, site, by)))

    return made


def a_draft(world: World, _site: Site | None, by: User | None) -> Draft:
    whose = by or make_user(world.session, account=world.account)
    key = f"new {next(_numbers)}"
    draft = Draft(account_id=world.account.id, person_id=whose.id, key=key, content={})
    draft.changed_at = MOMENT
    return _kept(world, draft)


def an_upload(world: World, _site: Site | None, by: User | None) -> Upload:
    name = f"log-{next(_number)}.txt"
    made = Upload(account_id=world.account.id, token=name, purpose="style", name=name, size=3)
    made.sent_by_id, made.begun_at = (by or world.me).id, MOMENT
    made.changed_at = MOMENT
    return _kept(world, made)


def an_event(world: World, site: Site | None, by: User | None) -> Event:
    happened = history.happened(world.session, a_product(world, site, by), What.RETIRED, by=None)
    assert isinstance(happened, Event)
    return _kept(world, happened)


def _kept(world: World, record: Kept) -> Kept:
    world.session.add(record)
    world.session.commit()
    return record


def _writing(world: World) -> Any:
    """The arranging session knows no account that it writes for, which the index asks for."""

    class Writing:
        scope = Scope(None, world.account.id, reason="test")
        connection = staticmethod(world.session.connection)
        get = staticmethod(world.session.get)

    return Writing()


_numbers = counting(1)
# How one of each kind is made: at a site, by somebody.
KINDS: dict[type[Any], Callable[[World, Site | None, User | None], Any]] = {
    Product: a_product,
    ProductCount: a_count,
    Site: a_site,
    ProductImport: a_list,
    Event: an_event,
    ServiceRequest: a_request,
    Replacement: a_replacement,
    ReplacementStep: a_step_of_one,
    Draft: a_draft,
    License: a_license,
    LicenseAssignment: a_seat,
    **{kind: part_of_a_request(kind) for kind in children.MAKERS},
    **{kind: part_of_a_replacement(kind) for kind in replacement_parts.MAKERS},
    **{kind: part_of_a_license(kind) for kind in license_parts.MAKERS},
    Upload: an_upload,
}
# One of each kind's that does not tell who sees it.
COLUMNS = (
    *("name", "registered_by_id", "subject", "text", "file_id", "since", "by_id", "due_at"),
    *(
        "signed_by",
        "told_on",
        "linked_at",
        "other_reference",
        "minutes",
        "changed_at",
        "reason",
        "target",
        "as_note",
        "partner",
        "number",
        "room",
        "email",
    ),
)
NARROWED = [kind for kind in narrowed_classes() if issubclass(kind, Base)]


@pytest.mark.parametrize("kind", NARROWED, ids=lambda kind: kind.__name__)
def test_of_every_narrowed_kind_only_what_is_theirs_is_seen_and_written(
    kind: Any, world: World, sessions: Any
) -> None:
    colleague = make_user(world.session, account=world.account)
    seen = KINDS[kind](world, world.mine, world.me).id
    unseen = [KINDS[kind](world, place, colleague).id for place in (world.other, None)]
    world.session.commit()
    other = aliased(kind)

    with sessions(scope=world.scope()) as session:
        assert session.scalars(select(kind.id).where(kind.id.in_([seen, *unseen]))).all() == [seen]
        assert session.scalars(select(other.id).where(other.id.in_(unseen))).all() == []
        beside = select(other.id).select_from(kind).outerjoin(other, other.id.in_(unseen))
        assert session.scalars(beside.where(kind.id == seen)).all() == [None]
        assert session.scalars(select(func.count(kind.id)).where(kind.id.in_(unseen))).one() == 0
        assert [session.get(kind, each) for each in unseen] == [None, None]
        assert session.get(kind, seen) is not None
        if kind is not Event:  # which nobody changes or deletes
            among = kind.id.in_(unseen)
            column = next(each for each in COLUMNS if hasattr(kind, each))
            for deed in (update(kind).values({column: getattr(kind, column)}), delete(kind)):
                plain = deed.where(among).execution_options(synchronize_session=False)
                assert session.execute(plain).rowcount == 0


@pytest.mark.parametrize("kind", [Product, ProductCount], ids=lambda kind: kind.__name__)
def test_nothing_is_moved_out_of_sight(kind: Any, world: World, sessions: Any) -> None:
    for place in (world.other, None):
        seen = KINDS[kind](world, world.mine, world.me).id
        with sessions(scope=world.scope()) as session:
            session.get_one(kind, seen).site_id = place.id if place else None
            with pytest.raises(OutOfScope):
                session.flush()


def test_whoever_sees_their_own_sees_all_devices_and_no_list_of_a_colleague(
    world: World, sessions: Any
) -> None:
    colleague = make_user(world.session, account=world.account)
    for place in (world.mine, world.other, None):
        a_product(world, place, colleague)
    a_list(world, None, colleague)
    mine = a_list(world, None, world.me).id

    own = Limits(world.me.id, own=frozenset({world.account.id}))
    with sessions(scope=world.scope(own)) as session:
        assert session.scalars(select(func.count(Product.id))).one() == 3
        assert session.scalars(select(ProductImport.id)).all() == [mine]


# Door by door


@dataclass(frozen=True, slots=True)
class House:
    """The same with devices that are told apart by their numbers."""

    world: World
    here: Product
    there: Product
    nowhere: Product

    @property
    def hidden(self) -> list[Product]:
        return [self.there, self.nowhere]


@pytest.fixture
def house(world: World) -> House:
    session, account = world.session, world.account
    make_agreement(session, account)
    model = make_model(session, "Studio X52")
    made = []
    for number, site in (("AAA111", world.mine), ("BBB111", world.other), ("CCC111", None)):
        product = make_product(
            session, account=account, model=model, serial_number=number, site=site
        )
        product.room = "Fellesrom"
        history.happened(session, product, What.RETIRED, by=None)
        made.append(product)
    for many, site in ((4, world.mine), (50, world.other), (600, None)):
        count = ProductCount(account_id=account.id, model=model, number=many)
        count.registered_at, count.site_id = MOMENT, site.id if site else None
        session.add(count)
        session.flush()
        index_counts(_writing(world), [count])
    session.commit()
    index_products(_writing(world), made)
    session.commit()
    return House(world, *made)


def member(house: House, sign_in: SignInAs) -> FlaskClient:
    return sign_in(house.world.me)


def partner(house: House, sign_in: SignInAs) -> FlaskClient:
    """With another customer beside, all of which it sees."""
    session = house.world.session
    theirs = make_partner(session)
    make_grant(session, theirs, house.world.account, sites=[house.world.mine])
    whole = make_account(session, "Hel AS")
    make_product(session, account=whole)
    make_grant(session, theirs, whole)
    user = make_user(session, role=Role.PARTNER, partner=theirs)
    return sign_in(user, acting_for=house.world.account)


WHO = pytest.mark.parametrize("who", [member, partner], ids=["member", "partner"])
Who = Callable[[House, SignInAs], FlaskClient]
LISTS = {
    "": 1,
    "?category=video": 1,
    "?coverage=covered": 1,
    "?site=Bergen": 1,
    "?site=Oslo": 0,
    "?q=111": 1,
    "?q=fellesrom": 1,
    "?q=studio": 1,
    "?q=BBB111": 0,
    "?q=oslo": 0,
    "?q=fellesrom&sort=oldest": 1,
    "?sort=serial": 1,
    "?sort=changed": 1,
}


@WHO
@pytest.mark.parametrize(("query", "found"), LISTS.items(), ids=LISTS)
def test_lists_searches_and_counts_are_of_their_sites(
    query: str, found: int, who: Who, house: House, sign_in: SignInAs
) -> None:
    browser = who(house, sign_in)

    for headers in ({}, {"HX-Request": "true", "HX-Target": "product-list"}):
        text = browser.get(f"/products{query}", headers=headers).text
        assert ("AAA111" in text) == bool(found)
        assert query == "?q=BBB111" or "BBB111" not in text
        assert "CCC111" not in text
        heading = re.search(r"(\d+) devices?", words(text))
        assert heading
        lines = 4 if "4 without serial numbers" in text else 0
        assert int(heading[1]) == found + lines
        assert "50 without" not in text
        assert "600 without" not in text


@WHO
@pytest.mark.parametrize("query", ["", "?q=fellesrom", "?q=studio", "?site=Oslo"])
def test_exports_are_of_their_sites(query: str, who: Who, house: House, sign_in: SignInAs) -> None:
    with who(house, sign_in).get(f"/products/devices.csv{query}") as answer:
        text = answer.get_data(as_text=True)

    assert ("AAA111" in text) == (query != "?site=Oslo")
    for foreign in ("BBB111", "CCC111", "Oslo", ";50;", ";600;"):
        assert foreign not in text


@WHO
def test_the_first_page_counts_and_tells_what_is_theirs(
    who: Who, house: House, sign_in: SignInAs
) -> None:
    browser = who(house, sign_in)

    text = browser.get("/").text

    assert re.search(r'data-label="Devices">5<', text)
    assert house.here.reference in text
    assert not any(each.reference in text for each in house.hidden)
    assert "You see what is at the sites you have access to." in text


@WHO
def test_what_is_elsewhere_does_not_exist(who: Who, house: House, sign_in: SignInAs) -> None:
    browser = who(house, sign_in)
    session = house.world.session
    counts = session.scalars(select(ProductCount).where(ProductCount.number > 4)).all()

    for product in house.hidden:
        path = f"/products/{product.reference}"
        assert browser.get(path).status_code == 404
        for deed in ("details", "retirement", "return-to-use"):
            assert browser.post(f"{path}/{deed}", data={"version": 1}).status_code == 404
        for text in (product.serial_number, product.reference):
            told = browser.get(f"/search?q={text}").text
            assert "No matches on" in told
            assert f"/products/{product.reference}" not in told
    for count in counts:
        path = f"/products/counts/{count.reference}"
        assert browser.get(path).status_code == 404
        answer = browser.post(f"{path}/number", data={"version": 1, "number": 1})
        assert answer.status_code == 404
    assert browser.get(f"/products/{house.here.reference}").status_code == 200
    assert browser.get(f"/organization/sites/{house.world.other.reference}").status_code == 404


@WHO
def test_choices_hold_their_sites_only(who: Who, house: House, sign_in: SignInAs) -> None:
    browser = who(house, sign_in)

    for asked in ("", "?site=o", "?to_site=slo", "?site=e"):
        text = browser.get(f"/products/sites{asked}").text
        assert "Oslo" not in text
    assert "Bergen" in browser.get("/products/sites?site=b").text
    sites = browser.get("/organization/sites").text
    assert "Bergen" in sites
    assert "Oslo" not in sites
    assert "1 site" in sites


@WHO
@pytest.mark.parametrize("place", ["Oslo", "Nowhere AS", ""])
def test_devices_are_put_at_their_sites_only(
    place: str, who: Who, house: House, sign_in: SignInAs
) -> None:
    """Whether there is a site of this name is not told."""
    browser, path = who(house, sign_in), f"/products/{house.here.reference}"
    told = (
        f"{place} is not one of the sites you have access to."
        if place
        else "Choose one of the sites you have access to."
    )
    sent = {"site": place, "version": house.here.version}
    ways = {
        f"{path}/details": sent,
        "/products/relocation": {"picked": house.here.reference, "to_site": place},
        "/products/registration": {
            "serial_number": "NEW111", "model": "Studio X52", "site": place, "token": "t" * 20,
        },
        "/products/counts": {
            "model": "Studio X52", "number": 7, "site": place, "token": "u" * 20,
        },
    }  # fmt: skip
    for way, data in ways.items():
        answer = browser.post(way, data=data)
        assert (way, answer.status_code) == (way, 422)
        assert told in words(answer.text)

    session = house.world.session
    session.expire_all()
    assert house.here.site_id == house.world.mine.id
    assert session.scalars(select(func.count(Product.id))).one() in {3, 4}  # one is another's


@WHO
def test_picked_devices_of_other_sites_stay_where_they_are(
    who: Who, house: House, sign_in: SignInAs
) -> None:
    picked = [each.reference for each in house.hidden]

    answer = who(house, sign_in).post(
        "/products/relocation", data={"picked": picked, "to_site": "Bergen"}
    )

    assert answer.status_code == 422
    house.world.session.expire_all()
    assert [each.site_id for each in house.hidden] == [house.world.other.id, None]


@WHO
def test_a_device_that_is_known_elsewhere_is_not_told_of(
    who: Who, house: House, sign_in: SignInAs
) -> None:
    """It may be a colleague's or another customer's: the answer is the same."""
    make_product(house.world.session, serial_number="DDD111")
    browser = who(house, sign_in)
    told = "This device is registered already, and not at a site you have access to."

    for number in ("BBB111", "DDD111"):
        data = {"serial_number": number, "model": "Studio X52", "site": "Bergen", "token": number}
        answer = browser.post("/products/registration", data=data)
        assert answer.status_code == 422
        assert told in words(answer.text)
        looked = browser.get(f"/products/registration/lookup?serial_number={number}")
        assert told in words(looked.text)


def test_of_a_device_that_nobody_has_nothing_is_said(house: House, sign_in: SignInAs) -> None:
    boss = sign_in(make_user(house.world.session, account=house.world.account))

    for browser in (boss, member(house, sign_in)):
        told = words(browser.get("/products/registration/lookup?serial_number=EEE111").text)
        assert "registered" not in told.partition("Look up a device")[2].partition("Contact us")[0]
    told = words(boss.get("/products/registration/lookup?serial_number=BBB111").text)
    assert "This device is already registered." in told


def test_history_names_no_site_that_is_not_theirs(house: House, sign_in: SignInAs) -> None:
    world = house.world
    places = [world.other.id, world.mine.id]
    history.happened(world.session, house.here, What.MOVED, by=None, site_id=places)
    world.session.commit()

    text = sign_in(world.me).get(f"/products/{house.here.reference}").text

    assert "Site: from Another site to Bergen" in words(text)


def test_sites_are_not_made_by_those_who_would_not_see_them(
    house: House, sign_in: SignInAs
) -> None:
    browser = sign_in(house.world.me)

    answer = browser.post(
        "/organization/sites", data={"name": "Bodø", "country": "NO", "token": "t" * 20}
    )

    assert answer.status_code == 422
    assert (
        "You see chosen sites only. Ask somebody who sees all sites to add this one." in answer.text
    )
    assert "/organization/sites/new" not in browser.get("/organization/sites").text
    site, world = house.world.mine, house.world
    changed = {"name": "Bergen sentrum", "country": "NO", "version": site.version}
    path = f"/organization/sites/{site.reference}/details"
    assert browser.post(path, data=changed).status_code == 303
    world.session.refresh(site)
    assert site.name == "Bergen sentrum"


def test_administrators_see_everything_whatever_was_chosen(house: House, sign_in: SignInAs) -> None:
    world = house.world
    membership = world.session.scalars(
        select(Membership).where(Membership.user_id == world.me.id)
    ).one()
    membership.role = Role.ADMINISTRATOR
    world.session.commit()

    text = sign_in(world.me).get("/products").text

    assert all(number in text for number in ("AAA111", "BBB111", "CCC111"))
    assert "You see what is at the sites you have access to." not in text


def test_what_somebody_sees_changes_at_once(house: House, sign_in: SignInAs) -> None:
    world, browser = house.world, sign_in(house.world.me)
    assert "BBB111" not in browser.get("/products").text
    membership = world.session.scalars(
        select(Membership).where(Membership.user_id == world.me.id)
    ).one()

    for sees, seen in (
        (Visibility.EVERYTHING, True),
        (Visibility.OWN_SITES, False),
        (Visibility.OWN, True),
    ):
        membership.sees = sees
        world.session.commit()
        assert ("BBB111" in browser.get("/products").text) == seen


def test_a_partner_loses_a_site_at_once(house: House, sign_in: SignInAs) -> None:
    browser, session = partner(house, sign_in), house.world.session
    assert "AAA111" in browser.get("/products").text

    session.execute(delete(GrantSite))
    session.commit()

    assert "AAA111" not in browser.get("/products").text
    assert browser.get("/products").status_code == 200


def test_a_partner_counts_of_each_customer_what_it_sees_there(
    house: House, sign_in: SignInAs
) -> None:
    text = partner(house, sign_in).get("/partner").text

    numbers = re.findall(r'data-label="Devices" class="number">(\d+)<', text)
    assert sorted(numbers) == ["1", "5"]
    assert "At 1 site only" in text


@WHO
def test_seeing_a_part_costs_no_statement(
    who: Who, house: House, sign_in: SignInAs, engine: Engine
) -> None:
    world = house.world
    boss = sign_in(make_user(world.session, account=world.account, role=Role.MEMBER))
    limited = who(house, sign_in)
    paths = ["/products", "/products?q=111", "/products?site=Bergen", "/", "/organization/sites"]
    paths += ["/products/devices.csv", f"/products/{house.here.reference}"]
    boss.get("/products")
    for path in paths:
        taken = []
        for browser in (boss, limited):
            with counted(engine) as sent:
                answer = browser.get(path)
            with answer:  # what guests saw is noted when it is read to its end
                assert answer.status_code == 200
            taken.append(len(sent))
        assert taken[1] <= taken[0], path


def test_grants_without_sites_and_grants_for_all_are_told_apart(
    house: House, sign_in: SignInAs
) -> None:
    browser, session = partner(house, sign_in), house.world.session
    grant = session.scalars(select(Grant).where(Grant.account_id == house.world.account.id)).one()
    grant.every_site = True
    session.commit()

    text = browser.get("/products").text

    assert all(number in text for number in ("AAA111", "BBB111", "CCC111"))
    assert Permission.PRODUCTS_VIEW in grant.allows()
