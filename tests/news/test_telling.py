"""Followers hear of what they may see, once; of a fix all who have the model."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import GRANTABLE, Permission, Role
from portal.base.jobs import Job
from portal.catalogue.models import Category
from portal.downloads.rules import Channel, Standing
from portal.news import telling
from portal.news.mails import Follower, release_mail
from portal.news.models import NewsTold
from portal.notices.models import DigestLine, NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice
from portal.products.models import ProductStatus
from portal.publishing.documents import withdraw_document
from portal.publishing.fates import judge, open_to_all, withdraw
from portal.publishing.waiting import put_in_force
from tests.factories import (
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)
from tests.news.conftest import World


def addresses(world: World) -> list[str]:
    return [mail.address for mail in world.mails()]


def take_back(world: World, it: Any) -> None:
    told: dict[str, Any] = {"reason_nb": "Feil.", "reason_en": "", "by": Person(world.petra.id)}
    withdraw(world.session, it, list(Channel), now=clock.now(), **told)
    world.session.commit()


def test_a_follower_hears_at_once_in_their_language(world: World) -> None:
    world.follow(world.kari)
    english = make_user(world.session, account=world.account, language="en")
    world.follow(english, Category.VOICE)
    it = world.publish()

    told = {mail.address: mail for mail in world.mails()}

    assert set(told) == {world.kari.email, english.email}
    mine = told[world.kari.email]
    assert mine.subject == "Nytt: Fastvare 7.2.1 for CCX 500"
    assert "Støtte for fleksible plasser.\n" in mine.text
    assert "Og mer" not in mine.text
    assert f"/downloads/releases/{it.reference}" in mine.text
    assert "/notices/stop/" in mine.text
    assert told[english.email].subject == "New: Firmware 7.2.1 for CCX 500"
    assert "Hot desking." in told[english.email].text
    here = world.session.scalars(select(PortalNotice)).all()
    assert {it.user_id for it in here} == {world.kari.id, english.id}
    assert not world.parked()


def test_whoever_follows_something_else_hears_nothing(world: World) -> None:
    world.follow(world.kari, Category.HEADSET, make_model(world.session, "Sync 20"))
    world.publish()
    assert addresses(world) == []


def test_following_it_twice_over_is_one_mail_the_sooner(world: World) -> None:
    world.follow(world.kari, how=How.AT_ONCE)
    world.follow(world.kari, Category.VOICE, how=How.WEEKLY)
    world.publish()
    assert addresses(world) == [world.kari.email]
    assert world.session.scalars(select(DigestLine)).all() == []


@pytest.mark.parametrize("times", [2, 3])
def test_a_job_that_is_done_again_tells_nobody_again(world: World, times: int) -> None:
    world.follow(world.kari)
    it, paper = world.publish(), world.publish_document()
    for _ in range(times):
        world.again(release_id=it.id)
        world.again(document_id=paper.id)
    assert addresses(world) == [world.kari.email] * 2


def test_a_worker_that_dies_halfway_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "CHUNK", 1)
    people = [make_user(world.session, account=world.account) for _ in range(4)]
    for person in people:
        world.follow(person)
    it = world.publish()
    sent: list[int] = []

    def dying(session: Any, to: Follower, *rest: Any) -> None:
        if len(sent) == 2:
            sent.append(0)
            raise RuntimeError("power cut")
        sent.append(to.user.id)
        release_mail(session, to, *rest)

    monkeypatch.setattr(telling, "release_mail", dying)
    world.mails()
    assert len(world.session.scalars(select(NewsTold)).all()) == 2
    world.again(release_id=it.id)

    assert sorted(addresses(world)) == sorted(person.email for person in people)


def test_what_is_withdrawn_before_the_job_ran_is_told_to_nobody(world: World) -> None:
    world.follow(world.kari)
    it, paper = world.publish(), world.publish_document()
    take_back(world, it)
    withdraw_document(world.session, paper, by=Person(world.petra.id), now=clock.now())
    blocked = world.publish("7.3.0")
    why: dict[str, Any] = {"reason_nb": "Feil.", "reason_en": "", "by": Person(world.petra.id)}
    judge(world.session, blocked, Standing.BLOCKED, now=clock.now(), **why)
    world.session.commit()

    assert addresses(world) == []
    assert world.session.scalars(select(NewsTold)).all() == []


def test_what_is_withdrawn_while_a_mail_waits_is_not_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two jobs, the first has asked for the mails; then it is withdrawn."""
    world.follow(world.kari)
    it = world.publish()
    far = clock.now() + timedelta(days=1)

    def later_on(session: Any, *rest: Any, **told: Any) -> None:
        release_mail(session, *rest, **told)
        session.flush()
        for job in session.scalars(select(Job).where(Job.name == "mail.send")):
            job.due_at = far

    monkeypatch.setattr(telling, "release_mail", later_on)
    assert world.mails() == []
    take_back(world, it)
    for job in world.session.scalars(select(Job).where(Job.name == "mail.send")):
        job.due_at = clock.now()
    world.session.commit()

    assert [mail.subject for mail in world.mails()] == []
    assert not world.parked()


