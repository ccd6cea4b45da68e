"""Signing in with one's organization's own provider, and proving there that it is still oneself."""

from datetime import timedelta
from typing import cast

from flask import Blueprint, Response, g, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from htmx_flask import request

from portal.accounts.actions import note_refusal, renew_proof
from portal.accounts.closure import allow_closed
from portal.accounts.entrance import onward, welcome
from portal.accounts.queries import address_of
from portal.accounts.rules import Word, place_of, way_back
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope
from portal.base.words import N_, Refused
from portal.single_sign_on import attempts
from portal.single_sign_on.actions import identity_of
from portal.single_sign_on.admitting import admit
from portal.single_sign_on.forms import OrganizationForm
from portal.single_sign_on.leading import Known, end_session_of, lead, who_answered
from portal.single_sign_on.mails import linked_mail
from portal.single_sign_on.models import SignInAttempt, SingleSignOn
from portal.single_sign_on.queries import provider_for
from portal.single_sign_on.refusing import asking, held_back
from portal.single_sign_on.rules import Proven, domain_of
from portal.web.guard import personal, public, viewer
from portal.web.limits import limit, limits, network_of
from portal.web.metrics import SIGN_INS
from portal.web.pages import page
from portal.web.session import db, db_to_write, open_session

bp = Blueprint("single_sign_on", __name__)
PER_PLACE = limit("provider per network", 60, 300)
LONG_AGO = timedelta(days=1)


@bp.post("/organization")
@public
def begin() -> ResponseReturnValue:
    """Lead to the provider of the organization whose domain this is."""
    form = OrganizationForm()
    if viewer().is_authenticated:
        return redirect(onward(), 303)
    if wait := limits().take([PER_PLACE.of(network_of(request.remote_addr))]):
        return held_back(wait)
    if not form.validate():
        return asking(form.email.errors[0], email=form.email.data or "", status=422)
    email = address_of(form.email.data)
    try:
        known = _known_for(email)
        return lead(known, back=way_back(request.args.get("back")), email=email)
    except Refused as refusal:
        return asking(refusal, email=email, status=422)


def _known_for(email: str) -> Known:
    with open_session(NOBODY, reading=True) as session:
        found = session.scalars(provider_for(domain_of(email))).one_or_none()
        if found is None:
            raise Refused(
                N_("No organization signs in here with such addresses. Use your password."),
                field="email",
            )
        return Known.of(found)


@bp.post("/again/organization")
@personal(unready=True)
def prove_again() -> ResponseReturnValue:
    """For those who have no password here: their provider asks them once more."""
    if viewer().provider_id is None:
        return redirect(url_for("proofs.prove_page", back=way_back(request.args.get("back"))), 303)
    with open_session(NOBODY, reading=True) as session:
        found = session.get(SingleSignOn, viewer().provider_id)
        known = Known.of(found) if found else None
    try:
        if known is None:
            raise Refused(N_("Your organization does not sign in this way any more."))
        back = way_back(request.args.get("back"))
        return lead(known, back=back, email=viewer().email, again_id=viewer().id)
    except Refused as refusal:
        return asking(refusal, status=422)


@bp.get("/organization/answer")
@public
def answer() -> ResponseReturnValue:
    """Where the provider sends people back to."""
    held, attempt = cookie.pop("asked", ""), None
    try:
        attempt, known = _taken(held)
        proven = _believed(attempt, known, held)
        scope = Scope(frozenset({known.account_id}), known.account_id)
        # Whoever may read a closed account may come in to do so.
        session = allow_closed(db_to_write(scope))
        sso = session.get(SingleSignOn, known.id)
        if sso is None or Known.of(sso) != known:
            raise Refused(N_("Your organization changed its sign-in meanwhile. Begin again."))
        if attempt.user_id is not None:
            return _proven_again(sso, attempt, proven)
        return _welcomed(sso, attempt, proven)
    except Refused as refusal:
        return _refused(refusal, attempt)


def _taken(held: str) -> tuple[SignInAttempt, Known]:
    """What was asked; it is used up whatever comes of it."""
    with open_session(NOBODY, reading=False) as session:
        state = request.args.get("state", "")
        attempt = attempts.take(session, state=state, held=held, now=clock.now())
        known = Known.of(session.get_one(SingleSignOn, attempt.provider_id))
        session.commit()
    return attempt, known


def _believed(attempt: SignInAttempt, known: Known, held: str) -> Proven:
    if "error" in request.args:
        if request.args["error"] == "access_denied":
            raise Refused(N_("The provider did not let you in here. Ask your administrator."))
        raise Refused(
            N_("The provider could not sign you in: %(error)s"), error=request.args["error"][:60]
        )
    return who_answered(
        known,
        code=request.args.get("code", ""),
        named=request.args.get("iss"),
        held=held,
        newer_than=attempt.asked_at if attempt.user_id is not None else None,
    )


def _welcomed(sso: SingleSignOn, attempt: SignInAttempt, proven: Proven) -> Response:
    now = clock.now()
    admitted = admit(db(), sso, proven, now=now)
    if admitted.first_time and not admitted.made:
        linked_mail(db(), admitted.user, sso)
    # Where the provider does not say when, it was long ago: what is delicate asks again.
    word = Word(
        sso.id,
        proven.at or now - LONG_AGO,
        # The second factor someone has here is asked for once more before the link is trusted.
        vouched=(sso.vouches or proven.strong) and (admitted.made or not admitted.first_time),
    )
    return welcome(admitted.user.id, word=word, back=attempt.back or "/")


def _proven_again(sso: SingleSignOn, attempt: SignInAttempt, proven: Proven) -> Response:
    identity = identity_of(db(), sso, viewer().id) if viewer().is_authenticated else None
    if identity is None or identity.subject != proven.subject or viewer().id != attempt.user_id:
        raise Refused(N_("You proved that you are somebody else than who is signed in here."))
    cookie["sign_in"] = renew_proof(db(), viewer().sign_in_id, now=clock.now())
    return cast(Response, redirect(attempt.back or "/", 303))


def _refused(refusal: Refused, attempt: SignInAttempt | None) -> Response:
    if "db" in g:
        g.db.rollback()  # on SQLite nobody else could write meanwhile
    SIGN_INS.labels("refused").inc()
    if attempt is not None:  # what answers nothing is not worth a line in the log
        with open_session(NOBODY, reading=False) as session:
            note_refusal(session, attempt.user_id, place=place_of(request.remote_addr))
            session.commit()
    return asking(refusal, status=422)


@bp.get("/organization/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Signed out here. At the provider they still are, which only they can want to end."""
    if viewer().is_authenticated:
        return redirect(onward(), 303)
    with open_session(NOBODY, reading=True) as session:
        found = session.get(SingleSignOn, cookie.get("left", 0))
        known = Known.of(found) if found else None
    if known is None:
        return redirect(url_for("accounts.sign_in_page"), 303)
    address = end_session_of(known)
    return page("single_sign_on/signed_out.html", address=address, customer=known.customer)
