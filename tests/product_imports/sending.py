"""Sending a list in and registering it, over HTTP and with real jobs."""

from collections.abc import Callable
from io import BytesIO

from flask.testing import FlaskClient

SignIn = Callable[..., FlaskClient]
Jobs = Callable[..., int]
LIST = """Serienummer;Modell;Lokasjon;Rom
ABC123;Savi 7310;Oslo;Fløyen
ABC124;Savi 7310;Oslo;
AB;Savi 7310;Oslo;
;Savi 7310;Oslo;
"""


def send(client: FlaskClient, text: str | bytes = LIST, name: str = "liste.csv") -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post(
        "/products/import",
        data={"file": (BytesIO(content), name), "token": f"t{hash(content)}", "pasted": ""},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def register(client: FlaskClient, run_jobs: Jobs, text: str = LIST) -> str:
    path = send(client, text)
    run_jobs()
    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()
    return path
