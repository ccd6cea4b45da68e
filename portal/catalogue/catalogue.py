"""The whole catalogue, in the memory of each process: pages look models up without asking for them.

It is read by nearly every page and changes a few times a month. A page that meets a model it does
not know says so with `knowing=`, and then the catalogue is read anew at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.held import Held
from portal.base.text import identifier, sort_key
from portal.catalogue.models import (
    Category,
    Kind,
    PartNumber,
    ProductModel,
    SerialPattern,
)
from portal.catalogue.rules import fold_name
from portal.catalogue.search import Words, words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as pages need it: plain values, shared by everyone, changed by nobody."""

    id: int
    name: str
    category: Category
    family: str
    kind: Kind
    serial_pattern: SerialPattern
    end_of_sale: date | None
    end_of_service: date | None
    part_numbers: tuple[str, ...]
    demo: bool  # whether its dates, part numbers and list price are made up
    list_price: Decimal | None = None
    list_currency: str = "NOK"
    successor_id: int | None = None  # what is sent instead when there is none left


class Catalogue:
    """All models by name, and the ways to find one."""

    def __init__(self, models: Iterable[Model]) -> None:
        self.models = tuple(sorted(models, key=lambda model: sort_key(model.name)))
        self._by_id = {model.id: model for model in self.models}
        self._by_name = {fold_name(model.name): model for model in self.models}
        self._by_part_number = {
            identifier(number): model for model in self.models for number in model.part_numbers
        }

    def __getitem__(self, model_id: int) -> Model:
        return self._by_id[model_id]

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def knows(self, model_ids: Iterable[int]) -> bool:
        return self._by_id.keys() >= set(model_ids)

    def get(self, model_id: int | None) -> Model | None:
        return self._by_id.get(model_id) if model_id else None

    def named(self, name: str) -> Model | None:
        """The model of this name, whatever its case, blanks and dashes."""
        return self._by_name.get(fold_name(name))

    def with_part_number(self, number: str) -> Model | None:
        return self._by_part_number.get(identifier(number))

    def matching(self, text: str) -> set[int]:
        """The models that every word of this text points to; none when it has no words.

        By the beginning of a word of the name, of the family, of what it is (in Norwegian and
        English, with synonyms), or of a part number.
        """
        return self._words.matching(text)

    @cached_property
    def _words(self) -> Words:
        return Words(
            {it.id: words_for(it.name, it.family, it.kind, it.part_numbers) for it in self.models}
        )


def catalogue_of(session: Session, *, knowing: Iterable[int] = ()) -> Catalogue:
    """The catalogue, from memory when it can be. It knows the models with the ids `knowing`."""
    return CATALOGUE.of(session, enough=lambda held: held.knows(knowing))


def _read(session: Session) -> Catalogue:
    columns = [getattr(ProductModel, name) for name in Model.__slots__ if name != "part_numbers"]
    rows = session.execute(
        select(*columns, PartNumber.number)
        .outerjoin(PartNumber, PartNumber.model_id == ProductModel.id)
        .order_by(ProductModel.id, PartNumber.id)
    )
    models: dict[int, tuple[tuple[Any, ...], list[str]]] = {}
    for *values, part_number in rows:
        _, numbers = models.setdefault(values[0], (tuple(values), []))
        if part_number:
            numbers.append(part_number)
    names = [column.key for column in columns]
    return Catalogue(
        Model(**dict(zip(names, values, strict=True)), part_numbers=tuple(numbers))
        for values, numbers in models.values()
    )


CATALOGUE = Held("catalogue", _read, ProductModel, PartNumber)
