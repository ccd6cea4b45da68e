"""What somebody follows, that they have a link, and what they were told of."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.references import reference
from portal.base.words import N_
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.rules import DOCUMENT_PREFIX, RELEASE_PREFIX
from portal.news.actions import forget_people
from portal.news.models import NewsTold
from portal.news.queries import followings_of, link_of


@tells(
    "followings",
    N_("Models and categories you follow"),
    model=N_("Model"),
    category=N_("Category"),
    how=N_("When"),
    since=N_("Since"),
)
def followings(asking: Asking) -> Iterator[Row]:
    models = catalogue_of(asking.shared)
    for it in asking.shared.scalars(followings_of(asking.user.id)):
        model = models.get(it.model_id)
        name = model.name if model else None
        yield {"model": name, "category": it.category, "how": it.how, "since": it.since}


@tells(
    "news_link",
    N_("The link of your feed and calendar"),
    active=N_("In use"),
    made_at=N_("Made"),
)
def link(asking: Asking) -> Iterator[Row]:
    for it in asking.shared.scalars(link_of(asking.user.id)):
        yield {"active": it.active, "made_at": it.made_at}


@tells("news_told", N_("New versions you were told of"), what=N_("Number"), at=N_("When"))
def told(asking: Asking) -> Iterator[Row]:
    mine = select(NewsTold).where(NewsTold.user_id == asking.user.id).order_by(NewsTold.id)
    for it in asking.shared.scalars(mine):
        prefix = RELEASE_PREFIX if it.release_id else DOCUMENT_PREFIX
        number = it.release_id or it.document_id or 0
        yield {"what": reference(prefix, number), "at": it.told_at}


@forgets
def forget(session: Session, user: User) -> None:
    forget_people(session, [user.id], told=True)
