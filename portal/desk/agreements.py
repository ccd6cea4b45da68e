"""Agreements: all staff look, administrators and customer success managers keep them."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.activity.looks import looked_at
from portal.agreements.actions import add_agreement, change_agreement
from portal.agreements.facts import AgreementFacts, checked, facts_of
from portal.agreements.finding import customer_meant, partner_meant
from portal.agreements.forms import AddAgreementForm, ChangeAgreementForm, in_fields, with_fields
from portal.agreements.models import Agreement
from portal.agreements.periods import Break, breaks, standing
from portal.agreements.queries import (
    agreement_numbered,
    agreement_terms,
)
from portal.agreements.targets import BY_SEVERITY, TARGETS, Severity, baseline, targets_with
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.desk.agreements_list import list_agreements
from portal.desk.agreements_words import agreement_words, saved_meanwhile
from portal.desk.history import told
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.reasons import ReasonedForm, because
from portal.web.session import db, db_for, open_session

bp = Blueprint("desk_agreements", __name__)
HEADROOM = Decimal(5)  # of a new agreement, in per cent


class _AddForm(AddAgreementForm, ReasonedForm):
    pass


class _ChangeForm(ChangeAgreementForm, ReasonedForm):
    pass


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    shown = list_agreements(db(), request.args, clock.today())
    return page("desk/agreements/index.html", shown=shown, news=shown.found)


@bp.get("/new")
@allow(Permission.AGREEMENTS_CHANGE, everywhere=True)
def new() -> ResponseReturnValue:
    form = _form(_AddForm, db(), {"headroom": HEADROOM, **targets_with({})})
    return page("desk/agreements/new.html", form=form)


@bp.post("")
@allow(Permission.AGREEMENTS_CHANGE, everywhere=True)
def add() -> ResponseReturnValue:
    with open_session(g.scope, reading=True) as reading:
        form = _form(_AddForm, reading)
        if form.validate():
            try:
                customer = customer_meant(reading, form.customer.data)
                facts = form.facts(partner_meant(reading, form.partner.data))
                reading.close()
                return redirect(_added(form, customer, facts), 303)
            except Refused as refusal:
                form.refuse(refusal)
    return page("desk/agreements/new.html", 422, form=form)


def _added(form: Any, customer: int, facts: AgreementFacts) -> str:
    """Where the form leads that carries this token: it adds the agreement the first time."""
    session = db_for(customer)
    sent = submission(session, form.token.data, by=viewer().id)
    if not sent.led_to:
        by = because(form.reason.data)
        agreement = add_agreement(session, account_id=customer, facts=facts, by=by)
        sent.led_to = path_of(agreement)
        flash(_("Agreement %(number)s is kept.", number=agreement.number))
    return sent.led_to


@bp.get("/<number>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(number: str) -> ResponseReturnValue:
    agreement = _agreement(db(), number)
    looked_at(agreement.account_id, "agreement", agreement.id)
    catalogue = catalogue_of(db(), knowing=[line.model_id for line in agreement.lines])
    words = agreement_words(db(), catalogue)
    return page(
        "desk/agreements/show.html",
        agreement=agreement,
        standing=standing(agreement.starts_on, agreement.ends_on, clock.today()),
        breaks=_breaks(db(), agreement),
        agreed=sorted(agreement.categories, key=lambda it: list(Category).index(it.category)),
        catalogue=catalogue,
        baseline=baseline,
        severities=Severity,
        targets=targets_with(agreement.targets),
        other_targets=[it for it in TARGETS.values() if it.key not in BY_SEVERITY],
        history=told(db(), agreement, words),
    )


@bp.get("/<number>/terms")
@allow(Permission.AGREEMENTS_CHANGE, everywhere=True)
def edit(number: str) -> ResponseReturnValue:
    agreement = _agreement(db(), number)
    stated = in_fields(facts_of(agreement), _partner(agreement))
    form = _form(_ChangeForm, db(), stated | {"version": agreement.version}, agreement)
    return _edit_page(db(), agreement, form)


@bp.post("/<number>/terms")
@allow(Permission.AGREEMENTS_CHANGE, everywhere=True)
def change(number: str) -> ResponseReturnValue:
    session = db_for(_account_of(number))
    agreement, saved = _agreement(session, number), {}
    form = _form(_ChangeForm, session, agreement=agreement)
    if form.validate():
        try:
            facts = form.facts(partner_meant(session, form.partner.data))
            by, version = because(form.reason.data), form.version.data
            changed = change_agreement(session, agreement, facts, version=version, by=by)
        except Refused as refusal:
            form.refuse(refusal)
            if form.overtaken:
                now = in_fields(facts_of(agreement), _partner(agreement))
                saved = saved_meanwhile(now, in_fields(checked(facts), form.partner.data or ""))
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(path_of(agreement), 303)
    return _edit_page(session, agreement, form, 422, saved)


def path_of(agreement: Agreement) -> str:
    return url_for("desk_agreements.show", number=agreement.number)


def _form(
    form: type[Form], session: Session, data: Any = None, agreement: Agreement | None = None
) -> Any:
    """The form, with a line for each quote-only model and each that has one already."""
    has = {line.model_id for line in agreement.lines} if agreement else set()
    models = [
        model
        for model in catalogue_of(session, knowing=has)
        if model.category is Category.QUOTE_ONLY or model.id in has
    ]
    return with_fields(form, models)(data=data)


def _edit_page(
    session: Session,
    agreement: Agreement,
    form: Any,
    status: int = 200,
    saved: Mapping[str, str] = MappingProxyType({}),
) -> ResponseReturnValue:
    return page(
        "desk/agreements/edit.html",
        status,
        agreement=agreement,
        form=form,
        saved=saved,
        breaks=_breaks(session, agreement),
    )


def _agreement(session: Session, number: str) -> Agreement:
    return session.scalars(agreement_numbered(number)).unique().one()


def _account_of(number: str) -> int:
    """Whose agreement it is, so that the session that writes can be opened for that account."""
    with open_session(g.scope, reading=True) as reading:
        return _agreement(reading, number).account_id


def _breaks(session: Session, agreement: Agreement) -> list[Break]:
    theirs = agreement_terms(session, agreement.account_id)
    return [found for found in breaks(theirs) if found.concerns(agreement.number)]


def _partner(agreement: Agreement) -> str:
    return agreement.partner.name if agreement.partner else ""
