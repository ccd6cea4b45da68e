"""The page on which an employee orders, and the one that says why they cannot."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.base import clock
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.employees.choosing import may_choose
from portal.employees.forms import Days, OrderForm
from portal.employees.models import EmployeeVisit
from portal.employees.queries import device_known_as
from portal.employees.reaching import Way
from portal.employees.rules import name_in
from portal.products.queries import count_with_id
from portal.replacements.actions import Asked, checked_asking
from portal.replacements.finding import saved_addresses
from portal.replacements.forms import OTHER, WAIT
from portal.replacements.holding import held_back
from portal.replacements.lots import Lot, lot_named, lot_of_model
from portal.replacements.standing import promised
from portal.replacements.unsaid import model_meant
from portal.replacements.wording import order_before
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

SHOWN_NOW = N_("Look at the day on which it arrives there, and send again.")


def lot_meant(session: ScopedSession, account_id: int, text: str) -> Lot | None:
    """The device with exactly this number, one of those that a chosen line counts, or one of a
    model that the account has; these as they are offered."""
    if not text:
        return None
    if model_id := model_meant(text):
        mine = may_choose(session, account_id, model_id, as_line=False)
        return lot_of_model(session, account_id, model_id, now=clock.now()) if mine else None
    found = session.scalars(device_known_as(text)).first()
    key, reference = ("product", found.reference) if found else ("count", "")
    if found is None:
        number = read_reference("PC", text) or 0
        line = session.scalars(count_with_id(number if number <= LARGEST else 0)).one_or_none()
        if line is None or not may_choose(session, account_id, line.model_id, as_line=True):
            return None
        reference = line.reference
    return lot_named(session, MultiDict({key: reference}), now=clock.now())


@dataclass(frozen=True, slots=True)
class OrderPage:
    token: str
    way: Way
    lot: Lot
    form: OrderForm
    held: bool  # whether somebody looks at it first

    def checked(self) -> Asked:
        """What was filled in, if it was sent as it was shown."""
        told = self.form.asking(None)
        asked = checked_asking(self.lot.standing.model, told)
        if self.lot.short:
            return asked
        promise = promised(db(), self.lot.standings, asked.address, now=clock.now())
        if not self.form.was_shown(promise):
            if self.form.where.data == OTHER:
                self.form.days[OTHER] = promise
            raise Refused(SHOWN_NOW)
        return asked

    def show(self, status: int = 200) -> Response:
        form, now = self.form, clock.now()
        form.show_days()
        where = form.where.data or ""
        promise = form.days.get(where) or next(iter(form.days.values()), None)
        return page(
            "employees/order.html",
            status,
            token=self.token,
            lot=self.lot,
            form=form,
            customer=self.way.link.account.name,
            approval=self.way.link.approval or self.lot.unsaid,
            held=self.held,
            promise=None if form.chosen == WAIT else promise,  # which says itself when
            before=order_before(promise, now) if promise else "",
        )


def order_page_of(
    token: str, way: Way, visit: EmployeeVisit, lot: Lot, *, filled: bool
) -> OrderPage:
    now, saved = clock.now(), saved_addresses(db(), lot.device.site_id)
    days: Days = {
        ref: promised(db(), lot.standings, address, now=now)
        for ref, (_name, address) in saved.items()
    }
    held = way.link.approval or lot.unsaid
    if saved and not held:
        first = next(iter(saved.values()))[1]
        held = bool(held_back(db(), lot.standings, first, number=1, now=now))
    known = {"recipient": name_in(visit.email)}
    stated = {} if filled else {"formdata": None, "data": known}
    phone = way.link.phone
    form = OrderForm(lot, saved=saved, days=days, phone=phone, at_once=not held, **stated)
    return OrderPage(token, way, lot, form, held)


def barred_page(token: str, way: Way, lot: Lot | None, why: str, status: int) -> Response:
    return page(
        "employees/barred.html", status, token=token, lot=lot, why=_(why), phone=way.link.phone
    )
