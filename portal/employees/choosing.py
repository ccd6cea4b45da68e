"""Which model an employee has who cannot read the number: those of the account, some at a time."""

from dataclasses import dataclass

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.employees.queries import counted_lines
from portal.products.queries import models_in_use
from portal.replacements.unsaid import PREFIX

MOST_CHOICES = 10  # more than these are searched for


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One of those that a line counts; or one of a model whose devices have numbers."""

    reference: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    choices: list[ModelChoice]
    more: bool  # whether there are more than are shown
    text: str  # what they are searched by

    @property
    def searched(self) -> bool:
        return self.more or bool(self.text)


def models_offered(session: ScopedSession, account_id: int, text: str) -> Offered:
    """By name. A model that is counted is offered as its lines, so that nobody has to find out
    which one it is; of others the administrator says it."""
    catalogue = catalogue_of(session)
    among = catalogue.matching(text) if text else {it.id for it in catalogue}
    lines = session.scalars(counted_lines(among)).all()
    catalogue = catalogue_of(session, knowing=[it.model_id for it in lines])
    found = [
        ModelChoice(it.reference, catalogue[it.model_id].name, it.site.name if it.site else "")
        for it in lines
    ]
    others = among - {it.model_id for it in lines}
    for model_id in session.scalars(models_in_use(others, account_id=account_id)):
        found.append(ModelChoice(reference(PREFIX, model_id), catalogue[model_id].name))
    found.sort(key=lambda it: (it.name.casefold(), it.place, it.reference))
    return Offered(found[:MOST_CHOICES], len(found) > MOST_CHOICES, text)
