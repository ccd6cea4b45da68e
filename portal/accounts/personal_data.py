"""What the portal keeps about a person: how it is told to them, and how it is taken away.

Each feature says here, in a `personal_data.py` of its own, what it keeps, so that a copy of one's
data and the deletion of one's user leave nothing out. The tests fail over a table that points to
people, or is about them, and of which nobody said what becomes of it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.reaching import scopes_of
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import LabelledEnum, Refused


@dataclass(frozen=True, slots=True)
class Word:
    """What machines read as `value`, and people as its label, which is marked with N_."""

    value: str
    label: str


Value = str | int | bool | date | datetime | LabelledEnum | Word | list[str] | None
Row = dict[str, Value]
Sessions = Callable[[Scope], AbstractContextManager[Session]]
Bar = Callable[..., Iterable[Refused]]
ForgetPerson = Callable[[Session, User], None]
ForgetContact = Callable[[Session, str], None]
ForgetMember = Callable[[ScopedSession, int], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """Whoever wants to know what is kept about them, and the sessions to read it with."""

    user: User
    shared: Session  # reads what belongs to no account
    open: Sessions
    today: date

    def accounts(self) -> Iterator[Session]:
        """One session after another, in which they see of accounts what they see in the portal."""
        for scope in scopes_of(self.shared, self.user, today=self.today):
            with self.open(scope) as session:
                yield session


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is kept about people: what it is called, and its columns."""

    name: str
    title: str
    columns: dict[str, str]
    rows: Callable[[Asking], Iterable[Row]]


SECTIONS: list[Section] = []
FORGETTING: list[ForgetPerson] = []
FORGETTING_CONTACTS: list[ForgetContact] = []
FORGETTING_MEMBERS: list[ForgetMember] = []
BARS: list[Bar] = []


def tells(
    name: str, title: str, /, **columns: str
) -> Callable[[Callable[[Asking], Iterable[Row]]], Callable[[Asking], Iterable[Row]]]:
    """Let this function tell a person what is kept of this kind. Title and columns are N_."""

    def declare(rows: Callable[[Asking], Iterable[Row]]) -> Callable[[Asking], Iterable[Row]]:
        SECTIONS.append(Section(name, title, columns, rows))
        return rows

    return declare


def forgets(deed: ForgetPerson) -> ForgetPerson:
    """Let this function take away what is a person's alone: `deed(session, user)`."""
    FORGETTING.append(deed)
    return deed


def forgets_contacts(deed: ForgetContact) -> ForgetContact:
    """The same in one account, of whoever has an address: `deed(session, hash)`, see `hash_of`."""
    FORGETTING_CONTACTS.append(deed)
    return deed


def forgets_members(deed: ForgetMember) -> ForgetMember:
    """The same of whoever had this number: `deed(session, user_id)`, account by account."""
    FORGETTING_MEMBERS.append(deed)
    return deed


def keeps_back(bar: Bar) -> Bar:
    """Let this function say why somebody cannot leave yet: `bar(session, user, hold=)`.

    With `hold`, nobody may come into the same position until the transaction ends.
    """
    BARS.append(bar)
    return bar


def reasons_to_stay(session: Session, user: User, *, hold: bool = False) -> list[Refused]:
    return [refusal for bar in BARS for refusal in bar(session, user, hold=hold)]
