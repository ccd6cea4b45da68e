import gzip

import pytest
from flask import Flask, Response

from portal.web.guard import public

PAGE = "<p>Bodø, møterom Svartisen</p>" * 60


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """A portal that pages are added to."""
    return own_app


def serve(app: Flask, body: str, mimetype: str = "text/html") -> Flask:
    app.add_url_rule("/made", "made", public(lambda: Response(body, mimetype=mimetype)))
    return app


def test_pages_are_compressed_for_those_who_take_it(app: Flask) -> None:
    client = serve(app, PAGE).test_client()
    answer = client.get("/made", headers={"Accept-Encoding": "gzip"})

    assert answer.content_encoding == "gzip"
    assert gzip.decompress(answer.data).decode() == PAGE
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(PAGE) / 5


def test_pages_are_plain_for_those_who_do_not(app: Flask) -> None:
    answer = serve(app, PAGE).test_client().get("/made")

    assert answer.text == PAGE
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_length_of_a_page_does_not_tell_what_is_in_it(app: Flask) -> None:
    client = serve(app, PAGE).test_client()
    answers = [client.get("/made", headers={"Accept-Encoding": "gzip"}) for _ in range(40)]

    assert len({len(answer.data) for answer in answers}) > 5


def test_what_is_short_or_of_another_kind_is_left_alone(app: Flask) -> None:
    client = serve(app, "kort").test_client()
    assert client.get("/made", headers={"Accept-Encoding": "gzip"}).content_encoding is None


def test_files_are_left_alone(app: Flask) -> None:
    client = serve(app, PAGE, "application/pdf").test_client()
    assert client.get("/made", headers={"Accept-Encoding": "gzip"}).content_encoding is None
