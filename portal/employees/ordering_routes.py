"""`/r/<token>/…`: an employee who has shown who they are says which device, what is wrong and where
to, and gets a new one."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from portal.base import clock
from portal.base.words import N_, Refused
from portal.employees.choosing import Offered, models_offered
from portal.employees.drawing import OrderPage, barred_page, lot_meant, order_page_of
from portal.employees.forms import DeviceForm
from portal.employees.models import EmployeeVisit
from portal.employees.ordering import TOO_MANY, has_enough, order
from portal.employees.queries import visit_locked
from portal.employees.reaching import LOOKUPS, SEARCHES, Way, way_of
from portal.replacements.queries import replacement_with_id
from portal.replacements.tracking_links import tracking_path
from portal.replacements.unsaid import PREFIX
from portal.replacements.wording import status_sentence
from portal.web.guard import public
from portal.web.limits import limits
from portal.web.locale import language
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("employee_ordering", __name__)
UNKNOWN = N_("We find no such device of yours. Look at the label under it, or choose the model.")
NUMBER_UNKNOWN = N_(
    "We find no device of yours with this serial number. Look at the label under it."
)
Step = Callable[[str, Way, EmployeeVisit], ResponseReturnValue]


def _proven(step: Step) -> Callable[[str], ResponseReturnValue]:
    """Only for those who have shown who they are: others begin at the beginning. Whoever has
    ordered sees what it led to."""

    @wraps(step)
    def checked(token: str) -> ResponseReturnValue:
        way = way_of(token)
        if way.proven is None:
            return redirect(url_for("employee_entrance.begin_page", token=token), 303)
        if way.proven.replacement_id and step.__name__ != "receipt":
            return redirect(url_for(".receipt", token=token), 303)
        return step(token, way, way.proven)

    return checked


@bp.get("/<token>/device")
@public
@_proven
def device_page(token: str, way: Way, visit: EmployeeVisit) -> ResponseReturnValue:
    text = request.args.get("q", "").replace("\0", "").strip()[:80]
    if text and (wait := limits().take([SEARCHES.of(visit.id)])):
        raise TooManyRequests(retry_after=wait)
    way.open()
    offered = models_offered(db(), visit.account_id, text)
    form = DeviceForm(offered, formdata=None, data={"serial": _typed(visit.device)})
    if visit.device and not text and lot_meant(db(), visit.account_id, visit.device) is None:
        form.refuse(_unknown(form))
    return _device(token, way, form, offered)


@bp.post("/<token>/device")
@public
@_proven
def say_device(token: str, way: Way, visit: EmployeeVisit) -> ResponseReturnValue:
    if wait := limits().take([LOOKUPS.of(visit.id)]):
        raise TooManyRequests(retry_after=wait)
    way.open()
    text = request.form.get("q", "").replace("\0", "").strip()[:80]
    offered = models_offered(db(), visit.account_id, text)
    form = DeviceForm(offered)
    if form.validate():
        if form.meant and lot_meant(db(), visit.account_id, form.meant) is not None:
            db().scalars(visit_locked(visit.id)).one().device = form.meant
            return redirect(url_for(".order_page", token=token), 303)
        form.refuse(_unknown(form))
    return _device(token, way, form, offered, 422)


@bp.get("/<token>/order")
@public
@_proven
def order_page(token: str, way: Way, visit: EmployeeVisit) -> ResponseReturnValue:
    way.open()
    drawn = _page(token, way, visit, filled=False)
    return drawn if isinstance(drawn, Response) else drawn.show()


@bp.post("/<token>/order")
@public
@_proven
def send(token: str, way: Way, visit: EmployeeVisit) -> ResponseReturnValue:
    way.open()
    if db().scalars(visit_locked(visit.id)).one().replacement_id:
        # A twin was under way: the device would be found to be replaced already, by itself.
        return redirect(url_for(".receipt", token=token), 303)
    drawn = _page(token, way, visit, filled=True)
    if isinstance(drawn, Response):
        return drawn
    form = drawn.form
    if form.validate():
        try:
            asked, now = drawn.checked(), clock.now()
            with db().begin_nested():
                order(db(), way.link, visit, drawn.lot.device, asked, language=language(), now=now)
            return redirect(url_for(".receipt", token=token), 303)
        except Refused as refusal:
            form.refuse(refusal)
    db().expire_all()
    return drawn.show(422)


@bp.get("/<token>/receipt")
@public
@_proven
def receipt(token: str, way: Way, visit: EmployeeVisit) -> ResponseReturnValue:
    if visit.replacement_id is None:
        return redirect(url_for(".order_page", token=token), 303)
    it = way.open().scalars(replacement_with_id(visit.replacement_id)).one()
    return page(
        "employees/receipt.html",
        it=it,
        email=visit.email,
        sentence=status_sentence(it, today=clock.today()),
        track=tracking_path(current_app.config["SECRET_KEY"], it),
    )


def _page(token: str, way: Way, visit: EmployeeVisit, *, filled: bool) -> OrderPage | Response:
    """The page with its form; or where to go instead: to say which device, or why there is none."""
    lot = lot_meant(db(), visit.account_id, visit.device)
    if lot is None:
        return redirect(url_for(".device_page", token=token), 303)
    status = 422 if filled else 200
    if has_enough(db(), way.link, visit.email):
        return barred_page(token, way, None, TOO_MANY, status)
    if lot.barred:
        return barred_page(token, way, lot, lot.barred[0][1].barred.label, status)  # type: ignore[union-attr]
    return order_page_of(token, way, visit, lot, filled=filled)


def _typed(device: str) -> str:
    """A number is shown again; what was chosen below is none that one would have typed."""
    return "" if device.startswith(("PC-", f"{PREFIX}-")) else device


def _unknown(form: DeviceForm) -> Refused:
    """Why nothing is found, which sends nobody to models where there are none to choose."""
    if form.meant:
        return Refused(UNKNOWN if form.model else NUMBER_UNKNOWN, field="serial")
    by_model = N_("Write the serial number, or choose the model.")
    return Refused(by_model if form.model else N_("Write the serial number."), field="serial")


def _device(
    token: str, way: Way, form: DeviceForm, offered: Offered, status: int = 200
) -> Response:
    told = {"token": token, "form": form, "phone": way.link.phone, "offered": offered}
    return page("employees/device.html", status, **told)
