"""Whatever is sent to us becomes a message, is set aside or is noted; quickly, and with a row."""

import json
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.history import DeskEvent, What
from portal.mail_intake.models import InboundMail
from portal.mail_intake.reading import read_letter
from portal.mail_intake.rules import State
from portal.service_requests.actions import reply
from tests.conftest import SignInAs
from tests.mail_intake import hostile
from tests.mail_intake.conftest import Post

FILES = sorted(hostile.FOLDER.glob("*.eml"))
ROWS = {
    State.TAKEN: What.MAIL_TAKEN,
    State.PARKED: What.MAIL_PARKED,
    State.NOTED: What.MAIL_NOTED,
}


def made_out(post: Post, raw: bytes, address: str) -> bytes:
    """The mail as it would come to whom it concerns."""
    world, token = post.world, address.partition("+")[2].partition("@")[0]
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")
    for word, put in {
        "STAFF-SENDER": world.anna.email,
        "COLLEAGUE-SENDER": world.mette.email,
        hostile.SENDER.decode(): world.ola.email,
        "ADDRESS-IN-CAPITALS": address.upper(),
        "+CHANGED@": f"+{changed}@",
        "TOKEN": token,
    }.items():
        raw = raw.replace(word.encode(), put.encode())
    return raw


def test_there_are_enough_of_them_and_they_take_no_room() -> None:
    assert len(FILES) >= 160
    assert sum(path.stat().st_size for path in FILES) < 3_000_000
    assert {path.stem: path.read_bytes() for path in FILES} == dict(hostile.every())


@pytest.fixture
def arrived(post: Post, opened: int) -> dict[str, InboundMail]:
    """Each mail by its name, and what became of it."""
    post.world.do(opened, reply, "Prøv igjen.", by=post.world.anna)
    told = post.sent_to(post.world.ola)
    address = told["Reply-To"].addresses[0].addr_spec
    numbers = {}
    for path in FILES:
        post.world.later(seconds=1)
        numbers[path.stem] = post.keep(made_out(post, path.read_bytes(), address))
    post.work()
    return {name: post.mail(number) for name, number in numbers.items()}


def test_each_becomes_what_its_name_says_and_leaves_a_row(
    arrived: dict[str, InboundMail], post: Post, opened: int, sign_in: SignInAs
) -> None:
    wrong = {
        name: f"{mail.state} {mail.reason}"
        for name, mail in arrived.items()
        if mail.state != name.partition("-")[0]
    }
    assert wrong == {}
    rows = select(DeskEvent).where(DeskEvent.kind == "inbound_mail")
    events = {it.record_id: it.what for it in post.session.scalars(rows)}
    assert events == {mail.id: ROWS[mail.state] for mail in arrived.values()}
    names = {mail.id: name for name, mail in arrived.items()}
    said = [it for it in post.messages(opened) if it.mail_message_id]
    assert len(said) == sum(name.startswith("taken") for name in arrived)
    for message in said:
        assert (message.author_id, message.by_staff, message.internal) == (
            post.world.ola.id,
            False,
            False,
        )
        assert all(each.isprintable() or each in "\n\u200d\u200c\xa0" for each in message.text)
    _look_at_all(sign_in(post.session.merge(post.world.anna)), names)


def _look_at_all(agent: FlaskClient, names: dict[int, str]) -> None:
    """Every page is checked for what it is made of, see tests/web/html.py."""
    for number, name in names.items():
        page = agent.get(f"/desk/mail-intake/{number}")
        assert page.status_code == 200, name
        assert "<script>alert" not in page.text, name
        assert "\u202e" not in page.text, name
    for view in ("to_decide", "messages", "automatic"):
        assert agent.get(f"/desk/mail-intake?view={view}").status_code == 200


def test_none_is_answered_more_than_once_in_a_day(
    arrived: dict[str, InboundMail], post: Post
) -> None:
    replied = [it for it in post.sink.mails if it["Auto-Submitted"] == "auto-replied"]
    assert len(replied) == 1
    assert replied[0]["To"] == post.world.ola.email
    answered = [it for it in arrived.values() if it.answered_on]
    assert len(answered) == 1


def test_none_takes_long_or_much(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail_intake.measured"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout)
    assert told["mails"] > 200
    assert told["seconds"] < 2, told
    assert told["memory"] < 200, told


@pytest.mark.parametrize("seed", range(20))
def test_mails_that_are_broken_by_chance_are_read_as_well(seed: int) -> None:
    """A byte here and there, a piece cut out, a piece twice."""
    chance = random.Random(seed)
    for _name, raw in hostile.every():
        broken = bytearray(raw)
        for _ in range(5):
            at = chance.randrange(len(broken) + 1)
            match chance.randrange(3):
                case 0:
                    broken[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del broken[at : at + chance.randrange(1, 40)]
                case _:
                    broken[at:at] = broken[: chance.randrange(1, 200)]
        read_letter(bytes(broken), here="localhost")


def test_a_mail_that_no_reader_finishes_is_not_lost(post: Post) -> None:
    """Were there a fault of ours, its job would be tried again, and then wait for staff."""
    number = post.keep(b"Subject: Hei\n\nHei\n")
    post.files.delete(post.mail(number).key)
    for _ in range(6):
        post.work()
        post.world.later(hours=1)
    mail = post.mail(number)
    assert mail.state is State.WAITING
    assert post.world.now - mail.received_at > timedelta(hours=5)
