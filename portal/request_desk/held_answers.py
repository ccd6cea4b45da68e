"""The standard answers on offer, in the memory of each process: every request lists them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.base.held import Held
from portal.request_desk.queries import standard_answers
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.rules import Status


@dataclass(frozen=True, slots=True)
class Offered:
    """A standard answer as pages need it: plain values, changed by nobody."""

    id: int
    title: str
    texts: dict[str, str]  # by the language of whoever gets it
    waits: dict[str, str]
    goes_to: Status | None

    def words(self, language: str) -> str:
        return self.texts[_written(language)]

    def waits_for(self, language: str) -> str:
        return self.waits[_written(language)]


def answers_of(session: Session) -> dict[int, Offered]:
    """By their ids, in the order of their titles."""
    return ANSWERS.of(session)


def _written(language: str) -> str:
    return "en" if language == "en" else "nb"


def _read(session: Session) -> dict[int, Offered]:
    return {it.id: _offered(it) for it in session.scalars(standard_answers())}


def _offered(it: Any) -> Offered:
    return Offered(
        it.id,
        it.title,
        {"nb": it.norwegian, "en": it.english},
        {"nb": it.waits_norwegian, "en": it.waits_english},
        it.goes_to,
    )


ANSWERS = Held("standard_answers", _read, StandardAnswer)
