"""Which spare parts there are, as logistics keeps them."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.naming import models_named
from portal.spare_parts.models import SparePart

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./+#-]*")  # what vendors print on them
OUR_REFERENCE = re.compile(r"RMA\W*[0-9]", re.IGNORECASE)  # scanned where a part number goes


def add_part(
    session: Session, *, number: str, name_nb: str, name_en: str, models: str, by: Doer
) -> SparePart:
    """A part with the models that it fits, one on each line."""
    told = _checked(session, number, name_nb, name_en, models)
    part = SparePart(**told)
    try:
        with session.begin_nested():
            session.add(part)
    except IntegrityError as error:
        raise _known(error) from None
    happened(session, part, What.CREATED, by=by)
    return part


def change_part(
    session: Session,
    part: SparePart,
    *,
    version: int,
    number: str,
    name_nb: str,
    name_en: str,
    models: str,
    by: Doer,
) -> bool:
    """What was written wrongly, or is called otherwise now. Whether that changed anything.

    What was asked for already follows: it is the same part.
    """
    told = _checked(session, number, name_nb, name_en, models)
    changed = {name: value for name, value in told.items() if getattr(part, name) != value}
    if not changed and version == part.version:
        return False
    try:
        save(session, part, version=version, **told)
    except IntegrityError as error:
        raise _known(error) from None
    happened(session, part, What.CHANGED, by=by, fields=sorted(changed))
    return True


def _checked(
    session: Session, number: str, name_nb: str, name_en: str, models: str
) -> dict[str, Any]:
    """Its columns, tidied."""
    typed, catalogue = " ".join(number.split()), catalogue_of(session)
    shaped = NUMBER.fullmatch(typed) and not OUR_REFERENCE.match(typed)
    if not identifier(typed) or len(typed) > 40 or not shaped:
        raise Refused(
            N_("“%(number)s” is not a part number. Use letters, digits and dashes."),
            field="number",
            number=typed[:40],
        )
    if model := catalogue.with_part_number(typed):
        raise Refused(
            N_("This is the part number of a model: %(model)s."), field="number", model=model.name
        )
    names = {"name_nb": " ".join(name_nb.split()), "name_en": " ".join(name_en.split())}
    for field, name in names.items():
        if not 1 <= len(name) <= 80:
            raise Refused(N_("Enter the name of the part, at most 80 characters."), field=field)
    model_ids = sorted(models_named(models, catalogue))
    if not model_ids:
        raise Refused(N_("Name the models that it fits."), field="models")
    return {"number": typed, **names, "model_ids": model_ids}


def _known(error: IntegrityError) -> Refused:
    """The constraint says that another part has the number."""
    if not broke(error, "uq_spare_part_folded"):
        raise error
    return Refused(N_("There is already a part with this number."), field="number")


def withdraw_part(session: Session, part: SparePart, *, by: Doer, now: datetime) -> None:
    """From now on nobody asks for it; what was asked for is sent. Twice is once."""
    if part.withdrawn_at is None:
        part.withdrawn_at = now
        happened(session, part, What.WITHDRAWN, by=by)


def offer_again(session: Session, part: SparePart, *, by: Doer) -> None:
    """It was withdrawn by mistake, or is there again. Twice is once."""
    if part.withdrawn_at is not None:
        part.withdrawn_at = None
        happened(session, part, What.OFFERED_AGAIN, by=by)
