import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.web.layout import here
from tests.web.html import check_html


@pytest.mark.parametrize(
    ("cookie", "scheme"), [("dark", "dark"), ("light", "light"), ("", "auto"), ("pink", "auto")]
)
def test_the_theme_is_settled_before_anything_is_painted(
    client: FlaskClient, cookie: str, scheme: str
) -> None:
    client.set_cookie("theme", cookie)

    assert f'data-color-scheme="{scheme}"' in client.get("/sign-in").text.split("<head>")[0]


@pytest.mark.parametrize("language", ["nb", "en"])
def test_scripts_speak_the_readers_language(client: FlaskClient, language: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": language}).text
    words = re.search(r"data-words='([^']*)'", page)

    assert words
    assert json.loads(words[1])["copied"] == {"nb": "Kopiert", "en": "Copied"}[language]


def test_the_frame_is_sound(client: FlaskClient) -> None:
    check_html(client.get("/sign-in"))


def test_each_language_is_offered_in_its_own(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "nb"}).text

    assert re.search(r'value="nb" lang="nb" aria-current="true">Bokmål', page)
    assert re.search(r'value="en" lang="en">English', page)


@pytest.mark.parametrize(
    ("method", "address", "back"),
    [
        ("GET", "/products?q=8G22&site=Bod%C3%B8", "/products?q=8G22&site=Bod%C3%B8"),
        ("GET", "/products", "/products"),
        ("POST", "/products?next=1", "/products"),
    ],
)
def test_choosing_a_language_leads_back_to_the_page_at_hand(
    app: Flask, method: str, address: str, back: str
) -> None:
    with app.test_request_context(address, method=method):
        assert here() == back
