import pytest

from portal.base.bilingual import Bilingual, Said, line_of, lines_of


@pytest.mark.parametrize(
    ("nb", "en", "language", "expected"),
    [
        ("Hei", "Hello", "nb", ("Hei", "nb")),
        ("Hei", "Hello", "nn", ("Hei", "nb")),
        ("Hei", "Hello", "en", ("Hello", "en")),
        ("", "Hello", "nb", ("Hello", "en")),
        ("", "Hello", "nn", ("Hello", "en")),
        ("Hei", "", "en", ("Hei", "nb")),
    ],
)
def test_a_text_is_read_in_the_readers_language_or_the_other(
    nb: str, en: str, language: str, expected: tuple[str, str]
) -> None:
    assert Bilingual(nb, en).in_language(language) == Said(*expected)


def test_what_it_lacks_is_known_where_it_is_written_at_all() -> None:
    assert Bilingual("Hei").lacks == ("en",)
    assert Bilingual(en="Hello").lacks == ("nb",)
    assert Bilingual("Hei", "Hello").lacks == Bilingual().lacks == ()
    assert not Bilingual()


def test_no_sign_is_kept_that_nobody_sees() -> None:
    assert lines_of(" a\r\nb\rc\x00\x1b\u202e\ufeff \n\n") == "a\nb\nc"
    assert lines_of(None) == line_of(None) == ""
    assert line_of(" a\tb\n c ") == "a b c"
    assert lines_of("blåbær é 😀 fi\N{NO-BREAK SPACE}x") == "blåbær é 😀 fi\N{NO-BREAK SPACE}x"
