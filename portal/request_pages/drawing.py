"""The page of a request, drawn: as it is looked at, or once more with what was typed in a form."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.replacements.of_request import Row, read_rows, way_to_ask
from portal.replacements.wording import stage_color
from portal.replacements.wording import status_sentence as sentence_of_replacement
from portal.request_pages.finding import id_of
from portal.request_pages.forms import (
    FollowerForm,
    RatingForm,
    ReopeningForm,
    ReplyForm,
    severity_form,
)
from portal.request_pages.looking import Looked, look_at
from portal.request_pages.parts import place_asked
from portal.request_pages.rules import draft_key
from portal.request_pages.showing import show
from portal.request_pages.story import Reader
from portal.request_pages.wording import duration, promise_name, promise_sentence, promise_state
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status
from portal.service_requests.wording import named, status_color
from portal.web.formats import phone
from portal.web.forms import Form
from portal.web.guard import viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

WORDS = {
    "duration": duration,
    "named": named,
    "promise_name": promise_name,
    "promise_sentence": promise_sentence,
    "promise_state": promise_state,
    "status_color": status_color,
    "stage_color": stage_color,
    "replaced_sentence": lambda row: sentence_of_replacement(row, today=clock.today()),
}


def request_page(
    reference: str, status: int = 200, *, whole: bool = False, **sent: Form
) -> ResponseReturnValue:
    """The page, with the form that was sent and came back, by its name in the template. `whole`:
    with all of a long story, as one prints it."""
    request_id = id_of(reference)
    looked = look_at(db(), request_id, person_id=viewer().id, draft=draft_key(request_id))
    place = None if whole else place_asked(request.args)
    it = show(db(), looked, reader_of(looked.request), now=clock.now(), place=place)
    forms: dict[str, Form] = _forms(looked) if viewer().may(Permission.REQUESTS_CHANGE) else {}
    if viewer().kind != "staff":
        forms["rating"] = RatingForm(formdata=None)
    form = next(iter(sent.values()), None)
    return page(
        "request_pages/show.html",
        status,
        it=it,
        request_=it.request,
        form=form,
        forms=forms | sent,
        replaced=replaced_in(looked),
        way_to_ask=way_to_ask(it.request),
        fresh=it.fresh(request.args.get("after", type=int)),
        quiet=not sent,
        **WORDS,
    )


def replaced_in(looked: Looked) -> list[Row]:
    """Its replacements, for those who may see them."""
    sees = viewer().may(Permission.REPLACEMENTS_VIEW)
    return read_rows(looked.replacements) if sees else []


def _forms(looked: Looked) -> dict[str, Form]:
    """What can be filled in here. An answer goes on where its draft was left."""
    draft = looked.draft
    kept = {"text": draft.get("text", ""), "files": draft.get("files", [])}
    own = phone(looked.own_phone) if looked.own_phone and viewer().kind != "staff" else ""
    reply = ReplyForm(data=kept)
    if looked.request.status is Status.SOLUTION_PROPOSED:
        reply.text.description = _("If it does not work: what happens, and what have you tried?")
    return {
        "reply": reply,
        "reopening": ReopeningForm(formdata=None),
        "severity": severity_form(
            looked.request, formdata=None, obj=looked.request, data={"phone": own}
        ),
        "follower": FollowerForm(formdata=None),
    }


def reader_of(found: ServiceRequest) -> Reader:
    """The viewer, as a reader on the customer's page."""
    who = viewer()
    return Reader(
        person_id=who.id,
        outside=who.kind != "customer",
        partner=getattr(who, "partner", None),
        file_href=lambda file_id: url_for(
            "request_pages.file", reference=found.reference, file_id=file_id
        ),
        request_href=lambda number: url_for("request_pages.show", reference=number),
    )
