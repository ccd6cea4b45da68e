"""Speaking with a provider: what it says of itself, its keys, and what a code is worth."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from portal.base.fetch import fetch
from portal.base.words import N_, Refused
from portal.single_sign_on.documents import document, read
from portal.single_sign_on.rules import ALGORITHMS

WELL_KNOWN = "/.well-known/openid-configuration"
_KEPT = 3600  # seconds
_AGAIN = 60  # how soon keys are fetched again for one that we do not know
_LONGEST_TOKEN = 20_000


@dataclass(frozen=True, slots=True)
class Provider:
    """What the discovery document says, as far as we need it."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    secret_in_form: bool
    names_itself: bool  # in its answers, see RFC 9207

    @property
    def host(self) -> str:
        return urlsplit(self.authorization).hostname or ""


def discover(issuer: str, *, local: bool, anew: bool = False) -> Provider:
    said = document(issuer.rstrip("/") + WELL_KNOWN, local=local, newer_than=0 if anew else _KEPT)
    if said.get("issuer") != issuer:
        raise Refused(
            N_("The provider calls itself %(name)s. Write the issuer exactly so."),
            field="issuer",
            name=str(said.get("issuer", ""))[:300],
        )
    found = {name: _address(said, name, local=local) for name in _ADDRESSES}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not found[name]:
            raise Refused(N_("The provider does not say its %(name)s."), field="issuer", name=name)
    ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer,
        found["authorization_endpoint"],
        found["token_endpoint"],
        found["jwks_uri"],
        found["userinfo_endpoint"],
        found["end_session_endpoint"],
        "client_secret_basic" not in ways,
        said.get("authorization_response_iss_parameter_supported") is True,
    )


def keys_of(provider: Provider, *, local: bool, newer_than: float = _KEPT) -> list[dict[str, Any]]:
    found = document(provider.keys, local=local, newer_than=newer_than).get("keys")
    keys = [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []
    usable = [it for it in keys if it.get("kty") in {"RSA", "EC"} and it.get("use") != "enc"]
    if not usable:
        raise Refused(N_("The provider has no keys that we can check its answers with."))
    return usable


def address_to_ask(
    provider: Provider, *, client_id: str, back_to: str, state: str, nonce: str, challenge: str,
    hint: str = "", anew: bool = False,
) -> str:  # fmt: skip
    """Where the browser is sent. `anew`: they are to prove again who they are."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back_to,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if hint:
        asked["login_hint"] = hint
    if anew:
        asked |= {"prompt": "login", "max_age": "0"}
    join = "&" if urlsplit(provider.authorization).query else "?"
    return provider.authorization + join + urlencode(asked)


def redeem(
    provider: Provider, *, client_id: str, secret: str, code: str, verifier: str, back_to: str,
    local: bool,
) -> dict[str, Any]:  # fmt: skip
    """What the provider gives for a code: an ID token, and one to ask for more with."""
    status, given = _ask_token(
        provider, client_id, secret, code=code, verifier=verifier, back_to=back_to, local=local
    )
    if status != 200 or not isinstance(given.get("id_token"), str):
        raise Refused(N_("The provider did not accept the code it gave. Begin again."))
    return given


def present(provider: Provider, client_id: str, secret: str, *, back_to: str, local: bool) -> None:
    """Ask with a code that is none: who does not know us says so before it looks at the code."""
    _ask_token(
        provider, client_id, secret, code="none", verifier="0" * 64, back_to=back_to, local=local
    )


def _ask_token(
    provider: Provider, client_id: str, secret: str, *, code: str, verifier: str, back_to: str,
    local: bool,
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_to,
        "code_verifier": verifier,
    }
    headers = {}
    if provider.secret_in_form:
        form |= {"client_id": client_id, "client_secret": secret}
    else:
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    status, content = fetch(provider.token, form=form, headers=headers, local=local)
    given = read(content)
    if given.get("error") in {"invalid_client", "unauthorized_client"} or status == 401:
        raise Refused(N_("The provider does not accept our client ID and secret."))
    return status, given


def claims_in(token: str, provider: Provider, *, local: bool) -> dict[str, Any]:
    """What an ID token says, if it is signed with a key of the provider's."""
    name = _key_named(token)
    for newer_than in (_KEPT, _AGAIN):
        keys = keys_of(provider, local=local, newer_than=newer_than)
        for key in [it for it in keys if name is None or it.get("kid") == name][:10]:
            try:
                return dict(jwt.decode(token, jwk.import_key(key), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    raise Refused(N_("The answer is not signed by the provider."))


def more_about(provider: Provider, access_token: str, *, local: bool) -> dict[str, Any]:
    """What the provider tells of them beside the ID token."""
    if not provider.userinfo or not access_token.isascii() or not access_token.isprintable():
        return {}
    headers = {"Authorization": f"Bearer {access_token}"}
    status, content = fetch(provider.userinfo, headers=headers, local=local)
    return read(content) if status == 200 else {}


def _key_named(token: str) -> str | None:
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        name = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        raise Refused(N_("The answer is not signed by the provider.")) from None
    return name if isinstance(name, str) else None


_ADDRESSES = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
)


def _address(said: dict[str, Any], name: str, *, local: bool) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > 2000 or not value.isprintable():
        return ""
    return value if value.startswith(("https://", "http://") if local else "https://") else ""
