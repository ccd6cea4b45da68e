"""What a passkey is asked, and whether what it answers is true. The proofs are py_webauthn's."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from portal.factors.models import Passkey

NAME = "Poly+ Enterprise"
_PATIENCE = 300_000  # milliseconds
_ALONE = UserVerificationRequirement.REQUIRED  # a finger, a face or a PIN: two factors in one
_ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a passkey is made for: it answers to no other host name than this."""

    id: str
    origin: str

    @classmethod
    def of(cls, portal_url: str) -> "Party":
        """By its own address. One of digits cannot have passkeys: it is called localhost then."""
        url = urlsplit(portal_url)
        host = url.hostname or ""
        name = "localhost" if host.replace(".", "").isdigit() or ":" in host else host
        port = f":{url.port}" if url.port else ""
        return cls(name, f"{url.scheme}://{name}{port}")


def creation(
    party: Party, *, challenge: bytes, user: Any, keys: list[Passkey], handle: bytes
) -> str:
    """What the browser is told, as JSON, to make a key for someone who has these already."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_name=user.email,
        user_display_name=user.name,
        user_id=handle,
        challenge=challenge,
        timeout=_PATIENCE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_ALONE
        ),
        exclude_credentials=_described(keys),
    )
    return webauthn.options_to_json(options)


def request(party: Party, *, challenge: bytes, keys: list[Passkey]) -> str:
    """What the browser is told to have one of these sign; without any, whichever there is."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_PATIENCE,
        allow_credentials=_described(keys),
        user_verification=_ALONE,
    )
    return webauthn.options_to_json(options)


def created(party: Party, credential: str, *, challenge: bytes) -> VerifiedRegistration | None:
    """The key that was made; None when the answer is not one to our question."""
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # hostile bytes are read here: whatever goes wrong, it proves nothing
        return None


def id_in(credential: str) -> str:
    """Which key an answer says it is from; empty when it says nothing of the kind."""
    try:
        told = json.loads(credential)
    except (ValueError, RecursionError):
        return ""
    name = told.get("id") if isinstance(told, dict) else None
    return name if isinstance(name, str) and _ID.fullmatch(name) else ""


def signed(party: Party, credential: str, *, challenge: bytes, key: Passkey) -> int | None:
    """The key's new count of signatures; None when this key did not sign our question."""
    try:
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
        said = json.loads(credential)["response"].get("userHandle")
        own = not said or base64url_to_bytes(said) == key.handle
    except Exception:  # as above
        return None
    return proven.new_sign_count if own else None


def name_of(credential_id: bytes) -> str:
    return bytes_to_base64url(credential_id)


def _described(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in keys]
