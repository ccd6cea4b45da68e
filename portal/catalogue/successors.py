"""What is sent instead of a model when there is none left, as staff name it."""

from sqlalchemy.orm import Session

from portal.base.db import save
from portal.base.history import Doer, What, happened
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import ProductModel


def name_successor(
    session: Session, model: ProductModel, name: str, *, version: int, by: Doer
) -> bool:
    """By its name or part number; empty: none. Whether that changed anything."""
    catalogue, typed = catalogue_of(session), name.strip()
    found = catalogue.named(typed) or catalogue.with_part_number(typed) if typed else None
    if typed and found is None:
        raise Refused(
            N_("There is no model called %(name)s in the catalogue."),
            field="successor",
            name=typed[:80],
        )
    if found and found.id == model.id:
        raise Refused(N_("A model cannot be its own successor."), field="successor")
    if found and found.category is not model.category:
        raise Refused(N_("Choose a model of the same category."), field="successor")
    before = catalogue.get(model.successor_id)
    after_id = found.id if found else None
    if after_id == model.successor_id and model.version == version:
        return False
    save(session, model, version=version, successor_id=after_id)
    names = [before.name if before else "", found.name if found else ""]
    happened(session, model, What.CHANGED, by=by, successor=names)
    return True
