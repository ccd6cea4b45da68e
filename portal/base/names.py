"""Names that sort as Norwegian, and are found however they are typed; those of people can go."""

from collections.abc import Callable

from sqlalchemy import Dialect, String
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.types import TypeDecorator

from portal.base.text import loose_key, sort_key
from portal.base.words import N_

FORMER = N_("Former user")
_says: list[Callable[[str], str]] = [str]


def say_by(translate: Callable[[str], str]) -> None:
    """From now on words for names that are gone are told in the language being spoken."""
    _says[0] = translate


class PersonName(TypeDecorator[str]):
    """What a person is called. Of a former user nothing is stored, and everywhere a page, a list
    or a mail tells the name, it tells these words instead."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return _says[0](FORMER) if value == "" else value


class Named:
    """Mixin: keeps the keys of a `name` beside it."""

    name_key: Mapped[str] = mapped_column(String(400))  # sorts as Norwegian, and tells twins
    name_fold: Mapped[str] = mapped_column(String(240))

    @validates("name")
    def _key(self, _attribute: str, name: str) -> str:
        self.name_key, self.name_fold = sort_key(name), loose_key(name)
        return name
