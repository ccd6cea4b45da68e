"""Letting someone in: at once, or, where they have a second factor, half way."""

from typing import cast

from flask import Response, current_app, redirect, url_for
from flask import session as cookie
from htmx_flask import request

from portal.accounts import actions, half_sign_ins
from portal.accounts.going_on import former
from portal.accounts.half_sign_ins import HalfSignIn
from portal.accounts.models import User
from portal.accounts.proof import remember_device
from portal.accounts.rules import Word, device_of, place_of, way_back
from portal.base import clock
from portal.web.metrics import SIGN_INS
from portal.web.session import db, looking


def welcome(user_id: int, *, word: Word | None = None, back: str | None = None) -> Response:
    """Someone's password was right, or their provider gave its word. Whoever has a second factor
    is asked for that, too, unless the provider did."""
    back = back or way_back(request.args.get("back"))
    if word is None and (response := _elsewhere(user_id, back)):
        return response
    user = db().get_one(User, user_id)
    if user.second_factor_at is None or (word and word.vouched):
        return let_in(user, word=word, back=back, looked=True)
    token = half_sign_ins.begin(
        db(), user, now=clock.now(), provider_id=word.provider_id if word else None
    )
    # Whose sign-in ended in this browser is handed on: see `open_sign_in`.
    before = former()
    cookie.clear()
    cookie.update({"half": token, "sign_in": before} if before else {"half": token})
    return cast(Response, redirect(url_for("second_step.ask_page", back=back), 303))


def let_in(
    user: User, *, word: Word | None = None, back: str | None = None, looked: bool = False
) -> Response:
    """All that is asked of this person is proven, but where they are to prove it."""
    back = back or way_back(request.args.get("back"))
    if not (word or looked) and (response := _elsewhere(user.id, back)):
        return response
    place = place_of(request.remote_addr)
    token = actions.open_sign_in(
        db(),
        user,
        now=clock.now(),
        instead_of=former(),
        place=place,
        device=device_of(request.user_agent.string),
        word=word,
    )
    actions.note_sign_in(db(), user, place=place)
    SIGN_INS.labels("let_in").inc()
    cookie.clear()
    cookie["sign_in"] = token
    response = cast(Response, redirect(back or "/", 303))
    remember_device(response, user.id)
    return response


def word_of(half: HalfSignIn) -> Word | None:
    """What a provider said in the first half. The second was asked for here: it need not vouch."""
    return Word(half.provider_id, clock.now(), False) if half.provider_id else None


def lead_elsewhere(email: str, user_id: int | None, back: str | None) -> Response | None:
    """The way on for those whose organization lets them in through its own provider only.

    A higher floor knows them: see single_sign_on/leading.py.
    """
    return cast("Response | None", current_app.extensions["elsewhere"](email, user_id, back))


def is_bound(email: str, account_id: int) -> bool:
    """Whether an account lets whoever comes with this address in through its provider only."""
    return bool(current_app.extensions["bound"](email, account_id))


def _elsewhere(user_id: int, back: str | None) -> Response | None:
    with looking() as session:
        email = session.get_one(User, user_id).email
    return lead_elsewhere(email, user_id, back)


def onward() -> str:
    return way_back(request.args.get("back")) or "/"
