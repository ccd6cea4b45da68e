"""All spare parts, in the memory of each process."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.bilingual import Bilingual
from portal.base.held import Held
from portal.base.text import identifier
from portal.spare_parts.models import SparePart


@dataclass(frozen=True, slots=True)
class Part:
    """A part as pages need it: plain values, shared by everyone, changed by nobody."""

    id: int
    number: str
    name: Bilingual
    model_ids: frozenset[int]
    offered: bool

    def found_by(self, text: str) -> bool:
        """Every word is in its number or its names."""
        told = f"{identifier(self.number)} {self.name.nb} {self.name.en}".casefold()
        words = text.casefold().split()
        return all(word.replace("-", "") in told or word in told for word in words)


def spare_parts(session: Session, *, knowing: int | None = None) -> dict[int, Part]:
    """By id, in the order of their names."""
    return PARTS.of(session, enough=lambda held: knowing is None or knowing in held)


def _read(session: Session) -> dict[int, Part]:
    rows = session.scalars(select(SparePart).order_by(SparePart.name_nb, SparePart.id))
    return {
        it.id: Part(it.id, it.number, it.name, frozenset(it.model_ids), it.withdrawn_at is None)
        for it in rows
    }


PARTS = Held("spare_parts", _read, SparePart)
