"""Signatures that `minisign` checks: by them a file is known for ours, wherever it lies.

The format is minisign's own: Ed25519 over the BLAKE2b-512 of the file, and once more over that
signature together with the comment, so that the comment can be trusted as well.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ALGORITHM, _HASHED = b"Ed", b"ED"


@dataclass(frozen=True)
class Signer:
    """One key, by its seed of 32 bytes."""

    seed: bytes

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def _public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @cached_property
    def _id(self) -> bytes:
        return blake2b(self._public, digest_size=8).digest()

    @property
    def key_id(self) -> str:
        """As minisign shows it."""
        return self._id[::-1].hex().upper()

    @property
    def public_key(self) -> str:
        """The one line that `minisign -P` takes."""
        return b64encode(_ALGORITHM + self._id + self._public).decode()

    def public_file(self) -> str:
        return f"untrusted comment: minisign public key {self.key_id}\n{self.public_key}\n"

    def sign(self, content: bytes, comment: str) -> str:
        """The detached signature of a file, as it stands in its `.minisig`."""
        line = " ".join(comment.split())
        signature = self._private.sign(blake2b(content).digest())
        whole = self._private.sign(signature + line.encode())
        return (
            f"untrusted comment: signature of minisign key {self.key_id}\n"
            f"{b64encode(_HASHED + self._id + signature).decode()}\n"
            f"trusted comment: {line}\n"
            f"{b64encode(whole).decode()}\n"
        )


def signer_of(stated: str) -> Signer | None:
    """The key of SIGNING_KEY; nobody signs where there is none."""
    return Signer(bytes.fromhex(stated)) if stated else None
