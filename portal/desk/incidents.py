"""Incidents: all staff look, escalation managers keep them."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.desk.history import told
from portal.desk.incidents_words import Listed, incident_words, list_incidents, saved_meanwhile
from portal.incidents.actions import begin_incident, change_incident, write_update
from portal.incidents.facts import facts_of
from portal.incidents.forms import (
    BeginIncidentForm,
    ChangeIncidentForm,
    WriteUpdateForm,
    told_in_fields,
    when_in_fields,
)
from portal.incidents.incidents import incidents_of
from portal.incidents.models import Incident
from portal.incidents.rules import Audience, State
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("desk_incidents", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    shown: Listed = list_incidents(incidents_of(db()), request.args)
    return page("desk/incidents/index.html", shown=shown, now=clock.now(), news=shown.found)


@bp.get("/new")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def new() -> ResponseReturnValue:
    first = {"audience": Audience.PUBLIC, "state": State.INVESTIGATING, "next_due": 60}
    form = BeginIncidentForm(data=first | when_in_fields("started", clock.now()))
    return page("desk/incidents/new.html", form=form)


@bp.post("")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def add() -> ResponseReturnValue:
    form, now = BeginIncidentForm(), clock.now()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                facts = form.facts(db(), catalogue_of(db()))
                incident = begin_incident(db(), facts, form.told(now), by=viewer(), now=now)
                sent.led_to = path_of(incident)
                flash(
                    _("The incident is published, and those who want to hear of it get an e-mail.")
                )
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/incidents/new.html", 422, form=form)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    incident = _incident(ref)
    first = {"state": incident.state, "next_due": 60, "version": incident.version}
    return _page(incident, WriteUpdateForm(formdata=None, data=first))


@bp.post("/<ref>/updates")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def update(ref: str) -> ResponseReturnValue:
    incident, form, now = _incident(ref), WriteUpdateForm(), clock.now()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                words, version = form.told(now), form.version.data
                write_update(db(), incident, words, version=version, by=viewer(), now=now)
                sent.led_to = path_of(incident)
                flash(_("The update is published."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(incident, form, 422)


@bp.get("/<ref>/facts")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    incident = _incident(ref)
    stated = told_in_fields(facts_of(incident), db(), catalogue_of(db()))
    data = stated | {"version": incident.version}
    form = ChangeIncidentForm.for_one(over=incident.ended_at is not None, data=data)
    return page("desk/incidents/edit.html", incident=incident, form=form, saved={})


@bp.post("/<ref>/facts")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def change(ref: str) -> ResponseReturnValue:
    incident, models = _incident(ref), catalogue_of(db())
    form = ChangeIncidentForm.for_one(over=incident.ended_at is not None)
    if form.validate():
        try:
            facts, version = form.facts(db(), models), form.version.data
            changed = change_incident(
                db(), incident, facts, version=version, by=viewer(), now=clock.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(path_of(incident), 303)
    saved = saved_meanwhile(db(), incident, form, models) if form.overtaken else {}
    return page("desk/incidents/edit.html", 422, incident=incident, form=form, saved=saved)


def path_of(incident: Incident) -> str:
    return url_for("desk_incidents.show", ref=incident.reference)


def _page(incident: Incident, form: WriteUpdateForm, status: int = 200) -> ResponseReturnValue:
    models = catalogue_of(db(), knowing=[each.model_id for each in incident.models])
    ids = [each.account_id for each in incident.accounts]
    named = select(Account.name).where(Account.id.in_(ids)).order_by(Account.name_key)
    return page(
        "desk/incidents/show.html",
        status,
        incident=incident,
        models=[models[each.model_id] for each in incident.models],
        accounts=db().scalars(named).all() if ids else [],
        form=form,
        now=clock.now(),
        history=told(db(), incident, incident_words(db(), models)),
    )


def _incident(ref: str) -> Incident:
    query = (
        select(Incident)
        .options(
            selectinload(Incident.models),
            selectinload(Incident.accounts),
            selectinload(Incident.updates),
        )
        .where(Incident.id == read_reference("INC", ref))
    )
    return db().scalars(query).one()
