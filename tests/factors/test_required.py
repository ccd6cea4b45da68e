"""Whoever must have a second factor and has none can set one up, sign out, and nothing else."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.mails import Mail
from portal.base.references import reference
from portal.web.guard import SET_UP, access_of
from tests.cast import Making, doors, path_to
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_partner, make_user


@pytest.fixture
def strict(app: Flask) -> Flask:
    app.config["SECOND_FACTOR_REQUIRED"] = True
    return app


def test_no_door_but_the_set_up_opens(
    strict: Flask, session: Session, sign_in: SignInAs, files: object
) -> None:
    making = Making(session, make_account(session), files)  # type: ignore[arg-type]
    browser = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    opened = set()
    for door, rule in doors(strict):
        access = access_of(strict.view_functions[rule.endpoint])
        assert access
        if not (access.permission or access.person):
            continue  # public
        answer = browser.open(path_to(strict, rule, making), method=door.split()[0])
        if (answer.status_code, answer.location) != (303, SET_UP):
            opened.add(rule.endpoint)

    assert opened == {
        "factors.authenticator",
        "factors.choose",
        "factors.confirm_authenticator",
        "passkeys.add",
        "passkeys.challenge",
        "passkeys.new",
        "passkey_proofs.prove_again",
        "profile_security.password_page",
        "profile_security.save_password",
        "proofs.prove_again",
        "proofs.prove_page",
        "single_sign_on.prove_again",
    }


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARTNER])
def test_setting_one_up_opens_the_portal(
    strict: Flask, session: Session, sign_in: SignInAs, role: Role
) -> None:
    browser = sign_in(make_user(session, role=role))
    assert "two-step verification" in browser.get(SET_UP).text
    set_up = browser.get("/profile/security/authenticator").text
    found = re.search(r'name="setup_token"[^>]*value="([^"]+)"', set_up)
    secret = re.search(r'<span class="mono">([A-Z2-7 ]+)</span>', set_up)
    assert found
    assert secret
    code = pyotp.TOTP(secret[1].replace(" ", "")).now()
    data = {"setup_token": found[1], "code": code}

    assert browser.post("/profile/security/authenticator", data=data).status_code == 200
    assert browser.get("/profile/security").status_code == 200
    # It is needed, so the last one stays.
    assert browser.post("/profile/security/authenticator/removal").status_code == 422


def test_customers_are_not_asked_until_their_account_decides_so(
    strict: Flask, session: Session, sign_in: SignInAs
) -> None:
    kari = make_user(session, role=Role.ADMINISTRATOR)
    browser = sign_in(kari)
    decision = "/organization/sign-in/second-factor"
    assert browser.get("/").status_code == 200
    assert browser.post(decision, data={"second_factor_required": "y"}).status_code == 303
    session.refresh(account_of(kari))
    assert account_of(kari).second_factor_required
    assert browser.get("/").location == SET_UP
    account_of(kari).second_factor_required = False
    session.commit()
    assert browser.get("/").status_code == 200


def test_an_administrator_resets_a_member_but_no_other_administrator(
    session: Session, sign_in: SignInAs
) -> None:
    kari = make_user(session, role=Role.ADMINISTRATOR)
    browser = sign_in(kari)
    for role, status in ((Role.MEMBER, 303), (Role.ADMINISTRATOR, 422)):
        other = make_user(session, account=account_of(kari), role=role)
        other.second_factor_at = other.created_at
        session.commit()
        theirs = sign_in(other)
        path = f"/organization/users/{reference('U', other.memberships[0].id)}/second-factor"

        assert browser.post(path).status_code == status
        session.refresh(other)
        assert (other.second_factor_at is None) == (status == 303)
        assert theirs.get("/").status_code == (303 if status == 303 else 200)


def test_a_partners_administrator_resets_a_colleague_and_nobody_else(
    session: Session, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    partner = make_partner(session)
    siri, pal, boss = (
        make_user(session, partner=partner, role=role, language="en")
        for role in (Role.PARTNER_ADMINISTRATOR, Role.PARTNER, Role.PARTNER_ADMINISTRATOR)
    )
    foreign, member = make_user(session, partner=make_partner(session)), make_user(session)
    browser = sign_in(siri)
    for other, status in ((pal, 303), (boss, 422), (foreign, 404), (member, 404)):
        other.second_factor_at = other.created_at
        session.commit()
        theirs, page = sign_in(other), f"/partner/users/{reference('U', other.id)}"
        shown = browser.get(page)
        assert (f"{page}/second-factor" in shown.text) is (status != 404)
        assert browser.get(f"{page}/second-factor").status_code == (200 if status != 404 else 404)

        answer = browser.post(f"{page}/second-factor")

        assert answer.status_code == status
        session.refresh(other)
        assert (other.second_factor_at is None) == (status == 303)
        assert theirs.get("/profile").status_code == (303 if status == 303 else 200)
    event = session.scalars(select(DeskEvent).where(DeskEvent.what == What.FACTORS_RESET)).one()
    assert (event.record_id, event.by_id) == (pal.id, siri.id)
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert (mail.address, mail.subject) == (pal.email, "Your two-step verification was reset")


def test_staff_reset_an_administrator_and_never_themselves(
    session: Session, sign_in: SignInAs
) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    kari: User = make_user(session, role=Role.ADMINISTRATOR)
    browser = sign_in(admin)
    for whose, status in ((kari, 303), (admin, 422)):
        whose.second_factor_at = whose.created_at
        session.commit()
        path = f"/desk/people/{whose.id}/second-factor"
        assert browser.post(path).status_code == 422
        session.refresh(whose)
        assert whose.second_factor_at
        told = {"reason": "Kari lost her phone"}
        assert browser.post(path, data=told).status_code == status


def test_why_staff_reset_somebody_s_second_factor_is_kept_where_the_page_says(
    session: Session, sign_in: SignInAs
) -> None:
    browser = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    partner = make_partner(session)
    kari = make_user(session, role=Role.ADMINISTRATOR)
    siri = make_user(session, role=Role.PARTNER_ADMINISTRATOR, partner=partner)
    for whose, page in ((kari, "in their activity log"), (siri, "in our own activity log")):
        whose.second_factor_at = whose.created_at
        session.commit()
        path = f"/desk/people/{whose.id}/second-factor"
        assert page in browser.get(path).text
        assert browser.post(path, data={"reason": f"{whose.email} rang"}).status_code == 303

    log = browser.get("/desk/log?what=factors_reset").text

    assert f"Reason: {kari.email} rang" in log
    assert f"Reason: {siri.email} rang" in log
    theirs = sign_in(kari).get("/organization/log?what=factors_reset").text
    assert f"Reason: {kari.email} rang" in theirs
