"""A real OpenID provider, made of Authlib's server parts, that can also be told to lie."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Response, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "the-portal", "known to two: the provider & the portal"


@dataclass
class Person:
    claims: dict[str, Any]

    def get_user_id(self) -> str:
        return str(self.claims["sub"])


class Client(ClientMixin):  # type: ignore[misc]
    def __init__(self, back_to: str) -> None:
        self.client_id, self.back_to = CLIENT, back_to

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back_to

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back_to

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    code: str
    redirect_uri: str
    scope: str
    user: Person
    nonce: str | None
    auth_time: int
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return []


@dataclass
class Provider:
    """Who sits before it (`person`), and what it claims instead of the truth (`lies`)."""

    issuer: str = ""
    person: Person = field(default_factory=lambda: Person({}))
    lies: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)  # instead, in the discovery document
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: Any = None  # another key than the one it publishes
    alg: str = "RS256"
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed_in_at: int | None = None  # when the person did; None: each time anew
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)


def _grants(provider: Provider) -> tuple[type, list[Any]]:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            provider.codes[code] = Code(
                code,
                asked["redirect_uri"],
                request.payload.scope,
                request.user,
                asked.get("nonce"),
                provider.signed_in_at or int(time.time()),
                asked["code_challenge"],
                asked["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> Person:
            return authorization_code.user

    return Grant, [_tokens(provider)(require_nonce=True), CodeChallenge(required=True)]


def _tokens(provider: Provider) -> type:
    class Tokens(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(it.nonce == nonce for it in provider.codes.values())

        def get_client_algorithm(self, client: Any) -> str:
            return provider.alg

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": provider.alg, "kid": "one"}

        def resolve_client_private_key(self, client: Any) -> Any:
            return provider.signs_with or provider.key

        def get_compatible_claims(self, request: Any) -> dict[str, Any]:
            now = int(time.time())
            return {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}

        def generate_user_info(self, user: Person, scope: str) -> UserInfo:
            return UserInfo({**user.claims, **provider.lies})

    return Tokens


def make_app(provider: Provider, back_to: str) -> Flask:
    app = Flask("provider")
    client = Client(back_to)
    server = AuthorizationServer(
        app,
        query_client=lambda name: client if name == CLIENT else None,
        save_token=lambda token, request: None,
    )
    server.register_grant(*_grants(provider))

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        base = provider.issuer
        truth = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "userinfo_endpoint": f"{base}/userinfo",
            "end_session_endpoint": f"{base}/logout",
            "authorization_response_iss_parameter_supported": False,
        }
        return jsonify({**truth, **provider.said})

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [provider.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        provider.asked.append(request.args.to_dict())
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant_user=provider.person, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        return jsonify(provider.userinfo)

    return app


@contextmanager
def running(back_to: str) -> Iterator[Provider]:
    """A provider on this machine, at a port of its own."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, make_app(provider, back_to), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
