"""Telling of what came out: first everybody who has the model, where it is a security fix, and then
whoever follows it; each once.

People are told some at a time, each time by what is true by then; that they were told and their
mails are one transaction. So a job that died or was asked for twice goes on where it was, and what
is withdrawn meanwhile is told no further.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base import clock
from portal.base.jobs import NotNow, handles
from portal.base.references import read_reference
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import DOCUMENT_PREFIX, RELEASE_PREFIX, State
from portal.downloads.shelf import Shelf, fresh_shelf, shelf_of
from portal.downloads.values import Document, Release
from portal.news.fleet import behind_of
from portal.news.mails import Follower, document_mail, release_mail, security_mail
from portal.news.models import NewsTold
from portal.news.queries import followers, owners, told
from portal.news.reader import reader_of
from portal.news.rules import is_news, out_since, soonest
from portal.notices.notice import How
from portal.web.still_so import while_so

CHUNK = 100
_EVERYWHERE = Scope(None, None, reason="telling who has a model of a security fix")


@dataclass(frozen=True, slots=True)
class About:
    release_id: int | None
    document_id: int | None

    def on(self, shelf: Shelf) -> Release | Document | None:
        """It, while there is something to tell of it."""
        found: Release | Document | None = (
            shelf.releases.get(self.release_id)
            if self.release_id
            else shelf.documents.get(self.document_id or 0)
        )
        if found is None or not is_news(found):
            return None
        if isinstance(found, Release) and found.state is not State.PUBLISHED:
            return None
        return found


@handles("news.tell", limit=3600)
def tell(run: Run, *, release_id: int | None = None, document_id: int | None = None) -> None:
    about, now = About(release_id, document_id), clock.now()
    with run.reading(_EVERYWHERE) as session:
        it = about.on(fresh_shelf(session))
        if it is None:
            return
        out = out_since(it)
        if out and out > now:  # put off since, or by a clock that is a little ahead of ours
            raise NotNow("It is not out yet.", wait=out - now)
        security = isinstance(it, Release) and it.security
        concerned = session.scalars(owners(it.models, clock.today())).all() if security else []
        categories = {model.category for each in it.models if (model := _model(session, each))}
        rows = session.execute(followers(it.models, categories)).all()
    _all(run, about, list(concerned), _tell_owner, security=True)
    hows = {id: soonest(how for _id, how in each) for id, each in groupby(rows, lambda r: r[0])}
    _all(run, about, list(hows), _follower_of(hows), security=False)


def _model(session: Session, model_id: int) -> Any:
    return catalogue_of(session).get(model_id)


@dataclass(frozen=True, slots=True)
class News:
    """What is told, as it is now."""

    run: Run
    it: Any
    shelf: Shelf
    models: Catalogue
    notes: Mapping[str, Mapping[str, str]]
    now: datetime


Telling = Callable[[ScopedSession, News, User], bool]


def _all(run: Run, about: About, user_ids: list[int], deed: Telling, *, security: bool) -> None:
    for start in range(0, len(user_ids), CHUNK):
        with run.session(NOBODY) as session:
            if not (news := _news(run, session, about)):
                return
            for user in _untold(session, about, user_ids[start : start + CHUNK], security):
                if deed(session, news, user):
                    session.add(_told(about, user, security, news.now))
        run.beat()


def _news(run: Run, session: ScopedSession, about: About) -> News | None:
    shelf = fresh_shelf(session)
    it, now = about.on(shelf), clock.now()
    if it is None:
        return None
    mine = select(SoftwareRelease.notes).where(SoftwareRelease.id == about.release_id)
    notes = session.scalars(mine).one_or_none() if about.release_id else None
    return News(run, it, shelf, catalogue_of(session), notes or {}, now)


def _untold(
    session: Session, about: About, user_ids: Collection[int], security: bool
) -> Iterator[User]:
    whom = {"release_id": about.release_id, "document_id": about.document_id}
    known = set(session.scalars(told(user_ids, **whom, security=security)))
    query = select(User).where(User.id.in_([each for each in user_ids if each not in known]))
    yield from session.scalars(query.order_by(User.id)).all()


def _told(about: About, user: User, security: bool, now: datetime) -> NewsTold:
    made = NewsTold(user_id=user.id, security=security, told_at=now)
    made.release_id, made.document_id = about.release_id, about.document_id
    return made


def _tell_owner(session: ScopedSession, news: News, user: User) -> bool:
    """Whoever may take software and sees devices of the model, by what they see of it now."""
    seen: Sequence[Any] = behind_of(news.run, session, user, news.it, news.now)
    if not seen:
        return False
    security_mail(session, user, news.it, news.notes, news.models, behind=seen)
    return True


def _follower_of(hows: Mapping[int, How | None]) -> Telling:
    def deed(session: ScopedSession, news: News, user: User) -> bool:
        reader = reader_of(session, user, news.now)
        told_of = news.shelf.open_to(reader.accounts, news.now) if reader else None
        if reader is None or told_of is None or not told_of.has(news.it):
            return False
        to = Follower(user, reader.account_for(news.it), hows[user.id])
        if isinstance(news.it, Document):
            document_mail(session, to, news.it, news.models)
        else:
            release_mail(session, to, news.it, news.notes, news.models)
        return True

    return deed


@while_so("news/release", "news/security", "news/document")
def is_still_news(session: Session, context: Mapping[str, Any]) -> bool:
    """What was withdrawn before a mail went out, or a digest, is told to nobody else."""
    text = str(context["reference"])
    release, document = (
        read_reference(RELEASE_PREFIX, text),
        read_reference(DOCUMENT_PREFIX, text),
    )
    shelf, through = shelf_of(session), context.get("through")
    it = About(release, document).on(shelf)
    return it is not None and shelf.open_to({through} if through else None, clock.now()).has(it)
