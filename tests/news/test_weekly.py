"""What comes once a week is in Monday's mail; what one stopped comes no more."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.base import clock
from portal.downloads.rules import Channel
from portal.notices.models import DigestLine, NoticeChoice
from portal.notices.notice import How, Notice
from portal.publishing.fates import withdraw
from tests.news.conftest import World

MONDAY = "2026-11-30 07:00+01:00"


def stop_path(text: str) -> str:
    found = re.search(r"/notices/stop/\S+", text)
    assert found
    return found[0]


def test_what_comes_weekly_waits_for_monday(world: World) -> None:
    world.follow(world.kari, how=How.WEEKLY)
    world.publish()
    world.publish("7.3.0")
    world.publish_document()
    assert world.mails() == []
    assert world.digest("2026-11-29 07:00+01:00") == []
    (mail,) = world.digest(MONDAY)
    assert "Nytt: Fastvare 7.2.1 for CCX 500" in mail.text
    assert "Nytt: Fastvare 7.3.0 for CCX 500" in mail.text
    assert "Nytt dokument: Veiledning" in mail.text
    assert "/notices/stop/" in mail.text
    assert world.session.scalars(select(DigestLine)).all() == []
    assert len(world.digest("2026-12-07 07:00+01:00")) == 1


def test_weekly_for_everything_holds_where_nothing_else_was_chosen(world: World) -> None:
    weekly = NoticeChoice(user_id=world.kari.id, notice=Notice.NEWS_FOLLOWED, how=How.WEEKLY)
    world.session.add(weekly)
    world.follow(world.kari)
    world.publish()
    assert world.mails() == []
    assert len(world.digest(MONDAY)) == 1


def test_what_is_withdrawn_meanwhile_is_not_in_it(world: World) -> None:
    world.follow(world.kari, how=How.WEEKLY)
    it = world.publish()
    world.mails()
    told: dict[str, Any] = {"reason_nb": "Feil.", "reason_en": "", "by": Person(world.petra.id)}
    withdraw(world.session, it, list(Channel), now=clock.now(), **told)
    world.session.commit()
    assert world.digest(MONDAY) == []


def test_a_link_in_the_mail_stops_it_without_signing_in(
    world: World, stranger: FlaskClient
) -> None:
    world.follow(world.kari)
    world.publish()
    (mail,) = world.mails()
    path = stop_path(mail.text)

    asked = stranger.get(path)
    assert asked.status_code == 200
    assert asked.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert world.session.scalars(select(NoticeChoice)).all() == []  # opening it does nothing
    for _ in range(2):  # as mail programs send it, by themselves
        done = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    world.session.expire_all()
    choice = world.session.scalars(select(NoticeChoice)).one()
    assert (choice.user_id, choice.notice, choice.how) == (
        world.kari.id,
        Notice.NEWS_FOLLOWED,
        How.NEVER,
    )
    world.publish("7.3.0")
    assert len(world.mails()) == 1
    page = world.kari_browses.get("/downloads/following").text
    assert "You get no e-mail about what you follow" in page or "Du får ingen e-post" in page


@pytest.mark.parametrize("wrong", ["x", "", "."])
def test_a_link_that_is_not_ours_stops_nothing(
    world: World, stranger: FlaskClient, wrong: str
) -> None:
    world.follow(world.kari)
    world.publish()
    (mail,) = world.mails()
    path = stop_path(mail.text)[:-3] + wrong
    assert stranger.post(path).status_code == 410
    assert stranger.get(path).status_code == 410
    assert world.session.scalars(select(NoticeChoice)).all() == []
