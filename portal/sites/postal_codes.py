"""Norway's postal codes, and the place that each belongs to, from the register that comes along."""

from functools import cache
from pathlib import Path

from portal.base.text import loose_key
from portal.base.words import N_, Refused

REGISTER = Path(__file__).parents[2] / "static" / "vendor" / "postal-codes-no.tsv"
NORWAY = "NO"
_SMALL = {"i", "på", "ved", "og"}


@cache
def register() -> dict[str, str]:
    """Each code with its place, as people write it: Mo i Rana, and not MO I RANA."""
    lines = REGISTER.read_text("utf-8").splitlines()
    return {code: _written(place) for code, place in (line.split("\t") for line in lines)}


def place_of(postal_code: str) -> str:
    """The place that a Norwegian postal code belongs to; empty where there is no such code."""
    return register().get(postal_code, "")


def known(postal_code: str, country: str) -> str:
    """The code, as it was read; refused where Norway has none such. Of others we know none."""
    if country == NORWAY and postal_code and not place_of(postal_code):
        raise Refused(
            N_("There is no postal code %(code)s in Norway. Check the digits."),
            field="postal_code",
            code=postal_code,
        )
    return postal_code


def place_for(postal_code: str, country: str, typed: str) -> str:
    """The name of the place, as the register has it. Another place that there is somewhere else is
    refused: either the code or the place has a slip in it, and a parcel goes by the code."""
    if country != NORWAY or not postal_code:
        return typed
    place = place_of(postal_code)
    if typed and not _alike(typed, place) and _is_elsewhere(typed):
        raise Refused(
            N_("Postal code %(code)s belongs to %(place)s, and not to %(typed)s. Correct either."),
            field="postal_code",
            code=postal_code,
            place=place,
            typed=typed,
        )
    return place or typed


def fits(postal_code: str, country: str, place: str) -> bool:
    """Whether a parcel with both on it finds its way."""
    try:
        place_for(known(postal_code, country), country, place)
    except Refused:
        return False
    return True


def _alike(typed: str, place: str) -> bool:
    """Jøvik and Jøvika, Kristiansand and Kristiansand S, Bodø and Bodo."""
    one, other = loose_key(typed), loose_key(place)
    return one.startswith(other[:4]) or other.startswith(one[:4])


@cache
def _places() -> frozenset[str]:
    return frozenset(map(loose_key, register().values()))


def _is_elsewhere(typed: str) -> bool:
    return loose_key(typed) in _places()


def _written(place: str) -> str:
    words = place.lower().split(" ")
    told = (
        word if number and word in _SMALL else "-".join(map(str.capitalize, word.split("-")))
        for number, word in enumerate(words)
    )
    return " ".join(told)
