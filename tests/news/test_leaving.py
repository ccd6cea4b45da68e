"""With the last access goes what one followed, and the link; not before."""

import pytest
from sqlalchemy import select

from portal.base import clock
from portal.base.jobs import later
from portal.news.models import NewsFollowing, NewsLink
from tests.factories import make_partner, make_user
from tests.news.conftest import World


@pytest.mark.parametrize("how", ["membership", "account", "user"])
def test_what_was_followed_leaves_with_the_last_access(world: World, how: str) -> None:
    siri = make_user(world.session, partner=make_partner(world.session))
    for user in (world.kari, siri, world.petra):
        world.follow(user)
        link = NewsLink(user_id=user.id, active=True, generation=1, made_at=clock.now())
        world.session.add(link)
    later(world.session, "news.forget")
    world.session.commit()
    world.mails()
    assert len(world.session.scalars(select(NewsFollowing)).all()) == 3

    if how == "membership":
        world.kari.memberships[0].deactivated_at = clock.now()
    elif how == "account":
        world.account.closed_at = clock.now()
    else:
        world.kari.deactivated_at = clock.now()
    later(world.session, "news.forget")
    world.session.commit()
    world.mails()

    left = {it.user_id for it in world.session.scalars(select(NewsFollowing))}
    assert left == {siri.id, world.petra.id}
    assert {it.user_id for it in world.session.scalars(select(NewsLink))} == left
