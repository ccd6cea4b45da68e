"""Answering all requests of an incident together, from the incident's page at the desk."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base.access import Permission
from portal.base.jobs import later
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.incidents.models import Incident
from portal.request_desk.answer_forms import AnswerAllForm
from portal.request_desk.explained import explained_by_incident
from portal.service_requests.rules import whole_text
from portal.service_requests.wording import status_here
from portal.web.guard import allow, viewer
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("incident_answers", __name__)


@bp.get("/<ref>/answers")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return _page(_incident(ref), AnswerAllForm())


@bp.post("/<ref>/answers")
@allow(Permission.INCIDENTS_MANAGE, everywhere=True)
def answer(ref: str) -> ResponseReturnValue:
    """Have each of them answered, in its own account, by whoever asks here."""
    incident, form = _incident(ref), AnswerAllForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                _answer(incident, form)
                sent.led_to = url_for("desk_incidents.show", ref=incident.reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(incident, form, 422)


def _answer(incident: Incident, form: AnswerAllForm) -> None:
    texts = {
        code: whole_text(form[f"text_{code}"].data or "", field=f"text_{code}")
        for code in ("nb", "en")
    }
    if not any(texts.values()):
        raise Refused(N_("Write your answer."), field="text_nb")
    waiting = len(db().execute(explained_by_incident(incident.id)).all())
    if not waiting:
        raise Refused(N_("No open requests are connected with this incident."))
    later(
        db(), "request_desk.answer_all", user_id=viewer().id, incident_id=incident.id, texts=texts
    )
    flash(
        ngettext(
            "%(num)s request is being answered.", "%(num)s requests are being answered.", waiting
        )
    )


def _incident(ref: str) -> Incident:
    number = read_reference("INC", ref)
    return db().scalars(select(Incident).where(Incident.id == number)).one()


def _page(incident: Incident, form: AnswerAllForm, status: int = 200) -> ResponseReturnValue:
    return page(
        "request_desk/incident.html",
        status,
        incident=incident,
        form=form,
        requests=db().execute(explained_by_incident(incident.id)).all(),
        status_here=status_here,
    )
