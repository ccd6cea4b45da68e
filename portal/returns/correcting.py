"""«We kept the other device»: what comes back is another one than was asked for."""

from datetime import datetime

from sqlalchemy import or_, select

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.products.indexing import index_products
from portal.products.models import Product, ProductStatus
from portal.products.rules import bare
from portal.replacements.deeds import hold, settle
from portal.replacements.inventory import move_licenses
from portal.replacements.models import Replacement
from portal.replacements.queries import being_replaced
from portal.replacements.rules import RETURN_OPEN, Barred, ReturnStage
from portal.replacements.telling import tell
from portal.returns.certifying import CERTIFICATE_WAITS, may_be_certified, waits_for_answer
from portal.returns.receiving import take_in

DESTROYED_ALREADY = N_("This is the device that is to be destroyed already. Nothing was changed.")
AWAITED_ALREADY = N_("This is the device that is to come back already. Nothing was changed.")


def already(it: Replacement) -> str:
    """What is said where nothing changed."""
    return DESTROYED_ALREADY if it.retain_and_destroy else AWAITED_ALREADY


def may_be_corrected(it: Replacement) -> bool:
    """Nobody can say of a device without a number that it is another one. What was scanned when it
    came back is known. Of what is kept and destroyed it can be said until that is certified."""
    unscanned = it.returned is ReturnStage.RECEIVED and not it.received_serial_number
    open_still = it.returned in RETURN_OPEN or unscanned or may_be_certified(it)
    return it.product_id is not None and open_still


def keep_the_other(
    session: ScopedSession,
    replacement: Replacement,
    serial_number: str,
    *,
    by: Doer,
    now: datetime,
) -> bool:
    """The device with this number comes back, and the one that was asked for stays in use. False:
    so it stood already."""
    it = hold(session, replacement)
    if not may_be_corrected(it):
        raise Refused(N_("There is nothing to correct any more."))
    if it.retain_and_destroy and waits_for_answer(session, it):
        raise Refused(CERTIFICATE_WAITS)
    number = bare(serial_number)[:20]
    if not number:
        missing = (
            N_("Enter the serial number of the device that was destroyed.")
            if it.retain_and_destroy
            else N_("Enter the serial number of the device that you send back.")
        )
        raise Refused(missing, field="serial_number")
    kept, back = _awaited(session, it), _known_as(session, number)
    if kept is None or back is None or back.model_id != it.model_id:
        raise Refused(
            N_("You have no registered device of this model with this serial number."),
            field="serial_number",
        )
    if back.id == kept.id:
        return False
    if back.status is not ProductStatus.ACTIVE:
        raise Refused(N_("This device is not in use any more."), field="serial_number")
    if any(row.id != it.id for row in session.execute(being_replaced([back.id]))):
        raise Refused(Barred.BEING_REPLACED.label, field="serial_number")
    kept.status, kept.changed_at = ProductStatus.ACTIVE, now
    happened(session, kept, What.BROUGHT_BACK, by=by)
    back.status, back.changed_at = ProductStatus.REPLACED, now
    happened(session, back, What.REPLACED, by=by, replacement=it.reference)
    move_licenses(session, back, kept)  # it stays in use, and so do they
    index_products(session, [kept, back])
    it.instead_serial_number = back.identifier if back.id != it.product_id else None
    happened(session, it, What.KEPT_THE_OTHER, by=by, serial_number=back.identifier)
    came = it.wrong_serial_number
    if came and came in {back.serial_number, back.mac} and it.returned in RETURN_OPEN:
        take_in(session, it, came, by=by, now=now)
    settle(session, it, now=now)
    tell(session, it, "kept_the_other", by=by)
    return True


def _awaited(session: ScopedSession, it: Replacement) -> Product | None:
    if it.instead_serial_number:
        return _known_as(session, it.instead_serial_number)
    return session.get(Product, it.product_id)


def _known_as(session: ScopedSession, number: str) -> Product | None:
    named = or_(Product.serial_number == number, Product.mac == number)
    return session.scalars(select(Product).where(named)).first()
