import pytest

from portal.base.words import Refused
from portal.invitations.rules import MOST, Invitee, read_invitees, tidied


@pytest.mark.parametrize(
    "text",
    [
        "a@x.no, b@x.no",
        "a@x.no;b@x.no",
        " a@x.no  b@x.no ",
        "a@x.no\r\nb@x.no\r\n",
        "A@X.no\tb@x.no,a@x.no",
        "<a@x.no>, <b@x.no>;",
    ],
)
def test_addresses_are_separated_by_whatever_people_paste(text: str) -> None:
    assert read_invitees(text) == [Invitee("a@x.no"), Invitee("b@x.no")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ola Hansen <ola@x.no>", "Ola Hansen"),
        ('"Hansen, Ola" <ola@x.no>', "Hansen, Ola"),
        ("Åse  Ødegård\t<ola@x.no>", "Åse Ødegård"),
        ("ola@x.no", ""),
    ],
)
def test_a_name_beside_an_address_is_kept(text: str, name: str) -> None:
    assert read_invitees(text) == [Invitee("ola@x.no", name)]


def test_no_address_is_lost_before_a_name() -> None:
    assert read_invitees("a@x.no b@x.no Kari <k@x.no>") == [
        Invitee("a@x.no"),
        Invitee("b@x.no"),
        Invitee("k@x.no", "Kari"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ;\n",
        "Ola Hansen",
        "ola@",
        "@x.no",
        "ola@x",
        "a@x.no\r\nBcc: evil@x.no",
        "Ola\r\nBcc: evil@x.no <a@x.no>",
        "ola@x.no\x00evil",
        "a@b@x.no",
        f"{'a' * 300}@x.no",
        "<>",
    ],
)
def test_what_is_no_address_is_told_at_the_field(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_invitees(text)
    assert refusal.value.field == "emails"


def test_so_many_at_a_time() -> None:
    def several(number: int) -> str:
        return ",".join(f"a{each}@x.no" for each in range(number))

    assert len(read_invitees(several(MOST))) == MOST
    with pytest.raises(Refused):
        read_invitees(several(MOST + 1))


def test_a_name_has_nothing_that_cannot_be_seen() -> None:
    assert tidied("Ola\r\nBcc: x\x00\u202e\u2028 Hansen ") == "Ola Bcc: x Hansen"
    assert len(tidied("å" * 500)) == 120
