"""What a license is on a day, how its key is read and hidden, and how many seats it has left."""

from collections.abc import Collection
from datetime import date, timedelta

from portal.base.text import identifier
from portal.base.words import N_, LabelledEnum, Refused

PREFIX, SEAT_PREFIX, PAPER_PREFIX, CHANGE_PREFIX = "L", "LA", "LP", "LC"
EXPIRING = timedelta(days=90)  # how long before its end a license is told to expire
REMINDED = (7, 30, 90)  # days before the end at which people are reminded
UNDONE_WITHIN = timedelta(hours=1)  # of what was done with seats
MOST_AT_ONCE = 200  # seats that are moved together
SHORTEST_KEY, LONGEST_KEY = 8, 200
TAIL = 4  # signs of a key that are shown to everybody who sees the license
LONG_TAILS = (5, 6)  # how many more of the last signs it is found by, for those who may see it
SHORTEST_GROUP = 4
MOST_SEATS = 1_000_000


class Standing(LabelledEnum):
    """What was done with a license; what the calendar says is not in it."""

    NOT_ACTIVATED = "not_activated", N_("Not activated")
    ACTIVATED = "activated", N_("Activated")
    REVOKED = "revoked", N_("Revoked")


class Status(LabelledEnum):
    """How a license stands on a day, of which exactly one is so."""

    ACTIVE = "active", N_("Active")
    EXPIRING = "expiring", N_("Expires soon")
    EXPIRED = "expired", N_("Expired")
    REVOKED = "revoked", N_("Revoked")
    NOT_ACTIVATED = "not_activated", N_("Not activated")


class Renewal(LabelledEnum):
    """Who sees to it that a license goes on."""

    RESELLER = "reseller", N_("The reseller renews it")
    CUSTOMER = "customer", N_("You renew it yourselves")
    AUTOMATIC = "automatic", N_("Renews by itself")
    NONE = "none", N_("Is not renewed")


def status_of(standing: Standing, ends_on: date | None, today: date) -> Status:
    """What was taken away comes first, then what is over, then what was never begun."""
    if standing is Standing.REVOKED:
        return Status.REVOKED
    if ends_on is not None and ends_on < today:
        return Status.EXPIRED
    if standing is Standing.NOT_ACTIVATED:
        return Status.NOT_ACTIVATED
    soon = ends_on is not None and ends_on <= today + EXPIRING
    return Status.EXPIRING if soon else Status.ACTIVE


def read_key(text: str) -> str:
    """A key as it is kept: as it was printed, without what surrounds it."""
    key = " ".join(text.split())
    signs = identifier(key)
    if not signs:
        raise Refused(N_("Enter the license key."), field="key")
    if not key.isprintable() or len(key) > LONGEST_KEY or len(signs) < SHORTEST_KEY:
        raise Refused(
            N_("A license key has %(shortest)s to %(longest)s letters and digits."),
            field="key",
            shortest=SHORTEST_KEY,
            longest=LONGEST_KEY,
        )
    return key


def tail_of(key: str) -> str:
    """The last signs of a key, by which people tell one from another."""
    return identifier(key)[-TAIL:]


def masked(tail: str | None) -> str:
    """••••-9F2K; nothing where a license has no key."""
    return f"••••-{tail}" if tail else ""


def parts_of(key: str) -> set[str]:
    """What a key is found by besides itself and its tail, by those who may see it: more of its last
    signs, and the groups it is printed in. To others each would tell a little more of it."""
    signs = identifier(key)
    groups = {identifier(each) for each in key.replace("-", " ").split()}
    found = {signs[-length:] for length in LONG_TAILS} | groups
    return {part for part in found if len(part) >= SHORTEST_GROUP} - {signs, signs[-TAIL:]}


def refuse_seats(wanted: int, *, used: int, seats: int | None) -> None:
    """Refuse more seats than are left. Where nobody counts them, there are as many as wanted."""
    if wanted < 1:
        raise Refused(N_("Write how many seats, at least 1."), field="seats")
    if wanted > MOST_SEATS:
        raise Refused(N_("That is more seats than a license can have."), field="seats")
    if seats is not None and used + wanted > seats:
        raise Refused(
            N_("The license has %(left)s of %(seats)s seats left. Take some back, or write fewer."),
            field="seats",
            left=max(0, seats - used),
            seats=seats,
        )


def refuse_assigning(status: Status) -> None:
    """Only a license that can be used is given to anybody."""
    if status is Status.REVOKED:
        raise Refused(N_("The license is revoked, and can be given to nobody."))
    if status is Status.EXPIRED:
        raise Refused(N_("The license has expired, and can be given to nobody."))


def reminder_due(left: int, told: Collection[int]) -> int | None:
    """Which reminder is due with so many days left, when some were given: the nearest to the end
    that is reached, if neither it nor a later one was given. What was missed is not caught up with.
    """
    near = next((days for days in REMINDED if 0 <= left <= days), None)
    return None if near is None or any(days <= near for days in told) else near


def refuse_term(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(N_("The last day must not come before the first day."), field="ends_on")
