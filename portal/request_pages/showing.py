"""Everything that the page of a request shows, looked up in few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from portal.agreements.rules import Coverage
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model, catalogue_of
from portal.cloud_partners.showing import Card, card_of
from portal.escalations.facts import Facts, facts
from portal.incidents.incidents import Shown as Incident
from portal.known_issues.issues import Issue
from portal.request_pages.explaining import incident_of, issue_of
from portal.request_pages.looking import Looked
from portal.request_pages.models import Satisfaction
from portal.request_pages.news import News
from portal.request_pages.parts import Part, Place
from portal.request_pages.queries import followers_shown
from portal.request_pages.rules import can_be_rated
from portal.request_pages.story import Line, Linked, Reader, Side, Sort
from portal.request_pages.terms import coverage_of_request, last_day_to_reopen
from portal.request_pages.timeline import Story, story_of
from portal.request_pages.wording import clocks_sentence
from portal.service_requests.calling import call_back, to_call
from portal.service_requests.clocks import Clocks, Promise, TargetKind, clocks
from portal.service_requests.models import PREFIX, Follower, ServiceRequest
from portal.service_requests.rules import Ball
from portal.service_requests.wording import status_sentence, waits_for, what_follows


@dataclass(frozen=True)
class Shown:
    """The page of a request."""

    looked: Looked
    story: Story
    followers: Sequence[Follower]
    model: Model | None
    coverage: Coverage | None
    issue: Issue | None
    incident: Incident | None
    reopened_until: date | None  # the last day on which it can be opened again, if that is to come
    now: datetime

    @property
    def request(self) -> ServiceRequest:
        return self.looked.request

    @property
    def sentence(self) -> str:
        it = self.request
        due_at = self.news_at if it.due_at else None
        owner = it.owner.name if it.owner else self.looked.manager if it.escalated else None
        return status_sentence(it, owner, now=self.now, due_at=due_at)

    @property
    def waits_for(self) -> str:
        return waits_for(self.request)

    @property
    def follows(self) -> str:
        return what_follows(self.request)

    @property
    def news_at(self) -> datetime | None:
        """By when the customer hears from us. While our clocks stand still for others than the
        customer, it is what a manager promised, or whoever works with the cloud partner; and also
        where a manager who has taken over promised more than a clock that has run out."""
        it, told, cloud = self.request, self.looked.escalation, self.cloud
        promise = told.next_update_due_at if told and not told.internal else None
        if it.due_at and promise and it.due_at < self.now and told and told.owner_id:
            return max(it.due_at, promise)
        if it.due_at or it.ball not in {Ball.US, Ball.CLOUD_PARTNER}:
            return it.due_at
        promised = promise, cloud.next_update_at if cloud else None
        return min(filter(None, promised), default=None)

    @property
    def pausing(self) -> str:
        """When our clocks stand still, and whom they wait for now."""
        return clocks_sentence(self.request.status, self.cloud.partner if self.cloud else "")

    @property
    def call_back(self) -> str:
        return call_back(self.request, self.story.steps, now=self.now)

    @property
    def to_call(self) -> str:
        """The same, said to staff."""
        return to_call(self.request, self.story.steps)

    @property
    def escalation(self) -> Facts | None:
        """What is done about it now. Of what is settled the story tells that it was escalated."""
        looked = self.looked
        if not self.request.is_open:
            return None
        return facts(looked.escalation, looked.manager, self.now, due_at=self.news_at)

    @cached_property
    def clocks(self) -> Clocks:
        return clocks(self.story.steps, self.request.targets, self.now)

    @property
    def cloud(self) -> Card | None:
        return card_of(self.looked.cloud, self.now)

    @property
    def promises(self) -> list[Promise]:
        """The last of each kind: what is promised now, or what became of it."""
        last = {it.kind: it for it in self.clocks.promises}
        if not self.request.is_open:
            last = {kind: it for kind, it in last.items() if it.met_at or it.missed_at}
        news, due = last.get(TargetKind.NEXT_UPDATE), self.request.next_update_due_at
        # Or as a manager has it.
        if news and due and news.met_at is None and news.missed_at is None:
            last[TargetKind.NEXT_UPDATE] = replace(news, due_at=due, left=due - self.now)
        return [last[kind] for kind in TargetKind if kind in last]

    @property
    def timeline(self) -> list[Line]:
        return self.story.lines

    @property
    def part(self) -> Part:
        return self.story.part

    @property
    def waited(self) -> timedelta:
        return self.story.waited

    @property
    def no_news(self) -> News:
        """What the page will be asked about from now on."""
        return News(0, False, (), self.part.heard, self.request.version)

    def fresh(self, heard: int | None) -> str:
        """The anchor of the first answer that came after so many, or of the oldest shown."""
        if heard is None or heard >= self.part.heard:
            return ""
        said = (it for it in self.timeline if it.sort is Sort.MESSAGE and not it.internal)
        theirs = [it for it in said if it.side is not Side.YOU][: self.part.heard - heard]
        return theirs[-1].anchor if theirs else ""

    @property
    def can_be_rated(self) -> bool:
        merged = self.request.merged_into_id is not None
        return can_be_rated(self.request.status, merged=merged)

    @property
    def rating(self) -> Satisfaction | None:
        """How the help was found, when the request came to its end the last time."""
        found, since = self.looked.satisfaction, self.looked.went_on_at
        here = found and self.can_be_rated and (since is None or found.at > since)
        return found if here else None

    @property
    def former_rating(self) -> Satisfaction | None:
        """The same, before it was opened again."""
        return self.looked.satisfaction if self.rating is None else None

    @property
    def merged_into(self) -> Linked | None:
        if self.request.merged_into_id is None:
            return None
        number = reference(PREFIX, self.request.merged_into_id)
        return next((it for it in self.looked.links if it.reference == number), None)


def show(
    session: ScopedSession,
    looked: Looked,
    reader: Reader,
    *,
    now: datetime,
    place: Place | None = None,
    followers: bool = True,
) -> Shown:
    """With the part of a place; without one, with the whole story."""
    request = looked.request
    story = story_of(session, looked, reader, place, now)
    catalogue = catalogue_of(session, knowing=[request.model_id] if request.model_id else [])
    model = catalogue[request.model_id] if request.model_id else None
    following = followers_shown(), {"request_id": request.id}
    return Shown(
        looked=looked,
        story=story,
        followers=session.scalars(*following).all() if followers else (),
        model=model,
        coverage=coverage_of_request(session, request, model, now),
        issue=issue_of(session, request),
        incident=incident_of(session, request),
        reopened_until=last_day_to_reopen(session, request, now),
        now=now,
    )
