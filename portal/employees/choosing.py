"""Which model an employee has who cannot read the number: those of the account, some at a time."""

from dataclasses import dataclass

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.employees.queries import counted_lines, numbered_models
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
    """By name. A model that is counted alone is offered as its lines, so that nobody has to find
    out which one it is. Where some have numbers it may be one of these: an administrator says."""
    catalogue = catalogue_of(session)
    among = catalogue.matching(text) if text else {it.id for it in catalogue}
    numbered = set(session.scalars(numbered_models(among, account_id)))
    lines = session.scalars(counted_lines(among - numbered)).all()
    catalogue = catalogue_of(session, knowing=[*numbered, *(it.model_id for it in lines)])
    found = [
        ModelChoice(it.reference, catalogue[it.model_id].name, it.site.name if it.site else "")
        for it in lines
    ]
    found += [ModelChoice(reference(PREFIX, each), catalogue[each].name) for each in numbered]
    found.sort(key=lambda it: (it.name.casefold(), it.place, it.reference))
    return Offered(found[:MOST_CHOICES], len(found) > MOST_CHOICES, text)


def may_choose(session: ScopedSession, account_id: int, model_id: int, *, as_line: bool) -> bool:
    """Whether it is offered so, be it among the first or when it is searched for."""
    numbered = session.scalars(numbered_models([model_id], account_id)).first() is not None
    return numbered is not as_line
