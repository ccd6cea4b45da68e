"""Firmware that is out: what lets more customers have it takes two, what protects them one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.actions import Person
from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.jobs import Job
from portal.base.words import Overtaken
from portal.catalogue.models import ProductModel
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Audience, Channel, Sort
from portal.publishing.facts import ReleaseFacts, facts_of
from portal.publishing.waiting import ANEW, ONE_WAITS, drop, put_in_force
from portal.publishing.widening import parted, with_change
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_model, make_release, make_user
from tests.publishing.conftest import Desk

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PAST, SOON, LATER = (NOW + timedelta(days=days) for days in (-1, 1, 2))
PROPOSED = "The change is proposed. Another publisher must put it in force."


@pytest.fixture
def pilots(session: Session) -> list[Account]:
    made = [make_account(session, f"Pilot {number}") for number in range(2)]
    session.commit()
    return made


@pytest.fixture
def out(desk: Desk, pilots: list[Account]) -> SoftwareRelease:
    """Firmware that the first of the pilots has, by two channels."""
    notes = {"fixed": {"en": "Fixed the ring tone."}}
    told: dict[str, Any] = {"notes": notes, "staged": True, "pilots": pilots[:1]}
    it = make_release(desk.session, "7.0", desk.phone, store=desk.store, **told)
    it.channels = [each for each in it.channels if each.channel in {"portal", "lens"}]
    desk.session.commit()
    return it


def as_it_is(desk: Desk, it: SoftwareRelease) -> dict[str, Any]:
    desk.session.expire_all()
    names = {model.id: model.name for model in desk.session.scalars(select(ProductModel))}
    return {
        "version": it.revision,
        "sort": it.sort.value,
        "title": it.title,
        "platform": "",
        "printed": it.version,
        "train": it.train,
        "models": "\n".join(names[each.model_id] for each in it.models),
        "channels": [each.channel.value for each in it.channels],
        "audience": it.audience.value,
        "pilots": "\n".join(
            desk.session.get_one(Account, each.account_id).master_account_id for each in it.pilots
        ),
        "note_fixed_en": it.notes["fixed"]["en"],
    }


def change(desk: Desk, it: SoftwareRelease, *, by: Any = None, **told: Any) -> Any:
    path = f"/desk/publish/releases/{it.reference}/facts"
    browser = by or desk.petra_browses
    return browser.post(path, data=as_it_is(desk, it) | told, follow_redirects=True)


def facts(desk: Desk, it: SoftwareRelease) -> ReleaseFacts:
    desk.session.expire_all()
    return facts_of(it)


def deeds(desk: Desk, it: SoftwareRelease) -> list[What]:
    mine = DeskEvent.kind == "software_release", DeskEvent.record_id == it.id
    return list(desk.session.scalars(select(DeskEvent.what).where(*mine).order_by(DeskEvent.id)))


def tellings(desk: Desk) -> int:
    jobs = select(Job).where(Job.name == "news.tell")
    return len(desk.session.scalars(jobs).all())


WIDER: dict[str, dict[str, Any]] = {
    "models": {"models": "CCX 500\nCCX 600"},
    "channels": {"channels": ["portal", "lens", "teams"]},
    "security": {"security": "y"},
    "audience": {"audience": "public"},
    "pilots": {"pilots": ""},
    "predecessor_id": {"predecessor": "6.0"},
}


@pytest.mark.parametrize("what", WIDER)
def test_what_widens_waits_for_another_publisher(
    desk: Desk, out: SoftwareRelease, what: str
) -> None:
    make_model(desk.session, "CCX 600")
    make_release(desk.session, "6.0", desk.phone)
    before, told = facts(desk, out), tellings(desk)

    assert PROPOSED in change(desk, out, **WIDER[what]).text
    assert facts(desk, out) == before
    assert tellings(desk) == told
    refused = desk.do(out, "change/enforcement")
    assert refused.status_code == 422
    assert "Somebody else must put in force what you proposed" in refused.text
    assert facts(desk, out) == before
    assert "A change waits" in desk.per_browses.get("/desk/publish").text
    page = desk.per_browses.get(f"/desk/publish/releases/{out.reference}").text
    assert "A change that waits for another" in page
    assert desk.do(out, "change/enforcement", desk.per_browses).status_code == 303
    after = facts(desk, out)
    assert getattr(after, what) != getattr(before, what)
    assert out.proposed_change is None
    assert tellings(desk) == told + (what in {"models", "channels", "security", "pilots"})
    assert deeds(desk, out) == [What.CHANGE_PROPOSED, What.CHANGE_IN_FORCE]
    assert desk.do(out, "change/enforcement", desk.per_browses).status_code == 422


def test_it_is_shown_as_it_is_and_as_it_would_be(
    desk: Desk, out: SoftwareRelease, pilots: list[Account]
) -> None:
    both = "\n".join(each.master_account_id for each in pilots)
    change(desk, out, pilots=both, channels=["portal", "lens", "zoom"])

    page = desk.per_browses.get(f"/desk/publish/releases/{out.reference}").text

    rows = page.partition('id="waits"')[2].partition("</table>")[0]
    assert "Pilot 0 and Pilot 1" in rows
    assert "Poly Lens and Download from the portal<" in rows
    assert "Poly Lens, Download from the portal and Zoom<" in rows


NARROWER: dict[str, dict[str, Any]] = {
    "models": {"models": "CCX 500"},
    "channels": {"channels": ["portal"]},
    "opens_at": {"opens_on": "01.01.2099"},
    "pilots": {"pilots": "first"},
    "audience": {"audience": "covered"},
}


@pytest.mark.parametrize("what", NARROWER)
def test_what_protects_customers_takes_effect_at_once(
    desk: Desk, pilots: list[Account], what: str
) -> None:
    models = desk.phone, make_model(desk.session, "CCX 600")
    told: dict[str, Any] = {"notes": {"fixed": {"en": "A"}}, "audience": Audience.PUBLIC}
    it = make_release(desk.session, "7.0", *models, **told, pilots=pilots, staged=True)
    before = facts(desk, it)
    narrower = dict(NARROWER[what])
    if what == "pilots":
        narrower["pilots"] = pilots[0].master_account_id

    assert "Your changes are saved." in change(desk, it, **narrower).text
    assert getattr(facts(desk, it), what) != getattr(before, what)
    assert it.proposed_change is None


def test_words_are_saved_at_once_and_the_rest_waits(desk: Desk, out: SoftwareRelease) -> None:
    page = change(desk, out, train="Update 1", security="y").text

    assert "The rest is saved." in page
    after = facts(desk, out)
    assert (after.train, after.security) == ("Update 1", False)
    desk.do(out, "change/enforcement", desk.per_browses)
    assert facts(desk, out).security
    assert "Nothing was changed." in change(desk, out, security="y").text


def test_one_change_waits_at_a_time_and_anybody_drops_it(desk: Desk, out: SoftwareRelease) -> None:
    change(desk, out, security="y")

    assert ONE_WAITS in change(desk, out, audience="public").text
    assert ONE_WAITS in desk.do(out, "opening").text
    assert "Your changes are saved." in change(desk, out, train="Update 1").text
    assert desk.do(out, "change/removal").status_code == 303
    assert desk.do(out, "change/removal").status_code == 422
    assert not facts(desk, out).security
    assert deeds(desk, out) == [What.CHANGE_PROPOSED, What.CHANGED, What.CHANGE_DROPPED]
    assert PROPOSED in change(desk, out, audience="public").text


def test_what_was_not_looked_at_is_not_put_in_force(desk: Desk, out: SoftwareRelease) -> None:
    change(desk, out, security="y")
    seen = out.revision
    desk.do(out, "change/removal")
    change(desk, out, security="y", audience="public")

    for deed in ("change/enforcement", "change/removal"):
        refused = desk.do(out, deed, desk.per_browses, version=seen)
        assert refused.status_code == 422
        assert "Somebody has changed it since" in refused.text
    assert not facts(desk, out).security
    assert out.proposed_change


@pytest.mark.parametrize("deed", [put_in_force, drop])
def test_of_two_who_decide_at_the_same_moment_one_loses(
    desk: Desk, out: SoftwareRelease, deed: Any
) -> None:
    """What was read has one revision still, and the database has the next."""
    change(desk, out, security="y")
    desk.session.expire_all()
    read = out.revision - 1
    set_committed_value(out, "revision", read)

    with pytest.raises(Overtaken):
        deed(desk.session, out, revision=read, by=Person(desk.per.id), now=clock.now())
    assert not facts(desk, out).security
    assert out.proposed_change


def test_a_twin_that_came_meanwhile_is_refused(desk: Desk, out: SoftwareRelease) -> None:
    other = make_model(desk.session, "CCX 600")
    change(desk, out, models="CCX 500\nCCX 600")
    twin = make_release(desk.session, "7.0", other)

    refused = desk.do(out, "change/enforcement", desk.per_browses)

    assert refused.status_code == 422
    assert f"Version 7.0 is there already: {twin.reference}." in refused.text
    assert len(facts(desk, out).models) == 1


@pytest.mark.parametrize("what", ["models", "pilots", "predecessor_id"])
def test_what_it_is_about_and_is_gone_meanwhile_is_refused(
    desk: Desk, out: SoftwareRelease, pilots: list[Account], what: str
) -> None:
    other = make_model(desk.session, "CCX 600")
    before = make_release(desk.session, "6.0", desk.phone)
    both = "\n".join(each.master_account_id for each in pilots)
    told = {"pilots": {"pilots": both}}.get(what, WIDER[what])
    assert PROPOSED in change(desk, out, **told).text
    if what == "pilots":
        pilots[1].removed_at = clock.now()
    elif what == "models":
        desk.session.delete(other)
    else:
        before.models = []
    desk.session.commit()
    had = facts(desk, out)

    refused = desk.do(out, "change/enforcement", desk.per_browses)

    assert refused.status_code == 422
    assert ANEW in refused.text
    assert facts(desk, out) == had
    assert desk.do(out, "change/removal", desk.per_browses).status_code == 303


def test_what_was_taken_away_since_does_not_come_back(desk: Desk, out: SoftwareRelease) -> None:
    change(desk, out, channels=["portal", "lens", "teams"])
    assert "Your changes are saved." in change(desk, out, channels=["portal"]).text

    desk.do(out, "change/enforcement", desk.per_browses)

    assert set(facts(desk, out).channels) == {Channel.PORTAL, Channel.TEAMS}


def test_endpoint_software_takes_one(desk: Desk) -> None:
    told: dict[str, Any] = {"notes": {"fixed": {"en": "A"}}, "sort": Sort.SOFTWARE}
    it = make_release(desk.session, "7.0", desk.phone, title="Lens", **told)

    assert "Your changes are saved." in change(desk, it, security="y").text
    assert facts(desk, it).security


def test_customers_notice_nothing_until_it_is_in_force(
    desk: Desk, out: SoftwareRelease, sign_in: SignInAs
) -> None:
    kari = make_user(desk.session, role=Role.ADMINISTRATOR)
    desk.session.commit()
    browser, path = sign_in(kari), f"/downloads/releases/{out.reference}"
    mine = account_of(kari).master_account_id

    assert PROPOSED in change(desk, out, security="y", pilots=mine).text
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}/file").status_code == 404
    desk.do(out, "change/enforcement", desk.per_browses)
    assert browser.get(f"{path}/file").status_code == 200


@pytest.mark.parametrize(
    ("name", "before", "after", "waits"),
    [
        ("models", (1,), (1, 2), True),
        ("models", (1, 2), (2, 3), True),
        ("models", (1, 2), (2,), False),
        ("channels", (Channel.LENS,), (Channel.PORTAL,), True),
        ("pilots", (1, 2), (), True),
        ("pilots", (1,), (2,), True),
        ("pilots", (1, 2), (2,), False),
        ("pilots", (), (2,), False),
        ("security", False, True, True),
        ("security", True, False, True),
        ("audience", Audience.COVERED, Audience.SIGNED_IN, True),
        ("audience", Audience.SIGNED_IN, Audience.PUBLIC, True),
        ("audience", Audience.PUBLIC, Audience.COVERED, False),
        ("opens_at", LATER, SOON, True),
        ("opens_at", LATER, PAST, True),
        ("opens_at", LATER, None, True),
        ("opens_at", SOON, LATER, False),
        ("opens_at", None, SOON, False),
        ("opens_at", PAST, None, False),
        ("predecessor_id", None, 7, True),
        ("predecessor_id", 7, None, True),
        ("train", "", "Update 1", False),
    ],
)
def test_what_waits_and_what_does_not(name: str, before: Any, after: Any, waits: bool) -> None:
    old, new = (ReleaseFacts(printed="1", **{name: each}) for each in (before, after))

    at_once, change = parted(old, new, NOW)

    assert bool(change) is waits
    assert at_once == (old if waits else new)
    assert with_change(at_once, change) == new
