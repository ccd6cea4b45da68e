"""The demo's service requests: opened and answered by its people, each at another stage."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import demo_cloud_partners, demo_fjordhelse, demo_nordlys
from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.demo_stories import Deed, Story
from portal.escalations.actions import give, promise_update
from portal.escalations.queries import last_of
from portal.service_requests.actions import accept_solution, close_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.handling import add_time
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Contact, Opening, open_request
from portal.service_requests.taking import take
from portal.web.session import Sessions


def _look_after(
    session: ScopedSession, request: ServiceRequest, *, hours: float, by: Doer, now: datetime
) -> None:
    """Take the escalation, and promise the next update in so many hours."""
    escalation = session.scalars(last_of(request.id)).one()
    give(session, escalation, by.id, version=escalation.version, by=by, now=now)
    due, version = now + timedelta(hours=hours), escalation.version
    promise_update(session, escalation, due, version=version, by=by, now=now)


_DEEDS: dict[str, Callable[..., Any]] = {
    **demo_cloud_partners.DEEDS,
    "accept": accept_solution,
    "close": close_request,
    "escalate": escalate,
    "look after": _look_after,
    "reply": reply,
    "take": take,
    "time": add_time,
}


STORIES = {
    "Nordlys Kraft AS": demo_nordlys.STORIES,
    "Fjordhelse HF": demo_fjordhelse.STORIES,
}


def load(sessions: Sessions) -> None:
    """Tell the stories of each account that has no requests yet."""
    with sessions(scope=NOBODY) as session:
        people = dict(iter(session.execute(select(User.email, User.id)).all()))
        named = dict(iter(session.execute(select(User.name, User.id)).all()))
        staff = set(session.scalars(select(User.email).where(User.staff_role.is_not(None))))
        partners = set(session.scalars(select(User.email).where(User.partner_id.is_not(None))))
        accounts = dict(iter(session.execute(select(Account.name, Account.id)).all()))
        catalogue = catalogue_of(session)
    cast = Cast(sessions, people, staff, staff | partners)
    cast.named = named
    for name, stories in STORIES.items():
        account_id = accounts[name]
        with cast.session(account_id, staff=True) as session:
            known = session.scalars(select(ServiceRequest.id).limit(1)).first()
        if known is None:
            cast.tell(stories, account_id, catalogue)


class Cast:
    """The people of the demo, and what they do in the accounts."""

    def __init__(
        self, sessions: Sessions, people: dict[str, int], staff: set[str], outside: set[str]
    ) -> None:
        self.sessions, self.people, self.staff, self.outside = sessions, people, staff, outside
        self.named: dict[str, int] = {}
        self.now = clock.now()

    def session(self, account_id: int, *, staff: bool = False) -> Any:
        reason = "the demo" if staff else ""
        return self.sessions(scope=Scope(frozenset({account_id}), account_id, staff, reason))

    def by(self, email: str) -> Doer:
        return Doer(self.people[email], on_behalf=email in self.outside)

    def tell(self, stories: Sequence[Story], account_id: int, catalogue: Catalogue) -> None:
        """What happened in all of them, in the order and at the times at which it happened."""
        happenings: list[tuple[float, int, Story | Deed]] = [
            (it.hours_ago, number, it) for number, it in enumerate(stories)
        ]
        happenings += [
            (deed.hours_ago, number, deed)
            for number, story in enumerate(stories)
            for deed in story.deeds
        ]
        opened: dict[int, int] = {}
        for hours_ago, number, it in sorted(happenings, key=lambda told: -told[0]):
            at = self.now - timedelta(hours=hours_ago)
            with clock.as_of(at):
                if isinstance(it, Story):
                    opened[number] = self.open(it, account_id, catalogue, at)
                else:
                    self.do(it, account_id, opened[number], at)

    def open(self, story: Story, account_id: int, catalogue: Catalogue, at: datetime) -> int:
        model = catalogue.named(story.model) if story.model else None
        contact = Contact(
            user_id=self.named.get(story.contact), name=story.contact, phone=story.phone
        )
        said = Opening(
            subject=story.subject,
            text=story.text,
            about=story.about,
            severity=story.severity,
            model_id=model.id if model else None,
            device_count=story.device_count,
            contact=contact,
            own_reference=story.own_reference,
        )
        with self.session(account_id) as session, session.begin():
            return open_request(session, said, by=self.by(story.who), now=at).id

    def do(self, deed: Deed, account_id: int, request_id: int, at: datetime) -> None:
        with self.session(account_id, staff=deed.who in self.staff) as session, session.begin():
            request = session.get_one(ServiceRequest, request_id)
            told = dict(deed.told, by=self.by(deed.who), now=at)
            _DEEDS[deed.what](session, request, **told)
