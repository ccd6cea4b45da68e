"""What an answer of a provider must say to be believed, and what a domain may look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from portal.base.typed import leads_somewhere
from portal.base.words import N_, Refused

# Signed with a key that only the provider has. Neither "none" nor a secret that we share.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY = timedelta(seconds=60)  # clocks are a little off
OLDEST = timedelta(minutes=10)  # an answer is fetched at once
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!-)[a-z][a-z0-9-]{{0,62}}")
# Everyone can have an address here, so nobody can speak for them all.
_EVERYONES = {
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.no",
    "icloud.com",
    "live.com",
    "live.no",
    "online.no",
    "outlook.com",
    "proton.me",
    "yahoo.com",
    "yahoo.no",
}
TXT_NAME = "_support-portal"


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom a provider vouches for."""

    subject: str
    email: str  # "" when it is not known to be theirs
    name: str
    strong: bool  # by more than a password, says the provider
    at: datetime | None  # when they proved it to the provider


def check_claims(
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
    newer_than: datetime | None = None,
) -> Proven:
    """Whom the claims of an ID token are about. The signature was checked before.

    With `newer_than`, they proved to the provider since then who they are.
    """
    if claims.get("iss") != issuer:
        raise Refused(N_("The answer comes from another provider than the one we asked."))
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(audiences) == 1 else None)
    if client_id not in audiences or party != client_id:
        raise Refused(N_("The answer is meant for another service."))
    if not compare_digest(_text(claims, "nonce").encode(), nonce.encode()):
        raise Refused(N_("The answer is not to what we asked. Begin again."))
    ends, made = _moment(claims, "exp"), _moment(claims, "iat")
    starts = _moment(claims, "nbf") if "nbf" in claims else made
    if ends is None or made is None or starts is None:
        raise Refused(N_("The answer does not say when it was made and how long it lasts."))
    if ends + LEEWAY <= now or made + OLDEST <= now:
        raise Refused(N_("The answer has expired. Begin again."))
    if max(made, starts) > now + LEEWAY:
        raise Refused(N_("The answer is from the future. A clock is wrong, here or there."))
    at = _moment(claims, "auth_time")
    if newer_than and (at is None or at + LEEWAY < newer_than):
        raise Refused(N_("The provider did not ask you to prove who you are. Begin again."))
    subject = _text(claims, "sub")
    if not 0 < len(subject) <= 255:
        raise Refused(N_("The answer does not say who you are."))
    return Proven(subject, verified_email(claims), name_in(claims), _is_strong(claims), at)


def verified_email(claims: Mapping[str, Any]) -> str:
    """The address, when the provider says that it is theirs; else ""."""
    verified = claims.get("email_verified") is True or claims.get("xms_edov") in (True, "1")
    email = _text(claims, "email").strip().lower()
    user, _at, domain = email.rpartition("@")
    fine = user and len(email) <= 254 and user.isprintable() and not re.search(r"[\s@,;<>]", user)
    return email if verified and fine and _DOMAIN.fullmatch(domain) else ""


def name_in(claims: Mapping[str, Any]) -> str:
    named, address = _text(claims, "name"), _text(claims, "email").partition("@")[0]
    # Such a name would be told to others in our mails; who they are does not hang on it.
    told = address.replace(".", " ") if not named or leads_somewhere(named) else named
    return " ".join("".join(it if it.isprintable() else " " for it in told).split())[:120]


def _is_strong(claims: Mapping[str, Any]) -> bool:
    """RFC 8176: "mfa" says that several factors were used, the others name one each."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def domain_of(email: str) -> str:
    return read_domain(email.rpartition("@")[2]) or ""


def read_domain(typed: str) -> str | None:
    """A domain as it is stored: in lower case, and in the letters of the DNS."""
    text = typed.strip().lower().removeprefix("@").rstrip(".")
    try:
        domain = text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        return None
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else None


def is_everyones(domain: str) -> bool:
    return domain in _EVERYONES
