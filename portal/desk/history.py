"""What happened to a record, in words, for the side of its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.history import DeskEvent, Event, events_of
from portal.base.tenancy import Owned
from portal.web.formats import listing, number, short_date
from portal.web.locale import gettext as _
from portal.web.locale import label

LATEST = 50
Word = Callable[[Any], str]
Change = tuple[str, str, str]  # what, from, to
# What is stated about a record: its name for people, and how its values are written.
Words = Mapping[str, tuple[str, Word]]
# Or, where it is many things in one, what became of each.
Telling = Mapping[str, tuple[str, Word] | Callable[[Any, Any], list[Change]]]


@dataclass(frozen=True, slots=True)
class Told:
    id: int
    at: datetime
    who: str
    what: str
    changes: list[Change]


def told(session: Session, record: Any, words: Telling) -> list[Told]:
    """The latest deeds, newest first, in one statement with the names of who did them."""
    table = Event if isinstance(record, Owned) else DeskEvent
    ask = (
        events_of(record)
        .outerjoin(User, User.id == table.by_id)
        .add_columns(User.name)
        .limit(LATEST)
    )
    return [
        Told(
            id=event.number,
            at=event.at,
            who=name or _("The portal"),
            what=label(event.what),
            changes=in_words(event.details, words),
        )
        for event, name in session.execute(ask)
    ]


def plain(value: object) -> str:
    return str(value) if value not in {None, ""} else "–"


def day(value: str | None) -> str:
    return short_date(date.fromisoformat(value)) if value else "–"


def yes_or_no(value: bool) -> str:
    return _("Yes") if value else _("No")


def each(value: list[str]) -> str:
    return listing(value) if value else "–"


def count(value: float) -> str:
    return number(value)


def in_words(details: Mapping[str, Any], words: Telling) -> list[Change]:
    found: list[Change] = []
    for name in details:
        if name in words:
            before, after = details[name]
            how = words[name]
            if callable(how):
                found += how(before, after)
            else:
                found.append((how[0], how[1](before), how[1](after)))
    return found
