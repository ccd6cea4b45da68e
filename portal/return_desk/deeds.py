"""What staff answer and decide about returns and the money, each on the page of its return."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.liability.actions import confirm as confirm_proposed
from portal.liability.actions import propose_settlement, propose_waiver
from portal.liability.actions import refuse as refuse_proposed
from portal.replacements.models import Replacement
from portal.replacements.rules import SettledAs
from portal.return_desk.forms import (
    AcceptForm,
    GrantForm,
    NotWaivedForm,
    OtherForm,
    ProposeForm,
    RefuseForm,
    SettleForm,
)
from portal.return_desk.showing import show_page
from portal.returns.certifying import accept_certificate, refuse_certificate
from portal.returns.correcting import already, keep_the_other
from portal.returns.extending import grant, refuse
from portal.returns.reaching import find_return, session_for
from portal.returns.wording import moved_sentence
from portal.web.forms import Form
from portal.web.guard import allow
from portal.web.locale import gettext as _
from portal.web.reasons import because

bp = Blueprint("return_deeds", __name__)
Deed = Callable[[ScopedSession, Replacement, Doer, datetime], str | None]


@bp.post("/<ref>/extension")
@allow(Permission.REPLACEMENTS_APPROVE, everywhere=True)
def give_time(ref: str) -> ResponseReturnValue:
    form = GrantForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> str:
        until = grant(session, it, form.until.data, by=by, now=now)
        return f"{told} {moved_sentence(form.until.data, until, asks=False)}".strip()

    told = _("More time is granted, and the customer is told.")
    return _do(ref, "grant", form, deed, told)


@bp.post("/<ref>/extension/refusal")
@allow(Permission.REPLACEMENTS_APPROVE, everywhere=True)
def give_no_time(ref: str) -> ResponseReturnValue:
    form = RefuseForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        refuse(session, it, form.because.data or "", by=by, now=now)

    told = _("More time is refused, and the customer is told.")
    return _do(ref, "refuse", form, deed, told)


@bp.post("/<ref>/certificate")
@allow(Permission.REPLACEMENTS_APPROVE, everywhere=True)
def accept(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        accept_certificate(session, it, by=by, now=now)

    told = _("The certificate is accepted: the device is destroyed.")
    return _do(ref, "accept", AcceptForm(), deed, told)


@bp.post("/<ref>/certificate/refusal")
@allow(Permission.REPLACEMENTS_APPROVE, everywhere=True)
def reject(ref: str) -> ResponseReturnValue:
    form = RefuseForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        refuse_certificate(session, it, form.because.data or "", by=by, now=now)

    told = _("The certificate is refused, and the customer is told why.")
    return _do(ref, "reject", form, deed, told)


@bp.post("/<ref>/correction")
@allow(Permission.REPLACEMENTS_APPROVE, everywhere=True)
def correct(ref: str) -> ResponseReturnValue:
    form = OtherForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> str:
        changed = keep_the_other(session, it, form.serial_number.data or "", by=by, now=now)
        return "" if changed else _(already(it))

    return _do(ref, "correct", form, deed, _("It is corrected."))


@bp.post("/<ref>/waiver")
@allow(Permission.LIABILITY_CHANGE, everywhere=True)
def propose(ref: str) -> ResponseReturnValue:
    form = ProposeForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        propose_waiver(session, it, form.reason.data or "", by=by, now=now)

    told = _("The waiver is proposed. Somebody else has to confirm it.")
    return _do(ref, "propose", form, deed, told)


@bp.post("/<ref>/waiver/confirmation")
@allow(Permission.LIABILITY_CHANGE, everywhere=True)
def confirm(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        confirm_proposed(session, it, by=by, now=now)

    told = _("It is confirmed, and the customer is told.")
    return _do(ref, "confirm", AcceptForm(), deed, told)


@bp.post("/<ref>/waiver/refusal")
@allow(Permission.LIABILITY_CHANGE, everywhere=True)
def keep(ref: str) -> ResponseReturnValue:
    form = NotWaivedForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        refuse_proposed(session, it, form.why_not.data or "", by=by, now=now)

    return _do(ref, "keep", form, deed, _("It is refused, and stays as it is."))


@bp.post("/<ref>/settlement")
@allow(Permission.LIABILITY_CHANGE, everywhere=True)
def settle(ref: str) -> ResponseReturnValue:
    form = SettleForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        how, number = SettledAs(form.how.data), form.reference.data or ""
        propose_settlement(session, it, how, number, by=by, now=now)

    told = _("The settlement is proposed. Somebody else has to confirm it.")
    return _do(ref, "settle", form, deed, told)


def _do(ref: str, name: str, form: Form, deed: Deed, told: str) -> ResponseReturnValue:
    """One deed, and back to the page; several forms stand there, each under a name."""
    session = session_for(ref)
    it = find_return(ref, session)
    if form.validate():
        try:
            with session.begin_nested():
                said = deed(session, it, because(""), clock.now()) or told
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(said)
            return redirect(url_for("return_desk.show", ref=it.reference), 303)
    session.expire_all()
    return show_page(session, find_return(ref, session), **{name: form})
