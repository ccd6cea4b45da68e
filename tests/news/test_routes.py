"""Following and no longer, in one press or two; finding a model; the link."""

import re

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.catalogue.models import Category
from portal.news.models import NewsFollowing, NewsLink
from portal.notices.notice import How
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_model, make_user
from tests.news.conftest import World

PATH = "/downloads/following"


@pytest.fixture(autouse=True)
def english(world: World) -> None:
    world.kari.language = "en"
    world.session.commit()


def followed(world: World) -> list[NewsFollowing]:
    world.session.expire_all()
    return list(world.session.scalars(select(NewsFollowing)))


def test_pressing_twice_follows_once_and_leads_back(world: World) -> None:
    page = f"/downloads/{world.phone_ref}"
    assert 'aria-label="Follow CCX 500"' in world.kari_browses.get(page).text
    for _ in range(2):
        done = world.kari_browses.post(PATH, data={"what": world.phone_ref})
        assert (done.status_code, done.location) == (303, page)
    assert [it.model_id for it in followed(world)] == [world.phone.id]
    assert 'aria-label="Stop following CCX 500"' in world.kari_browses.get(page).text
    for _ in range(2):
        gone = world.kari_browses.post(f"{PATH}/removal", data={"what": world.phone_ref})
        assert (gone.status_code, gone.location) == (303, page)
    assert followed(world) == []


def test_htmx_gets_the_button_alone_with_its_id(world: World) -> None:
    told = {"HX-Request": "true", "HX-Target": "follow-button"}
    done = world.kari_browses.post(PATH, data={"what": world.phone_ref}, headers=told)
    assert done.status_code == 200
    assert "<html" not in done.text
    assert f'id="follow-{world.phone_ref}"' in done.text
    assert "You follow CCX 500." in done.text
    assert "autofocus" not in done.text


def test_a_category_is_followed_on_the_page_of_downloads(world: World) -> None:
    done = world.kari_browses.post(PATH, data={"what": "voice"})
    assert done.location == "/downloads#news"
    assert [it.category for it in followed(world)] == [Category.VOICE]
    text = world.kari_browses.get("/downloads").text
    assert 'aria-label="Stop following Voice"' in text
    assert 'aria-label="Follow Video"' in text
    told = {"HX-Request": "true", "HX-Target": "followed-categories"}
    gone = world.kari_browses.post(f"{PATH}/removal", data={"what": "voice"}, headers=told)
    assert 'id="follow-voice"' in gone.text
    assert 'aria-label="Follow Voice"' in gone.text


@pytest.mark.parametrize("what", ["", "M-999999-9", "nothing", "x" * 60, "DOC-1"])
def test_what_is_not_there_is_not_followed(world: World, what: str) -> None:
    answer = world.kari_browses.post(PATH, data={"what": what})
    assert answer.status_code == 422
    assert followed(world) == []


def test_each_is_heard_of_at_once_or_weekly(world: World) -> None:
    world.follow(world.kari)
    told = {"what": world.phone_ref, "origin": "list"}
    assert world.kari_browses.post(f"{PATH}/frequency", data=told | {"how": "weekly"}).location
    assert followed(world)[0].how is How.WEEKLY
    assert '<option value="weekly" selected>' in world.kari_browses.get(PATH).text
    for how in ("daily", "never", "", "x"):
        wrong = world.kari_browses.post(f"{PATH}/frequency", data=told | {"how": how})
        assert wrong.status_code == 422, how
    assert followed(world)[0].how is How.WEEKLY


def test_models_are_searched_for_and_never_all_listed(session: Session, world: World) -> None:
    for number in range(40):
        make_model(session, f"Voyager {number}")
    session.commit()
    assert "Voyager" not in world.kari_browses.get(PATH).text
    found = world.kari_browses.get(f"{PATH}?q=ccx").text
    assert 'aria-label="Follow CCX 500"' in found
    assert world.kari_browses.get(f"{PATH}?q=voyager").text.count("Follow Voyager") == 12
    assert "We find no model called “zzz”" in world.kari_browses.get(f"{PATH}?q=zzz").text


def test_what_one_follows_is_nobody_elses(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    world.follow(world.kari)
    ola = make_user(session, account=world.account, role=Role.MEMBER)
    browser = sign_in(ola)
    assert "CCX 500" not in browser.get(PATH).text
    browser.post(f"{PATH}/removal", data={"what": world.phone_ref})
    assert [it.user_id for it in followed(world)] == [world.kari.id]


def test_the_link_is_made_renewed_and_switched_off(world: World) -> None:
    def shown() -> str | None:
        found = re.search(r"/downloads/feed/[^<\s\"]+\.atom", world.kari_browses.get(PATH).text)
        return found[0] if found else None

    assert shown() is None
    world.kari_browses.post(f"{PATH}/link", data={"generation": 0})
    first = shown()
    world.kari_browses.post(f"{PATH}/link", data={"generation": 0})  # the same press again
    assert first is not None
    assert shown() == first
    world.kari_browses.post(f"{PATH}/link", data={"generation": 1})
    second = shown()
    assert second not in {None, first}
    world.kari_browses.post(f"{PATH}/link/removal")
    assert shown() is None
    link = world.session.scalars(select(NewsLink)).one()
    assert (link.active, link.generation) == (False, 2)
    world.kari_browses.post(f"{PATH}/link", data={"generation": 2})
    assert shown() not in {None, first, second}
    for wrong in ("", "x", "-1", "99999999999999999999"):
        assert (
            world.kari_browses.post(f"{PATH}/link", data={"generation": wrong}).status_code == 422
        )


def test_pages_ask_few_statements(engine: Engine, world: World) -> None:
    world.follow(world.kari, world.phone, Category.VIDEO)
    world.devices("6.0.0")
    paths = {PATH: 5, f"{PATH}?q=ccx": 5, "/downloads/end-dates": 5}
    for path in paths:
        world.kari_browses.get(path)  # what is held in memory is read
    for path, most in paths.items():
        with counted(engine) as sent:
            assert world.kari_browses.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)
