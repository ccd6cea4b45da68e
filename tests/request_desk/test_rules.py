import pytest

from portal.base.words import Refused
from portal.request_desk.rules import Field, check_fields, filled


def test_fields_are_put_in_place_of_and_nothing_else() -> None:
    values = {Field.NAME: "Ola", Field.REFERENCE: "SR-1000013"}
    text = "Hei {name}! Dette gjelder {reference}."
    assert filled(text, values, "nb") == "Hei Ola! Dette gjelder SR-1000013."


def test_what_comes_in_is_not_looked_at_again() -> None:
    values = {Field.SUBJECT: "{agent} {{ 7 * 7 }} {subject}", Field.AGENT: "Anna"}
    assert filled("Om «{subject}»", values, "nb") == "Om «{agent} {{ 7 * 7 }} {subject}»"


def test_what_is_not_known_is_said_in_the_language_of_the_reader() -> None:
    assert filled("Om {product}", {}, "nb") == "Om enheten"
    assert filled("About {product}", {Field.PRODUCT: ""}, "en") == "About the device"


@pytest.mark.parametrize(
    "text",
    ["{navn}", "{name.__class__}", "{0}", "{}", "{name!r}", "{{name}}", "{ name }", "{name", "a}"],
)
def test_fields_that_there_are_not_are_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        check_fields(text, field="norwegian")
    assert refused.value.field == "norwegian"


def test_each_field_that_there_is_may_be_used() -> None:
    text = " ".join(f"{{{each}}}" for each in Field)
    assert check_fields(text, field="norwegian") == text
    assert "{" not in filled(text, {}, "nb")
