"""The whole catalogue, in the memory of each process: pages look models up without asking for them.

The catalogue is read by nearly every page and changes a few times a month. What is held is renewed
at once in the process that changed it (when its transaction is kept), and within `CHECK_EVERY`
seconds in all others: that often a process asks for the number that every change counts up. A
check in every request would cost a statement a page. A page that meets a model it does not know
says so with `knowing=`, and then the catalogue is read anew at once.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Engine, event, insert, select, update
from sqlalchemy.orm import Session

from portal.base.tenancy import ScopedSession
from portal.base.text import identifier, sort_key
from portal.catalogue.models import (
    CatalogueVersion,
    Category,
    Kind,
    PartNumber,
    ProductModel,
    SerialPattern,
)
from portal.catalogue.rules import fold_name
from portal.catalogue.search import matches, words_for

CHECK_EVERY = 5.0


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
    demo: bool  # whether its dates and part numbers are made up


class Catalogue:
    """All models by name, and the ways to find one."""

    def __init__(self, models: Iterable[Model], number: int) -> None:
        self.models = tuple(sorted(models, key=lambda model: sort_key(model.name)))
        self.number = number  # of the change it was read after
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
        return {model.id for model in self.models if matches(self._words[model.id], text)}

    @cached_property
    def _words(self) -> dict[int, frozenset[str]]:
        return {
            it.id: words_for(it.name, it.family, it.kind, it.part_numbers) for it in self.models
        }


@dataclass(slots=True)
class _Held:
    catalogue: Catalogue
    checked_at: float


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


def catalogue_of(session: Session, *, knowing: Iterable[int] = ()) -> Catalogue:
    """The catalogue, from memory when it can be. It knows the models with the ids `knowing`."""
    if "catalogue_changed" in session.info:
        return _read(session)  # what is not yet kept is for this session only
    engine = session.get_bind().engine
    held = _held.get(engine)
    if held is not None and held.catalogue.knows(knowing):
        if time.monotonic() - held.checked_at < CHECK_EVERY:
            return held.catalogue
        checked_at = time.monotonic()
        if (session.scalar(select(CatalogueVersion.number)) or 0) == held.catalogue.number:
            held.checked_at = checked_at
            return held.catalogue
    held = _held[engine] = _Held(_read(session), time.monotonic())
    return held.catalogue


def forget() -> None:
    """Read anew at the next question, in this process."""
    _held.clear()


def _read(session: Session) -> Catalogue:
    # The number first: should a change come between, the next check finds it and reads again.
    number = session.scalar(select(CatalogueVersion.number)) or 0
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
        (
            Model(**dict(zip(names, values, strict=True)), part_numbers=tuple(numbers))
            for values, numbers in models.values()
        ),
        number,
    )


@event.listens_for(ScopedSession, "after_flush")
def _count(session: Session, _context: object) -> None:
    """Count every change of a model, so that no deed has to remember it."""
    touched = (*session.new, *session.dirty, *session.deleted)
    changed = any(isinstance(record, ProductModel | PartNumber) for record in touched)
    if not changed or "catalogue_changed" in session.info:
        return
    session.info["catalogue_changed"] = True
    one_more = update(CatalogueVersion).values(number=CatalogueVersion.number + 1)
    counted = session.execute(one_more, execution_options={"synchronize_session": False})
    if not cast("CursorResult[Any]", counted).rowcount:
        session.execute(insert(CatalogueVersion).values(id=1, number=1))


@event.listens_for(ScopedSession, "after_commit")
def _kept(session: Session) -> None:
    if session.info.pop("catalogue_changed", False):
        forget()


@event.listens_for(ScopedSession, "after_rollback")
def _undone(session: Session) -> None:
    session.info.pop("catalogue_changed", None)
