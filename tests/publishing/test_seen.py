"""What is published is what the second person looked at, and nothing that came after."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.actions import Person
from portal.base import clock
from portal.base.tenancy import Scope
from portal.base.words import Overtaken, Refused
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Sort, State
from portal.publishing.actions import change_release, propose, publish
from portal.publishing.facts import facts_of
from portal.publishing.fates import open_to_all
from tests.factories import make_release
from tests.publishing.conftest import Desk, a_zip

AGAIN = "Somebody has changed it since you opened this page."
NOTES = {"fixed": {"en": "Fixed the ring tone."}}
OTHER = {"fixed": {"en": "Another text."}}


def change(desk: Desk, it: SoftwareRelease, **told: Any) -> Any:
    desk.session.expire_all()
    facts = desk.facts(version=it.revision, **told)
    del facts["token"]
    return desk.petra_browses.post(f"/desk/publish/releases/{it.reference}/facts", data=facts)


def version_on(page: str) -> int:
    """The one that the form of publication carries."""
    form = page.partition("/publication")[2]
    return int(form.partition('name="version" value="')[2].partition('"')[0])


@pytest.mark.parametrize("what", ["notes", "file"])
def test_what_was_changed_after_it_was_looked_at_is_not_published(desk: Desk, what: str) -> None:
    it = desk.draft()
    desk.do(it, "proposal")
    path = f"/desk/publish/releases/{it.reference}"
    seen = version_on(desk.per_browses.get(path).text)
    other = desk.send(a_zip(9000), "another.zip").json["token"]
    told = {"files": other} if what == "file" else {"note_fixed_en": "Another text."}
    assert change(desk, it, **told).status_code == 303
    desk.do(it, "proposal")

    refused = desk.do(it, "publication", desk.per_browses, version=seen)

    assert refused.status_code == 422
    assert AGAIN in refused.text
    assert ("another.zip" if what == "file" else "Another text.") in refused.text
    assert desk.newest().state is State.PROPOSED
    now = version_on(refused.text)
    assert desk.do(it, "publication", desk.per_browses, version=now).status_code == 303
    assert desk.newest().state is State.PUBLISHED


@pytest.mark.parametrize("seen", ["", "nonsense", "-1"])
def test_a_page_that_does_not_say_what_it_showed_publishes_nothing(desk: Desk, seen: str) -> None:
    it = desk.draft()
    desk.do(it, "proposal")

    refused = desk.do(it, "publication", desk.per_browses, version=seen)

    assert refused.status_code == 422
    assert AGAIN in refused.text
    assert desk.newest().state is State.PROPOSED


@pytest.mark.parametrize(
    ("sort", "deed"),
    [("firmware", "proposal"), ("software", "publication"), ("firmware", "opening")],
)
def test_whatever_is_done_is_done_to_what_was_looked_at(desk: Desk, sort: str, deed: str) -> None:
    told = {"sort": sort, "title": "Lens"}
    it = desk.draft(**told)
    seen = it.revision
    change(desk, it, note_fixed_en="Another text.", **told)

    refused = desk.do(it, deed, version=seen)

    assert refused.status_code == 422
    assert AGAIN in refused.text
    assert desk.newest().state is State.DRAFT


@pytest.mark.parametrize("deed", [propose, publish, open_to_all])
def test_a_change_between_reading_and_writing_is_seen(desk: Desk, deed: Any) -> None:
    """What was read says one revision still, and the database has the next."""
    state = {propose: State.DRAFT, publish: State.PROPOSED}.get(deed, State.PUBLISHED)
    told: dict[str, Any] = {"notes": NOTES, "state": state, "staged": True, "sort": Sort.SOFTWARE}
    it = make_release(desk.session, "7.0", desk.phone, store=desk.store, title="Lens", **told)
    change(desk, it, sort="software", title="Lens", printed="7.0", note_fixed_en="Another text.")
    desk.session.expire_all()
    now, read = it.revision, it.revision - 1
    set_committed_value(it, "revision", read)
    set_committed_value(it, "state", state)
    set_committed_value(it, "staged", True)

    with pytest.raises(Overtaken) as refusal:
        deed(desk.session, it, revision=read, by=Person(desk.per.id), now=clock.now())

    assert refusal.value.version == now == it.revision
    assert it.notes["fixed"]["en"] == "Another text."


def test_of_a_change_and_a_publication_at_the_same_moment_one_loses(
    desk: Desk, sessions: Any
) -> None:
    scope = Scope(None, None, staff=True, reason="publishing")
    for number in range(6):
        told: dict[str, Any] = {"notes": NOTES, "state": State.PROPOSED}
        it = make_release(desk.session, f"7.{number}", desk.phone, store=desk.store, **told)
        id, seen = it.id, it.revision

        def turn(deed: str, id: int = id, seen: int = seen) -> bool:
            with sessions(scope=scope) as own:
                mine = own.get_one(SoftwareRelease, id)
                when: dict[str, Any] = {"revision": seen, "now": clock.now()}
                try:
                    if deed == "publish":
                        publish(own, mine, by=Person(desk.per.id), **when)
                    else:
                        facts = replace(facts_of(mine), notes=OTHER)
                        petra = Person(desk.petra.id)
                        change_release(own, mine, facts, file_id=None, by=petra, **when)
                except Refused:
                    return False
                own.commit()
                return True

        with ThreadPoolExecutor(2) as pool:
            done = dict(
                zip(("publish", "change"), pool.map(turn, ("publish", "change")), strict=True)
            )
        assert sorted(done.values()) == [False, True]
        found = desk.newest()
        assert (found.state is State.PUBLISHED) == done["publish"]
        assert (found.notes != NOTES) == done["change"]
