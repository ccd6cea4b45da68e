"""What is told of a return on the page of its replacement."""

from dataclasses import dataclass

from portal.base.tenancy import ScopedSession
from portal.replacements.beside import tells_of_replacements
from portal.replacements.models import Replacement
from portal.returns.labels import has_label


@dataclass(frozen=True, slots=True)
class Told:
    has_label: bool


def find(session: ScopedSession, it: Replacement) -> Told | None:
    return Told(True) if has_label(it) else None


tells_of_replacements("returns/_of_replacement.html", find)
