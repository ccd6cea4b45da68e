"""Of an answer nothing is lost that somebody wrote, wherever it stands; what it answers goes."""

import pytest

from portal.mail_intake.quoting import new_in

WROTE = "Den 30. nov. 2026 kl. 10:00 skrev Poly support <support+abc@portal.example>:"
LINE = "– Skriv svaret ditt over denne linjen –"
HEADER = """Fra: Poly support <support+abc@portal.example>
Sendt: mandag 30. november 2026 10:00
Til: Ola Hansen
Emne: [SR-1000015] Ingen lyd"""


def test_answers_between_the_lines_stay_with_what_they_answer() -> None:
    text = (
        f"Hei, svar under:\n\n{WROTE}\n> Hvilken versjon?\nVersjon 4.1.2\n> Hvilket rom?\nRom 12\n"
        "> Hilsen\n> Anna\n"
    )
    assert new_in(text) == (
        "Hei, svar under:\n> Hvilken versjon?\nVersjon 4.1.2\n> Hvilket rom?\nRom 12"
    )


def test_a_log_that_looks_like_the_head_of_a_mail_stays() -> None:
    log = "Her er utdrag:\nFrom: 10.0.0.1\nTo: 10.0.0.2\nSubject: Call\nSIPLOGG…"
    assert new_in(log) == log
    assert new_in(f"{log}\n\n{WROTE}\n\n> {LINE}\n>\n> Hei\n") == log


def test_an_answer_below_our_whole_mail_stays_and_our_mail_goes() -> None:
    quoted = f"> {LINE}\n>\n> Hei, Ola!\n\n> Hvilken versjon?\n"
    assert new_in(f"Hei\n{quoted}\nVersjon 4.1.2") == "Hei\n\nVersjon 4.1.2"
    assert new_in(f"{WROTE}\n{quoted}\nVersjon 4.1.2") == "Versjon 4.1.2"
    between = new_in(f"{WROTE}\n{quoted}\nVersjon 4.1.2\n> Hvilket rom?\nRom 12")
    assert between.endswith("> Hvilken versjon?\n\nVersjon 4.1.2\n> Hvilket rom?\nRom 12")
    assert "linjen" not in between
    assert "@" not in between


def test_what_only_sounds_like_a_quotation_stays() -> None:
    said = "On 2026-11-30 12:00 the device wrote:\nERROR 17"
    assert new_in(said) == said
    assert new_in(f"{said}\n\n{WROTE}\n> {LINE}\n> Hei") == said
    asked = "Den 30. nov. skrev enheten:\n> ERROR 17\nHva er det?"
    assert new_in(asked) == asked
    mentioned = "Jeg skal skrive svaret mitt, men «skriv svaret ditt over denne linjen» er borte."
    assert new_in(f"{mentioned}\nHilsen Ola") == f"{mentioned}\nHilsen Ola"


@pytest.mark.parametrize(
    "below",
    [
        f"{WROTE}\n\n> Hei, Ola!\n> Hvilken versjon?\n",
        f"{WROTE}\n{LINE}\n\nHei, Ola!\n",
        f"{LINE}\n\nHei, Ola!\n",
        f"________________________________\n{HEADER}\n\n{LINE}\n\nHei, Ola!",
        f"{HEADER}\n\nHei, Ola!\nHvilken versjon?",
        f"-----Opprinnelig melding-----\n{HEADER}\n\nHei, Ola!",
        "*From:* A <a@example.com>\n*Sent:* Monday\n*To:* B; C;\nD\n*Subject:* Hi\n\nHello",
        "Från: A\nSkickat: den 30 november 2026\nTill: B\nÄmne: Hej\n\nHej!",
        "man. 30. nov. 2026 kl. 10:00 skrev Poly support <\nsupport+abc@portal.example>:\n\n> Hei",
        "On Mon, Nov 30, 2026 at 10:00 Poly support\n<support+abc@portal.example> wrote:\n\n> Hi",
        f"> {WROTE}\n>> Hei\n> Hei igjen\n",
        "> Hei\n\n\n> du\n",
    ],
)
def test_what_is_answered_goes(below: str) -> None:
    assert new_in(f"Ja, den virker nå.\n\nHilsen\nOla\n\n{below}".replace("\n", "\r\n")) == (
        "Ja, den virker nå.\n\nHilsen\nOla"
    )
    assert new_in(below) == ""


def test_a_quotation_between_two_paragraphs_belongs_to_the_answer() -> None:
    text = "Du spør:\n\n> Hvilket rom?\n\nRom 12.\n\nHilsen Ola"
    assert new_in(text) == text
