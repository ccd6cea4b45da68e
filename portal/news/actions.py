"""Following, and no longer; when one hears of it; and the link of one's feed and calendar."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.words import N_, Refused
from portal.catalogue.models import Category
from portal.news.models import NewsFollowing, NewsLink, NewsTold
from portal.news.queries import What as Thing
from portal.news.queries import following, link_of
from portal.notices.notice import How

MOST = 500  # things that one person follows


def follow(session: Session, user: User, thing: Thing, *, by: Doer, now: datetime) -> bool:
    """False when they follow it already: pressing twice does it once."""
    mine = select(NewsFollowing.id).where(NewsFollowing.user_id == user.id).limit(MOST)
    if session.scalars(following(user.id, thing)).first() is not None:
        return False
    if len(session.scalars(mine).all()) >= MOST:
        raise Refused(N_("You can follow at most %(most)s models and categories."), most=MOST)
    it = NewsFollowing(user_id=user.id, since=now)
    if isinstance(thing, Category):
        it.category = thing
    else:
        it.model_id = thing
    try:
        with session.begin_nested():
            session.add(it)
    except IntegrityError as error:
        uniques = ("uq_news_following_user_id_model_id", "uq_news_following_user_id_category")
        if not any(broke(error, each) for each in uniques):
            raise
        return False
    happened(session, user, What.CHANGED, by=by, fields=["following"])
    return True


def unfollow(session: Session, user: User, thing: Thing, *, by: Doer) -> bool:
    it = session.scalars(following(user.id, thing)).first()
    if it is None:
        return False
    session.delete(it)
    session.flush()
    happened(session, user, What.CHANGED, by=by, fields=["following"])
    return True


def hear(session: Session, user: User, thing: Thing, how: How, *, by: Doer) -> bool:
    """Hear of one thing at once, or weekly, whatever was chosen for all."""
    it = session.scalars(following(user.id, thing)).first()
    if it is None or it.how is how:
        return False
    it.how = how
    happened(session, user, What.CHANGED, by=by, fields=["following"])
    return True


def make_link(
    session: Session, user: User, *, generation: int, by: Doer, now: datetime
) -> NewsLink:
    """Make a link, or another one: the one before is worth nothing from now on. Sent twice from
    one page, it is made once."""
    link = session.scalars(link_of(user.id).with_for_update()).one_or_none()
    if link is None:
        link = NewsLink(user_id=user.id, active=True, generation=1, made_at=now)
        try:
            with session.begin_nested():
                session.add(link)
        except IntegrityError as error:
            if not broke(error, "uq_news_link_user_id"):
                raise
            return session.scalars(link_of(user.id)).one()
    elif link.generation == generation:
        link.active, link.generation, link.made_at = True, link.generation + 1, now
    else:
        return link
    happened(session, user, What.CHANGED, by=by, fields=["news_link"])
    return link


def revoke_link(session: Session, user: User, *, by: Doer) -> bool:
    link = session.scalars(link_of(user.id).with_for_update()).one_or_none()
    if link is None or not link.active:
        return False
    link.active = False
    happened(session, user, What.CHANGED, by=by, fields=["news_link"])
    return True


def forget_people(session: Session, user_ids: Collection[int], *, told: bool) -> None:
    """Let go of what they follow and of their links; with `told`, also of what they were told."""
    for table in (NewsFollowing, NewsLink, NewsTold)[: 3 if told else 2]:
        gone = delete(table).where(table.user_id.in_(user_ids))
        session.execute(gone, execution_options={"synchronize_session": False})
