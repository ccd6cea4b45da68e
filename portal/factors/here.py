"""Passkeys in the portal at hand: for which host name, and what one signed."""

from urllib.parse import urlsplit

from flask import current_app, request
from flask import session as cookie

from portal.accounts.actions import note_refusal
from portal.accounts.rules import place_of
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.factors.ceremonies import Party, id_in, signed
from portal.factors.passkeys import new_challenge, note_signed, take_challenge
from portal.factors.queries import passkey_called
from portal.web.session import db, open_session


def party() -> Party:
    return Party.of(current_app.config["PORTAL_URL"])


def elsewhere() -> str:
    """The address at which passkeys work, when it is not the one in the address bar."""
    here = urlsplit(request.host_url).hostname
    return "" if here == party().id else party().origin


def ask(user_id: int | None) -> bytes:
    """A fresh challenge, held by this browser and by the database until it is answered."""
    cookie["challenge"] = new_challenge(db(), user_id=user_id, now=clock.now())
    return cookie["challenge"].encode()  # type: ignore[no-any-return]


def prove_by_passkey(credential: str, *, user_id: int | None) -> int:
    """The id of the user whose passkey signed what we asked; of this user, where one is named."""
    challenge, now = cookie.pop("challenge", ""), clock.now()
    # In a transaction of its own: what was asked is answered, well or not.
    with open_session(NOBODY, reading=False) as session:
        proven = None
        if take_challenge(session, challenge, user_id=user_id, now=now):
            key = session.scalars(passkey_called(id_in(credential))).one_or_none()
            if key and user_id in {None, key.user_id}:
                count = signed(party(), credential, challenge=challenge.encode(), key=key)
                if count is not None and note_signed(session, key.id, count, now=now):
                    proven = key.user_id
            if proven is None:
                place = place_of(request.remote_addr)
                note_refusal(session, key.user_id if key else user_id, place=place)
        session.commit()
    if proven is None:
        raise Refused(N_("The passkey was not accepted. Try again."))
    return proven
