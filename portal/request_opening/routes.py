"""Opening a request: the form, what it leads to, and the receipt."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.request_opening.actions import drop_what_was_sent, open_requests, waiting_draft
from portal.request_opening.finding import devices_with
from portal.request_opening.forms import OPENING, OpeningForm
from portal.request_opening.queries import opened_with, phone_of
from portal.request_opening.rules import MOST_AT_ONCE
from portal.request_opening.saying import TOO_MANY, of_one_model, openings_of
from portal.request_opening.wording import at, promise
from portal.service_requests.calling import call_back
from portal.service_requests.deeds import promised
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.own_models import Draft
from portal.service_requests.queries import request_with_id, steps_of
from portal.service_requests.wording import status_color, status_sentence
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.formats import phone
from portal.web.guard import account, allow, viewer
from portal.web.layout import here
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_opening", __name__)


@bp.get("/new")
@allow(Permission.REQUESTS_CHANGE)
def new() -> ResponseReturnValue:
    draft = waiting_draft(db(), person_id=viewer().id)
    if draft and request.args.get("draft"):
        form = OpeningForm(MultiDict(draft.content), targets=_targets())
        return _page(form, draft=draft, goes_on=True)
    form = OpeningForm(formdata=None, targets=_targets())
    typed_before = getattr(viewer(), "kept_for", None) == here()
    if not typed_before:
        _prefill(form)
    elif draft and form.says_the_same(draft.content):
        form.token.data = draft.content["token"]  # so that the draft goes when this is sent
    return _page(form, 422 if form.errors else 200, draft=draft, goes_on=typed_before)


@bp.post("/new")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(OPENING)
def send() -> ResponseReturnValue:
    form = OpeningForm(targets=_targets())
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                sent.led_to = url_for(".receipt", reference=_open(form).reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422, goes_on=True)


@bp.get("/<reference>/receipt")
@allow(Permission.REQUESTS_VIEW)
def receipt(reference: str) -> ResponseReturnValue:
    """What was sent, what happens next and when. It can be come back to, or printed."""
    request_id = read_reference(PREFIX, reference) or abort(404)
    first = db().scalars(request_with_id(request_id)).one()
    together = db().scalars(opened_with(first).limit(MOST_AT_ONCE)).all()
    now, critical = clock.now(), first.severity is Severity.CRITICAL
    steps = db().scalars(steps_of(first.id)).all() if critical else ()
    owner = first.owner.name if first.owner else None
    return page(
        "request_opening/receipt.html",
        first=first,
        requests=together or [first],
        sentence=status_sentence(first, owner, now=now),
        call_back=call_back(first, steps, now=now),
        status_color=status_color,
        operator=OPERATOR,
    )


def _open(form: OpeningForm) -> ServiceRequest:
    now, by = clock.now(), viewer()
    asked = openings_of(form, _own_phone())
    files = attach_uploads(db(), form.files.data, OPENING, by=by, now=now)
    opened = open_requests(db(), asked, by=by, now=now, files=files)
    drop_what_was_sent(db(), form.token.data, person_id=by.id)
    return opened[0]


def _prefill(form: OpeningForm) -> None:
    """Whoever asks is whom we reach; and the device, when they come from its page or the list."""
    references = request.args.getlist("product")
    if viewer().kind != "staff":
        form.contact_name.data, form.contact_phone.data = viewer().name, phone(_own_phone())
    if len(references) > MOST_AT_ONCE:
        form.refuse(Refused(TOO_MANY, most=MOST_AT_ONCE))
    if not viewer().may(Permission.PRODUCTS_VIEW):
        return
    ids = [read_reference("P", it) or 0 for it in dict.fromkeys(references[:MOST_AT_ONCE])]
    devices = devices_with(db(), ids)
    if len(devices) == 1:
        form.device.data, form.product.data = devices[0].label, devices[0].reference
    else:
        form.picked.data, form.devices = [it.reference for it in devices], devices


def _targets() -> dict[str, int]:
    return promised(db(), account().id, clock.now())


def _own_phone() -> str:
    return db().scalars(phone_of(viewer().id)).first() or ""


def _page(
    form: OpeningForm, status: int = 200, *, draft: Draft | None = None, goes_on: bool = False
) -> ResponseReturnValue:
    """With `goes_on`, the form holds what was typed before, and a draft is not offered."""
    if form.devices is None and viewer().may(Permission.PRODUCTS_VIEW):
        ids = [read_reference("P", it) or 0 for it in form.picked.data[:MOST_AT_ONCE]]
        form.devices = devices_with(db(), ids)
    devices = form.devices or []
    return page(
        "request_opening/new.html",
        status,
        form=form,
        draft=draft,
        drafted=at(draft.changed_at, clock.now()) if draft else "",
        goes_on=goes_on,
        devices=devices,
        alike=len(devices) > 1 and of_one_model(devices),
        promise=promise(form.targets, clock.now()),
        operator=OPERATOR,
    )
