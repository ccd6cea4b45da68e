"""What came is read whole by staff, whatever became of it; as text, or as a file that is saved."""

from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.mail_intake.rules import Reason, State
from portal.service_requests.actions import reply
from portal.uploads.scanner import Scanner
from tests.conftest import SignInAs
from tests.mail_intake.conftest import Post, answer_to
from tests.uploads import clamd
from tests.uploads.contents import EICAR

PATH = "/desk/mail-intake"


@pytest.fixture
def agent(post: Post, sign_in: SignInAs) -> FlaskClient:
    return sign_in(post.session.merge(post.world.anna))


@pytest.fixture
def told(post: Post, opened: int) -> EmailMessage:
    post.world.do(opened, reply, "Prøv igjen.", by=post.world.anna)
    return post.sent_to(post.world.ola)


def test_what_became_a_message_is_read_whole(
    post: Post, told: EmailMessage, agent: FlaskClient
) -> None:
    answer = answer_to(told, "Ja, den <b>virker</b>.")
    answer.add_attachment("Møterom\n", filename="logg.txt")
    mail = post.take(answer)
    assert mail.state is State.TAKEN
    page = agent.get(f"{PATH}/{mail.id}").text
    assert f'href="{PATH}/{mail.id}/original"' in page
    page = agent.get(f"{PATH}/{mail.id}/original").text
    assert "Ja, den &lt;b&gt;virker&lt;/b&gt;." in page
    assert "&gt; Prøv igjen." in page
    assert "logg.txt" in page
    file = agent.get(f"{PATH}/{mail.id}/original/file")
    assert file.data == answer.as_bytes()
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file.content_type == "application/octet-stream"


def test_what_is_only_quoted_is_read_as_well(
    post: Post, told: EmailMessage, agent: FlaskClient
) -> None:
    answer = answer_to(told)
    answer.set_content("> Hemmelig sitat\n")
    mail = post.take(answer)
    assert mail.reason is Reason.EMPTY
    assert "Hemmelig sitat" in agent.get(f"{PATH}/{mail.id}/original").text


def test_a_file_with_a_virus_is_given_to_nobody(
    post: Post, told: EmailMessage, agent: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answer_to(told)
    answer.add_attachment(EICAR, maintype="text", subtype="plain", cte="8bit", filename="a.txt")
    path = f"{PATH}/{post.take(answer).id}/original/file"
    with clamd.running() as scanner:
        monkeypatch.setitem(app.extensions, "scanner", Scanner(scanner.url))
        assert agent.get(path).status_code == 410
    assert agent.get(path).status_code == 409  # the scanner is away


def test_a_long_one_is_shown_as_far_as_a_page_goes(
    post: Post, told: EmailMessage, agent: FlaskClient
) -> None:
    mail = post.take(answer_to(told, "Linje med ord.\n" * 6_000))
    page = agent.get(f"{PATH}/{mail.id}/original").text
    assert "It goes on." in page
    assert len(page) < 80_000


def test_bytes_that_are_gone_are_said_to_be(
    post: Post, told: EmailMessage, agent: FlaskClient
) -> None:
    mail = post.take(answer_to(told))
    post.files.delete(mail.key)
    assert "no text that can be read" in agent.get(f"{PATH}/{mail.id}/original").text
    assert agent.get(f"{PATH}/{mail.id}/original/file").status_code == 404
