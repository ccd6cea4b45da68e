"""Whoever somebody else changed the access of is told, and once."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.mails import Mail
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_user


def test_role_changed_ended_and_given_back_are_told_by_mail(
    session: Session, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    account = make_account(session, "Nordlys Kraft AS")
    kari = sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))
    ola = make_user(session, account=account, language="nb")
    path = f"/organization/users/{ola.memberships[0].reference}"
    for role, version in (("observer", "1"), ("observer", "2")):
        told = {"role": role, "sees": "everything", "version": version}
        assert kari.post(f"{path}/rights", data=told).status_code == 303
    for deed in ("deactivation", "deactivation", "return", "return"):
        assert kari.post(f"{path}/{deed}").status_code == 303
    run_jobs()
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [mail.address for mail in mails] == [ola.email] * 3
    assert [mail.subject for mail in mails] == [
        "Rollen din i støtteportalen er endret",
        "Tilgangen din til støtteportalen er avsluttet",
        "Du har tilgang til støtteportalen igjen",
    ]
    assert "observatør" in mails[0].text.lower()
    assert all(account_of(ola).name in mail.text for mail in mails)
