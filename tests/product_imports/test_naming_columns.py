"""Saying what the columns mean: nothing that was chosen is lost, and what is left out is told."""

import re

from flask.testing import FlaskClient

from portal.accounts.models import User
from tests.product_imports.sending import Jobs, SignIn, send

NAMELESS = "aa;bb;cc;dd\nABC123;Savi 7310;Oslo;Fløyen\n"


def chosen(shown: str) -> list[str]:
    """What stands in each column's choice."""
    found = []
    for select in re.findall(r"<select[^>]*column-.*?</select>", shown, re.DOTALL):
        option = re.search(r"<option selected value=\"([^\"]*)\"", select)
        found.append(option[1] if option else "")
    return found


def name(client: FlaskClient, path: str, *meanings: str) -> str:
    data = {f"column-{at}": meaning for at, meaning in enumerate(meanings)}
    answer = client.post(f"{path}/columns", data=data)
    assert answer.status_code == 422
    return answer.text


def test_a_refused_form_keeps_what_was_chosen_and_leads_to_the_column(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, NAMELESS)
    run_jobs()
    meanings = ["serial_number", "model", "room", "room"]

    shown = name(client, path, *meanings)

    assert chosen(shown) == meanings
    told = "Kolonnen «cc» betyr det samme. Velg noe annet for en av dem."
    assert f'href="#column-3">dd: {told}</a>' in shown
    assert f'id="column-3-error">{told}</div>' in shown


def test_a_form_without_a_model_leads_to_a_column_that_was_left_out(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, NAMELESS)
    run_jobs()

    shown = name(client, path, "serial_number", "", "site", "no such meaning")

    assert chosen(shown)[::2] == ["serial_number", "site"]
    assert 'href="#column-1">bb: Velg hvilken kolonne' in shown


def test_what_was_named_before_is_mended_in_the_open(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    assert '<details class="fold">' in client.get(path).text

    shown = name(client, path, "serial_number", "model", "site", "site")

    assert '<details class="fold" open>' in shown
    assert 'href="#column-3">Rom: ' in shown


def test_columns_that_are_left_out_are_told_above(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, "Serienummer;Modell;Kjøpsdato;\nABC123;Savi 7310;1.1.2026;\n")
    run_jobs()
    assert "1 kolonne er utelatt: Kjøpsdato</p>" in client.get(path).text

    path = send(client, "Serienummer;Modell;Kjøpsdato;\nABC123;Savi 7310;1.1.2026;x\n")
    run_jobs()
    assert "2 kolonner er utelatt: Kjøpsdato og Kolonne 4</p>" in client.get(path).text

    path = send(client, "Serienummer;Modell\nABC123;Savi 7310\n")
    run_jobs()
    assert "utelatt:" not in client.get(path).text
