"""`/r/<token>`: an employee without an account says who they are, and shows it by the code or the
link that they are sent. What is answered is the same for whoever is let in and for all others."""

from flask import Blueprint, abort, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock
from portal.base.words import Refused
from portal.employees.forms import BeginForm, CodeForm
from portal.employees.models import EmployeeVisit
from portal.employees.queries import visit_by_link
from portal.employees.reaching import PER_VISIT, Way, may_begin, way_of
from portal.employees.rules import read_email
from portal.employees.visits import begin_visit, prove_by_code, prove_by_link, take_over
from portal.web.guard import public
from portal.web.headers import allow_scanning
from portal.web.limits import limits, too_many
from portal.web.locale import language
from portal.web.mail import send_mail
from portal.web.pages import page
from portal.web.session import open_session

bp = Blueprint("employee_entrance", __name__)


@bp.get("/<token>")
@public
def begin_page(token: str) -> ResponseReturnValue:
    way_of(token)
    known = {"serial": request.args.get("serial", "").replace("\0", "")[:60]}
    known["email"] = cookie.get("employee_typed", "")
    return _begin(token, BeginForm(formdata=None, data=known))


@bp.get("/<token>/scan")
@public
def scan(token: str) -> ResponseReturnValue:
    """The camera reads the label, and leads back with what it read."""
    way_of(token)
    allow_scanning()
    return page("employees/scan.html", token=token)


@bp.post("/<token>")
@public
def begin(token: str) -> ResponseReturnValue:
    way, form = way_of(token), BeginForm()
    if request.form.get("scan"):  # what they typed is there again when they come back
        cookie["employee_typed"] = (form.email.data or "").strip()[:254]
        return redirect(url_for(".scan", token=token), 303)
    if not form.validate():
        return _begin(token, form, 422)
    try:
        email = read_email(form.email.data or "")
    except Refused as refusal:
        form.refuse(refusal)
        return _begin(token, form, 422)
    if wait := may_begin(way, email):
        form.form_errors.append(too_many(wait))
        return _too_often(_begin(token, form, 429), wait)
    session, device = way.open(), (form.serial.data or "").strip()
    begun = begin_visit(session, way.link, email, device=device, now=clock.now())
    if begun.let_in:
        send_mail(
            session,
            to=email,
            language=language(),
            template="employees/code",
            customer=way.link.account.name,
            token=token,
            secret=begun.secret,
            code=begun.code,
        )
    cookie["employee"] = begun.token
    cookie.pop("employee_typed", None)
    return redirect(url_for(".code_page", token=token), 303)


@bp.get("/<token>/code")
@public
def code_page(token: str) -> ResponseReturnValue:
    way = way_of(token)
    if way.visit is None:
        return redirect(url_for(".begin_page", token=token), 303)
    if way.proven:
        return _onward(token)
    return _code(way, token, CodeForm(formdata=None))


@bp.post("/<token>/code")
@public
def prove(token: str) -> ResponseReturnValue:
    way, form = way_of(token), CodeForm()
    if way.visit is None:
        return redirect(url_for(".begin_page", token=token), 303)
    if not form.validate():
        return _code(way, token, form, 422)
    if wait := limits().take([PER_VISIT.of(way.visit.id)]):
        form.form_errors.append(too_many(wait))
        return _too_often(_code(way, token, form, 429), wait)
    try:
        typed = form.code.data or ""
        prove_by_code(way.open(), way.visit, way.token, typed, now=clock.now())
    except Refused as refusal:
        form.refuse(refusal)
        return _code(way, token, form, 422)
    return _onward(token)


@bp.get("/<token>/mail/<secret>")
@public
def come(token: str, secret: str) -> ResponseReturnValue:
    """By the link in the mail. Programs that check mail follow links, and have no cookie of the
    browser that asked: nothing comes of it but in that one."""
    way = way_of(token)
    visit = _sent_to(way, secret)
    if way.visit and way.visit.id == visit.id:
        if not visit.proven_at:
            prove_by_link(way.open_to_write(), visit, now=clock.now())
        return _onward(token)
    if visit.proven_at:
        return page("employees/spent.html", 410, token=token)
    return page("employees/come.html", token=token, secret=secret)


@bp.post("/<token>/mail/<secret>")
@public
def go_on_here(token: str, secret: str) -> ResponseReturnValue:
    """In another browser than the one that asked, such as that of the mail program."""
    way = way_of(token)
    kept = take_over(way.open(), _sent_to(way, secret), now=clock.now())
    if kept is None:
        return page("employees/spent.html", 410, token=token)
    cookie["employee"] = kept
    return _onward(token)


def _sent_to(way: Way, secret: str) -> EmployeeVisit:
    with open_session(way.scope, reading=True) as session:
        by_link = visit_by_link(secret, way.link, now=clock.now())
        visit = session.scalars(by_link).one_or_none()
    if visit is None:
        token = (request.view_args or {})["token"]
        abort(page("employees/spent.html", 410, token=token))
    return visit


def _begin(token: str, form: BeginForm, status: int = 200) -> Response:
    return page("employees/begin.html", status, token=token, form=form)


def _code(way: Way, token: str, form: CodeForm, status: int = 200) -> Response:
    email = way.visit.email if way.visit else ""
    return page("employees/code.html", status, token=token, form=form, email=email)


def _too_often(response: Response, wait: int) -> Response:
    response.headers["Retry-After"] = str(wait)
    return response


def _onward(token: str) -> Response:
    return redirect(url_for("employee_ordering.order_page", token=token), 303)
