"""Leading someone to their organization's provider, and learning who comes back from it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app
from flask import session as cookie

from portal.accounts.models import User
from portal.base import clock
from portal.base.words import N_, Refused
from portal.single_sign_on import attempts
from portal.single_sign_on import provider as providers
from portal.single_sign_on.models import SingleSignOn
from portal.single_sign_on.people import demanded_of, demanding
from portal.single_sign_on.rules import Proven, check_claims, name_in, verified_email
from portal.single_sign_on.sealing import unseal
from portal.web.pages import page
from portal.web.session import db, looking


@dataclass(frozen=True, slots=True)
class Known:
    """What it takes to speak with a provider, while nothing is open in the database."""

    id: int
    account_id: int
    customer: str
    issuer: str
    client_id: str
    sealed: str

    @classmethod
    def of(cls, sso: SingleSignOn) -> Self:
        return cls(sso.id, sso.account_id, sso.account.name, sso.issuer, sso.client_id, sso.sealed)

    def secret(self) -> str:
        secret = unseal(current_app.config["SECRET_KEY"], self.account_id, self.sealed)
        if secret is None:
            raise Refused(N_("The client secret cannot be read any more. It must be entered anew."))
        return secret


def init_app(app: Flask, *, local: bool) -> None:
    app.config["LOCAL_PROVIDERS"] = local
    app.extensions["elsewhere"] = elsewhere
    app.extensions["bound"] = bound


def is_local() -> bool:
    """Whether providers on this machine may be asked: in tests, and in the demo."""
    return bool(current_app.config.get("LOCAL_PROVIDERS"))


def way_here() -> str:
    """Where providers send people back to: not built on what a request claims."""
    return f"{current_app.config['PORTAL_URL'].rstrip('/')}/sign-in/organization/answer"


def lead(
    known: Known, *, back: str | None, email: str = "", again_id: int | None = None
) -> Response:
    """The page that sends them on: a form cannot, since forms stay here (form-action)."""
    provider = providers.discover(known.issuer, local=is_local())
    state, held = attempts.begin(db(), known.id, user_id=again_id, back=back, now=clock.now())
    cookie["asked"] = held
    address = providers.address_to_ask(
        provider,
        client_id=known.client_id,
        back_to=way_here(),
        state=state,
        nonce=attempts.nonce_of(held),
        challenge=attempts.challenge_of(held),
        hint=email,
        anew=again_id is not None,
    )
    return page(
        "single_sign_on/onward.html", address=address, customer=known.customer, host=provider.host
    )


def elsewhere(email: str, user_id: int | None, back: str | None) -> Response | None:
    """The way on for those who must come through a provider.

    Without `user_id`, for everyone with such an address: whether anybody has it is not told.
    """
    with looking() as session:
        if user_id is None:
            sso = demanding(session, email)
        else:
            sso = demanded_of(session, session.get_one(User, user_id))
        if sso is None:
            return None
        known = Known.of(sso)
    return lead(known, back=back, email=email)


def bound(email: str, account_id: int) -> bool:
    """Whether somebody with such an address, and of this account alone, must come that way."""
    with looking() as session:
        sso = demanding(session, email)
        return sso is not None and sso.account_id == account_id


def who_answered(
    known: Known, *, code: str, named: str | None, held: str, newer_than: datetime | None
) -> Proven:
    """Whom the provider vouches for, once its answer has been checked from all sides."""
    local = is_local()
    provider = providers.discover(known.issuer, local=local)
    if (named is None and provider.names_itself) or named not in {None, known.issuer}:
        raise Refused(N_("The answer comes from another provider than the one we asked."))
    given = providers.redeem(
        provider,
        client_id=known.client_id,
        secret=known.secret(),
        code=code,
        verifier=attempts.verifier_of(held),
        back_to=way_here(),
        local=local,
    )
    proven = check_claims(
        providers.claims_in(given["id_token"], provider, local=local),
        issuer=known.issuer,
        client_id=known.client_id,
        nonce=attempts.nonce_of(held),
        now=clock.now(),
        newer_than=newer_than,
    )
    if proven.email:
        return proven
    more = providers.more_about(provider, str(given.get("access_token", "")), local=local)
    if more.get("sub") != proven.subject:
        return proven
    return replace(proven, email=verified_email(more), name=proven.name or name_in(more))


def try_out(known: Known) -> None:
    """Ask the provider all that can be asked without a person; refuse with what is wrong."""
    local = is_local()
    provider = providers.discover(known.issuer, local=local, anew=True)
    providers.keys_of(provider, local=local, newer_than=0)
    providers.present(provider, known.client_id, known.secret(), back_to=way_here(), local=local)


def end_session_of(known: Known) -> str:
    """Where one signs out of the provider as well; "" when it offers no such place."""
    try:
        provider = providers.discover(known.issuer, local=is_local())
    except Refused:
        return ""
    if not provider.end_session:
        return ""
    back_to = f"{current_app.config['PORTAL_URL'].rstrip('/')}/sign-in"
    asked = urlencode({"client_id": known.client_id, "post_logout_redirect_uri": back_to})
    join = "&" if urlsplit(provider.end_session).query else "?"
    return provider.end_session + join + asked