def test_an_embargo_is_waited_for_also_when_it_is_put_off(
    world: World, travel: Callable[[timedelta], None]
) -> None:
    world.follow(world.kari)
    it = world.publish(opens_at=clock.now() + timedelta(hours=2))
    assert addresses(world) == []
    it.opens_at = clock.now() + timedelta(hours=6)
    world.session.commit()
    travel(timedelta(hours=3))
    assert addresses(world) == []
    travel(timedelta(hours=4))
    assert addresses(world) == [world.kari.email]


def test_pilots_hear_first_and_the_others_when_it_opens(world: World) -> None:
    other = make_user(world.session, account=make_account(world.session, "Andre AS"))
    world.follow(world.kari)
    world.follow(other)
    it = world.publish(staged=True, pilots=[world.account])

    assert addresses(world) == [world.kari.email]
    notice = world.session.scalars(select(PortalNotice)).one()
    assert notice.account_id == world.account.id
    petra, per = Person(world.petra.id), Person(make_user(world.session, role=Role.PUBLISHER).id)
    open_to_all(world.session, it, revision=it.revision, by=petra, now=clock.now())
    world.session.commit()
    assert addresses(world) == [world.kari.email]
    put_in_force(world.session, it, revision=it.revision, by=per, now=clock.now())
    world.session.commit()

    assert sorted(addresses(world)) == sorted([world.kari.email, other.email])


def gone(world: World, how: str) -> User:
    user = make_user(world.session, account=world.account)
    if how == "membership":
        user.memberships[0].deactivated_at = clock.now()
    elif how == "user":
        user.deactivated_at = clock.now()
    elif how == "account":
        user = make_user(world.session, account=make_account(world.session, "Lukket AS"))
        user.memberships[0].account.closed_at = clock.now()
    else:
        partner = make_partner(world.session)
        user = make_user(world.session, partner=partner, role=Role.PARTNER)
        some = GRANTABLE - {Permission.DOWNLOADS_VIEW}
        make_grant(world.session, partner, world.account, permissions=some)
    world.session.commit()
    return user


@pytest.mark.parametrize("how", ["membership", "user", "account", "grant"])
def test_whoever_may_not_know_any_more_hears_nothing(world: World, how: str) -> None:
    user = gone(world, how)
    world.follow(user)
    world.devices("6.0.0")
    world.publish(security=False)
    assert addresses(world) == []
    world.publish("7.3.0", security=True)
    assert user.email not in addresses(world)


def test_staff_follow_too_and_are_nobodys_pilots(world: World) -> None:
    world.follow(world.petra)
    world.publish(staged=True, pilots=[world.account])
    assert addresses(world) == []
    world.publish("7.3.0")
    assert addresses(world) == [world.petra.email]


