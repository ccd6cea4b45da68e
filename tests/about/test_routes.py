import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.about.routes import ARTICLES, LEGAL
from portal.accounts.hashing import hash_password
from portal.base import clock
from tests.conftest import SignInAs
from tests.factories import make_user

PATHS = [*(f"/{name}" for name in LEGAL), "/help", *(f"/help/{name}" for name in ARTICLES)]


@pytest.mark.parametrize("path", PATHS)
def test_everyone_can_read_it_in_every_language(client: FlaskClient, path: str) -> None:
    # Of a page in nynorsk, most is bokmål still.
    written = {"nb": "nb", "nn": "nb", "en": "en"}
    for language, marked in (("nb", False), ("nn", True), ("en", False)):
        answer = client.get(path, headers={"Accept-Language": language})
        main = answer.text[answer.text.index("<main") : answer.text.index("</main")]

        assert answer.status_code == 200
        assert f'<html lang="{written[language]}"' in answer.text
        assert main.count("<h1") == 1
        # Bokmål on a page in nynorsk says what it is.
        assert (' lang="nb"' in main) is marked
        assert (' lang="' in main) is marked


def test_every_article_ends_with_whom_to_contact(client: FlaskClient) -> None:
    for name in ARTICLES:
        text = client.get(f"/help/{name}", headers={"Accept-Language": "nb"}).text
        end = text[text.index("Sist endret") : text.index("</main")]

        assert "Kontakt oss" in end
        assert 'href="tel:+4722000000"' in end
        assert 'href="/contact"' in end


def test_help_leads_to_every_article(client: FlaskClient) -> None:
    text = client.get("/help").text
    assert all(f'href="/help/{name}"' in text for name in ARTICLES)


def test_other_files_are_not_articles(client: FlaskClient) -> None:
    for name in ("nowhere", "..", "../privacy", "import.md", "nb", "%2e%2e", "..%2fprivacy"):
        assert client.get(f"/help/{name}").status_code == 404


def test_the_text_says_when_it_was_changed(client: FlaskClient) -> None:
    assert "Last changed 29 November 2026" in client.get(
        "/privacy", headers={"Accept-Language": "en"}
    ).text.replace("\N{NO-BREAK SPACE}", " ")


def test_every_cookie_is_declared(client: FlaskClient, session: Session, sign_in: SignInAs) -> None:
    """Whatever the portal sets on its way, the page tells of it."""
    user = make_user(session, password_hash=hash_password("ord etter ord etter ord"))
    browser = sign_in(user)
    answers = [
        client.post("/sign-in", data={"email": user.email, "password": "ord etter ord etter ord"}),
        client.get("/sign-in"),
        client.post("/language", data={"language": "en"}),
        client.post("/theme", data={"theme": "dark"}),
        browser.get("/"),
        browser.post("/sign-out"),
    ]
    set_here = {
        cookie.partition("=")[0]
        for answer in answers
        for cookie in answer.headers.getlist("Set-Cookie")
    }
    declared = re.findall(r'<th scope="row"><code>(.+?)</code>', client.get("/cookies").text)

    assert {"session", "device", "language"} <= set_here
    assert set_here <= set(declared)


@pytest.mark.parametrize("path", ["/privacy", "/help", "/help/import"])
def test_the_same_page_is_not_sent_twice(client: FlaskClient, path: str) -> None:
    client.get(path)  # from here on the browser has a session
    first = client.get(path)
    with time_machine.travel(clock.now() + timedelta(seconds=2)):
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.text) == (304, "")
    assert "Cookie" in again.headers["Vary"]


def test_another_language_theme_or_session_is_another_page(client: FlaskClient) -> None:
    def tag(path: str = "/terms") -> str:
        return client.get(path).headers["ETag"]

    tag()
    tags = [tag(), tag("/privacy")]
    client.set_cookie("theme", "dark")
    tags.append(tag())
    client.set_cookie("language", "en")
    tags.append(tag())
    client.delete_cookie("session")  # the form tokens of the old page would be refused
    client.get("/terms")
    tags.append(tag())
    assert len(set(tags)) == len(tags)


def test_nothing_is_left_of_someone_signed_in(session: Session, sign_in: SignInAs) -> None:
    answer = sign_in(make_user(session)).get("/terms")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "Ola Hansen" in answer.text
