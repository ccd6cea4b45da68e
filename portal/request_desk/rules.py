"""Standard answers: which fields a text may have, and what stands there when it is used.

A field is a name in braces, and there are these and no others. They are put in place of once, as
plain text: what comes in is looked at no more, so nobody writes a field into somebody's answer.
"""

import re
from collections.abc import Mapping

from portal.base.words import N_, LabelledEnum, Refused

LONGEST_ANSWER, LONGEST_TITLE = 20_000, 120
_FIELD = re.compile(r"\{([^{}]*)\}")


class Field(LabelledEnum):
    """What can be filled in by itself."""

    NAME = "name", N_("First name of the contact")
    REFERENCE = "reference", N_("Number of the request")
    SUBJECT = "subject", N_("Subject of the request")
    CUSTOMER = "customer", N_("Name of the customer")
    PRODUCT = "product", N_("The device, by its model")
    SERIAL_NUMBER = "serial_number", N_("Serial number of the device")
    NEXT_UPDATE = "next_update", N_("When you write again at the latest")
    AGENT = "agent", N_("Your name")


_KNOWN = {each.value: each for each in Field}
# What stands for something that is not known of a request.
UNKNOWN = {
    "nb": {Field.PRODUCT: "enheten", Field.SERIAL_NUMBER: "ukjent"},
    "en": {Field.PRODUCT: "the device", Field.SERIAL_NUMBER: "unknown"},
}


def check_fields(text: str, *, field: str) -> str:
    """The text, if every name in braces is one that is known."""
    for name in _FIELD.findall(text):
        if name not in _KNOWN:
            raise Refused(N_("There is no field “%(name)s”."), field=field, name=name[:40])
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        raise Refused(N_("A brace is open: fields are written like {name}."), field=field)
    return text


def filled(text: str, values: Mapping[Field, str], language: str) -> str:
    """The text with what is known of a request in the place of its fields."""
    unknown = UNKNOWN["en" if language == "en" else "nb"]

    def value(found: re.Match[str]) -> str:
        name = _KNOWN.get(found[1])
        if name is None:
            return found[0]
        return values.get(name) or unknown.get(name, "")

    return _FIELD.sub(value, text)