def test_a_fix_goes_to_everybody_with_the_model_and_says_how_many_are_behind(
    world: World,
) -> None:
    ola = make_user(world.session, account=world.account, role=Role.MEMBER, language="en")
    mette = make_user(world.session, account=world.account, role=Role.OBSERVER)
    stranger = make_user(world.session, account=make_account(world.session, "Uten AS"))
    world.devices("6.0.0", "6.0.0", "7.2.1", "")
    world.session.add(NoticeChoice(user_id=ola.id, notice=Notice.NEWS_FOLLOWED, how=How.NEVER))
    it = world.publish(security=True)

    told = {mail.address: mail for mail in world.mails()}

    assert set(told) == {world.kari.email, ola.email}
    assert not {mette.email, stranger.email} & set(told)
    text = told[ola.email].text
    assert told[ola.email].subject == "Security fix: Firmware 7.2.1 for CCX 500"
    assert "Closes a hole." in text
    assert f"{world.account.name}: 2 devices are behind, of 4 devices." in text
    assert "Of 1 we do not know the version." in text
    assert f"/downloads/releases/{it.reference}" in text
    assert "/notices/stop/" not in text


def test_a_fix_is_one_mail_a_person_not_one_an_account(world: World) -> None:
    partner = make_partner(world.session)
    siri = make_user(world.session, partner=partner, role=Role.PARTNER_ADMINISTRATOR)
    second = make_account(world.session, "Fjordhelse HF")
    for account in (world.account, second):
        make_grant(world.session, partner, account, permissions=GRANTABLE)
        world.devices("6.0.0", account=account)
    world.follow(siri)
    world.publish(security=True)

    mine = [mail for mail in world.mails() if mail.address == siri.email]

    (mail,) = mine
    assert world.account.name in mail.text
    assert "Fjordhelse HF" in mail.text


def test_a_fix_counts_what_each_sees(world: World) -> None:
    """Who sees chosen sites hears of the devices there, and of none where there are none."""
    here = make_site(world.session, world.account, "Bergen")
    ola = make_user(world.session, account=world.account, role=Role.MEMBER, sites=[here])
    nils = make_user(
        world.session,
        account=world.account,
        role=Role.MEMBER,
        sites=[make_site(world.session, world.account, "Oslo")],
    )
    world.devices("6.0.0", site=here)
    world.devices("6.0.0", "6.0.0")
    world.publish(security=True)

    told = {mail.address: mail.text for mail in world.mails()}

    assert "av 1 enhet" in told[ola.email] or "of 1 device" in told[ola.email]
    assert "3" in told[world.kari.email].split(world.account.name)[1].split("\n")[0]
    assert nils.email not in told


def test_a_fix_for_pilots_goes_to_pilots(world: World) -> None:
    second = make_account(world.session, "Andre AS")
    other = make_user(world.session, account=second, role=Role.ADMINISTRATOR)
    world.devices("6.0.0")
    world.devices("6.0.0", account=second)
    world.publish(security=True, staged=True, pilots=[second])
    assert addresses(world) == [other.email]


def test_a_release_that_turns_out_to_be_a_fix_is_told_to_owners(world: World) -> None:
    world.follow(world.kari)
    world.devices("6.0.0")
    it = world.publish()
    assert [mail.subject for mail in world.mails()] == ["Nytt: Fastvare 7.2.1 for CCX 500"]
    it.security = True
    world.session.commit()
    world.again(release_id=it.id)
    subjects = [mail.subject for mail in world.mails()]
    assert subjects[1:] == ["Sikkerhetsretting: Fastvare 7.2.1 for CCX 500"]


def test_a_device_that_was_retired_concerns_nobody(world: World) -> None:
    it = make_product(world.session, account=world.account, model=world.phone)
    it.status = ProductStatus.RETIRED
    world.session.commit()
    world.publish(security=True)
    assert addresses(world) == []


def test_a_document_is_told_of_with_its_language(world: World) -> None:
    world.follow(world.kari)
    it = world.publish_document("Administratorveiledning", language="nb", version="7.2")
    (mail,) = world.mails()
    assert mail.subject.startswith("Nytt dokument: Administratorveiledning 7.2 (norsk")
    assert f"/downloads/documents/{it.reference}/file" in mail.text


def test_hundreds_are_told_in_several_transactions(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "CHUNK", 10)
    people = [make_user(session, account=world.account) for _ in range(25)]
    for person in people:
        world.follow(person)
    world.publish()
    assert len(set(addresses(world))) == 25
    assert len(session.scalars(select(NewsTold)).all()) == 25
