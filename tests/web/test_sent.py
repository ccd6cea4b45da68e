from io import BytesIO
from typing import cast

from flask import Flask, request

from portal.base.references import reference
from portal.web import sent


def test_a_nul_is_taken_out_of_what_was_sent() -> None:
    app = Flask(__name__)
    sent.init_app(app)
    file = (BytesIO(b"a\0b"), "a.csv")

    with app.test_request_context("/?q=a%00b", method="POST", data={"room": "a\0b", "file": file}):
        assert (request.args["q"], request.form["room"]) == ("ab", "ab")
        assert request.files["file"].read() == b"a\0b"


def test_no_record_has_a_nul_in_its_address() -> None:
    app = Flask(__name__)
    sent.init_app(app)
    app.add_url_rule("/products/<reference>", view_func=lambda reference: reference)

    assert app.test_client().get(f"/products/{reference('P', 1)}").status_code == 200
    assert app.test_client().get(f"/products/{reference('P', 1)}%00").status_code == 404


def test_what_decides_and_is_not_read_is_unasked() -> None:
    app = Flask(__name__)
    sent.init_app(app)

    for read in (
        lambda form: form["role"],
        lambda form: form.get("role"),
        lambda form: form.getlist("role"),
        lambda form: "role" in form,
    ):
        with app.test_request_context("/", method="POST", data={"role": "x", "deed": "assign"}):
            form = cast(sent.Sent, request.form)
            assert form.unasked()
            read(form)
            assert not form.unasked()
