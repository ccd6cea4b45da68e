import pytest

from portal.base.typed import plain_text, read_name
from portal.base.words import Refused

NAMES = [
    "Åse-Marit O'Neill",
    "Čáhcesuolu",
    "von der Østby",
    "Ø",
    "Åse\u0301",
    "J.R.R. Tolkien",
    "St. Clair",
]
UNSEEN = ["\r\n", "\n", "\t", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\u2067"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_as_people_write_it(name: str) -> None:
    assert read_name(f"  {name}  ") == name


def test_what_lies_between_words_is_one_blank() -> None:
    assert read_name("Ola\u00a0 \ufeff Hansen") == "Ola Hansen"


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_no_name_has_is_refused_at_the_field(sign: str) -> None:
    with pytest.raises(Refused) as refused:
        read_name(f"Ola{sign}Hansen")
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name",
    [
        "Your account is locked, unlock at https://evil.example/pay",
        "evil.example/pay",
        "Ola www.evil",
        "Unlock at EVIL.example",
        "ola@evil.example",
        "Ola ｅｖｉｌ．ｅｘａｍｐｌｅ",
    ],
)
def test_a_name_leads_nowhere(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_name(name)
    assert refused.value.field == "name"


def test_an_organization_may_be_called_as_its_site_but_leads_nowhere_either() -> None:
    assert read_name("Finn.no AS", organization=True) == "Finn.no AS"
    for name in ("https://finn.no", "finn.no/pay", "post@finn.no"):
        with pytest.raises(Refused):
            read_name(name, organization=True)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "å" * 121])
def test_a_name_there_is_and_it_is_not_endless(name: str) -> None:
    with pytest.raises(Refused):
        read_name(name)


def test_lines_stay_lines_and_nothing_in_them_turns() -> None:
    assert plain_text(" a\u202e  b\r\n\r\nc\0d\te\u2069 ") == "a b\n\nc d e"
