"""Whoever may decide about mail that was set aside hears of each once, and of all once an hour."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.base.access import Role
from portal.mail_intake.deciding import discard_mail
from portal.mail_intake.rules import Reason, State
from portal.notices.models import NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user
from tests.mail_intake.conftest import Post
from tests.service_requests.world import By

numbers: Iterator[int] = iter(range(1_000_000))


def unplaced(post: Post, sender: str = "ola.privat@example.net", to: str = "post@x.no") -> int:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = sender, to, f"<{next(numbers)}@x>"
    mail.set_content(f"Det piper. {next(numbers)}")
    found = post.take(mail)
    assert (found.state, found.reason) == (State.PARKED, Reason.UNKNOWN)
    return found.id


def told(post: Post) -> dict[str, str]:
    return {it["To"]: it["Subject"] for it in post.sent() if "handled" in it["Subject"]}


def test_of_many_staff_are_told_once_an_hour_and_of_each_once(post: Post, opened: int) -> None:
    world = post.world
    csm = make_user(post.session, role=Role.CSM)
    post.session.commit()
    unplaced(post)
    unplaced(post)
    assert told(post) == {}  # whoever looks anyway is not disturbed
    world.later(minutes=6)
    both = dict.fromkeys([world.anna.email, world.erik.email], "2 e-mails wait to be handled")
    assert told(post) == both
    assert csm.email not in both
    unplaced(post)
    world.later(minutes=50)
    assert told(post) == {}
    world.later(minutes=11)
    assert set(told(post).values()) == {"3 e-mails wait to be handled"}
    world.later(hours=3)
    assert told(post) == {}
    found = post.session.scalars(select(PortalNotice.user_id).filter_by(notice="mail_parked"))
    assert sorted(found) == sorted([world.anna.id, world.erik.id] * 2)


def test_what_was_decided_meanwhile_and_what_nobody_wants_to_hear_is_not_told(
    post: Post, opened: int
) -> None:
    world, number = post.world, unplaced(post)
    with world.at_work(staff=True) as session:
        discard_mail(session, number, "Reklame", by=By(world.anna.id), now=world.now)
    world.later(minutes=6)
    assert told(post) == {}
    choice = NoticeChoice(user_id=world.anna.id, notice=Notice.MAIL_PARKED, how=How.NEVER)
    post.session.add(choice)
    post.session.commit()
    unplaced(post)
    world.later(minutes=6)
    assert told(post) == {world.erik.email: "1 e-mail waits to be handled"}


@pytest.mark.parametrize("path", ["/desk", "/desk?view=mine"])
def test_the_queue_says_how_many_wait_to_whoever_may_decide(
    post: Post, opened: int, sign_in: SignInAs, engine: Engine, path: str
) -> None:
    def page(browser: FlaskClient) -> str:
        text = browser.get(path).text
        return text.partition('id="parked-mails"')[2].partition("</p>")[0]

    anna = sign_in(post.session.merge(post.world.anna))
    csm = sign_in(make_user(post.session, role=Role.CSM))
    assert page(anna) == ""
    with counted(engine) as before:
        anna.get(path)
    unplaced(post)
    unplaced(post)
    assert "2 e-mails wait to be handled" in page(anna)
    assert 'href="/desk/mail-intake"' in page(anna)
    assert page(csm) == ""
    with counted(engine) as after:
        anna.get(path)
    assert len(after) == len(before) <= 6
