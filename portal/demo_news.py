"""What is followed in the demo."""

from sqlalchemy import select

from portal.accounts.models import User
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.news.models import NewsFollowing, NewsLink
from portal.notices.notice import How
from portal.web.session import Sessions

FOLLOWER = "kari@nordlys.example.com"


def load(sessions: Sessions) -> None:
    """Kari follows a phone at once and all of video weekly, and reads a feed."""
    with sessions(scope=NOBODY) as session, session.begin():
        kari = session.scalars(select(User).where(User.email == FOLLOWER)).one_or_none()
        phone = catalogue_of(session).named("CCX 500")
        link = select(NewsLink.id).limit(1)
        if kari is None or phone is None or session.scalars(link).first() is not None:
            return
        now = clock.now()
        one = NewsFollowing(user_id=kari.id, model_id=phone.id, how=How.AT_ONCE, since=now)
        many = NewsFollowing(user_id=kari.id, category=Category.VIDEO, how=How.WEEKLY, since=now)
        own = NewsLink(user_id=kari.id, active=True, generation=1, made_at=now)
        session.add_all([one, many, own])
