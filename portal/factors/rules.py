"""One-time codes, recovery codes, and who may take away another's second factor."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp

from portal.base.access import Role

STEP = 30  # seconds that an app shows a code for
SET_UP_LASTS = timedelta(minutes=60)  # from when a secret is shown until it is confirmed
RECOVERY_CODES = 10
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # 5 bits each, and none taken for another
_LENGTH = 16
_READ_AS = str.maketrans("oil", "011")


def new_secret() -> str:
    """160 bits, as authenticator apps read them."""
    return pyotp.random_base32()


def secret_in_groups(secret: str) -> str:
    """Easier to type from a screen: ABCD EFGH …"""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def address_for_app(secret: str, *, email: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, typed: str, *, now: datetime) -> int | None:
    """The step of time whose code this is: the one at hand, or one before or after.

    Clocks are a little off, and people take a while to type. None: it is no code of these.
    """
    code = re.sub(r"\s", "", typed)
    if not re.fullmatch(r"[0-9]{6}", code, re.ASCII):
        return None
    here, otp = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    found = [it for it in (here - 1, here, here + 1) if compare_digest(otp.generate_otp(it), code)]
    return found[0] if found else None


def new_recovery_code() -> str:
    """80 bits, in groups: k7wm-x2p4-9dtq-3hbv"""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


def read_recovery_code(typed: str) -> str | None:
    """As it was made, however it is typed; None when it is none."""
    code = re.sub(r"[\s\-–]", "", typed).lower().translate(_READ_AS)
    if len(code) != _LENGTH or set(code) - set(_LETTERS):
        return None
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


@dataclass(frozen=True, slots=True)
class Standing:
    """What someone is, everywhere: by `roles`, in each customer account."""

    id: int
    staff_role: Role | None = None
    partner_id: int | None = None
    partner_role: Role | None = None
    roles: Mapping[int, Role] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """3: administrator of the portal. 2: an administrator, or staff. 1: everyone else."""
        if self.staff_role is Role.STAFF_ADMINISTRATOR:
            return 3
        leads = self.partner_role is Role.PARTNER_ADMINISTRATOR
        return 2 if self.staff_role or leads or Role.ADMINISTRATOR in self.roles.values() else 1


def may_reset(by: Standing, whose: Standing) -> bool:
    """Whether someone may take away another's second factors: only a higher rank, over its own.

    Whoever can do that can sign in as the other with no more than a password. So a customer's
    administrator may for those who belong to that account and nowhere else, a partner's for the
    partner's people, and the portal's for everyone below. Nobody may for themselves.
    """
    if by.id == whose.id or by.rank <= whose.rank:
        return False
    if by.staff_role:
        return by.rank == 3
    if by.partner_role is Role.PARTNER_ADMINISTRATOR:
        return whose.partner_id == by.partner_id and not whose.roles
    only = len(whose.roles) == 1 and not whose.partner_id
    return only and all(by.roles.get(account) is Role.ADMINISTRATOR for account in whose.roles)
