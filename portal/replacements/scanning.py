"""What logistics scans to send something: the device, and the number that the carrier gave."""

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from portal.base.db import broke
from portal.base.tenancy import ScopedSession
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import SerialPattern
from portal.products.models import Product
from portal.products.rules import fits, read_serial_number
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, Stage, checked_tracking_number

LIKE_ANOTHER = N_(
    "%(scanned)s is no serial number of a %(wanted)s. It looks like one of a %(others)s."
)
MOST_NAMED = 3
TAKEN = N_("This serial number was sent in another replacement.")
ELSEWHERE = N_(
    "This is the tracking number of a parcel that is on its way to another address: %(rma)s."
)
TOGETHER = N_(
    "A parcel with this tracking number is on its way to the same address: %(rma)s. Tick the box if"
    " both lie in it."
)
ARRIVED = N_(
    "A parcel with this tracking number has arrived already: %(rma)s. Tick the box if it is right."
)


def scanned_device(session: ScopedSession, it: Replacement, text: str) -> str:
    """Its serial number; of parts, which have none, nothing."""
    return _scanned_part(it, text) if it.part_id else _new_serial(session, it, text)


def scanned_number(
    session: ScopedSession, it: Replacement, text: str, serial_number: str, *, again: bool
) -> str:
    """The tracking number. Several may lie in one parcel to one address, which is asked about;
    and so is one that has arrived, since carriers use a number again only after years."""
    number = checked_tracking_number(text)
    if identifier(number) == identifier(serial_number):
        raise Refused(
            N_("This is the number of what you send. Scan the one that the carrier gave."),
            field="tracking_number",
        )
    if number != it.tracking_number:
        other = session.scalars(under_way_with(number, it)).first()
        if other is not None and _place(other) != _place(it):
            raise Refused(ELSEWHERE, field="tracking_number", rma=other.reference)
        if other is not None and not again:
            raise Refused(TOGETHER, field="again", rma=other.reference)
    if not again and number != it.tracking_number:
        other = session.scalars(arrived_with(number, it.id)).first()
        if other is not None:
            raise Refused(ARRIVED, field="again", rma=other.reference)
    return number


def under_way_with(number: str, but: Replacement) -> Select[Replacement]:
    """Those to another address first."""
    return (
        select(Replacement)
        .where(Replacement.tracking_number == number, Replacement.id != but.id)
        .where(Replacement.stage.in_(ON_THE_WAY))
        .order_by(
            Replacement.account_id == but.account_id,
            Replacement.postal_code == but.postal_code,
            Replacement.street == but.street,
            Replacement.id.desc(),
        )
        .limit(1)
    )


def _place(it: Replacement) -> tuple[int, str, str]:
    return it.account_id, it.postal_code, it.street


def arrived_with(number: str, but: int) -> Select[Replacement]:
    return (
        select(Replacement)
        .where(Replacement.tracking_number == number, Replacement.id != but)
        .where(Replacement.stage == Stage.DELIVERED)
        .order_by(Replacement.id.desc())
        .limit(1)
    )


def keep_serial(session: ScopedSession, it: Replacement, serial: str) -> None:
    """Nobody else's; the constraint says so."""
    try:
        with session.begin_nested():
            it.new_serial_number = serial or None
    except IntegrityError as error:
        if not broke(error, "uq_replacement_new_serial_number"):
            raise
        raise Refused(TAKEN, field="serial_number") from None


def _scanned_part(it: Replacement, text: str) -> str:
    """Of parts the part number is scanned. They have no serial number of their own."""
    if it.part and identifier(text) != it.part.folded:
        raise Refused(
            N_("You scanned %(scanned)s, but %(wanted)s is to be sent."),
            field="serial_number",
            scanned=text.strip()[:40],
            wanted=it.part.number,
        )
    return ""


def _tells(serial: str, pattern: SerialPattern) -> bool:
    return pattern is not SerialPattern.UNKNOWN and fits(serial, pattern)


def _some(names: list[str]) -> str:
    """Which models they may be; so many have numbers alike that the first few must do."""
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def _new_serial(session: ScopedSession, it: Replacement, text: str) -> str:
    """The serial number of a device of the right model that is nobody's yet."""
    catalogue = catalogue_of(session, knowing=[it.to_send_id])
    wanted = catalogue[it.to_send_id]
    serial = read_serial_number(text, pattern=wanted.serial_pattern)
    known = session.scalars(select(Product).where(Product.serial_number == serial)).first()
    if known and known.model_id != it.to_send_id:
        raise Refused(
            N_("This is a %(scanned)s, but a %(wanted)s is to be sent."),
            field="serial_number",
            scanned=catalogue[known.model_id].name,
            wanted=wanted.name,
        )
    if known and it.stage in {Stage.APPROVED, *ON_THE_WAY}:
        raise Refused(N_("This device is registered already."), field="serial_number")
    if not fits(serial, wanted.serial_pattern):
        if others := [it.name for it in catalogue.models if _tells(serial, it.serial_pattern)]:
            raise Refused(
                LIKE_ANOTHER,
                field="serial_number",
                scanned=serial,
                wanted=wanted.name,
                others=_some(others),
            )
        raise Refused(
            N_("%(scanned)s is no serial number of a %(wanted)s."),
            field="serial_number",
            scanned=serial,
            wanted=wanted.name,
        )
    return serial
