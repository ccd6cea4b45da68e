"""Which device it is, of which an employee knew the model alone: an administrator says it, and by
that approves what was ordered."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.approval_rules.rules import Held
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.employees.deciding import approve_for_employee
from portal.product_counts.actions import register_count
from portal.products.models import Product, ProductCount
from portal.products.queries import product_with_id
from portal.replacements.addresses import Address
from portal.replacements.deeds import MOVED_ON, hold
from portal.replacements.holding import held_back, site_at
from portal.replacements.models import Replacement
from portal.replacements.queries import count_locked
from portal.replacements.rules import CALLED_OFF, Barred
from portal.replacements.standing import standing_of

COUNTED = "counted"  # one more of the model, without a number
CHOOSE = N_("Choose which device it is.")
OTHER_SAID = N_("Meanwhile somebody else said which device it is. Look at how it stands now.")


def say_device(
    session: ScopedSession, replacement: Replacement, picked: str, *, by: Doer, now: datetime
) -> None:
    """Say which one it is, and approve it. It must be one that may be replaced today."""
    it = hold(session, replacement)
    if Held.DEVICE not in it.reasons:
        _said_before(session, it, picked)
        return
    if it.stage in CALLED_OFF:
        raise Refused(MOVED_ON)
    device = _device(session, it, picked, by, now)
    standing = standing_of(session, device, now=now)
    if standing.barred:
        raise Refused(standing.barred.label, field="device")
    it.site_id = device.site_id
    if isinstance(device, Product):
        _take(session, it, device)
    address = Address(street=it.street, postal_code=it.postal_code, country=it.country)
    also = held_back(session, [standing], address, number=1, now=now)
    held = [each for each in it.reasons if each is not Held.DEVICE]
    it.held = [each.value for each in dict.fromkeys([*held, *also])]
    happened(session, it, What.DEVICE_SAID, by=by)
    approve_for_employee(session, it, by=by, now=now)


def _said_before(session: ScopedSession, it: Replacement, picked: str) -> None:
    """A second click says the same again; a colleague may have said something else."""
    if it.stage in CALLED_OFF:
        raise Refused(MOVED_ON)
    if picked == COUNTED or _is_line(session, it, picked):
        same = it.product_id is None
    else:
        same = it.product_id is not None and it.product_id == read_reference("P", picked)
    if not same:
        raise Refused(OTHER_SAID)


def _is_line(session: ScopedSession, it: Replacement, picked: str) -> bool:
    line = session.get(ProductCount, read_reference("PC", picked) or 0)
    return line is not None and (line.model_id, line.site_id) == (it.model_id, it.site_id)


def _device(
    session: ScopedSession, it: Replacement, picked: str, by: Doer, now: datetime
) -> Product | ProductCount:
    if picked == COUNTED:
        return _counted(session, it, by, now)
    found: Product | ProductCount | None = None
    if number := read_reference("PC", picked):
        found = session.scalars(count_locked(number)).one_or_none()
    elif number := read_reference("P", picked):
        found = session.scalars(product_with_id(number)).one_or_none()
    if found is None or (found.account_id, found.model_id) != (it.account_id, it.model_id):
        raise Refused(CHOOSE, field="device")
    return found


def _counted(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> ProductCount:
    """It is registered nowhere: one more of the model, where the new one is sent."""
    where = Address(street=it.street, postal_code=it.postal_code, country=it.country)
    site = session.scalars(site_at(where)).first()
    line = register_count(session, model_id=it.model_id, site_id=site, number=1, by=by, now=now)
    return session.scalars(count_locked(line.id)).one()


def _take(session: ScopedSession, it: Replacement, device: Product) -> None:
    it.product_id = device.id
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        if not broke(error, "uq_replacement_product_id"):
            raise
        raise Refused(Barred.BEING_REPLACED.label, field="device") from None
