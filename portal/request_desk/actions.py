"""What is done about standard answers."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.words import N_, Refused
from portal.request_desk.rules import LONGEST_ANSWER, LONGEST_TITLE, check_fields
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.rules import LONGEST_LINE, Status, one_line, whole_text

TITLE_TAKEN = N_("Another standard answer has this title.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """What is stated about a standard answer."""

    title: str
    norwegian: str
    english: str
    goes_to: Status | None = None
    waits_norwegian: str = ""
    waits_english: str = ""


def add_answer(session: Session, facts: AnswerFacts, *, by: Doer, now: datetime) -> StandardAnswer:
    """Offer a text to begin an answer with, in both languages."""
    told = asdict(checked(facts))
    answer = StandardAnswer(**told, changed_at=now, changed_by_id=by.id)
    try:
        with session.begin_nested():
            session.add(answer)
    except IntegrityError as error:
        _refuse_twin(error)
        raise
    happened(session, answer, What.CREATED, by=by)
    return answer


def change_answer(
    session: Session,
    answer: StandardAnswer,
    facts: AnswerFacts,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> bool:
    """Write it anew, unless somebody did meanwhile. Whether that changed anything."""
    told = asdict(checked(facts))
    changed = any(getattr(answer, name) != value for name, value in told.items())
    if not changed and answer.version == version:
        return False
    try:
        save(session, answer, version=version, **told, changed_at=now, changed_by_id=by.id)
    except IntegrityError as error:
        _refuse_twin(error)
        raise
    happened(session, answer, What.CHANGED, by=by)
    return True


def retire_answer(session: Session, answer: StandardAnswer, *, by: Doer, now: datetime) -> None:
    """Offer it no more. What was written with it stays as it is."""
    if answer.retired_at is None:
        answer.retired_at = now
        happened(session, answer, What.RETIRED, by=by)


def bring_back_answer(session: Session, answer: StandardAnswer, *, by: Doer) -> None:
    if answer.retired_at is not None:
        answer.retired_at = None
        happened(session, answer, What.BROUGHT_BACK, by=by)


def checked(facts: AnswerFacts) -> AnswerFacts:
    """The facts, tidied; refused when they cannot be, or name a field that there is not."""
    told = asdict(facts)
    missing = N_("Give it a title by which your colleagues find it.")
    told["title"] = one_line(facts.title, field="title", most=LONGEST_TITLE, missing=missing)
    for name in ("norwegian", "english"):
        missing = N_("Write the text in both languages.")
        told[name] = check_fields(whole_text(told[name], field=name, missing=missing), field=name)
        if len(told[name]) > LONGEST_ANSWER:
            most = N_("Write at most %(most)s characters.")
            raise Refused(most, field=name, most=LONGEST_ANSWER)
    waits = facts.goes_to is Status.WAITING_FOR_CUSTOMER
    for name in ("waits_norwegian", "waits_english"):
        missing = N_("Say in a few words what you wait for.") if waits else ""
        line = told[name] if waits else ""
        told[name] = one_line(line, field=name, most=LONGEST_LINE, missing=missing)
    return AnswerFacts(**told)


def _refuse_twin(error: IntegrityError) -> None:
    if broke(error, "uq_standard_answer_title"):
        raise Refused(TITLE_TAKEN, field="title") from None
