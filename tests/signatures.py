"""What `minisign -V` does, by its own format, taken apart here."""

from base64 import b64decode
from hashlib import blake2b

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.base.signing import Signer

SIGNER = Signer(bytes(range(32)))


def checked(public: str, content: bytes, signature: str) -> str:
    """What the signature says that can be trusted; raises where it is not of this content."""
    key = b64decode(public.splitlines()[-1])
    assert (key[:2], len(key)) == (b"Ed", 42)
    untrusted, line, comment, whole = signature.splitlines()
    signed = b64decode(line)
    assert untrusted.startswith("untrusted comment: ")
    assert (signed[:2], signed[2:10]) == (b"ED", key[2:10])
    verifier = Ed25519PublicKey.from_public_bytes(key[10:])
    verifier.verify(signed[10:], blake2b(content).digest())
    told = comment.removeprefix("trusted comment: ")
    verifier.verify(b64decode(whole), signed[10:] + told.encode())
    return told
