import pytest

from portal.base.words import Refused
from portal.passwords.rules import check_password, is_guessable

ABOUT = ("Kari Nordmann", "kari@nordlys.example.com")


@pytest.mark.parametrize(
    "password",
    [
        *("passwordpassword", "password1234567", "Passord123456789", "P@ssw0rdP@ssw0rd"),
        *("123456789012345", "aaaaaaaaaaaaaaaa", "qwertyuiopåasdfghjklø", "abababababababab"),
        *("Sommer2026Sommer2026", "velkommenvelkommen", "kari@nordlys.example.com"),
        *("KariNordmann2026", "nordlysnordlys!!", "iloveyouiloveyou", "a" * 200, "ab" * 100),
        *("Kari Nordmann Nordlys 2026", "kari-nordmann_nordlys.2026"),
        *("Poly+ Enterprise", "poly+enterprise2026", "P0ly+ 3nterprise!!", "Støtteportalen 2026"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert is_guessable(password, ABOUT)
    with pytest.raises(Refused):
        check_password(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        *("five calm otters rowing", "korrekt hest batteri stift", "tre blå ugler spiser vafler"),
        *("xK9#mQ2$vL5@nR8", "elleve grønne kajakker", "  leading and trailing  "),
        *("日本語のとても長い合言葉です。よし", "x7!q" * 3 + "zw5", "lange setninger er fine " * 8),
    ],
)
def test_length_is_enough_and_any_character_will_do(password: str) -> None:
    check_password(password, about=ABOUT)


@pytest.mark.parametrize("length", [1, 14])
def test_short_ones_are_refused(length: int) -> None:
    with pytest.raises(Refused, match="least"):
        check_password("xK9#mQ2$vL5@nR8"[:length])


def test_sixty_four_characters_and_more_are_taken() -> None:
    sentence = "fjorten små reker danser tango på taket av et gult hus ved elva i natt"
    assert len(sentence) > 64
    check_password(sentence)


def test_endless_ones_are_refused_and_cost_little() -> None:
    with pytest.raises(Refused, match="most"):
        check_password("five calm otters rowing " * 50_000)
