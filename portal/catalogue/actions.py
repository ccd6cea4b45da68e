"""What is done to the catalogue. That it changed is counted by `catalogue` itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.base.history import Doer, What, happened
from portal.base.text import identifier
from portal.base.words import N_, Overtaken, Refused
from portal.catalogue.facts import ModelFacts, changes, checked, facts_of
from portal.catalogue.models import PartNumber, ProductModel

TAKEN_NAME = N_("There is already a model called %(name)s.")
TAKEN_PART_NUMBER = N_("Part number %(number)s belongs to %(model)s.")


def add_model(session: Session, facts: ModelFacts, *, by: Doer | None) -> ProductModel:
    facts = checked(facts)
    model = ProductModel()
    state(model, facts)
    with _refusing_twins(session, model, facts):
        session.add(model)
    happened(session, model, What.CREATED, by=by)
    return model


def change_model(
    session: Session, model: ProductModel, facts: ModelFacts, *, version: int, by: Doer | None
) -> bool:
    """State the facts anew, unless they changed meanwhile. Whether that changed anything."""
    facts = checked(facts)
    changed = changes(facts_of(model), facts)
    if not changed and model.version == version:
        return False
    try:
        with _refusing_twins(session, model, facts):
            # What was opened at this version may replace this version only. The name counts as
            # written, since part numbers by themselves would not make the database compare.
            set_committed_value(model, "version", version)
            flag_modified(model, "name")
            state(model, facts)
    except StaleDataError:
        raise Overtaken(
            N_("Someone else changed this model while you were writing. Compare, then save."),
            version=model.version,
        ) from None
    happened(session, model, What.CHANGED, by=by, **changed)
    return True


def state(model: ProductModel, facts: ModelFacts) -> None:
    """Write the facts into the record. A part number that stays keeps its row."""
    known = {part.folded: part for part in model.part_numbers}
    parts = []
    for number in facts.part_numbers:
        part = known.get(identifier(number)) or PartNumber(number=number)
        part.number = number
        parts.append(part)
    model.part_numbers = parts
    model.name, model.category, model.family = facts.name, facts.category, facts.family
    model.kind, model.serial_pattern = facts.kind, facts.serial_pattern
    model.end_of_sale, model.end_of_service = facts.end_of_sale, facts.end_of_service
    model.list_price, model.list_currency = facts.list_price, facts.list_currency
    model.demo = facts.demo


@contextmanager
def _refusing_twins(session: Session, model: ProductModel, facts: ModelFacts) -> Iterator[None]:
    """Asking first would miss a twin that comes between, so the database is left to object."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        own = model.id
        folded = [identifier(number) for number in facts.part_numbers]
        taken = (
            select(PartNumber.number, ProductModel.name)
            .join(PartNumber.model)
            .where(PartNumber.folded.in_(folded), ProductModel.id != own)
        )
        if found := session.execute(taken).first():
            number, name = found
            raise Refused(
                TAKEN_PART_NUMBER, field="part_numbers", number=number, model=name
            ) from None
        raise Refused(TAKEN_NAME, field="name", name=facts.name) from None
