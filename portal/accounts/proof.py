"""Proving who one is by e-mail address and password: slowly, one at a time, and not too often.

Known and unknown addresses get the same answer after the same work. A browser that its owner has
signed in with before is counted by itself, so that a stranger's guesses do not lock the owner out.
"""

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.accounts import actions, hashing
from portal.accounts.models import User
from portal.accounts.queries import address_of, credentials_of
from portal.accounts.rules import place_of
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.web.limits import Bucket, limit, limits, network_of
from portal.web.session import open_session

IN_ALL = limit("sign-in in all", 1000, 300)
PER_ADDRESS = limit("sign-in per person", 10, 300)
PER_PLACE = limit("sign-in per network", 10, 300)
PER_DEVICE = limit("sign-in per browser", 10, 300)
_A_YEAR = 31_536_000


class TooOften(Exception):
    """Nothing was tried: come back in so many seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def prove(email: str, password: str) -> int:
    """The id of the user whose address and password these are."""
    # Nothing is open in the database while a hash is waited for: on SQLite all writers would wait.
    with open_session(NOBODY, reading=True) as session:
        user_id, password_hash = session.execute(credentials_of(email)).one_or_none() or (None, "")
    with hashing.turn():  # what is counted is counted one at a time, too
        buckets = _buckets(email, user_id)
        if wait := limits().wait(buckets):
            raise TooOften(wait)
        proven = hashing.matches(password_hash, password)
        if not proven:
            limits().count(buckets)
        stronger = ""
        if proven and hashing.is_outdated(password_hash):
            stronger = hashing.hash_of_password(password)
    if user_id is None or not proven:
        _note_refusal(user_id)
        raise Refused(N_("Wrong e-mail address or password."), field="email")
    if stronger:
        _store(user_id, stronger)
    return user_id


def remember_device(response: Response, user_id: int) -> None:
    """Let this browser be counted by itself the next time. It signs nobody in."""
    value = _signer().dumps(user_id)
    secure: bool = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        _cookie_name(), value, max_age=_A_YEAR, httponly=True, samesite="Lax", secure=secure
    )


def known_device(user_id: int | None) -> str:
    """What this browser is counted by, where this person has signed in with it before; else ""."""
    device = request.cookies.get(_cookie_name(), "")
    try:
        known = _signer().loads(device, max_age=_A_YEAR) == user_id
    except BadSignature:
        known = False
    return device if known and user_id else ""


def _buckets(email: str, user_id: int | None) -> list[Bucket]:
    if device := known_device(user_id):
        return [PER_DEVICE.of(device)]
    place = network_of(request.remote_addr)
    return [IN_ALL, PER_ADDRESS.of(address_of(email)), PER_PLACE.of(place)]


def _note_refusal(user_id: int | None) -> None:
    with open_session(NOBODY, reading=False) as session:
        actions.note_refusal(session, user_id, place=place_of(request.remote_addr))
        session.commit()


def _store(user_id: int, password_hash: str) -> None:
    with open_session(NOBODY, reading=False) as session:
        session.get_one(User, user_id).password_hash = password_hash
        session.commit()


def _cookie_name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="device")
