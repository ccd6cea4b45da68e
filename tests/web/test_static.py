import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from portal.web.headers import CONTENT_SECURITY_POLICY
from portal.web.static import BUNDLES, FOREVER, Assets

ROOT = Path(__file__).parents[2]


def url_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return render_template_string("{{ asset(name) }}", name=name)


def test_a_file_is_kept_for_ever_under_the_name_of_its_content(
    app: Flask, client: FlaskClient
) -> None:
    answer = client.get(url_of(app, "portal.css"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.content_type == "text/css; charset=utf-8"


def test_an_old_name_leads_to_the_newest_file_but_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/portal.0123456789ab.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("taken", "sent"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")],
)
def test_files_are_sent_in_the_smallest_way_that_is_taken(
    app: Flask, client: FlaskClient, taken: str, sent: str
) -> None:
    url = url_of(app, "portal.js")
    plain, small = client.get(url), client.get(url, headers={"Accept-Encoding": taken})

    assert plain.content_encoding is None
    assert small.content_encoding == sent
    assert {"br": brotli.decompress, "gzip": gzip.decompress}[sent](small.data) == plain.data
    assert "Accept-Encoding" in small.headers["Vary"]


def test_what_is_compressed_by_itself_is_sent_as_it_is(app: Flask, client: FlaskClient) -> None:
    font = client.get(url_of(app, "vendor/inter-latin.woff2"), headers={"Accept-Encoding": "gzip"})

    assert font.content_type == "font/woff2"
    assert font.content_encoding is None


def test_a_browser_that_has_the_file_is_not_sent_it_again(app: Flask, client: FlaskClient) -> None:
    url = url_of(app, "icons.svg")
    tag = client.get(url).headers["ETag"]

    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_static_files_carry_the_headers_of_trust(app: Flask, client: FlaskClient) -> None:
    headers = client.get(url_of(app, "portal.js")).headers

    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_outside_the_folder_is_served(client: FlaskClient) -> None:
    for path in ("../wsgi.py", "..%2fwsgi.py", "%2e%2e/wsgi.py", "vendor/../../wsgi.py"):
        assert client.get(f"/static/{path}").status_code == 404


def test_what_a_style_asks_for_is_there() -> None:
    assets = Assets(ROOT / "static")
    links = re.findall(r'url\("(?!data:|#)([^"]+)"\)', _body(assets, "portal.css"))

    assert len(links) == 2
    assert set(links) == {
        assets.url("vendor/inter-latin.woff2"),
        assets.url("vendor/inter-latin-ext.woff2"),
    }


def test_every_sign_a_template_shows_is_in_the_sprite() -> None:
    sprite = _body(Assets(ROOT / "static"), "icons.svg")
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = [path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html")]
    named = {name for text in templates for name in re.findall(r'icon\("([a-z0-9-]+)"\)', text)}

    assert named - there == set()


def test_the_layers_of_the_styles_are_ordered_before_any_is_filled() -> None:
    assert _body(Assets(ROOT / "static"), "portal.css").startswith("@layer ds.theme, ds.base")


def test_styles_and_scripts_and_signs_fit_the_first_view() -> None:
    """60 kB for a whole first view leaves some for the page itself."""
    assets = Assets(ROOT / "static")
    sizes = {
        name: len(brotli.compress(_body(assets, name).encode(), quality=10)) for name in BUNDLES
    }

    assert sum(sizes.values()) <= 51_000, sizes


def _body(assets: Assets, name: str) -> str:
    return assets.body(name).decode()
