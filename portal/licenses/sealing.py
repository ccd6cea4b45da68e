"""License keys, kept so that a copied table opens nothing, and found without opening any.

Each key is sealed (Fernet) together with whose it is, so that one put into another account's row
opens nothing. The first key of the ring seals; all of them open what they sealed, which each row
says. Beside it stand codes (HMAC) of the key and of parts of it: whoever searches for a key makes
the same codes, and whoever reads the table can make none.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Self

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.licenses.rules import parts_of, tail_of

NOBODY = 0  # whose those are that nobody has activated yet
WHOLE, TAIL, PART = "whole", "tail", "part"
_LONGEST = 200  # signs of what is searched for


@dataclass(frozen=True)
class Ringed:
    """One key of the ring."""

    secret: str

    @cached_property
    def name(self) -> str:
        """By which a row says what it was sealed with. It gives nothing away of the key."""
        return self._derived(b"license key name").hex()[:16]

    @cached_property
    def fernet(self) -> Fernet:
        return Fernet(urlsafe_b64encode(self._derived(b"license keys")))

    @cached_property
    def _index(self) -> bytes:
        return self._derived(b"license key index")

    def code(self, *told: object) -> bytes:
        return hmac.digest(self._index, "\0".join(map(str, told)).encode(), sha256)

    def mark(self, account_id: int, kind: str, signs: str) -> str:
        """As the search index holds it: a letter and a number, of 63 bits."""
        return f"b{int.from_bytes(self.code(account_id, kind, signs)[:8]) >> 1}"

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(self.secret.encode())


class KeyRing:
    """The keys that license keys are sealed with: the first seals, all of them open."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._keys = tuple(map(Ringed, dict.fromkeys(secrets)))

    @classmethod
    def of(cls, stated: str, secret_key: str) -> Self:
        """The keys of LICENSE_KEYS, and last the one that stands in while there are none."""
        return cls((*stated.replace(",", " ").split(), secret_key))

    @property
    def newest(self) -> str:
        return self._keys[0].name

    def seal(self, account_id: int, key: str) -> str:
        return self._keys[0].fernet.encrypt(f"{account_id}:{key}".encode()).decode()

    def wrap(self, content: bytes) -> bytes:
        """A whole list of keys, sealed for the time that it lies about."""
        return self._keys[0].fernet.encrypt(content)

    def unwrap(self, content: bytes) -> bytes:
        for each in self._keys:
            try:
                return each.fernet.decrypt(content)
            except InvalidToken:
                continue
        raise Refused(N_("The list cannot be opened any more. Send it again."))

    def unseal(self, account_id: int, sealed: str, sealed_with: str) -> str:
        """The key; refused when its key is not in the ring any more, or it is another account's."""
        for each in self._keys:
            if each.name == sealed_with:
                try:
                    text = each.fernet.decrypt(sealed.encode()).decode()
                except (InvalidToken, ValueError):
                    break
                whose, _colon, key = text.partition(":")
                if whose == str(account_id):
                    return key
        raise Refused(N_("The license key cannot be opened. Contact us, and we will help you."))

    def code(self, key: str) -> str:
        """The same for the same key, whoever's it is: a key is registered once."""
        return self._keys[0].code(identifier(key)).hex()

    def codes(self, key: str) -> list[str]:
        """What `code` gave while each key of the ring was the first."""
        return [each.code(identifier(key)).hex() for each in self._keys]

    def marks_of(self, account_id: int, key: str) -> list[str]:
        """What the search index finds a license by, of its key."""
        newest = self._keys[0]
        found = [newest.mark(account_id, WHOLE, identifier(key))]
        found.append(newest.mark(account_id, TAIL, tail_of(key)))
        return [*found, *(newest.mark(account_id, PART, part) for part in parts_of(key))]

    def marks_for(self, account_id: int, text: str, *, parts: bool) -> list[str]:
        """What to search for, where this may be a key or its last signs; or a part, where asked."""
        signs = identifier(text)[:_LONGEST]
        kinds = (WHOLE, TAIL, PART) if parts else (WHOLE, TAIL)
        return [each.mark(account_id, kind, signs) for each in self._keys for kind in kinds]
