"""What was begun and not sent is told of above the list of requests."""

import re

from flask.testing import FlaskClient
from sqlalchemy import Engine

from portal.base.tenancy import ScopedSession
from portal.service_requests.drafting import keep_draft
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_user
from tests.request_opening.conftest import NEW, filled
from tests.request_opening.test_drafts import DRAFT, keep
from tests.service_requests.world import World

LIST = "/service-requests"
TOLD = "You have a draft from"


def test_a_draft_is_told_of_with_a_way_to_go_on(client: FlaskClient) -> None:
    assert TOLD not in client.get(LIST).text
    keep(client, subject="<b>Halvferdig</b>")

    for query in ("", "?view=waiting", "?severity=low"):
        page = client.get(f"{LIST}{query}").text
        line = page.partition(TOLD)[2].partition("</li>")[0]
        assert re.match(r" \d\d:\d\d: &lt;b&gt;Halvferdig&lt;/b&gt;</span>", line)
        assert f'href="{NEW}?draft=1"' in line
    assert TOLD not in client.get(f"{LIST}?q=halvferdig").text  # one who looks for something
    client.post(f"{DRAFT}/removal")
    assert TOLD not in client.get(LIST).text


def test_it_is_ones_own_and_told_of_until_it_is_sent_or_deleted(
    client: FlaskClient, sign_in: SignInAs, world: World, session: ScopedSession
) -> None:
    keep(client, subject="")
    assert re.search(rf"{TOLD} \d\d:\d\d</span>", client.get(LIST).text)
    stranger = make_user(session, account=make_account(session))
    for other in (sign_in(world.mette), sign_in(stranger)):
        assert TOLD not in other.get(LIST).text
    assert TOLD not in sign_in(world.siri, acting_for=world.account).get(LIST).text

    assert client.post(NEW, data=filled()).status_code == 303
    assert TOLD not in client.get(LIST).text
    with world.at_work() as own:  # by a window that came too late
        keep_draft(own, "new", filled(), person_id=world.ola.id, now=world.now)
    assert TOLD not in client.get(LIST).text


def test_it_costs_no_more_than_a_list_may(
    client: FlaskClient, world: World, engine: Engine
) -> None:
    world.request()
    keep(client)
    client.get(LIST)
    for path in (LIST, f"{LIST}?view=waiting", f"{LIST}?site=x&severity=low"):
        with counted(engine) as sent:
            assert TOLD in client.get(path).text
        assert len(sent) <= 6, sent
