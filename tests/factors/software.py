"""A passkey made of software, which can lie about anything."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from struct import pack
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN, RP_ID = "http://localhost", "localhost"
PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Authenticator:
    def __init__(self, name: bytes = b"credential") -> None:
        self.id, self.count, self.handle = name, 0, b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any], **lies: Any) -> str:
        """The answer to the options of a registration, as the browser would send it."""
        self.handle = _bytes(options["user"]["id"])
        public = self._key.public_key().public_numbers()
        x, y = public.x.to_bytes(32, "big"), public.y.to_bytes(32, "big")
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + pack(">H", len(self.id)) + self.id + key
        told = self._told(lies, flags=lies.get("flags", PRESENT | VERIFIED) | HOLDS_KEY) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        client = _client("webauthn.create", options, lies)
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(statement)})

    def get(self, options: dict[str, Any], **lies: Any) -> str:
        """The answer to the options of a sign-in."""
        self.count += 1
        told = self._told(lies, flags=lies.get("flags", PRESENT | VERIFIED))
        client = _client(lies.get("type", "webauthn.get"), options, lies)
        signature = self._key.sign(told + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(told),
                "signature": b64(signature),
                "userHandle": b64(lies.get("handle", self.handle)),
            }
        )

    def _told(self, lies: dict[str, Any], *, flags: int) -> bytes:
        party = sha256(lies.get("rp_id", RP_ID).encode()).digest()
        return party + bytes([flags]) + pack(">I", lies.get("count", self.count))

    def _answer(self, response: dict[str, str]) -> str:
        known = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return json.dumps({**known, "response": response, "clientExtensionResults": {}})


def _client(kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
    challenge = lies.get("challenge", options["challenge"])
    told = {"type": kind, "challenge": challenge, "origin": lies.get("origin", ORIGIN)}
    return json.dumps(told).encode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
