"""License files that anybody can check: signed with a key of ours (Ed25519), beside the file.

The key is made from a setting; its public half is told on a page, and with it how to check.
"""

import json
from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.licenses.models import License

FORMAT = "poly-license/1"


class Signer:
    def __init__(self, stated: str, secret_key: str) -> None:
        """By LICENSE_SIGNING_KEY, or the key that stands in while there is none."""
        self._secret = stated or secret_key

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        purpose = HKDF(SHA256(), length=32, salt=None, info=b"license file signature")
        return Ed25519PrivateKey.from_private_bytes(purpose.derive(self._secret.encode()))

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content)

    @cached_property
    def public_key(self) -> str:
        """As programs read it: PEM."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @cached_property
    def fingerprint(self) -> str:
        """By which people see that they have the right one."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return b64encode(sha256(raw).digest()).decode().rstrip("=")


def license_file(it: License, key: str, *, account: str, organization: str) -> bytes:
    """What was bought, for machines. It is the same as long as that is, to the last byte: so the
    file and its signature, taken one after the other, belong together."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "license": it.reference,
        "account": account,
        "organization": organization,
        "product": it.name,
        "key": key,
        "starts_on": it.starts_on.isoformat() if it.starts_on else None,
        "ends_on": it.ends_on.isoformat() if it.ends_on else None,
        "seats": it.seats,
        "order_number": it.order_number,
        "purchase_order": it.purchase_order,
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()
